"""The layout of a grid: its labels, blanks and spans, with the same number in place of each.

Reports print the same tables with other figures. Where a table is read by its layout alone, what
was found out once holds for all grids of that layout.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from nianbao.archive.records import Alignment
from nianbao.pipelines.reader.tables.figures import Figures
from nianbao.pipelines.reader.tables.forms import FormTable
from nianbao.pipelines.reader.tables.html_grids import Grid, GridCell, GridRow

Place: TypeAlias = tuple[int, int]  # of a cell: its row, and its position in that

_HIDDEN = "1"
# Marks have more digits than any code or number of a row, so that none is taken for one.
_FIRST_MARK = 10**9
_ROW_OF_MARKS = 10**4


class PlacedRow(NamedTuple):
    """A row of a form: for each column the place of its number, or the text of its cell."""

    table: FormTable
    key: str
    columns: tuple[tuple[str, Place | str], ...]


@dataclass(slots=True)
class RowRecorder(Figures):
    """Takes figures from the reader of a grid of marks, and notes where they stand.

    `is_certain` is false once a row was not exact.
    """

    rows: list[PlacedRow] = field(default_factory=list)
    is_certain: bool = True

    def add_row(
        self,
        table: FormTable,
        row: str,
        cells: Sequence[tuple[str, str]],
        alignment: Alignment = "exact",
    ) -> None:
        """Note the places of a row."""
        if alignment != "exact":
            self.is_certain = False
        columns = [(column, _find_place(mark)) for column, mark in cells]
        self.rows.append(PlacedRow(table, row, tuple(columns)))

    def add_ragged_row(self, *_: object, **__: object) -> None:
        """Note that a row has no sure places."""
        self.is_certain = False


def add_placed_rows(rows: Iterable[PlacedRow], grid: Grid, figures: Figures) -> None:
    """Add to `figures` what a grid has in the places that were found for its layout."""
    for table, key, columns in rows:
        cells: list[tuple[str, str]] = []
        for column, place in columns:
            if isinstance(place, str):
                cells.append((column, place))
            else:
                row, position = place
                cells.append((column, grid[row][position].text))
        figures.add_row(table, key, cells)


def hide_numbers(grid: Grid) -> Grid:
    """Return the layout of a grid."""
    rows: list[GridRow] = []
    for row in grid:
        cells = [
            _hide_number(cell.start, cell.end) if cell.is_number else cell
            for cell in row
        ]
        rows.append(tuple(cells))
    return tuple(rows)


@lru_cache(maxsize=1024)
def _hide_number(start: int | None, end: int | None) -> GridCell:
    return GridCell(_HIDDEN, start, end)


def mark_numbers(layout: Grid) -> Grid:
    """Return a grid whose numbers say where they stand."""
    rows: list[GridRow] = []
    for number, row in enumerate(layout):
        cells: list[GridCell] = []
        for position, cell in enumerate(row):
            if cell.is_number:
                mark = _FIRST_MARK + number * _ROW_OF_MARKS + position
                cell = GridCell(str(mark), cell.start, cell.end)
            cells.append(cell)
        rows.append(tuple(cells))
    return tuple(rows)


def _find_place(mark: str) -> Place | str:
    """Return where a mark stands; the text itself when it is none."""
    if not mark.isdecimal():
        return mark
    return divmod(int(mark) - _FIRST_MARK, _ROW_OF_MARKS)
