"""Grids: HTML tables as rows of cells, with the columns that each cell covers.

Row spans and column spans are applied: every cell stands in the row in which it begins, and
knows the columns it covers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import TypeAlias

from nianbao.pipelines.reader.page.containers import Element
from nianbao.pipelines.reader.page.dom_walk import BREAK, JOINT
from nianbao.pipelines.reader.payload.normal_form import extract_core, squeeze
from nianbao.pipelines.reader.tables import numbers

_EDGE = BREAK + " \t\r\n\u00a0"
# Beyond any form; a span that asks for more is a mistake.
_MOST_COLUMNS = 100
_MOST_ROWS = 600
_MOST_CELLS = 50_000  # of all tables of a page
_LONGEST_SPAN = 5  # digits of a span


class GridCell:
    """A cell where it begins: its text, and the columns from `start` up to `end`.

    `start` and `end` are None in text, which has no grid. `core` is the text as labels are
    compared; of a number it is the text itself.
    """

    __slots__ = ("core", "end", "is_number", "start", "text")

    def __init__(
        self, cell_text: str, start: int | None = None, end: int | None = None
    ) -> None:
        self.text = cell_text
        self.start = start
        self.end = end
        self.core, self.is_number = _classify_cell(cell_text)

    @property
    def squeezed(self) -> str:
        return squeeze(self.text)

    def overlaps(self, other: GridCell) -> bool:
        """Tell whether two cells cover a column together."""
        if self.start is None or self.end is None:
            return False
        if other.start is None or other.end is None:
            return False
        return self.start < other.end and other.start < self.end


GridRow: TypeAlias = tuple[GridCell, ...]
Grid: TypeAlias = tuple[GridRow, ...]
CellTexts: TypeAlias = Mapping[Element, str]
# How many rows, the present one included, a cell from above covers in a column.
Spans: TypeAlias = dict[int, int]


@lru_cache(maxsize=4096)
def _classify_cell(cell_text: str) -> tuple[str, bool]:
    """Return the core of a cell, and whether the cell is a number."""
    if numbers.parse_number(cell_text) is not None:
        return cell_text, True
    return extract_core(cell_text), False


def extract_grids(element: Element, cell_texts: CellTexts) -> Iterator[Grid]:
    """Yield the grid of every table that holds no other table; those that do are layout.

    `cell_texts` has the text of the cells as the walk wrote it down; a hidden cell has none.
    """
    room = _MOST_CELLS
    for table in element.iter("table"):
        if next(table.iterdescendants("table"), None) is not None:
            continue
        grid = build_grid(table, cell_texts)
        size = sum(map(len, grid))
        if size > 1:
            yield grid
        room -= size
        if room < 0:
            return


def build_grid(table: Element, cell_texts: CellTexts) -> Grid:
    """Return the rows of a table; each row has the cells that begin in it, left to right.

    What is wider or longer than any form is cut off. Two rows, the first with a cell over both
    columns and another one over two rows,

        <td colspan=2>申请人</td> <td rowspan=2>总计</td>
        <td>自然人</td> <td>企业</td>

    give ((申请人 0-2, 总计 2-3), (自然人 0-1, 企业 1-2)).
    """
    rows: list[GridRow] = []
    spans: Spans = {}
    for tr in islice(table.iter("tr"), _MOST_ROWS):
        row, spans = _build_row(tr, cell_texts, spans)
        rows.append(row)
    return tuple(rows)


def _build_row(
    tr: Element, cell_texts: CellTexts, spans: Spans
) -> tuple[GridRow, Spans]:
    """Return a row, and the spans for the row below."""
    cells: list[GridCell] = []
    next_spans: Spans = {}
    for column, height in spans.items():
        if height > 1:
            next_spans[column] = height - 1
    column = 0
    for td in tr.iterchildren("td", "th"):
        cell_text = cell_texts.get(td)
        if cell_text is None:
            continue
        while spans.get(column, 0):
            column += 1
        if column >= _MOST_COLUMNS:
            break
        end = column + _read_span(td, "colspan", _MOST_COLUMNS - column)
        cells.append(_make_cell(cell_text, column, end))
        height = _read_span(td, "rowspan", _MOST_ROWS)
        for covered_column in range(column, end):
            if height > 1:
                next_spans[covered_column] = height - 1
        column = end
    return tuple(cells), next_spans


def _read_span(td: Element, attribute: str, most: int) -> int:
    """Return how many rows or columns a cell covers, at most `most`; 1 for no number."""
    value = td.get(attribute)
    if value is None:
        return 1
    digits = value.strip()
    if not digits.isdecimal() or len(digits) > _LONGEST_SPAN:
        return 1
    return min(max(1, int(digits)), most)


def strip_blank_end(row: GridRow) -> GridRow:
    """Drop the blank cells behind the last one with text: they fill up the row."""
    end = len(row)
    while end and numbers.is_blank(row[end - 1].text):
        end -= 1
    return row[:end]


@lru_cache(maxsize=8192)
def _make_cell(raw_text: str, start: int, end: int) -> GridCell:
    """Return a cell; equal ones of many grids are one object."""
    return GridCell(_clean_cell_text(raw_text), start, end)


def _clean_cell_text(raw_text: str) -> str:
    """Return a cell's text in one line; paragraphs that are numbers stay on lines of their own.

    The paragraphs 规 and 章 give 规章; 12 and 34 give two lines.
    """
    raw_text = raw_text.replace(JOINT, "").strip(_EDGE)
    if BREAK not in raw_text:
        return " ".join(raw_text.split())
    lines: list[str] = []
    for part in raw_text.split(BREAK):
        line = " ".join(part.split())
        if line:
            lines.append(line)
    are_numbers = all(line[-1].isdigit() for line in lines)
    if are_numbers and len(lines) > 1:
        return "\n".join(lines)
    return "".join(lines)
