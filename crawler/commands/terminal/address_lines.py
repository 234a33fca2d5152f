"""Print rows that each have an address, which is never broken: people copy it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from nianbao.crawler.language import translate_word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

GAP = "  "
INDENT = "    "  # of an address on a line of its own


@dataclass(frozen=True, slots=True)
class _Row:
    """The cells before an address, as one text, and the address."""

    head: str
    address: str

    @property
    def line(self) -> str:
        return f"{self.head}{GAP}{self.address}"

    @property
    def two_lines(self) -> str:
        head = self.head.rstrip()
        return f"{head}\n{INDENT}{self.address}"


def print_address_lines(
    out: Console, headings: Sequence[str], cells: Sequence[Sequence[str]]
) -> None:
    """Print a line for each row of cells; the last cell is its address.

    On a terminal that is too narrow for the longest of these lines each address has a line of
    its own, below its row. Nothing is cut, and no line is broken by us.
    """
    heading_cells = [translate_word(heading) for heading in headings]
    all_cells = [heading_cells, *cells]
    rows = _align(all_cells)
    lines = [row.line for row in rows]
    if out.is_terminal and _measure(lines) > out.width:
        if _measure([row.head for row in rows]) > out.width:
            rows = _join(all_cells)
        lines = [row.two_lines for row in rows]
    style = "bold"
    for line in lines:
        text = Text(line, style)
        out.print(text, soft_wrap=True)
        style = ""


def _measure(lines: Sequence[str]) -> int:
    """Return how wide the widest line is."""
    return max(map(cell_len, lines))


def _join(all_cells: Sequence[Sequence[str]]) -> list[_Row]:
    """Return rows whose cells follow one another as they are."""
    rows = []
    for cells in all_cells:
        *head, address = cells
        row = _Row(GAP.join(head), address)
        rows.append(row)
    return rows


def _align(all_cells: Sequence[Sequence[str]]) -> list[_Row]:
    """Return rows of which each column is as wide as its widest cell."""
    columns = zip(*all_cells, strict=True)
    widths = [_measure(column) for column in columns]
    rows = []
    for cells in all_cells:
        padded = map(set_cell_size, cells, widths)
        *head, _ = padded
        row = _Row(GAP.join(head), cells[-1])
        rows.append(row)
    return rows
