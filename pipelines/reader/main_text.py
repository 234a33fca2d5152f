"""The main text of a page on which no known container stands: trafilatura says where it is.

Its text is used to find the first and the last line in the page's own lines; what is kept and
digested has the same form as on a page with a container. It is given no tables of figures but their
rows as text: it looks at each cell a dozen times, which took eight times as long as all the rest of reading.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Sequence

from lxml import etree

from pipelines.reader import header, text
from pipelines.reader.page import Page
from pipelines.reader.walk import MEANINGLESS, SHORT_CELL, Element

_KEY = 14  # characters of a squeezed line that are compared
_LONGEST, _MOST_TAGS = 1_000_000, 15_000  # trafilatura takes seconds and a gigabyte over more
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
    return dataclasses.replace(found, head=lines[:start], body=lines[start:end], tail=lines[end:])


def _slim(root: Element) -> str:
    """Return a page without what tells nothing about where its main text stands."""
    etree.strip_elements(root, "script", "style", etree.Comment, with_tail=False)
    etree.strip_tags(root, *MEANINGLESS)
    for table in list(root.iter("table")):
        rows = [["".join(map(str, cell.itertext())) for cell in row.iter("td", "th")] for row in table.iter("tr")]
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
    """Return the lines of the main text that trafilatura finds; imported here, it takes a second."""
    import trafilatura

    logging.getLogger("trafilatura").setLevel(logging.ERROR)  # it warns of pages without main text
    extracted = trafilatura.extract(source, fast=True, include_tables=True, include_comments=False)
    return (extracted or "").split("\n")


def _span(lines: Sequence[str], wanted: Sequence[str]) -> tuple[int, int] | None:
    keys = {key for line in wanted for part in line.split("|") if len(key := _key(part)) >= 6}
    hits = [n for n, line in enumerate(lines) if any(_key(cell) in keys for cell in line.split("\t") if len(cell) > 5)]
    if not hits:
        return None
    return hits[0], hits[-1] + 1


def _key(line: str) -> str:
    return text.SPACE.sub("", line)[:_KEY]
