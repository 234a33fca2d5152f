"""The HTML of recognised pages: what the reader reads as it reads a page of a site.

Behind each number in a cell stands a mark, a character of the private planes: by it the figure
that the reader makes of the cell is known again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import NamedTuple

from nianbao.pipelines.reader.ocr.label_correction import correct_label
from nianbao.pipelines.reader.ocr.recognition import (
    PageItem,
    Recognition,
    RecognizedCell,
    RecognizedLine,
    RecognizedPage,
    RecognizedTable,
    RecognizedText,
)
from nianbao.pipelines.reader.tables import numbers

_PAGE = '<html><body><div id="zoom">{}</div></body></html>'
_FIRST_MARK = 0xF0000
_LAST_MARK = 0xFFFFD
_MARK = re.compile(f"[{chr(_FIRST_MARK)}-{chr(_LAST_MARK)}]")
_PAGE_NUMBER = re.compile(r"[-—–·\s]*\d{1,3}[-—–·\s]*|第\s*\d{1,3}\s*页.{0,8}")
_EDGE_OF_PAGE = 0.1  # of its height, above and below, where the number of a page stands
_UNREAD = "[图片]"
_SAME_EDGE = 9  # thousandths of the width between two edges that are one
_SAME_SIDE = 25
_INDENT = 0.8  # of a line's height by which the first line of a paragraph stands in
_SHORT = 1.6  # of its height by which the last line of one ends early


@dataclass(slots=True)
class RecognizedHtml:
    """The HTML of what was recognised, and the confidence of each mark in it, in order."""

    html: str
    numbers: list[RecognizedText] = field(default_factory=list)


class _Placed(NamedTuple):
    """A cell by the edges around it, counted from left and top."""

    start: int
    top: int
    end: int
    bottom: int
    cell: RecognizedCell


def write_page(
    recognitions: Iterable[Recognition], *, least: float = 0.0
) -> RecognizedHtml:
    """Return the HTML of all pages of some payloads.

    Lines of prose of which the model is less sure than `least` are left out.
    """
    outcome = RecognizedHtml("")
    pages = [page for recognition in recognitions for page in recognition.pages]
    parts: list[str] = []
    paragraph: list[RecognizedLine] = []
    for item in _join_pages(pages):
        if isinstance(item, RecognizedTable):
            parts += _write_paragraph(paragraph)
            parts.append(_write_table(item, outcome))
            continue
        if item.confidence < least:
            parts += _write_paragraph(paragraph)
            continue
        if paragraph and not _goes_on(paragraph, item):
            parts += _write_paragraph(paragraph)
        paragraph.append(item)
    parts += _write_paragraph(paragraph)
    outcome.html = _PAGE.format("\n".join(parts))
    return outcome


def put_text_beside(html: str, text: str, *, is_before: bool) -> str:
    """Return the HTML of :func:`write_page` with a text before or behind it, line by line."""
    lines = filter(str.strip, text.splitlines())
    paragraphs = "".join(
        f"<p>{escape(remove_number_marks(line))}</p>" for line in lines
    )
    start, end = _PAGE.split("{}")
    content = html.removeprefix(start).removesuffix(end)
    parts = (paragraphs, content) if is_before else (content, paragraphs)
    return _PAGE.format("".join(parts))


def find_mark(text: str) -> int | None:
    """Return the number of the mark in the text of a figure."""
    match = _MARK.search(text)
    return None if match is None else ord(match[0]) - _FIRST_MARK


def remove_number_marks(text: str) -> str:
    """Return a text without the marks of numbers."""
    return _MARK.sub("", text)


def _join_pages(pages: Sequence[RecognizedPage]) -> Iterator[PageItem]:
    """Yield the items of all pages; a table that goes on upon the next page is one."""
    waiting: PageItem | None = None
    for page in pages:
        for item in _drop_page_numbers(page):
            if waiting is None:
                waiting = item
                continue
            union = None
            is_first = item is page.items[0] or isinstance(item, RecognizedTable)
            if is_first and isinstance(waiting, RecognizedTable):
                union = _join_tables(waiting, item)
            if union is not None:
                waiting = union
            else:
                yield waiting
                waiting = item
    if waiting is not None:
        yield waiting


def _drop_page_numbers(page: RecognizedPage) -> Iterator[PageItem]:
    edge = page.height * _EDGE_OF_PAGE
    for item in page.items:
        if isinstance(item, RecognizedLine) and _PAGE_NUMBER.fullmatch(item.text):
            is_at_edge = item.top < edge or item.top + item.height > page.height - edge
            if is_at_edge:
                continue
        yield item


def _join_tables(above: RecognizedTable, below: PageItem) -> RecognizedTable | None:
    """Return two tables as one where the second goes on with the columns of the first."""
    if not isinstance(below, RecognizedTable):
        return None
    for one, other in ((0, 0), (-1, -1)):
        if abs(above.columns[one] - below.columns[other]) > _SAME_SIDE:
            return None
    shift = above.rows[-1] - below.rows[0]
    shared = _merge_edges([*above.columns, *below.columns])
    most = max(len(above.columns), len(below.columns))
    if len(shared) > most + 1:
        return None
    cells = list(above.cells)
    for cell in below.cells:
        cells.append(
            RecognizedCell(
                cell.start,
                cell.top + shift,
                cell.end,
                cell.bottom + shift,
                cell.lines,
                cell.is_unread,
            )
        )
    rows = (*above.rows, *(row + shift for row in below.rows[1:]))
    return RecognizedTable(
        tuple(shared),
        rows,
        tuple(cells),
        above.is_ruled,
    )


def _merge_edges(edges: Iterable[int]) -> list[int]:
    """Return edges in order, those that are nearly one as one."""
    groups: list[list[int]] = []
    for edge in sorted(edges):
        if groups and edge - groups[-1][-1] <= _SAME_EDGE:
            groups[-1].append(edge)
        else:
            groups.append([edge])
    return [round(sum(group) / len(group)) for group in groups]


def _goes_on(paragraph: Sequence[RecognizedLine], line: RecognizedLine) -> bool:
    """Tell whether a line goes on with the paragraph above it.

    That one reached the right margin, and the line begins at the left one.
    """
    last = paragraph[-1]
    if abs(last.height - line.height) > 0.35 * max(last.height, line.height):
        return False
    is_beside = abs(last.top - line.top) < 0.5 * last.height and last.end <= line.start
    if is_beside:
        return False
    begin = min(line.start, *(other.start for other in paragraph))
    is_full = last.end >= line.end - _SHORT * last.height
    starts_left = line.start - begin < _INDENT * line.height
    is_wide = last.end - last.start > 0.45 * 1000
    return is_full and starts_left and is_wide


def _write_paragraph(lines: list[RecognizedLine]) -> list[str]:
    """Return a paragraph as HTML, and empty the list of its lines."""
    if not lines:
        return []
    text = "".join(line.text for line in lines)
    lines.clear()
    return [f"<p>{escape(remove_number_marks(text))}</p>"]


def _write_table(table: RecognizedTable, outcome: RecognizedHtml) -> str:
    rows: dict[int, list[_Placed]] = {}
    for cell in table.cells:
        spots = _Placed(
            _find_edge(table.columns, cell.start),
            _find_edge(table.rows, cell.top),
            _find_edge(table.columns, cell.end),
            _find_edge(table.rows, cell.bottom),
            cell,
        )
        rows.setdefault(spots.top, []).append(spots)
    parts = ["<table>"]
    for row in range(len(table.rows) - 1):
        parts.append("<tr>")
        for spots in sorted(rows.get(row, [])):
            parts.append(_write_cell(spots, outcome))
        parts.append("</tr>")
    parts.append("</table>")
    return "".join(parts)


def _find_edge(edges: Sequence[int], place: int) -> int:
    return min(range(len(edges)), key=lambda number: abs(edges[number] - place))


def _write_cell(spots: _Placed, outcome: RecognizedHtml) -> str:
    spans = ""
    if spots.end - spots.start > 1:
        spans += f' colspan="{spots.end - spots.start}"'
    if spots.bottom - spots.top > 1:
        spans += f' rowspan="{spots.bottom - spots.top}"'
    return f"<td{spans}>{_write_cell_text(spots.cell, outcome)}</td>"


def _write_cell_text(cell: RecognizedCell, outcome: RecognizedHtml) -> str:
    """Return the text of a cell; a number has its mark behind it."""
    if cell.is_unread:
        return _UNREAD
    texts = [remove_number_marks(line.text) for line in cell.lines]
    if len(texts) == 1 and numbers.parse_number(texts[0]) is not None:
        mark = _FIRST_MARK + len(outcome.numbers)
        if mark <= _LAST_MARK:
            outcome.numbers.append(RecognizedText(texts[0], cell.lines[0].confidence))
            return escape(texts[0]) + chr(mark)
    whole = "".join(texts)
    label = correct_label(whole)
    if label != whole:
        return escape(label)
    return "<br>".join(map(escape, texts))
