"""Grids: HTML tables as rows of cells, with the columns that each cell covers.

Row spans and column spans are applied as browsers do: every cell stands in the row in which it
begins, and knows the columns it covers. A row span ends with its thead, tbody or tfoot.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TypeAlias

from nianbao.pipelines.reader.page.cell_values import describe_media
from nianbao.pipelines.reader.page.containers import Element
from nianbao.pipelines.reader.page.dom_walk import BREAK, JOINT
from nianbao.pipelines.reader.payload.normal_form import (
    extract_core,
    remove_invisible,
    squeeze,
)
from nianbao.pipelines.reader.tables import numbers

_EDGE = BREAK + JOINT + " \t\r\n\u00a0"
# Beyond any form; a span that asks for more is a mistake.
_MOST_COLUMNS = 100
_MOST_ROWS = 600
_MOST_CELLS = 50_000  # of all tables of a page
_LONGEST_SPAN = 5  # digits of a span
_SPAN = re.compile(r"[ \t\n\f\r]*\+?([0-9]+)")
_GROUP_TAGS = ("thead", "tbody", "tfoot")
_CELL_TAGS = ("td", "th")


# The columns of a grid from the first up to the second, which is none of them.
Span: TypeAlias = tuple[int, int]


class GridCell:
    """A cell where it begins: its text, and the columns from `start` up to `end`.

    `start` and `end` are None in text, which has no grid; its `span` covers nothing. `core` is
    the text as labels are compared; of a number it is the text itself. `is_glued` says that
    digits of text stood beside others with nothing in between.
    """

    __slots__ = ("core", "end", "is_glued", "is_number", "span", "start", "text")

    def __init__(
        self,
        cell_text: str,
        start: int | None = None,
        end: int | None = None,
        *,
        is_glued: bool = False,
    ) -> None:
        self.is_glued = is_glued
        self.text = cell_text
        self.start = start
        self.end = end
        self.span: Span = (start or 0, end or 0)
        self.core, self.is_number = _classify_cell(cell_text)

    @property
    def squeezed(self) -> str:
        return squeeze(self.text)

    def overlaps(self, other: GridCell) -> bool:
        """Tell whether two cells cover a column together."""
        return self.covers_any(other.span)

    def covers_any(self, span: Span) -> bool:
        """Tell whether the cell covers a column of a span."""
        start, end = self.span
        first, last = span
        return start < last and first < end


GridRow: TypeAlias = tuple[GridCell, ...]
Grid: TypeAlias = tuple[GridRow, ...]
CellTexts: TypeAlias = Mapping[Element, str]
# How many rows, the present one included, a cell from above covers in a column.
Spans: TypeAlias = dict[int, int]
RowGroup: TypeAlias = list[list[Element]]  # the cells of each row


@lru_cache(maxsize=4096)
def _classify_cell(cell_text: str) -> tuple[str, bool]:
    """Return the core of a cell, and whether the cell is a number."""
    if numbers.parse_number(cell_text) is not None:
        return cell_text, True
    return extract_core(cell_text), False


def extract_grids(element: Element, cell_texts: CellTexts) -> Iterator[Grid]:
    """Yield the grid of every table that holds no other table; those that do are layout.

    `cell_texts` has the text of the cells as the walk wrote it down.
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
    for group in _split_row_groups(table):
        spans: Spans = {}
        for position, cells in enumerate(group):
            if len(rows) == _MOST_ROWS:
                return tuple(rows)
            rows_left = len(group) - position
            row, spans = _build_row(cells, cell_texts, spans, rows_left)
            rows.append(row)
    return tuple(rows)


def _split_row_groups(table: Element) -> list[RowGroup]:
    """Return the rows of each thead, tbody and tfoot from top to bottom, each row as its cells.

    The first thead stands above all others and the first tfoot below them, wherever the page has
    them. Cells outside any row make a row, as browsers put one around them.
    """
    heads: list[RowGroup] = []
    bodies: list[RowGroup] = []
    feet: list[RowGroup] = []
    loose: list[Element] = []  # rows and cells that stand in no group
    for part in table.iterchildren():
        if part.tag in _GROUP_TAGS:
            bodies += _collect_rows(loose)
            loose = []
            groups = bodies
            if part.tag == "thead" and not heads:
                groups = heads
            elif part.tag == "tfoot" and not feet:
                groups = feet
            groups += _collect_rows(part)
        else:
            loose.append(part)
    bodies += _collect_rows(loose)
    return [*heads, *bodies, *feet]


def _collect_rows(parts: Iterable[Element]) -> list[RowGroup]:
    """Return the rows that the parts of a group are, as one group; none when there are none."""
    rows: RowGroup = []
    is_open = False  # a row of cells that stand outside any row
    for part in parts:
        if part.tag in _CELL_TAGS:
            if not is_open:
                rows.append([])
            rows[-1].append(part)
            is_open = True
        elif part.tag == "tr":
            rows.append(list(part.iterchildren(*_CELL_TAGS)))
            is_open = False
        elif isinstance(part.tag, str):
            inner_rows = part.iter("tr")
            rows += [list(row.iterchildren(*_CELL_TAGS)) for row in inner_rows]
    return [rows] if rows else []


def _build_row(
    tds: Iterable[Element], cell_texts: CellTexts, spans: Spans, rows_left: int
) -> tuple[GridRow, Spans]:
    """Return a row, and the spans for the row below.

    `rows_left` are the rows of its group from this one on: no cell covers more.
    """
    cells: list[GridCell] = []
    next_spans: Spans = {}
    for column, height in spans.items():
        if height > 1:
            next_spans[column] = height - 1
    column = 0
    for td in tds:
        cell_text = cell_texts.get(td)
        if cell_text is None:
            continue
        while spans.get(column, 0):
            column += 1
        if column >= _MOST_COLUMNS:
            break
        end = column + 1
        colspan = td.get("colspan")
        if colspan is not None:
            end = min(column + (read_span(colspan) or 1), _MOST_COLUMNS)
        if len(td) and not cell_text.strip(_EDGE):
            cell_text = describe_media(td)
        cells.append(_make_cell(cell_text, column, end))
        rowspan = td.get("rowspan")
        if rowspan is not None:
            _cover_rows_below(next_spans, range(column, end), rowspan, rows_left)
        column = end
    return tuple(cells), next_spans


def _cover_rows_below(
    spans: Spans, columns: range, rowspan: str, rows_left: int
) -> None:
    height = read_span(rowspan)
    if height == 0 or height > rows_left:
        height = rows_left
    for column in columns:
        spans[column] = max(spans.get(column, 0), height - 1)


@lru_cache(maxsize=256)
def read_span(value: str | None) -> int:
    """Return how many rows or columns a span asks for, as browsers read it.

    " +2px" gives 2, "2.0" gives 2, "0" gives 0; what begins with no number gives 1.
    """
    match = _SPAN.match(value or "")
    if match is None:
        return 1
    digits = match[1].lstrip("0")
    if len(digits) > _LONGEST_SPAN:
        return int("9" * _LONGEST_SPAN)
    return int(digits or "0")


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
    raw_text = remove_invisible(raw_text).replace(JOINT, "").strip(_EDGE)
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
