"""Every command that writes has a soak: one that is new is in neither list below."""

from __future__ import annotations

from collections.abc import Iterator

import click

from nianbao.crawler.commands.cli import main
from tests.crawl.soak import NAMES
from tests.crawl.soak_commands import COMMANDS

# They write no file; what a person judges in `browse` is stored as `decide` does it.
READERS = {
    "browse",
    "changes",
    "compare",
    "detect",
    "diff",
    "findings",
    "plan",
    "read",
    "roster",
    "search",
    "show",
    "status",
}


def list_commands(group: click.Group, words: str = "") -> Iterator[str]:
    """Yield the words of each command, those of a group's commands too."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group) and command.list_commands(context):
            yield from list_commands(command, f"{words}{name} ")
        else:
            yield f"{words}{name}"


def test_every_command_that_writes_has_a_soak() -> None:
    lines = [f"{command.words} " for command in COMMANDS.values()] + ["crawl "]
    commands = set(list_commands(main))
    soaked = {
        name for name in commands if any(line.startswith(f"{name} ") for line in lines)
    }
    assert commands - soaked == READERS
    assert set(NAMES) == {"crawl", *COMMANDS}
    for option in ("--repair", "--write-manifest", "--payloads"):  # of verify
        assert any(option in line for line in lines)
