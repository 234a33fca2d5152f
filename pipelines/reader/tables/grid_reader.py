"""The grid reader: from rows of cells to figures, by the labels of the form, never by position.

A row of figures is recognised by its label; its cells go to the columns by the header above
them, or by their order when there are exactly as many as the form has. A row with too few or too
many cells is ragged: its figures have no value, because alignment to the left or to the right
would be a guess (cells were seen lost at both ends). One that holds nothing but zeros is taken
for zeros, assumed, in a table with totals.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from nianbao.pipelines.reader.failures import describe_failure
from nianbao.pipelines.reader.payload.normal_form import fold_forms
from nianbao.pipelines.reader.tables import digit_runs, numbers, review_table
from nianbao.pipelines.reader.tables.figures import Figures
from nianbao.pipelines.reader.tables.forms import (
    FormLabel,
    FormTable,
    load_forms,
)
from nianbao.pipelines.reader.tables.grid_columns import (
    Columns,
    ColumnTexts,
    are_borne_out,
    assign_cells,
    drop_stubs,
    find_columns,
    has_blank,
)
from nianbao.pipelines.reader.tables.grid_layout import (
    PlacedRow,
    RowRecorder,
    add_placed_rows,
    has_layout,
    hide_numbers,
    mark_numbers,
)
from nianbao.pipelines.reader.tables.html_grids import Grid, GridRow
from nianbao.pipelines.reader.tables.label_index import (
    LabelIndex,
    RowMatch,
    find_printed_table,
    find_row_of_key,
    find_rows,
    get_label_index,
    list_foreign_columns,
    list_foreign_columns_of_all,
)
from nianbao.pipelines.reader.tables.labelled_rows import (
    count_rows,
    drop_numbering,
    find_label_position,
    find_passed_labels,
    has_number,
    is_caption,
    measure_rows,
    select_figures,
)


def read_grids(grids: Iterable[Grid], generation: str, figures: Figures) -> None:
    """Add the figures of all grids to `figures`."""
    labels = get_label_index(generation)
    plain_grids = map(drop_numbering, grids)
    parts = review_table.split_grids(plain_grids, labels)
    for number, grid in enumerate(parts, start=1):
        try:
            _read_grid(grid, labels, figures)
        # whatever a table holds, the rest of the page is read
        except Exception as error:  # noqa: BLE001
            figures.findings.append(describe_failure(f"table {number}", error))


def _read_grid(grid: Grid, labels: LabelIndex, figures: Figures) -> None:
    table = _find_review_table(grid, labels)
    if table is not None:
        review_table.read_review_table(grid, table, figures)
        return
    rows = None
    if has_layout(grid):
        rows = find_places(hide_numbers(grid), labels.generation)
    if rows is None:
        _GridReader(grid, labels, figures).read_rows()
    else:
        add_placed_rows(rows, grid, figures)


@lru_cache(maxsize=512)
def find_places(layout: Grid, generation: str) -> tuple[PlacedRow, ...] | None:
    """Return where the cells of the forms stand in a grid whose numbers are hidden.

    Reports print the same tables, so the places are kept. None where the figures themselves have
    a say: a row is ragged, its code is told from a figure, or sums bear out the order of its cells.
    """
    grid, places = mark_numbers(layout)
    recorder = RowRecorder(places=places)
    reader = _GridReader(grid, get_label_index(generation), recorder)
    reader.read_rows()
    if reader.needs_figures or not recorder.is_certain:
        return None
    return tuple(recorder.rows)


def _find_review_table(grid: Grid, labels: LabelIndex) -> FormTable | None:
    for table in labels.review_tables:
        if review_table.is_review_table(grid, table):
            return table
    return None


class _TableHead(NamedTuple):
    """What a header says of a table: which form's it is, and its columns.

    `foreign_column` is one of another year's form that stands in their place, "" without one.
    """

    table: FormTable
    columns: Columns
    foreign_column: str


class _GridReader:
    """Reads one grid row by row, and remembers the header above."""

    def __init__(self, grid: Grid, labels: LabelIndex, figures: Figures) -> None:
        self.grid = grid
        self.labels = labels
        self.figures = figures
        self.row_counts = count_rows(grid, labels)
        self.ends: dict[str, int] | None = None  # of most rows of each table
        self.header: list[GridRow] = []
        self.is_in_header = False
        self.heads: dict[str, _TableHead] = {}  # by table, below the header
        self.table: FormTable | None = None  # of the row before
        self.order = -1  # of the row before, in its table
        self.foreign_columns = list_foreign_columns_of_all(labels.generation)
        self.needs_figures = False  # what a cell is depends on its number, or on sums

    def read_rows(self) -> None:
        """Add the figures of all rows."""
        if not self.row_counts:
            return
        for row in self.grid:
            if is_caption(row):
                self._forget_header()
                continue
            position = None
            if not self._is_header(row):
                position = find_label_position(row, self.labels)
            if position is None:
                self._read_unlabelled_row(row)
            else:
                self._read_labelled_row(row, position)

    def _forget_header(self) -> None:
        self.header = []
        self.heads = {}
        self.is_in_header = False
        self.table = None

    def _is_header(self, row: GridRow) -> bool:
        """Tell a header from figures; 总计 and 其他 name both a column and a row."""
        if has_number(row):
            return False
        columns = [cell for cell in row if cell.core in self.labels.columns]
        return len(columns) > 1

    def _read_unlabelled_row(self, row: GridRow) -> None:
        """Read a row without a label of the form: more of the header, or a local row."""
        if self._names_columns(row) and not has_number(row):
            if not self.is_in_header:
                self.header = []
            self.header.append(row)
            self.heads = {}
            self.is_in_header = True
            return
        if self.table is None or not _is_local_row(row):
            return
        head = self._get_head(self.table)
        cells = self._assign(self.table, row[1:])
        if cells:
            words = fold_forms(row[0].text).split()
            self.figures.add_row(head.table, " ".join(words), cells)

    def _names_columns(self, row: GridRow) -> bool:
        """Tell whether a cell names a column of this generation or a foreign one."""
        return any(
            cell.core in self.labels.columns or cell.core in self.foreign_columns
            for cell in row
        )

    def _get_head(self, table: FormTable) -> _TableHead:
        """Return what the header says of a table, worked out once for each header."""
        if table.id not in self.heads:
            self.heads[table.id] = self._read_head(table)
        return self.heads[table.id]

    def _read_head(self, table: FormTable) -> _TableHead:
        table, columns = _find_printed_columns(table, tuple(self.header))
        if columns.may_be_displaced:
            self.needs_figures = True
            if not self._are_borne_out(columns, table):
                columns = replace(columns, is_unsure=True)
        foreign_column = ""
        if not columns.has_header:
            foreign_column = _find_foreign_column(table, self.header)
        return _TableHead(table, columns, foreign_column)

    def _are_borne_out(self, columns: Columns, table: FormTable) -> bool:
        form_keys = [column.key for column in table.figure_columns]
        rows = [select_figures(row, self.labels) for row in self.grid]
        return are_borne_out(columns, form_keys, rows)

    def _read_labelled_row(self, row: GridRow, position: int) -> None:
        """Add the figures behind the label at a position of the row."""
        match = self._choose_row(row[position].core)
        table = match.table
        label = match.row
        self.order = match.order
        self.is_in_header = False
        values = row[position + 1 :]
        if label.is_heading and not has_number(values):
            return
        self.table = table
        self.needs_figures |= label.code is not None
        values = drop_stubs(values, label, table)
        if not values:
            return
        generation = self.labels.generation
        passed = find_passed_labels(row[:position], match, generation)
        if passed:
            self._add_ragged_rows(table, [*passed, label], values)
        elif label.is_heading and _begins_with_label(values, table):
            self._add_ragged_rows(table, [label], values)
        else:
            self._add_row(table, label, values)

    def _add_ragged_rows(
        self, table: FormTable, labels: Sequence[FormLabel], values: GridRow
    ) -> None:
        """Add rows before whose one row of figures several labels stand."""
        cell_texts = [cell.text for cell in values]
        for label in labels:
            keys = table.list_row_keys(label)
            self.figures.add_ragged_row(table, keys, cell_texts, labels=len(labels))

    def _add_row(self, table: FormTable, label: FormLabel, values: GridRow) -> None:
        head = self._get_head(table)
        cells = None
        parts = _cut_glued_cells(values, head.table)
        if not head.foreign_column and not parts:
            cells = self._assign(table, values)
        if head.table is not table:
            table = head.table
            label = find_row_of_key(table, label.key) or label
        if cells:
            self.figures.add_row(table, label.key, cells)
        elif parts and not head.foreign_column:
            glued_cells = list(zip(head.columns.keys, parts, strict=True))
            self.figures.add_row(table, label.key, glued_cells, "assumed")
        else:
            cell_texts = [cell.text for cell in values]
            keys = table.list_row_keys(label)
            self.figures.add_ragged_row(table, keys, cell_texts, head.foreign_column)

    def _assign(self, table: FormTable, values: GridRow) -> ColumnTexts | None:
        """Assign the cells of a row to the columns of its table, None if that is a guess.

        A row that ends elsewhere than most is displaced or may have lost any cell, and its blank
        ones can stand in the place of others.
        """
        cells = assign_cells(self._get_head(table).columns, values)
        if not cells or values[-1].end is None or not has_blank(cells):
            return cells
        if self.ends is None:
            self.ends = measure_rows(self.grid, self.labels)
        if values[-1].end != self.ends.get(table.id, values[-1].end):
            return None
        return cells

    def _choose_row(self, core: str) -> RowMatch:
        """Return the row that a label names.

        Among rows of the same name it is that of the table most of whose rows are in this
        grid, and there the next one in the order of the form.
        """
        most = 0
        candidates: list[RowMatch] = []
        for match in find_rows(self.labels.generation, core):
            count = self.row_counts[match.table.id]
            if count > most:
                most = count
                candidates = []
            if count == most:
                candidates.append(match)
        for match in candidates:
            if match.order > self.order:
                return match
        return candidates[0]


@lru_cache(maxsize=64)
def _find_printed_columns(
    table: FormTable, header: tuple[GridRow, ...]
) -> tuple[FormTable, Columns]:
    """Return the table that a header prints, and its columns.

    Reports print the same headers, so the columns are kept.
    """
    table = find_printed_table(table, header) or table
    return table, find_columns(table, header)


def _find_foreign_column(table: FormTable, header: Sequence[GridRow]) -> str:
    """Return a column of a header that is of another year's form; empty when there is none.

    A single one above a table with a single column may just be another name for that column.
    """
    foreign_cores = list_foreign_columns(table)
    foreign_cells = [
        cell for row in header for cell in row if cell.core in foreign_cores
    ]
    least = 1
    if len(table.figure_columns) == 1:
        least = 2
    if len(foreign_cells) < least:
        return ""
    return foreign_cells[0].text


def _begins_with_label(values: GridRow, table: FormTable) -> bool:
    """Tell whether the label of a row below a group stands before figures, or its empty cell."""
    first = values[0]
    if numbers.is_blank(first.text):
        return len(values) > len(table.figure_columns)
    return not numbers.can_hold_figure(first.text)


def _is_local_row(row: GridRow) -> bool:
    """Tell whether a row is of local making: a label that no form has, then figures only."""
    values = row[1:]
    if not has_number(values):
        return False
    name = row[0].core
    if not any(map(str.isalpha, name)) or numbers.can_hold_figure(row[0].text):
        return False
    if name.startswith(load_forms().ignored_rows):
        return False
    return all(numbers.can_hold_figure(cell.text) for cell in values)


def _cut_glued_cells(values: GridRow, table: FormTable) -> list[str] | None:
    """Return the cells of a row of text whose figures have nothing in between.

    Returns None when the row is not such a row, or cannot be cut with certainty.
    """
    size = len(table.figure_columns)
    if len(values) != 1 or size == 1:
        return None
    cell = values[0]
    if not cell.is_glued:
        return None
    return digit_runs.cut_digits(cell.text, table, size)
