"""The labels of rows: where a row's own label stands, and which others were passed over before it.

Where two labels stand before one row of figures, the figures belong to neither for certain.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence

from nianbao.pipelines.reader.payload.normal_form import extract_core
from nianbao.pipelines.reader.tables import numbers
from nianbao.pipelines.reader.tables.forms import (
    CAPTION,
    FormLabel,
    FormTable,
    load_forms,
)
from nianbao.pipelines.reader.tables.html_grids import Grid, GridCell, GridRow
from nianbao.pipelines.reader.tables.label_index import LabelIndex, RowMatch, find_rows
from nianbao.pipelines.reader.tables.tokens import Tokens

_FIRST_COLUMN = (0, 1)
_NUMBER = re.compile(r"0*[1-9]\d{0,2}")
_CAPTION_START = "第二十"
_LABEL_CELLS = 4  # cells of a row in which its label stands
_MOST_TEXTS = 12  # before a label in which another one can stand


def drop_numbering(grid: Grid) -> Grid:
    """Return a grid without a first column that only numbers its rows: 1 | 行政许可 | 12.

    Nothing else may stand in that column but what heads it, or words over the whole width.
    """
    cells = [row[0] for row in grid if row and row[0].span == _FIRST_COLUMN]
    if not cells or not all(map(_can_number, cells)):
        return grid
    if any(_is_wide_beginning(row) for row in grid) or not _numbers_rows(grid):
        return grid
    rows: list[GridRow] = []
    for row in grid:
        is_first = bool(row) and row[0].span == _FIRST_COLUMN
        rows.append(row[1:] if is_first else row)
    return tuple(rows)


def _can_number(cell: GridCell) -> bool:
    return _is_number(cell) or numbers.is_blank(cell.text) or _is_head(cell)


def _is_number(cell: GridCell) -> bool:
    return _NUMBER.fullmatch(cell.text.strip()) is not None


def _is_head(cell: GridCell) -> bool:
    return extract_core(cell.text) in load_forms().numbering_heads


def _is_wide_beginning(row: GridRow) -> bool:
    """Tell whether a row begins with a cell over the first column and others, but not over all."""
    return len(row) > 1 and row[0].start == 0 and row[0].span != _FIRST_COLUMN


def _numbers_rows(grid: Grid) -> bool:
    """Tell whether the first column counts the rows that have figures, or is blank before them."""
    rows = list(filter(_has_first_cell, grid))
    figure_rows = list(filter(_has_figures_behind, rows))
    if not figure_rows:
        return False
    first_cells = [row[0] for row in rows]
    counts = [int(cell.text) for cell in filter(_is_number, first_cells)]
    if any(map(_is_head, first_cells)):
        return counts == sorted(counts) or _is_counting(counts)
    stands_before_words = all(map(_has_words_second, figure_rows))
    if not counts:
        return stands_before_words or len(figure_rows) < len(rows)
    return len(counts) > 1 and _is_counting(counts) and stands_before_words


def _has_first_cell(row: GridRow) -> bool:
    return len(row) > 1 and row[0].span == _FIRST_COLUMN


def _has_figures_behind(row: GridRow) -> bool:
    return any(cell.is_number or numbers.is_dash(cell.text) for cell in row[1:])


def _has_words_second(row: GridRow) -> bool:
    return any(map(str.isalpha, row[1].core))


def _is_counting(counts: Sequence[int]) -> bool:
    """Tell whether numbers count from 1 on, once or several times."""
    expected = 1
    for count in counts:
        if count not in (1, expected):
            return False
        expected = count + 1
    return counts[0] == 1


def is_caption(row: GridRow) -> bool:
    """Tell whether a row is a caption such as 第二十条第(一)项."""
    for cell in row[:2]:
        if not cell.core.startswith(_CAPTION_START):
            continue
        if CAPTION.search(cell.squeezed):
            return True
    return False


def has_number(cells: GridRow) -> bool:
    return any(cell.is_number for cell in cells)


def find_label_position(row: GridRow, labels: LabelIndex) -> int | None:
    """Return the position of the row's own label: the last one before the figures begin.

    In 三、本年度办理结果 | (一)予以公开 | 3 it is 1.
    """
    label_position = None
    for position, cell in enumerate(row):
        if cell.is_number or numbers.is_dash(cell.text):
            break
        if cell.text and find_rows(labels.generation, cell.core):
            label_position = position
    return label_position


def select_figures(row: GridRow, labels: LabelIndex) -> GridRow:
    """Return the cells behind the label of a row; none without a label or a number."""
    position = find_label_position(row, labels)
    if position is None or not has_number(row):
        return ()
    return row[position + 1 :]


def measure_rows(grid: Grid, labels: LabelIndex) -> dict[str, int]:
    """Return for each table the column at which most of its rows of figures end.

    Of two as frequent it is the farther one: rows lose cells more often than they gain any.
    """
    ends: dict[str, Counter[int]] = {}
    for row in grid:
        position = find_label_position(row, labels)
        if position is None or row[-1].end is None or not has_number(row):
            continue
        for match in find_rows(labels.generation, row[position].core):
            ends.setdefault(match.table.id, Counter())[row[-1].end] += 1
    return {name: max(counts, key=_rank_end(counts)) for name, counts in ends.items()}


def _rank_end(counts: Counter[int]) -> Callable[[int], tuple[int, int]]:
    return lambda end: (counts[end], end)


def count_rows(grid: Grid, labels: LabelIndex) -> Counter[str]:
    """Return for each table how many labels of its rows stand in a grid."""
    counts: Counter[str] = Counter()
    for row in grid:
        for cell in row[:_LABEL_CELLS]:
            if not cell.core or cell.is_number:
                continue
            for match in find_rows(labels.generation, cell.core):
                counts[match.table.id] += 1
    return counts


def find_passed_labels(
    cells: GridRow, match: RowMatch, generation: str
) -> list[FormLabel]:
    """Return the rows that cells in front of a label name, with figures of their own."""
    passed: list[FormLabel] = []
    for cell in cells:
        if not cell.core:
            continue
        for other in find_rows(generation, cell.core):
            if other.table is match.table and _is_passed(other.row, match):
                passed.append(other.row)
    return passed


def _is_passed(label: FormLabel, match: RowMatch) -> bool:
    if label.is_heading or label.key == match.row.key:
        return False
    return label.key not in _list_ancestors(match.table, match.row)


def _list_ancestors(table: FormTable, label: FormLabel) -> list[str]:
    parents = {row.key: row.parent for row in table.rows}
    ancestors: list[str] = []
    key = label.parent
    while key is not None and key not in ancestors:
        ancestors.append(key)
        key = parents.get(key)
    return ancestors


def find_passed_texts(
    texts: Tokens, label_text: str, figures: Tokens, labels: LabelIndex
) -> list[str]:
    """Return the labels of a text that stand before the label of a row of figures.

    A label on the line of its figures is theirs, whatever stands above it.
    """
    start = _find_label_start(texts, label_text)
    if start is None or texts[-1].line == figures[0].line:
        return []
    names = [token.text for token in texts[:start]]
    passed: list[str] = []
    position = max(0, len(names) - _MOST_TEXTS)
    while position < len(names):
        end = _find_label_end(names, position, labels)
        if end is None:
            position += 1
        else:
            passed.append("".join(names[position:end]))
            position = end
    return passed


def _find_label_start(texts: Tokens, label_text: str) -> int | None:
    """Return the number of the text with which the label begins that ends a text."""
    length = 0
    first: int | None = None
    for start in reversed(range(len(texts))):
        length += len(texts[start].text)
        if length > len(label_text):
            break
        if length == len(label_text):
            first = start
    if first is None:
        return None
    text = "".join(token.text for token in texts[first:])
    return first if text == label_text else None


def _find_label_end(names: Sequence[str], start: int, labels: LabelIndex) -> int | None:
    """Return the number behind the texts from `start` on that make a label of a row."""
    for end in range(len(names), start, -1):
        core = extract_core("".join(names[start:end]))
        if core in labels.rows and core not in labels.columns:
            return end
    return None
