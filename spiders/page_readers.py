"""What a list page is read with: the platform of the site file, and the one that it speaks for.

A wrong or unknown platform costs nothing: both are asked, and the reader of any list beside them
(`page_rows`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nianbao.spiders.discovery.platform_signs import (
    NO_PLATFORM,
    find_signs,
    judge_signs,
)
from nianbao.spiders.lists.page import ListPage, ListRow, ListTotals, NextPage
from nianbao.spiders.lists.reader import ListReader
from nianbao.spiders.platforms import reader_for
from nianbao.spiders.platforms.auto import AutoReader

WHOLE_PAGE = re.compile(r"<(?:html|head|body|script|title)\b", re.IGNORECASE)
SURE = 0.5  # with less confidence a page is read as the one that led to it


class PageReader(ListReader):
    """Reads pages as the platform of the site file, and as the one that they speak for."""

    platform = "both"

    def __init__(self, declared: ListReader, recognized: ListReader) -> None:
        super().__init__(declared.options)
        self._declared = declared
        self._recognized = recognized
        self.probes = declared.probes or recognized.probes
        self.lists_one_body = declared.lists_one_body or recognized.lists_one_body

    def read_rows(self, page: ListPage) -> Iterator[ListRow]:
        for reader in self._select_readers(page):
            yield from reader.read_rows(page)

    def read_next_pages(self, page: ListPage) -> Iterator[NextPage]:
        """Yield the pages that the site's platform knows; where it knows no row, the other's."""
        for reader in self._select_readers(page):
            next_pages = list(reader.read_next_pages(page))
            yield from next_pages
            if next_pages or any(True for _ in reader.read_rows(page)):
                return

    def read_branches(self, page: ListPage) -> Iterator[ListRow]:
        for reader in self._select_readers(page):
            yield from reader.read_branches(page)

    def ends_blank(self, page: ListPage) -> bool:
        """Tell whether the list may end with a page: no reader that asks on knows better."""
        readers = [reader for reader in self._select_readers(page) if reader.probes]
        return bool(readers) and all(reader.ends_blank(page) for reader in readers)

    def read_page_count(self, page: ListPage) -> int | None:
        counts = [reader.read_page_count(page) for reader in self._select_readers(page)]
        return next((count for count in counts if count is not None), None)

    def is_full(self, page: ListPage) -> bool:
        return all(reader.is_full(page) for reader in self._select_readers(page))

    def read_totals(self, page: ListPage) -> ListTotals | None:
        for reader in self._select_readers(page):
            totals = reader.read_totals(page)
            if totals is not None:
                return totals
        return None

    def _select_readers(self, page: ListPage) -> tuple[ListReader, ...]:
        """Return the readers of a page: of an answer in JSON, the one that finds rows in it."""
        if page.is_markup:
            return (self._declared, self._recognized)
        if _reads_answer(self._declared, page):
            return (self._declared,)
        return (self._recognized,)


def _reads_answer(reader: ListReader, page: ListPage) -> bool:
    """Tell whether a reader finds rows in an answer in JSON; it may be another platform's."""
    if not reader.reads_json:
        return False
    try:
        return any(True for _ in reader.read_rows(page))
    except (AttributeError, KeyError, TypeError, ValueError):
        return False


def recognize_platform(page: ListPage, platform: str) -> str:
    """Return the platform that a page speaks for; where it is not sure, the one given.

    That is the platform of the page that led to it: an answer of a service has no signs of its
    own, and the addresses of its rows may be of another.
    """
    if platform not in (NO_PLATFORM, AutoReader.platform) and _is_answer(page):
        return platform
    signs = find_signs(page.url, page.text)
    recognized, confidence = judge_signs(signs)
    if confidence >= SURE or platform == NO_PLATFORM:
        return recognized
    return platform


def _is_answer(page: ListPage) -> bool:
    """Tell whether a page is what a service answers: data, or rows without a page around them."""
    return not page.is_markup or WHOLE_PAGE.search(page.text) is None


def choose_reader(declared: ListReader, platform: str) -> ListReader:
    """Return what reads the pages of a site that speak for a platform."""
    if not declared.takes_titled_rows or platform in (declared.platform, NO_PLATFORM):
        return declared
    recognized = reader_for(platform, declared.options)
    if declared.reads_all_rows:
        return recognized
    return PageReader(declared, recognized)
