"""Long list pages: they are read in a reading process, and the crawl is given the result."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nianbao.spiders.list_reading import ListReading, ReadList
from nianbao.spiders.list_walk import ListWalk
from nianbao.spiders.lists.page import ListPage
from nianbao.spiders.platforms import reader_for

if TYPE_CHECKING:
    from nianbao.spiders.catalogue import Site
    from nianbao.spiders.lists.pagination import Pagination
    from nianbao.spiders.long_pages.answers import PackedAnswer


@dataclass(frozen=True, slots=True)
class LongList:
    """A page of a list, with what its reader is made of."""

    answer: PackedAnswer
    platform: str  # of the site file
    site: Site
    list_pages: Pagination
    answer_before: PackedAnswer | None  # the page as it was, where that is compared


def read_long_list(source: LongList) -> ReadList:
    """Read a list page to the end; this is what runs in a reading process."""
    site = source.site
    declared = reader_for(source.platform, site.options, site.declaration)
    page = ListPage(source.answer.unpack())
    reading = ListReading(page, declared, source.list_pages.platform)
    addresses_before = None
    if source.answer_before is not None:
        page_before = ListPage(source.answer_before.unpack())
        addresses_before = reading.read_before(page_before)
    complete_list(reading, copy.deepcopy(source.list_pages))
    return ReadList(reading, addresses_before)


def complete_list(reading: ListReading, list_pages: Pagination) -> None:
    """Work out all that a crawl asks for of a list page, and let the page go."""
    reading.complete()
    _find_plans(reading, list_pages)
    reading.release_page()


def _find_plans(reading: ListReading, list_pages: Pagination) -> None:
    """Have the plans of further pages worked out as a walk will ask for them."""
    ListWalk(lambda _: True).add_page(reading, list_pages)
    for has_rows in (True, False):
        reading.find_plan(
            page_count=list_pages.printed.pages,
            has_rows=has_rows,
            row_count=list_pages.printed_row_count,
        )
