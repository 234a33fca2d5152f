"""The review table: reviews and litigation, three header rows over one row of figures.

    行政复议                                | 未经复议直接起诉 | 复议后起诉
    结果维持 结果纠正 其他结果 尚未审结 总计 | 结果维持 ...     | 结果维持 ...
    0        1        0        0        1    | 0 ...            | 0 ...

Its columns are grouped: each figure belongs to a group and to an outcome.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple

from nianbao.archive.records import Alignment
from nianbao.pipelines.reader.tables import digit_runs, numbers
from nianbao.pipelines.reader.tables.figures import Figures
from nianbao.pipelines.reader.tables.forms import CellKey, FormLabel, FormTable
from nianbao.pipelines.reader.tables.html_grids import (
    Grid,
    GridCell,
    GridRow,
    Span,
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
        heads = [cell for cell in row if cell.core in outcomes]
        if len(heads) >= _LEAST_OUTCOMES:
            return True
    return False


@cache
def _collect_outcomes(table: FormTable) -> frozenset[str]:
    """Return the names of the outcomes, without the last column, which is their total."""
    cores: set[str] = set()
    for column in table.columns[:-1]:
        cores.update(column.cores)
    return frozenset(cores)


@cache
def _collect_groups(table: FormTable) -> frozenset[str]:
    cores: set[str] = set()
    for group in table.groups:
        cores.update(group.cores)
    return frozenset(cores)


def is_review_table(grid: Grid, table: FormTable) -> bool:
    """Tell whether a grid is a review table: it has two of its outcomes and one of its groups."""
    cores: set[str] = set()
    for row in grid[:_HEADER_ROWS]:
        cores.update([cell.core for cell in row])
    outcomes = cores & _collect_outcomes(table)
    if len(outcomes) < _LEAST_OUTCOMES_OF_GRID:
        return False
    return not cores.isdisjoint(_collect_groups(table))


def read_review_table(grid: Grid, table: FormTable, figures: Figures) -> None:
    """Add the one row of figures under the grouped columns to `figures`."""
    keys = table.list_review_keys()
    number = _find_row_of_figures(grid, len(keys))
    if number is None:
        return
    values = _without_label(grid[number])
    if len(values) == 1 and values[0].start is None:
        digits = values[0].text
        parts = digit_runs.cut_digits(digits, table, len(keys))
        if parts:
            _add_groups(table, keys, parts, figures, "assumed")
            return
    header: list[GridCell] = []
    for row in grid[:number]:
        header.extend(row)
    texts = _assign(table, header, values)
    if texts is None:
        cell_texts = [cell.text for cell in values]
        figures.add_ragged_row(table, keys, cell_texts)
    else:
        _add_groups(table, keys, texts, figures, "exact")


def _assign(
    table: FormTable, header: Sequence[GridCell], values: GridRow
) -> list[str] | None:
    """Return the texts of the keys of a review table, None where that is a guess."""
    texts = _assign_by_header(table, header, values)
    if texts is None:
        texts = _assign_by_header(table, header, strip_blank_end(values))
    if texts and not _is_short(header, values):
        return texts
    if texts is None:
        texts = _assign_by_order(table.list_review_keys(), values)
    if texts and _is_order_sure(table, header, texts):
        return texts
    return None


def _add_groups(
    table: FormTable,
    keys: Sequence[CellKey],
    texts: Sequence[str],
    figures: Figures,
    alignment: Alignment,
) -> None:
    """Add the texts of the keys of a review table, which are sorted by group."""
    cells = list(zip(keys, texts, strict=True))
    for group_label in table.groups:
        row: list[tuple[str, str]] = []
        for (group, column), cell_text in cells:
            if group == group_label.key:
                row.append((column, cell_text))
        figures.add_row(table, group_label.key, row, alignment)


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


def _assign_by_order(keys: Sequence[CellKey], values: GridRow) -> list[str] | None:
    """Return the texts of the keys in their order; None unless there are as many cells."""
    if len(values) != len(keys):
        values = strip_blank_end(values)
    if len(values) != len(keys):
        return None
    return [cell.text for cell in values]


def _is_short(header: Sequence[GridCell], values: GridRow) -> bool:
    """Tell whether a row ends before its header, so that it may have lost any cell."""
    end = max((cell.end or 0 for cell in header), default=0)
    return (values[-1].end or end) < end


def _is_order_sure(
    table: FormTable, header: Sequence[GridCell], texts: Sequence[str]
) -> bool:
    """Tell whether figures belong to the columns in their order.

    In a grid the sums say so where the header has lost outcomes, where its outcomes stand apart
    and the figures yet not below them, or where a blank cell can stand for a lost one.
    """
    if any(cell.start is None for cell in header):
        return True
    is_whole = _prints_all_outcomes(table, header)
    has_places = _stand_apart(table, header)
    if is_whole and not has_places and not any(map(numbers.is_blank, texts)):
        return True
    return _are_sums_right(table, texts)


def _stand_apart(table: FormTable, header: Sequence[GridCell]) -> bool:
    """Tell whether no two outcomes of a header stand above one column."""
    cores = {core for column in table.columns for core in column.cores}
    heads = sorted(
        (cell.start or 0, cell.end or 0) for cell in header if cell.core in cores
    )
    return all(end <= start for (_, end), (start, _) in pairwise(heads))


def _prints_all_outcomes(table: FormTable, header: Sequence[GridCell]) -> bool:
    """Tell whether a header has every outcome of every group."""
    names = [cell.core for cell in header]
    for column in table.columns:
        count = sum(names.count(core) for core in column.cores)
        if count != len(table.groups):
            return False
    return True


def _are_sums_right(table: FormTable, texts: Sequence[str]) -> bool:
    """Tell whether the last figure of each group is the sum of the others."""
    size = len(table.columns)
    for start in range(0, len(texts), size):
        *parts, total = map(numbers.parse_number, texts[start : start + size])
        if total is None or total != sum(part or 0 for part in parts):
            return False
    return True


def _assign_by_header(
    table: FormTable, header: Sequence[GridCell], values: GridRow
) -> list[str] | None:
    """Return for each key the text of the cell below its group and its outcome.

    Returns None unless all figures have a place of their own and all places a figure, and no
    outcome stands above two.
    """
    spans = tuple(cell.span for cell in values)
    keys = _find_keys_above(table, tuple(header), spans)
    if keys is None:
        return None
    texts = {key: cell.text for key, cell in zip(keys, values, strict=True)}
    form_keys = table.list_review_keys()
    if len(texts) != len(form_keys):
        return None
    return [texts[key] for key in form_keys]


@lru_cache(maxsize=64)
def _find_keys_above(
    table: FormTable, header: GridRow, spans: tuple[Span, ...]
) -> tuple[CellKey, ...] | None:
    """Return the group and the outcome above each cell of a row, by the columns it covers.

    Returns None unless each cell has a place of its own. Reports print the same header, so the
    places are kept.
    """
    keys: dict[CellKey, None] = {}
    used_heads: set[int] = set()
    for span in spans:
        heads = [head for head in header if head.covers_any(span)]
        group = _find_single_label(table.groups, heads)
        outcome = _find_single_label(table.columns, heads)
        if group is None or outcome is None:
            return None
        key = (group.label.key, outcome.label.key)
        if key in keys or id(outcome.head) in used_heads:
            return None
        used_heads.add(id(outcome.head))
        keys[key] = None
    return tuple(keys)


class _Head(NamedTuple):
    """A label of the form and the cell that prints it."""

    label: FormLabel
    head: GridCell


def _find_single_label(
    labels: Sequence[FormLabel], heads: Sequence[GridCell]
) -> _Head | None:
    """Return the label that one of the heads names; None when none or several name one."""
    match: _Head | None = None
    for head in heads:
        for label in labels:
            if head.core not in label.cores:
                continue
            if match is not None:
                return None
            match = _Head(label, head)
    return match
