"""The columns of a grid: which cell of a row belongs to which column of the form.

The columns are those that the header above prints. Where its cells stand above one column each,
and a group head (法人或其他组织) above its own columns and no others, a figure belongs to the
column above it. Where spans were lost or are wrong, positions say nothing: the labels are read in
the order in which they are written, a group head replaced by its columns, and the sums of the
rows must bear that out. Without a header it is the order of the form.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, pairwise
from typing import TypeAlias

from nianbao.pipelines.reader.tables import numbers
from nianbao.pipelines.reader.tables.figures import TOTAL
from nianbao.pipelines.reader.tables.forms import FormLabel, FormTable, load_forms
from nianbao.pipelines.reader.tables.html_grids import (
    GridCell,
    GridRow,
    Span,
    strip_blank_end,
)

ColumnTexts: TypeAlias = list[tuple[str, str]]  # (column key, text of the cell)
Heads: TypeAlias = dict[str, GridCell]  # the cell that heads each column, by its key


# What can be a figure, a dash, or what stands for something that is not read.
_DIGIT_OR_EMPTY = re.compile(r"[\d\[零〇无/\\—–-]|^\s*$")


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of figures as they are printed.

    `keys` are theirs from left to right, `spans` where they stand, None where that does not
    tell. `is_broken` says that the header has lost its spans, so that the sums have to bear out
    the order; `is_unsure` that even the order is not known. `has_header` says that the header
    prints each of them, `may_be_displaced` that it does so in another order than the form, or
    has lost its spans.
    """

    keys: tuple[str, ...]
    spans: tuple[Span, ...] | None = None
    is_broken: bool = False
    is_unsure: bool = False
    has_header: bool = False
    may_be_displaced: bool = False


def find_columns(table: FormTable, header: Sequence[GridRow]) -> Columns:
    """Return the columns of figures as the rows of a header print them."""
    form_keys = tuple(column.key for column in table.figure_columns)
    heads = _find_heads(table, header)
    if len(heads) < len(form_keys):
        return Columns(form_keys, is_unsure=_contradicts_form(heads, form_keys, header))
    if any(head.start is None for head in heads.values()):
        return Columns(_order_text(heads, form_keys, header), has_header=True)
    if _is_coherent(table, heads, header):
        keys = tuple(sorted(heads, key=lambda key: heads[key].start or 0))
        spans = tuple(heads[key].span for key in keys)
        is_permuted = keys != form_keys
        return Columns(keys, spans, has_header=True, may_be_displaced=is_permuted)
    order = _order_labels(table, heads, header)
    if order is None:
        return Columns(form_keys, is_unsure=True, has_header=True)
    return Columns(order, is_broken=True, has_header=True, may_be_displaced=True)


def _find_heads(table: FormTable, header: Sequence[GridRow]) -> Heads:
    """Return the one cell of the header that names each column.

    A column that no cell or more than one cell names has none.
    """
    heads: Heads = {}
    for column in table.figure_columns:
        cells = [cell for row in header for cell in row if cell.core in column.cores]
        if len(cells) == 1:
            heads[column.key] = cells[0]
    return heads


def _contradicts_form(
    heads: Heads, form_keys: Sequence[str], header: Sequence[GridRow]
) -> bool:
    """Tell whether the columns that one row of the header names stand in another order."""
    for row in header:
        cells = [(heads[key], key) for key in form_keys if heads.get(key) in row]
        places = [row.index(cell) for cell, _ in cells]
        if places != sorted(places):
            return True
    return False


def _order_text(
    heads: Heads, form_keys: tuple[str, ...], header: Sequence[GridRow]
) -> tuple[str, ...]:
    """Return the columns of a header in text, which has no positions.

    The order is the header's if it has these columns and no others, else the form's.
    """
    cells = [cell for row in header for cell in row]
    if len(cells) != len(form_keys):
        return form_keys
    return tuple(sorted(heads, key=lambda key: cells.index(heads[key])))


def _is_coherent(table: FormTable, heads: Heads, header: Sequence[GridRow]) -> bool:
    """Tell whether every cell of a header stands above one column, and groups above their own."""
    pairs = combinations(heads.values(), 2)
    if any(head.overlaps(other) for head, other in pairs):
        return False
    for name, keys in _list_groups(table).items():
        spans = sorted(heads[key].span for key in keys)
        if any(end != start for (_, end), (start, _) in pairwise(spans)):
            return False
        group = _find_group_head(name, header)
        if group is None:
            continue
        if group.span != (spans[0][0], spans[-1][1]):
            return False
    return True


@lru_cache(maxsize=64)
def _list_groups(table: FormTable) -> dict[str, tuple[str, ...]]:
    """Return the keys of the columns that stand under each group head."""
    groups: dict[str, tuple[str, ...]] = {}
    for column in table.figure_columns:
        if column.parent:
            groups[column.parent] = (*groups.get(column.parent, ()), column.key)
    return groups


def _find_group_head(name: str, header: Sequence[GridRow]) -> GridCell | None:
    cells = [cell for row in header for cell in row if cell.core == name]
    return cells[0] if len(cells) == 1 else None


def _order_labels(
    table: FormTable, heads: Heads, header: Sequence[GridRow]
) -> tuple[str, ...] | None:
    """Return the columns in the order in which their labels are written, None if that is open.

    They stand in one row, or in two: the columns of a group in the second one, and the group
    head and the other columns in the first.
    """
    keys_of_heads = {id(head): key for key, head in heads.items()}
    groups = _list_groups(table)
    order: list[str] = []
    for row in header:
        names = _name_cells(row, keys_of_heads, groups)
        if not names:
            continue
        if not order:
            order = names
            continue
        group = next((name for name in order if name in groups), None)
        if group is None or set(names) != set(groups[group]):
            return None
        place = order.index(group)
        order[place : place + 1] = names
    if sorted(order) != sorted(heads):
        return None
    return tuple(order)


def _name_cells(
    row: GridRow, keys_of_heads: dict[int, str], groups: dict[str, tuple[str, ...]]
) -> list[str]:
    """Return the keys of the columns and the names of the groups that a row of a header prints."""
    names: list[str] = []
    for cell in row:
        if id(cell) in keys_of_heads:
            names.append(keys_of_heads[id(cell)])
        elif cell.core in groups:
            names.append(cell.core)
    return names


def are_borne_out(
    columns: Columns, form_keys: Sequence[str], rows: Sequence[GridRow]
) -> bool:
    """Tell whether the sums of rows bear out columns that do not stand as in the form.

    They do not where the order of the form makes fewer sums wrong.
    """
    form_columns = Columns(tuple(form_keys))
    wrong = 0
    wrong_in_form = 0
    for values in rows:
        cells = assign_cells(columns, values)
        form_cells = assign_cells(form_columns, values)
        wrong += cells is not None and has_wrong_sum(cells)
        wrong_in_form += form_cells is not None and has_wrong_sum(form_cells)
    return wrong <= wrong_in_form


def assign_cells(columns: Columns, values: GridRow) -> ColumnTexts | None:
    """Assign the cells of a row to columns, as (column key, text); None if that is a guess.

    A cell goes to the column above it; where positions do not tell, the cells are assigned in
    their order if there are exactly as many as columns, and their sum is right where spans or
    the header of a grid were lost.
    """
    if columns.is_unsure:
        return None
    if columns.spans is not None:
        cells = _assign_by_position(columns.keys, columns.spans, values)
        if cells:
            return cells
    is_displaced = _may_be_displaced(columns, values)
    for row in (values, strip_blank_end(values)):
        if len(row) == len(columns.keys):
            texts = [cell.text for cell in row]
            cells = list(zip(columns.keys, texts, strict=True))
            if _begins_with_words(texts) or (is_displaced and has_wrong_sum(cells)):
                return None
            return cells
    return None


def _begins_with_words(texts: Sequence[str]) -> bool:
    """Tell whether a unit or a label stands in the place of the first of several figures."""
    return len(texts) > 1 and not _DIGIT_OR_EMPTY.search(texts[0])


def _may_be_displaced(columns: Columns, values: GridRow) -> bool:
    """Tell whether cells in their order can stand elsewhere, so that their sum has to say so."""
    if columns.is_broken or columns.spans is not None:
        return True
    is_in_grid = bool(values) and values[0].start is not None
    return is_in_grid and not columns.has_header


def has_blank(cells: ColumnTexts) -> bool:
    """Tell whether one of the cells is printed empty."""
    different_texts = {text for _, text in cells}
    return any(map(numbers.is_blank, different_texts))


def has_wrong_sum(cells: ColumnTexts) -> bool:
    """Tell whether the total among cells is another than the sum of the others."""
    texts = dict(cells)
    total = numbers.parse_number(texts.pop(TOTAL, ""))
    if total is None:
        return False
    parts = [numbers.parse_number(text) or 0 for text in texts.values()]
    return abs(sum(parts) - total) > 0


def _assign_by_position(
    keys: Sequence[str], spans: tuple[Span, ...], values: GridRow
) -> ColumnTexts | None:
    """Assign to each column the one cell below it.

    Returns None unless every cell that is not blank stands below a column of its own.
    """
    cell_spans = tuple([cell.span for cell in values])
    positions = _find_cells_below(spans, cell_spans)
    if positions is None:
        return None
    if len(positions) < len(values):
        for position, cell in enumerate(values):
            if position in positions:
                continue
            if not numbers.is_blank(cell.text):
                return None
    texts = [values[position].text for position in positions]
    return list(zip(keys, texts, strict=True))


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


def drop_stubs(values: GridRow, label: FormLabel, table: FormTable) -> GridRow:
    """Drop the cells of unit and code between label and figures.

    A table of the form of 2014 has 收到申请数 | 件 | 12: the values are 件, 12, and 12 stays.
    """
    size = len(table.figure_columns)
    if size == len(table.columns):
        return _drop_units(values, size)
    count = len(values)
    while len(values) > size and _is_stub(values[0], label):
        values = values[1:]
    is_behind_unit = len(values) < count
    if len(values) == size and _is_surely_code(values[0], label, is_behind_unit):
        return values[1:]  # the row has lost a figure
    if len(values) > size and _is_blank_stub(values[0]):
        values = values[1:]
    return values


def _is_surely_code(cell: GridCell, label: FormLabel, is_behind_unit: bool) -> bool:
    """Tell the code of a row from a figure that is the same: 01, or 12 behind a unit."""
    if label.code is None or cell.squeezed != label.code:
        return False
    return is_behind_unit or label.code.startswith("0")


def _drop_units(values: GridRow, size: int) -> GridRow:
    """Drop a unit before more cells than the form has figures: 行政许可 | 件 | 12; no dash."""
    if len(values) <= size or numbers.is_dash(values[0].text):
        return values
    is_unit = values[0].squeezed in load_forms().units
    return values[1:] if is_unit else values


def _is_stub(cell: GridCell, label: FormLabel) -> bool:
    squeezed = cell.squeezed
    if squeezed in load_forms().units:
        return True
    if squeezed == label.code:
        return True
    return cell.start is None and not cell.text


def _is_blank_stub(cell: GridCell) -> bool:
    """Tell whether a cell is blank or a dash."""
    return not cell.is_number and numbers.can_hold_figure(cell.text)
