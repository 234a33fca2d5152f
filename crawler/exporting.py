"""`nianbao export`: what the archive holds, in formats that other programs read. Each format is a command."""

from __future__ import annotations

import click

from crawler.options import Group


@click.group(cls=Group)
def export() -> None:
    """Write what the archive holds into files that other programs read.

    \b
    nianbao export warc captures
    """


COMMANDS: tuple[click.Command, ...] = ()

for command in COMMANDS:
    export.add_command(command)
