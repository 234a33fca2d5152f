"""The main text of a page on which no known container stands.

Where it is, the places of the sentences say, and where those are not sure, trafilatura: it takes
as long as all the rest of reading.

The text found is used to find the first and the last line in the page's own lines; what is kept and
digested has the same form as on a page with a container. Trafilatura gets no tables of figures
but their rows as text: it looks at each cell a dozen times, which took four times as long as all
the rest of reading.
"""

from __future__ import annotations

import dataclasses
import logging
import re
from collections.abc import Sequence
from itertools import chain

from lxml import etree

from nianbao.pipelines.reader.document import header
from nianbao.pipelines.reader.document.dense_text import find_dense_text
from nianbao.pipelines.reader.document.parse import DomPage
from nianbao.pipelines.reader.fields.signature import find_signature
from nianbao.pipelines.reader.page.boilerplate import is_boilerplate
from nianbao.pipelines.reader.page.containers import Element
from nianbao.pipelines.reader.page.dom_walk import MEANINGLESS, SHORT_CELL
from nianbao.pipelines.reader.page.unseen import fit_for_tree
from nianbao.pipelines.reader.payload.normal_form import collapse_space, remove_space

_KEY_LENGTH = 14  # characters of a bare line that are compared
_MIN_KEY_LENGTH = 6  # a shorter line is like too many others
_MIN_TEXT_LENGTH = 200  # below it a page has no prose to look for
_SIGNATURE_LINES = 3  # in which agency and date stand
_LONGEST_SIGNATURE = 60  # characters of a line of it
_DIGIT = re.compile(r"\d")
# Trafilatura takes seconds and a gigabyte over more.
_MAX_SOURCE_LENGTH = 1_000_000
_MAX_TAGS = 15_000


def narrow_to_main_text(page: DomPage) -> DomPage:
    """Return the page with head, body and tail apart; unchanged when no main text is found.

    The tree of the page is used up.
    """
    lines = page.body
    text_length = sum(map(len, lines))
    if page.root is None or text_length < _MIN_TEXT_LENGTH:
        return page
    span = _find_dense_span(lines, page.root)
    if span is None:
        source = _slim_source(page.root)
        if len(source) > _MAX_SOURCE_LENGTH:
            return page
        if source.count("<") > _MAX_TAGS:
            return page
        span = _find_span(lines, _extract_main_lines(source))
    if span is None:
        footer_start = header.find_footer(lines)
        return dataclasses.replace(page, body=lines[:footer_start])
    start, end = span
    end = _include_signature(lines, end)
    return dataclasses.replace(
        page,
        head=lines[:start],
        body=lines[start:end],
        tail=lines[end:],
    )


def _find_dense_span(lines: Sequence[str], root: Element) -> tuple[int, int] | None:
    """Return where the main text begins and ends, None where its sentences do not tell."""
    texts = find_dense_text(root)
    span = _find_span(lines, texts) if texts else None
    if span is None:
        return None
    start, end = span
    footer_start = max(end, header.find_footer(lines))
    outer_lines = chain(lines[:start], lines[end:footer_start])
    if any(map(_is_document_text, outer_lines)):
        return None
    return span


def _is_document_text(line: str) -> bool:
    """Tell whether a line may be text of a document: figures, a numbered heading, a sentence."""
    if is_boilerplate(line):
        return False
    if "\t" in line:
        return _DIGIT.search(line) is not None
    return header.begins_section(line) or "。" in line


def _include_signature(lines: Sequence[str], end: int) -> int:
    """Return where the body ends with the signature that stands behind it, if one does.

    Its lines are short, and taken for no text on pages laid out in tables.
    """
    for number in range(end, min(end + _SIGNATURE_LINES, len(lines))):
        line = lines[number]
        if is_boilerplate(line) or len(line) > _LONGEST_SIGNATURE:
            return end
        if find_signature([*lines[end : number + 1]]).signed_on is not None:
            return number + 1
    return end


def _slim_source(root: Element) -> str:
    """Return the HTML of a page without what says nothing about where its main text stands."""
    needless = ("script", "style", etree.Comment)
    etree.strip_elements(root, *needless, with_tail=False)
    etree.strip_tags(root, *MEANINGLESS)
    for table in list(root.iter("table")):
        inner_tables = table.iterdescendants("table")
        if next(inner_tables, None) is None:  # one with an inner table is for layout
            _flatten_table(table)
    return etree.tostring(root, encoding="unicode", method="html")


def _flatten_table(table: Element) -> None:
    """Put the rows of a table as text in its place, unless a cell is long."""
    rows: list[str] = []
    for row in table.iter("tr"):
        cells = [_extract_text(cell) for cell in row.iter("td", "th")]
        if max(map(len, cells), default=0) > SHORT_CELL:
            return
        text = " ".join(cells)
        rows.append(collapse_space(text))
    _replace_with_paragraph(table, "\n".join(rows))


def _extract_text(cell: Element) -> str:
    return "".join(map(str, cell.itertext()))


def _replace_with_paragraph(table: Element, text: str) -> None:
    parent = table.getparent()
    if parent is not None:
        paragraph = table.makeelement("p")
        paragraph.text = fit_for_tree(text)
        paragraph.tail = table.tail
        parent.replace(table, paragraph)


def _extract_main_lines(source: str) -> list[str]:
    """Return the lines of the main text that trafilatura finds.

    It is imported here because that takes a second.
    """
    import trafilatura

    # It warns of pages without main text.
    logging.getLogger("trafilatura").setLevel(logging.ERROR)
    main_text = trafilatura.extract(
        source, fast=True, include_tables=True, include_comments=False
    )
    return (main_text or "").split("\n")


def _find_span(
    lines: Sequence[str],
    main_lines: Sequence[str],
) -> tuple[int, int] | None:
    """Return where the main lines begin and end among all, None when none is there.

    Paragraphs of a page laid out in tables come as one line, and rows of a table with bars or
    without: so a long line is looked for anywhere in the main text, and only a short one has
    to be a line or a cell of it.
    """
    main_text = "".join(map(_strip_line, main_lines))
    short_parts: set[str] = set()
    for line in main_lines:
        cells = line.split("|")
        short_parts.add(_strip_line(line))
        short_parts.update(map(_strip_line, cells))

    def is_main(number: int) -> bool:
        key = _strip_line(lines[number])[:_KEY_LENGTH]
        if len(key) == _KEY_LENGTH:
            return key in main_text
        return len(key) >= _MIN_KEY_LENGTH and key in short_parts

    numbers = range(len(lines))
    start = next(filter(is_main, numbers), None)
    if start is None:
        return None
    last = next(filter(is_main, reversed(numbers)))
    return start, last + 1


def _strip_line(line: str) -> str:
    """Return a line without white space and bars."""
    return remove_space(line).replace("|", "")
