"""The review table: reviews and litigation, three header rows over one row of figures.

    行政复议                                | 未经复议直接起诉 | 复议后起诉
    结果维持 结果纠正 其他结果 尚未审结 总计 | 结果维持 ...     | 结果维持 ...
    0        1        0        0        1    | 0 ...            | 0 ...

Its columns are grouped: each figure belongs to a group and to an outcome.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from nianbao.pipelines.reader.tables import digit_runs, numbers
from nianbao.pipelines.reader.tables.figures import Figures
from nianbao.pipelines.reader.tables.forms import FormTable
from nianbao.pipelines.reader.tables.html_grids import (
    Grid,
    GridCell,
    GridRow,
    strip_blank_end,
)
from nianbao.pipelines.reader.tables.label_index import LabelIndex

_LEAST_OUTCOMES = 3  # outcomes in the row that heads them
_LEAST_OUTCOMES_OF_GRID = 2  # outcomes in the header of a grid
_HEADER_ROWS = 6  # rows in which the header stands
_FIRST_CUT = 3  # number of the row at which a grid is cut first


def split_grids(grids: Iterable[Grid], labels: LabelIndex) -> Iterator[Grid]:
    """Yield each grid; one with a review table below other rows is cut in two."""
    for grid in grids:
        start = _find_review_start(grid, labels)
        if start is None:
            yield grid
        else:
            yield grid[:start]
            yield grid[start:]


def _find_review_start(grid: Grid, labels: LabelIndex) -> int | None:
    """Return the number of the row at which a review table begins below other rows.

    That is the row of outcomes, or the row of groups above it.
    """
    for number, row in enumerate(grid):
        if number < _FIRST_CUT or not _is_row_of_outcomes(row, labels):
            continue
        cores_above = {cell.core for cell in grid[number - 1]}
        for table in labels.review_tables:
            if not cores_above.isdisjoint(_collect_groups(table)):
                return number - 1
        return number
    return None


def _is_row_of_outcomes(row: GridRow, labels: LabelIndex) -> bool:
    if len(row) < _LEAST_OUTCOMES:
        return False
    for table in labels.review_tables:
        outcomes = _collect_outcomes(table)
        if sum(cell.core in outcomes for cell in row) >= _LEAST_OUTCOMES:
            return True
    return False


@cache
def _collect_outcomes(table: FormTable) -> frozenset[str]:
    """Return the names of the outcomes, without the last column, which is their total."""
    return frozenset(core for column in table.columns[:-1] for core in column.cores)


@cache
def _collect_groups(table: FormTable) -> frozenset[str]:
    return frozenset(core for group in table.groups for core in group.cores)


def is_review_table(grid: Grid, table: FormTable) -> bool:
    """Tell whether a grid is a review table: it has two of its outcomes and one of its groups."""
    cores = {cell.core for row in grid[:_HEADER_ROWS] for cell in row}
    if len(cores & _collect_outcomes(table)) < _LEAST_OUTCOMES_OF_GRID:
        return False
    return not cores.isdisjoint(_collect_groups(table))


def read_review_table(grid: Grid, table: FormTable, figures: Figures) -> None:
    """Add the one row of figures under the grouped columns to `figures`."""
    keys = table.cell_keys
    number = _find_row_of_figures(grid, len(keys))
    if number is None:
        return
    header = [cell for row in grid[:number] for cell in row]
    values = _without_label(grid[number])
    cell_texts = _assign_by_header(table, header, values)
    if len(values) == 1 and values[0].start is None:
        parts = digit_runs.cut_digits(values[0].text, table, len(keys))
        if parts:
            for (group, column), digits in zip(keys, parts, strict=True):
                figures.add_row(table, group, [(column, digits)], "assumed")
            return
    if cell_texts is None:
        cell_texts = _assign_by_order(keys, values)
    if cell_texts is None:
        figures.add_ragged_row(table, keys, [cell.text for cell in values])
        return
    for group_label in table.groups:
        cells = []
        for column_label in table.columns:
            key = (group_label.key, column_label.key)
            cells.append((column_label.key, cell_texts[key]))
        figures.add_row(table, group_label.key, cells)


def _find_row_of_figures(grid: Grid, size: int) -> int | None:
    """Return the number of the first row with a number, else of a whole row printed empty."""
    for number, row in enumerate(grid):
        if any(cell.is_number for cell in row):
            return number
    for number, row in enumerate(grid):
        if len(row) != size:
            continue
        if all(numbers.can_hold_figure(cell.text) for cell in row):
            return number
    return None


def _without_label(row: GridRow) -> GridRow:
    """Drop the cells in front of the first figure, blank or dash."""
    for start, cell in enumerate(row):
        if numbers.can_hold_figure(cell.text):
            return row[start:]
    return ()


def _assign_by_order(
    keys: Sequence[tuple[str, str]], values: GridRow
) -> dict[tuple[str, str], str] | None:
    """Assign figures to keys in their order; None unless there are as many."""
    if len(values) != len(keys):
        values = strip_blank_end(values)
    if len(values) != len(keys):
        return None
    cell_texts: dict[tuple[str, str], str] = {}
    for key, cell in zip(keys, values, strict=True):
        cell_texts[key] = cell.text
    return cell_texts


def _assign_by_header(
    table: FormTable, header: Sequence[GridCell], values: GridRow
) -> dict[tuple[str, str], str] | None:
    """Assign each figure to the group and the outcome printed above it.

    Returns None unless all figures have a place of their own and all places a figure.
    """
    cell_texts: dict[tuple[str, str], str] = {}
    for cell in values:
        cores_above = [head.core for head in header if head.overlaps(cell)]
        groups: list[str] = []
        outcomes: list[str] = []
        for core in cores_above:
            groups += [group.key for group in table.groups if core in group.cores]
            outcomes += [column.key for column in table.columns if core in column.cores]
        if len(groups) != 1 or len(outcomes) != 1:
            return None
        key = (groups[0], outcomes[0])
        if key in cell_texts:
            return None
        cell_texts[key] = cell.text
    if len(cell_texts) != len(table.cell_keys):
        return None
    return cell_texts
