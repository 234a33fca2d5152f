"""Print rows that each have an address, which is never broken: people copy it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from nianbao.crawler.language import translate_word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

GAP = "  "
INDENT = "    "  # of an address on a line of its own


def print_address_lines(
    out: Console, headings: Sequence[str], rows: Sequence[Sequence[str]]
) -> None:
    """Print a line for each row; the last cell is its address.

    On a terminal that is too narrow for the longest of these lines each address has a line of
    its own, below its row. Nothing is cut, and no line is broken by us.
    """
    heading_row = [translate_word(heading) for heading in headings]
    lines = _write_lines([heading_row, *rows])
    if out.is_terminal and max(map(cell_len, lines)) > out.width:
        lines = _write_narrow_lines([heading_row, *rows], out.width)
    styles = ["bold", *[""] * len(rows)]
    for line, style in zip(lines, styles, strict=True):
        out.print(Text(line, style), soft_wrap=True)


def _write_lines(rows: Sequence[Sequence[str]]) -> list[str]:
    heads = _align([row[:-1] for row in rows])
    return [f"{head}{GAP}{row[-1]}" for head, row in zip(heads, rows, strict=True)]


def _write_narrow_lines(rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """Return each row with its address below it; columns are aligned where they fit."""
    heads = _align([row[:-1] for row in rows])
    if cell_len(heads[0]) > width:
        heads = [GAP.join(row[:-1]) for row in rows]
    pairs = zip(heads, rows, strict=True)
    return [f"{head.rstrip()}\n{INDENT}{row[-1]}" for head, row in pairs]


def _align(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the rows as lines, each column as wide as its widest cell."""
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = map(set_cell_size, row, widths)
        lines.append(GAP.join(cells))
    return lines
