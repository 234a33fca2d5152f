"""Further pages: a report whose text goes on on other pages is read as one document.

All pages have one template. So what the further ones have in common with the first at their
beginning and end is no text, and neither is the pager.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Sequence
from itertools import chain, pairwise, takewhile

from nianbao.archive.records import Finding
from nianbao.pipelines.reader.document import parse
from nianbao.pipelines.reader.document.parse import DomPage
from nianbao.pipelines.reader.fields import labels
from nianbao.pipelines.reader.page.boilerplate import is_boilerplate
from nianbao.pipelines.reader.payload.normal_form import fold_forms

_HEADER_LINES = 30  # of a page, that its further pages can repeat
_NUMBERS = re.compile(r"[\d\[\]()（）第页.… |]+")
_NUMBER = re.compile(r"\d{1,3}")
_MIN_LINE_LENGTH = 20  # characters by which a line of the first page is known again


def append_pages(page: DomPage, sources: Sequence[str]) -> DomPage:
    """Return a page with the text, tables and links of its further pages behind its own.

    One that has all of the text that stands before it takes its place: some sites offer the
    whole text behind the pages.
    """
    further_pages = [parse.parse_page(source) for source in sources]
    page_count = len(further_pages) + 1
    first_lines = _get_lines(page)
    footer_length = max(
        _count_common_end(first_lines, _get_lines(other)) for other in further_pages
    )
    end = len(first_lines) - footer_length
    footer = first_lines[end:]
    body = list(_remove_pager(first_lines[_count_head(page) : end], page_count))
    grids = list(page.grids)
    links = list(page.links)
    for further_page in further_pages:
        text = _select_text(page, further_page, page_count)
        if _holds_text(further_page, body):
            body = []
            grids = []
        body += text
        grids += further_page.grids
        links += further_page.links
    if page.is_contained:
        body += _skip_pager(footer, page_count)
        footer = further_pages[-1].tail
    pages = (page, *further_pages)
    return dataclasses.replace(
        page,
        body=tuple(body),
        grids=tuple(grids),
        links=tuple(links),
        tail=tuple(footer),
        failures=_join_findings(page.failures for page in pages),
        findings=_join_findings(page.findings for page in pages),
    )


def _join_findings(findings: Iterable[tuple[Finding, ...]]) -> tuple[Finding, ...]:
    """Return the findings of pages, each once."""
    return tuple(dict.fromkeys(chain.from_iterable(findings)))


def _get_lines(page: DomPage) -> Sequence[str]:
    """Return the lines among which the text stands: those of the container, or all."""
    if page.is_contained:
        return page.body
    return (*page.head, *page.body, *page.tail)


def _count_head(page: DomPage) -> int:
    """Return how many of these lines stand above the text."""
    return 0 if page.is_contained else len(page.head)


def _count_common_end(lines: Sequence[str], other_lines: Sequence[str]) -> int:
    """Return with how many lines two pages end alike."""
    pairs = zip(reversed(lines), reversed(other_lines), strict=False)
    return sum(1 for _ in takewhile(_are_equal, pairs))


def _are_equal(pair: tuple[str, str]) -> bool:
    return pair[0] == pair[1]


def _select_text(
    page: DomPage, further_page: DomPage, page_count: int
) -> Sequence[str]:
    """Return the lines of a further page without header, footer and pager."""
    lines = _get_lines(further_page)
    end = len(lines) - _count_common_end(_get_lines(page), lines)
    header_lines = {*page.head, *page.body[:_HEADER_LINES]}
    start = 0
    while start < end and _repeats_header(lines[start], header_lines):
        start += 1
    return _remove_pager(lines[start:end], page_count)


def _repeats_header(line: str, header_lines: set[str]) -> bool:
    if line in header_lines or is_boilerplate(line):
        return True
    return labels.has_label(fold_forms(line))


def _holds_text(page: DomPage, lines: Sequence[str]) -> bool:
    """Tell whether a page has all the long lines that stand before it, some at least."""
    long_lines = {line for line in lines if len(line) >= _MIN_LINE_LENGTH}
    return bool(long_lines) and long_lines <= set(_get_lines(page))


def _remove_pager(lines: Sequence[str], page_count: int) -> Sequence[str]:
    """Return lines without the pager at their ends: words, and numbers in lines of their own."""
    end = len(lines)
    while end and _belongs_to_pager(lines[end - 1], page_count):
        end -= 1
    return _skip_pager(lines[:end], page_count)


def _skip_pager(lines: Sequence[str], page_count: int) -> Sequence[str]:
    """Return lines without the pager that they begin with."""
    start = 0
    while start < len(lines) and _belongs_to_pager(lines[start], page_count):
        start += 1
    return lines[start:]


def _belongs_to_pager(line: str, page_count: int) -> bool:
    return is_boilerplate(line) or _counts_pages(line, page_count)


def _counts_pages(line: str, page_count: int) -> bool:
    """Tell whether a line is nothing but numbers of pages, each higher than the one before."""
    if not _NUMBERS.fullmatch(line):
        return False
    numbers = [int(number) for number in _NUMBER.findall(line)]
    if not numbers or not 1 <= numbers[0] <= numbers[-1] <= page_count:
        return False
    return all(before < number for before, number in pairwise(numbers))
