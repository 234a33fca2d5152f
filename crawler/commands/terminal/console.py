"""Make consoles and tables; print failures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from nianbao.archive.clock import CHINA
from nianbao.crawler.language import choose_language, translate, translate_word

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

WIDTH = 160  # of lines and tables in a log or a pipe, where no terminal sets one


class ChineseConsole(Console):
    """A console that prints what is said in English in Chinese; other texts as they are."""

    def print(self, *objects: Any, **options: Any) -> None:
        """Print, having translated the texts."""
        texts = [
            translate(thing) if isinstance(thing, str) else thing for thing in objects
        ]
        super().print(*texts, **options)


def open_console(*, stderr: bool = False) -> Console:
    """Return a console as wide as the terminal; in a log or a pipe WIDTH wide."""
    kind = Console if choose_language() == "en" else ChineseConsole
    console = kind(stderr=stderr)
    if console.is_terminal:
        return console
    return kind(stderr=stderr, width=WIDTH)


def make_table(*columns: str) -> Table:
    """Return an empty table without borders; headings show when there are any."""
    table = Table(show_header=any(columns), box=None, pad_edge=False)
    for column in columns:
        table.add_column(translate_word(column), overflow="fold")
    return table


def print_fields(out: Console, fields: Iterable[tuple[str, Any]]) -> None:
    """Print names and values in two columns; a dash for a value that is None.

    What was quoted is printed as it is, the rest is ours and is translated.
    """
    table = make_table("", "")
    for name, value in fields:
        text = "–" if value is None else value
        if not isinstance(text, Text):
            text = Text(translate(str(text)))
        table.add_row(translate_word(name), text)
    out.print(table)


def quote(value: object) -> Text | None:
    """Return what others have written, a page or a person, so that it is printed as it is."""
    return None if value is None else Text(str(value))


def write_minute(instant: datetime) -> str:
    """Return an instant as clocks in China show it; what prints it says so."""
    return f"{instant.astimezone(CHINA):%Y-%m-%d %H:%M}"


def print_failures(out: Console, messages: Iterable[str]) -> None:
    """Print what could not be done though it should have, a line each."""
    for message in messages:
        out.print(f"failed: {escape(message)}", style="red", highlight=False)


def join_counts(counts: Mapping[str, int]) -> str:
    """Return counts as text, sorted by name: `3 changed, 12 new`."""
    return write_counts(sorted(counts.items()))


def write_counts(rows: Iterable[tuple[str, int]]) -> str:
    """Return names and their counts as text, in the order given."""
    if choose_language() == "en":
        return ", ".join(f"{count} {name}" for name, count in rows)
    return "、".join(f"{translate_word(name)} {count}" for name, count in rows)
