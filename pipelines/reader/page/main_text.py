"""The main text of a page on which no known container stands: trafilatura says where it is.

Its text is used to find the first and the last line in the page's own lines; what is kept and
digested has the same form as on a page with a container. It is given no tables of figures but
their rows as text: it looks at each cell a dozen times, which took four times as long as all
the rest of reading.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Sequence

from lxml import etree

from nianbao.pipelines.reader.page import header
from nianbao.pipelines.reader.page.dom_walk import MEANINGLESS, SHORT_CELL, Element
from nianbao.pipelines.reader.page.parse import Page
from nianbao.pipelines.reader.payload.normal_form import remove_space

_KEY, _SHORTEST = (
    14,
    6,
)  # characters of a bare line that are compared, and that tell it from others
_LONGEST, _MOST_TAGS = (
    1_000_000,
    15_000,
)  # trafilatura takes seconds and a gigabyte over more
_LEAST = 200  # characters of text below which a page has no prose to look for


def narrowed(found: Page) -> Page:
    """Return the page with head, body and tail told apart; unchanged when no main text is found.

    The tree of the page is used up.
    """
    lines = found.body
    if found.root is None or sum(map(len, lines)) < _LEAST:
        return found
    source = _slim(found.root)
    if len(source) > _LONGEST or source.count("<") > _MOST_TAGS:
        return found
    span = _span(lines, _main_lines(source))
    if span is None:
        return dataclasses.replace(found, body=lines[: header.footer(lines)])
    start, end = span
    return dataclasses.replace(
        found, head=lines[:start], body=lines[start:end], tail=lines[end:]
    )


def _slim(root: Element) -> str:
    """Return a page without what tells nothing about where its main text stands."""
    etree.strip_elements(root, "script", "style", etree.Comment, with_tail=False)
    etree.strip_tags(root, *MEANINGLESS)
    for table in list(root.iter("table")):
        if next(table.iterdescendants("table"), None) is not None:  # layout
            continue
        rows = [
            ["".join(map(str, cell.itertext())) for cell in row.iter("td", "th")]
            for row in table.iter("tr")
        ]
        if max((len(cell) for row in rows for cell in row), default=0) <= SHORT_CELL:
            _replace(table, "\n".join(" ".join(" ".join(row).split()) for row in rows))
    return etree.tostring(root, encoding="unicode", method="html")


def _replace(table: Element, rows: str) -> None:
    """Put a paragraph of text in the place of a table."""
    parent = table.getparent()
    if parent is not None:
        paragraph = table.makeelement("p")
        paragraph.text, paragraph.tail = rows, table.tail
        parent.replace(table, paragraph)


def _main_lines(source: str) -> list[str]:
    """Return the lines of the main text that trafilatura finds; imported here, it takes a
    second.
    """
    import trafilatura

    logging.getLogger("trafilatura").setLevel(
        logging.ERROR
    )  # it warns of pages without main text
    extracted = trafilatura.extract(
        source, fast=True, include_tables=True, include_comments=False
    )
    return (extracted or "").split("\n")


def _span(lines: Sequence[str], wanted: Sequence[str]) -> tuple[int, int] | None:
    """Return where the wanted lines begin and end among all.

    Paragraphs of a page laid out in tables come as one line, and rows of a table with bars or
    without: so a long line is looked for anywhere in what is wanted, and only a short one has
    to be a line or a cell of it.
    """
    whole = "".join(_bare(line) for line in wanted)
    short = {_bare(part) for line in wanted for part in (line, *line.split("|"))}

    def is_wanted(number: int) -> bool:
        begins = _bare(lines[number])[:_KEY]
        return (
            begins in whole
            if len(begins) == _KEY
            else len(begins) >= _SHORTEST and begins in short
        )

    first = next(filter(is_wanted, range(len(lines))), None)
    return (
        None
        if first is None
        else (first, next(filter(is_wanted, reversed(range(len(lines))))) + 1)
    )


def _bare(line: str) -> str:
    """Return a line without white space and bars."""
    return remove_space(line).replace("|", "")
