"""The columns of a grid: which cell of a row belongs to which column of the form.

The columns are those that the header above prints, in its order; without such a header, those of
the form in the order of the form.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple, TypeAlias

from nianbao.pipelines.reader.tables import numbers
from nianbao.pipelines.reader.tables.forms import FormTable
from nianbao.pipelines.reader.tables.html_grids import (
    GridCell,
    GridRow,
    strip_blank_end,
)

ColumnTexts: TypeAlias = list[tuple[str, str]]  # (column key, text of the cell)
Span: TypeAlias = tuple[
    int, int
]  # the columns of a grid from the first up to the second


class HeaderColumn(NamedTuple):
    """A column of the form and the cell that heads it."""

    key: str
    head: GridCell


HeaderColumns: TypeAlias = list[HeaderColumn]  # left to right


def match_header(table: FormTable, header: Sequence[GridCell]) -> HeaderColumns | None:
    """Return the columns of figures in the order of the printed header.

    Returns None when the header does not print each of them once, or when it has lost its
    spans, so that two of its cells stand above the same column.
    """
    columns: HeaderColumns = []
    for column in table.figure_columns:
        heads = [cell for cell in header if cell.core in column.cores]
        if len(heads) != 1:
            return None
        columns.append(HeaderColumn(column.key, heads[0]))
    if all(column.head.start is not None for column in columns):
        if _have_overlap(columns):
            return None
        columns.sort(key=lambda column: column.head.start or 0)
    elif len(columns) == len(header):
        # Text: the header has these columns and no others, in their order.
        columns.sort(key=lambda column: header.index(column.head))
    return columns


def _have_overlap(columns: HeaderColumns) -> bool:
    pairs = combinations(columns, 2)
    return any(column.head.overlaps(other.head) for column, other in pairs)


def list_column_keys(columns: HeaderColumns | None, table: FormTable) -> list[str]:
    """Return the keys of the columns of figures, in the order in which they are printed."""
    if columns:
        return [column.key for column in columns]
    return [column.key for column in table.figure_columns]


def assign_cells(
    columns: HeaderColumns | None, table: FormTable, values: GridRow
) -> ColumnTexts | None:
    """Assign the cells of a row to columns, as (column key, text); None if that is a guess.

    A cell goes to the column above it; where positions do not tell, the cells are assigned in
    their order if there are exactly as many as columns.
    """
    if columns and columns[0].head.start is not None:
        cells = _assign_by_position(columns, values)
        if cells:
            return cells
    keys = list_column_keys(columns, table)
    for row in (values, strip_blank_end(values)):
        if len(row) == len(keys):
            texts = [cell.text for cell in row]
            return list(zip(keys, texts, strict=True))
    return None


def _assign_by_position(columns: HeaderColumns, values: GridRow) -> ColumnTexts | None:
    """Assign to each column the one cell below it.

    Returns None unless every cell that is not blank stands below a column of its own.
    """
    heads = [_get_span(column.head) for column in columns]
    spans = [_get_span(cell) for cell in values]
    positions = _find_cells_below(tuple(heads), tuple(spans))
    if positions is None:
        return None
    if len(positions) < len(values):
        for position, cell in enumerate(values):
            if position in positions:
                continue
            if not numbers.is_blank(cell.text):
                return None
    texts: ColumnTexts = []
    for column, position in zip(columns, positions, strict=True):
        texts.append((column.key, values[position].text))
    return texts


def _get_span(cell: GridCell) -> Span:
    return cell.start or 0, cell.end or 0


@lru_cache(maxsize=256)
def _find_cells_below(
    heads: tuple[Span, ...], cells: tuple[Span, ...]
) -> tuple[int, ...] | None:
    """Return the number of the one cell below each head.

    Heads over the columns (2, 3) and (3, 5) and cells over (0, 2), (2, 3) and (3, 5) give
    (1, 2). Returns None when a head has no cell below it, several, or that of another head.
    """
    cell_of_column: dict[int, int] = {}
    for number, (start, end) in enumerate(cells):
        for column in range(start, end):
            cell_of_column[column] = number
    below: list[int] = []
    for start, end in heads:
        cells_below: set[int] = set()
        for column in range(start, end):
            if column in cell_of_column:
                cells_below.add(cell_of_column[column])
        if len(cells_below) != 1:
            return None
        below.extend(cells_below)
    if len(set(below)) != len(below):
        return None
    return tuple(below)
