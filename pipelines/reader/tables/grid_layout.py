"""The layout of a grid: its labels, blanks and spans, with the same number in place of each.

Reports print the same tables with other figures. Where a table is read by its layout alone, what
was found out once holds for all grids of that layout.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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


class PlacedRow(NamedTuple):
    """A row of a form: for each column the place of its number, or the text of its cell."""

    table: FormTable
    key: str
    columns: tuple[tuple[str, Place | str], ...]


@dataclass(slots=True)
class RowRecorder(Figures):
    """Takes figures from the reader of a grid of marks, and notes where they stand.

    `places` are those of the marks; `is_certain` is false once a row was not exact.
    """

    places: Mapping[str, Place] = field(default_factory=dict)
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
        columns = [(column, self.places.get(text, text)) for column, text in cells]
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


def has_layout(grid: Grid) -> bool:
    """Tell whether the cells of a grid have places; those of text have none, and never recur."""
    return all(cell.start is not None for row in grid for cell in row)


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


def mark_numbers(layout: Grid) -> tuple[Grid, dict[str, Place]]:
    """Return a grid in which each number is another one, and where each of them stands."""
    places: dict[str, Place] = {}
    rows: list[GridRow] = []
    for number, row in enumerate(layout):
        cells: list[GridCell] = []
        for position, cell in enumerate(row):
            if cell.is_number:
                mark = str(_FIRST_MARK + len(places))
                places[mark] = (number, position)
                cell = GridCell(mark, cell.start, cell.end)
            cells.append(cell)
        rows.append(tuple(cells))
    return tuple(rows), places
