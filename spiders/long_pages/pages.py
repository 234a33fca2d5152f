"""Long report pages: they are read in a reading process, and the crawl is given the result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nianbao.spiders.lists.pagination import Pagination
from nianbao.spiders.long_pages.lists import complete_list
from nianbao.spiders.platforms import reader_for
from nianbao.spiders.reports.listed_page import ListedPage

if TYPE_CHECKING:
    from nianbao.spiders.catalogue import Site
    from nianbao.spiders.long_pages.answers import PackedAnswer


@dataclass(frozen=True, slots=True)
class LongPage:
    """A page that was requested as a report, or as a part of one, with what reads lists."""

    answer: PackedAnswer
    platform: str  # of the site file
    site: Site


def read_long_page(source: LongPage) -> ListedPage:
    """Read a page to the end; this is what runs in a reading process."""
    site = source.site
    reader = reader_for(source.platform, site.options, site.declaration)
    reading = ListedPage(source.answer.unpack(), reader)
    reading.complete()
    if reading.list_below is not None:
        column = reading.meta["hints"].column or ""
        list_pages = Pagination(column, reading.meta["list_level"])
        list_pages.platform = reading.list_below.platform
        complete_list(reading.list_below, list_pages)
    reading.release_page()
    return reading
