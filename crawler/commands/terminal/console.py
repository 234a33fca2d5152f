"""Make consoles and tables; print failures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

WIDTH = 160  # of lines and tables in a log or a pipe, where no terminal sets one


def open_console(*, stderr: bool = False) -> Console:
    """Return a console as wide as the terminal; in a log or a pipe WIDTH wide."""
    console = Console(stderr=stderr)
    if console.is_terminal:
        return console
    return Console(stderr=stderr, width=WIDTH)


def make_table(*columns: str) -> Table:
    """Return an empty table without borders; headings show when there are any."""
    table = Table(show_header=any(columns), box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def print_fields(out: Console, fields: Iterable[tuple[str, Any]]) -> None:
    """Print names and values in two columns; a dash for a value that is None."""
    table = make_table("", "")
    for name, value in fields:
        text = "–" if value is None else escape(str(value))
        table.add_row(name, text)
    out.print(table)


def print_failures(out: Console, messages: Iterable[str]) -> None:
    """Print what could not be done though it should have, a line each."""
    for message in messages:
        out.print(f"failed: {escape(message)}", style="red", highlight=False)


def join_counts(counts: Mapping[str, int]) -> str:
    """Return counts as text, sorted by name: `3 changed, 12 new`."""
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
