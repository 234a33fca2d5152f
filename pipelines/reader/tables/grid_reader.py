"""Tables: from rows of cells to figures, by the labels of the form and never by position alone.

A row of figures is found by its label; its cells go to the columns by the header above them, or by
their order when there are exactly as many as the form has. A row with too few or too many cells is
ragged: its figures have no value, because left or right alignment would be a guess (both ends were
seen lost). One that holds nothing but zeros is taken as zeros, assumed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import combinations
from typing import TypeAlias

from nianbao.pipelines.reader.payload.normal_form import fold_forms
from nianbao.pipelines.reader.tables import (
    digit_runs,
    forms,
    label_index,
    numbers,
    review_table,
)
from nianbao.pipelines.reader.tables.figures import Figures
from nianbao.pipelines.reader.tables.forms import Label, Table
from nianbao.pipelines.reader.tables.html_grids import Cell, Grid, Row, stripped
from nianbao.pipelines.reader.tables.label_index import Index

Columns: TypeAlias = list[
    tuple[str, Cell]
]  # keys of a table's columns and their header cells


def read(grids: Iterable[Grid], generation: str, figures: Figures) -> None:
    """Add the figures of all grids to `figures`."""
    labels = label_index.of(generation)
    for grid in review_table.split(grids, labels):
        single = next(
            (table for table in labels.single if review_table.is_single(grid, table)),
            None,
        )
        if single:
            review_table.read(grid, single, figures)
        else:
            _Reader(grid, labels, figures).run()


class _Reader:
    """Reads one grid row by row, remembering the header above."""

    def __init__(self, grid: Grid, labels: Index, figures: Figures) -> None:
        self.grid, self.labels, self.figures = grid, labels, figures
        self.header: list[Cell] = []
        self.columns: dict[str, Columns | None] = {}
        self.in_header = False
        self.table: Table | None = None
        self.order = -1
        self.counts = _table_counts(grid, labels)

    def run(self) -> None:
        if not self.counts:
            return
        for row in self.grid:
            if any(
                cell.core.startswith("第二十") and forms.CAPTION.search(cell.squeezed)
                for cell in row[:2]
            ):
                self.header, self.columns, self.in_header, self.table = (
                    [],
                    {},
                    False,
                    None,
                )
                continue
            position = (
                None if self._is_header(row) else _label_position(row, self.labels)
            )
            if position is None:
                self._other(row)
            else:
                self._figures(row, position)

    def _is_header(self, row: Row) -> bool:
        """Tell header from figures; 总计 and 其他 name both a column and a row."""
        columns = [cell for cell in row if cell.core in self.labels.columns]
        return len(columns) > 1 and not any(cell.is_number for cell in row)

    def _other(self, row: Row) -> None:
        """Take a row without a known label: more header, or a row of local making."""
        values = row[1:]
        known = (
            self.labels.columns.keys(),
            label_index.strange_to(self.labels.generation),
        )
        if any(cell.core in names for cell in row for names in known) and not any(
            cell.is_number for cell in row
        ):
            self.header = [*(self.header if self.in_header else []), *row]
            self.columns, self.in_header = {}, True
        elif self._is_local(row, values) and self.table:
            cells = _assign(self._columns(self.table), self.table, values)
            if cells:
                self.figures.add(
                    self.table, " ".join(fold_forms(row[0].text).split()), cells
                )

    def _columns(self, table: Table) -> Columns | None:
        """Return the columns as the header above prints them, worked out once for each header."""
        if table.id not in self.columns:
            self.columns[table.id] = _printed_columns(table, self.header)
        return self.columns[table.id]

    def _keys(self, table: Table) -> list[str]:
        columns = self._columns(table)
        return (
            [key for key, _ in columns]
            if columns
            else [column.key for column in table.figures]
        )

    def _is_local(self, row: Row, values: Row) -> bool:
        if self.table is None or not row or not any(cell.is_number for cell in values):
            return False
        name = row[0].core
        if (
            not name
            or numbers.is_value(row[0].text)
            or name.startswith(forms.load().ignored_rows)
        ):
            return False
        return all(numbers.is_value(cell.text) for cell in values)

    def _figures(self, row: Row, position: int) -> None:
        table, label, self.order = self._choose(row[position].core)
        self.in_header = False
        values = row[position + 1 :]
        if label.header and not any(cell.is_number for cell in values):
            return
        self.table = table
        values = _without_stubs(values, label, table)
        if not values:
            return
        if strange := self._strange(table):
            keys = [(label.key, column.key) for column in table.figures]
            self.figures.add_ragged(
                table, keys, [cell.text for cell in values], strange
            )
            return
        cells = _assign(self._columns(table), table, values)
        if parts := _glued_cells(values, table, len(table.figures)):
            named = zip(self._keys(table), parts, strict=True)
            self.figures.add(table, label.key, list(named), "assumed")
        elif cells:
            self.figures.add(table, label.key, cells)
        else:
            keys = [(label.key, column.key) for column in table.figures]
            self.figures.add_ragged(table, keys, [cell.text for cell in values])

    def _strange(self, table: Table) -> str:
        """Return a column above that is of another year's form, where this form's are not
        above; else nothing.

        Of a table with a single column it may just be another name for that.
        """
        found = [
            cell.text for cell in self.header if cell.core in label_index.strange(table)
        ]
        several = len(found) >= (1 if len(table.figures) > 1 else 2)
        return found[0] if several and self._columns(table) is None else ""

    def _choose(self, core: str) -> tuple[Table, Label, int]:
        """Choose among rows of the same name: in the table most of whose rows are here, the
        next in order.
        """
        found = label_index.row(self.labels.generation, core)
        best = max(self.counts[table.id] for table, _, _ in found)
        here = [item for item in found if self.counts[item[0].id] == best]
        return next((item for item in here if item[2] > self.order), here[0])


def _glued_cells(values: Row, table: Table, size: int) -> list[str] | None:
    """Return the cells of a row of text whose figures stand with nothing in between, where they
    can be told.
    """
    if len(values) != 1 or size == 1 or values[0].start is not None:
        return None
    return digit_runs.cut(values[0].text, table, size)


def _label_position(row: Row, labels: Index) -> int | None:
    """Return the position of the row's own label: the last known one before the figures begin."""
    found = None
    for position, cell in enumerate(row):
        if cell.is_number or numbers.is_dash(cell.text):
            break
        if cell.text and label_index.row(labels.generation, cell.core):
            found = position
    return found


def _table_counts(grid: Grid, labels: Index) -> dict[str, int]:
    """Return how many row labels of each table stand in a grid."""
    counts: dict[str, int] = {}
    for row in grid:
        for cell in row[:4]:
            for table, _, _ in (
                label_index.row(labels.generation, cell.core)
                if cell.core and not cell.is_number
                else ()
            ):
                counts[table.id] = counts.get(table.id, 0) + 1
    return counts


def _without_stubs(values: Row, label: Label, table: Table) -> Row:
    """Drop the cells of unit and code between label and figures."""
    if all(column.counted for column in table.columns):
        return values
    units = forms.load().units
    rest = values
    while len(rest) > len(table.figures) and (
        rest[0].squeezed in units
        or rest[0].squeezed == label.code
        or (rest[0].start is None and not rest[0].text)
    ):
        rest = rest[1:]
    if (
        len(rest) > len(table.figures)
        and not rest[0].is_number
        and numbers.is_value(rest[0].text)
    ):
        rest = rest[1:]
    return rest


def _assign(
    columns: Columns | None, table: Table, values: Row
) -> list[tuple[str, str]] | None:
    """Give the cells of a row to columns; None when that would be a guess."""
    if (
        columns
        and columns[0][1].start is not None
        and (cells := _by_position(columns, values))
    ):
        return cells
    keys = (
        [key for key, _ in columns]
        if columns
        else [column.key for column in table.figures]
    )
    for candidate in (values, stripped(values)):
        if len(candidate) == len(keys):
            return [(key, cell.text) for key, cell in zip(keys, candidate, strict=True)]
    return None


def _printed_columns(table: Table, header: Sequence[Cell]) -> Columns | None:
    """Return the columns of figures in the order of the printed header; None when one is not
    found there.
    """
    found: list[tuple[str, Cell]] = []
    for column in table.figures:
        cells = [cell for cell in header if cell.core in column.cores]
        if len(cells) != 1:
            return None
        found.append((column.key, cells[0]))
    if all(cell.start is not None for _, cell in found):
        if any(one.overlaps(other) for (_, one), (_, other) in combinations(found, 2)):
            return None  # the header has lost its spans
        found.sort(key=lambda item: item[1].start or 0)
    elif len(found) == len(
        header
    ):  # text: the header has these columns and no others, in their order
        found.sort(key=lambda item: header.index(item[1]))
    return found


def _by_position(columns: Columns, values: Row) -> list[tuple[str, str]] | None:
    """Give each column the one cell below it; None unless every stated cell finds its own
    column.
    """
    heads = tuple((head.start or 0, head.end or 0) for _, head in columns)
    found = _below(heads, tuple([(cell.start or 0, cell.end or 0) for cell in values]))
    if found is None:
        return None
    if len(found) < len(values) and any(
        n not in found and not numbers.is_blank(cell.text)
        for n, cell in enumerate(values)
    ):
        return None
    return [(key, values[n].text) for (key, _), n in zip(columns, found, strict=True)]


@lru_cache(maxsize=256)
def _below(
    heads: tuple[tuple[int, int], ...], cells: tuple[tuple[int, int], ...]
) -> tuple[int, ...] | None:
    """Return the number of the one cell below each head, None when one has none, several or
    another's.
    """
    below = {
        column: n
        for n, (start, end) in enumerate(cells)
        for column in range(start, end)
    }
    found: list[int] = []
    for start, end in heads:
        under = {below[column] for column in range(start, end) if column in below}
        if len(under) != 1:
            return None
        found.extend(under)
    return tuple(found) if len(set(found)) == len(found) else None
