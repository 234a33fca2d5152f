"""What a command imports: help and what only reads an archive start without Scrapy."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest

from nianbao.archive import Archive
from nianbao.crawler.commands.cli import COMMANDS, main

# The command, then which of the slow libraries it has imported.
SCRIPT = """
import sys
from nianbao.crawler.commands.cli import main
try:
    main()
finally:
    slow = ("scrapy", "twisted", "datasette", "trafilatura", "pandas")
    print("imported:", *sorted(set(slow) & set(sys.modules)))
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ("--help",),
        ("status", "--help"),
        ("status",),
        ("show",),
        ("changes",),
        ("export", "csv", "panel"),
        ("export", "warc", "captures"),
        ("backup", "copy.db"),
    ],
    ids=" ".join,
)
def test_nothing_slow_is_imported(arguments: tuple[str, ...], tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    Archive.create(path).close()
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *arguments],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.endswith("imported:\n"), done.stdout + done.stderr


def test_status_loads_neither_what_writes_nor_rules_of_titles(tmp_path: Path) -> None:
    """It is asked for every minute by what watches a crawl: loading that took most of its time."""
    path = tmp_path / "archive.db"
    Archive.create(path).close()
    script = SCRIPT.replace(
        '"scrapy"', '"nianbao.archive.store", "nianbao.spiders", "scrapy"'
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "status"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.endswith("imported:\n"), done.stdout + done.stderr


def test_the_list_of_commands_says_what_their_help_says() -> None:
    context = click.Context(main)
    for name, summary in COMMANDS.items():
        command = main.get_command(context, name)
        assert command is not None
        assert command.name == name
        assert command.get_short_help_str(limit=200) == summary
