"""Commands that look after the archive itself: reread, verify, merge, backup."""

from __future__ import annotations

import click

COMMANDS: tuple[click.Command, ...] = ()


def add_to(group: click.Group) -> None:
    """Add these commands to the `nianbao` command."""
    for command in COMMANDS:
        group.add_command(command)
