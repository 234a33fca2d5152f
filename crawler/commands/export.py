"""`nianbao export`: what the archive holds, in formats that other programs read. Each format is
a command.
"""

from __future__ import annotations

import click

from nianbao.crawler.commands import export_tables, export_warc
from nianbao.crawler.commands.options import Group


@click.group(cls=Group)
def export() -> None:
    """Write what the archive holds into files that other programs read.

    \b
    nianbao export csv panel
    nianbao export parquet panel --year 2021 --year 2022
    nianbao export sqlite panel.db --region 浙江省
    nianbao export warc captures
    """


COMMANDS: tuple[click.Command, ...] = (
    *export_tables.COMMANDS,
    export_warc.warc,
    export_warc.wacz,
)

for command in COMMANDS:
    export.add_command(command)
