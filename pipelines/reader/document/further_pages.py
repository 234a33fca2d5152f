"""Further pages: a report whose text goes on on other pages is read as one document."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Sequence
from itertools import takewhile

from nianbao.pipelines.reader.document import main_text, parse
from nianbao.pipelines.reader.document.parse import DomPage
from nianbao.pipelines.reader.fields import labels
from nianbao.pipelines.reader.page.boilerplate import is_boilerplate
from nianbao.pipelines.reader.payload.normal_form import fold_forms

_HEADER_LINES = 30  # of a page, that its further pages can repeat
_PAGE_NUMBER = re.compile(r"[\[(（]?(?:第?\d{1,3}页?|[.…]{1,3})[\])）]?")


def append_pages(page: DomPage, sources: Iterable[str]) -> DomPage:
    """Return a page with the text, tables and links of its further pages behind its own.

    Each of them has the header, the footer and the pager of the page.
    """
    further_pages = []
    for source in sources:
        further_page = parse.parse_page(source)
        if not further_page.is_contained:
            further_page = main_text.narrow_to_main_text(further_page)
        further_pages.append(further_page)
    footer_length = max(_count_common_end(page, other) for other in further_pages)
    footer_start = len(page.body) - footer_length
    body = list(_remove_pager(page.body[:footer_start]))
    grids = list(page.grids)
    links = list(page.links)
    for further_page in further_pages:
        body += _select_text(page, further_page)
        grids += further_page.grids
        links += further_page.links
    return dataclasses.replace(
        page,
        body=(*body, *_skip_pager(page.body[footer_start:])),
        grids=tuple(grids),
        links=tuple(links),
        tail=further_pages[-1].tail,
    )


def _count_common_end(page: DomPage, other: DomPage) -> int:
    """Return with how many lines the bodies of two pages end alike."""
    pairs = zip(reversed(page.body), reversed(other.body), strict=False)
    return sum(1 for _ in takewhile(_are_equal, pairs))


def _are_equal(pair: tuple[str, str]) -> bool:
    return pair[0] == pair[1]


def _select_text(page: DomPage, further_page: DomPage) -> Sequence[str]:
    """Return the lines of a further page without header, footer and pager."""
    end = len(further_page.body) - _count_common_end(page, further_page)
    header_lines = {*page.head, *page.body[:_HEADER_LINES]}
    start = 0
    while start < end and _repeats_header(further_page.body[start], header_lines):
        start += 1
    return _remove_pager(further_page.body[start:end])


def _repeats_header(line: str, header_lines: set[str]) -> bool:
    return line in header_lines or labels.has_label(fold_forms(line))


def _remove_pager(lines: Sequence[str]) -> Sequence[str]:
    """Return lines without the pager at their ends: words, and numbers in lines of their own."""
    end = len(lines)
    while end and _belongs_to_pager(lines[end - 1]):
        end -= 1
    start = 0
    while start < end and _belongs_to_pager(lines[start]):
        start += 1
    return lines[start:end]


def _skip_pager(footer: Sequence[str]) -> Sequence[str]:
    """Return a footer without the pager that it begins with."""
    start = 0
    while start < len(footer) and _belongs_to_pager(footer[start]):
        start += 1
    return footer[start:]


def _belongs_to_pager(line: str) -> bool:
    return is_boilerplate(line) or _PAGE_NUMBER.fullmatch(line.strip()) is not None
