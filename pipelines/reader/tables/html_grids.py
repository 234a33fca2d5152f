"""Grids: HTML tables as rows of cells, each with the columns it covers; row and column spans
applied.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import TypeAlias

from nianbao.pipelines.reader.page.dom_walk import BREAK, JOINT, Element
from nianbao.pipelines.reader.payload.normal_form import extract_core, squeeze
from nianbao.pipelines.reader.tables import numbers

_EDGE = BREAK + " \t\r\n\u00a0"
_MOST_COLUMNS, _MOST_ROWS = (
    100,
    600,
)  # beyond any form; a span that asks for more is a mistake
_MOST_CELLS = 50_000  # of all tables of a page


class Cell:
    """A cell where it begins: its text and the columns it covers, None in text that has no grid."""

    __slots__ = ("core", "end", "is_number", "start", "text")

    def __init__(
        self, printed: str, start: int | None = None, end: int | None = None
    ) -> None:
        # as it is kept with a figure; numbers in paragraphs of their own on lines of their own
        self.text = printed
        self.start, self.end = start, end
        self.core, self.is_number = _named(printed)

    @property
    def squeezed(self) -> str:
        return squeeze(self.text)

    def overlaps(self, other: Cell) -> bool:
        """Tell whether two cells cover a column together."""
        if (
            self.start is None
            or self.end is None
            or other.start is None
            or other.end is None
        ):
            return False
        return self.start < other.end and other.start < self.end


@lru_cache(maxsize=4096)
def _named(printed: str) -> tuple[str, bool]:
    """Return the core of a cell, which for a number is itself, and whether it is one."""
    return (
        (printed, True)
        if numbers.value(printed) is not None
        else (extract_core(printed), False)
    )


Row: TypeAlias = tuple[Cell, ...]
Grid: TypeAlias = tuple[Row, ...]


def grids_of(element: Element, texts: Mapping[Element, str]) -> Iterator[Grid]:
    """Yield the grid of every table that holds no other table; those that do are layout.

    `texts` has the text of the cells, as the walk wrote it down.
    """
    left = _MOST_CELLS
    for table in element.iter("table"):
        if next(table.iterdescendants("table"), None) is None:
            grid = grid_of(table, texts)
            size = sum(map(len, grid))
            if size > 1:
                yield grid
            left -= size
            if left < 0:
                return


def grid_of(table: Element, texts: Mapping[Element, str]) -> Grid:
    """Return the rows of a table; each row has the cells that begin in it, left to right.

    What is wider or longer than any form is cut off.
    """
    taken: dict[int, int] = {}  # column → rows that a cell from above still covers
    rows = []
    for tr in islice(table.iter("tr"), _MOST_ROWS):
        column, cells = 0, []
        covered = {col: left - 1 for col, left in taken.items() if left > 1}
        for td in tr.iterchildren("td", "th"):
            printed = texts.get(td)
            if printed is None:  # hidden
                continue
            while taken.get(column, 0):
                column += 1
            if column >= _MOST_COLUMNS:
                break
            wide, high = td.get("colspan"), td.get("rowspan")
            width = 1 if wide is None else min(_span(wide), _MOST_COLUMNS - column)
            cells.append(_cell(printed, column, column + width))
            height = 1 if high is None else min(_span(high), _MOST_ROWS)
            if height > 1:
                covered.update(dict.fromkeys(range(column, column + width), height - 1))
            column += width
        taken = covered
        rows.append(tuple(cells))
    return tuple(rows)


def stripped(row: Row) -> Row:
    """Drop the blank cells behind the last one that is stated: padding of the row."""
    end = len(row)
    while end and numbers.is_blank(row[end - 1].text):
        end -= 1
    return row[:end]


def _span(value: str) -> int:
    value = value.strip()
    return max(1, int(value)) if value.isdecimal() and len(value) < 6 else 1


@lru_cache(maxsize=8192)
def _cell(raw: str, start: int, end: int) -> Cell:
    """Return a cell; equal ones of many grids are one object."""
    return Cell(_printed(raw), start, end)


def _printed(cell: str) -> str:
    """Return a cell's text; paragraphs that are numbers of their own stay apart."""
    cell = cell.replace(JOINT, "").strip(_EDGE)
    if BREAK not in cell:
        return " ".join(cell.split())
    parts = [line for part in cell.split(BREAK) if (line := " ".join(part.split()))]
    apart = len(parts) > 1 and all(part[-1].isdigit() for part in parts)
    return ("\n" if apart else "").join(parts)
