"""Long pages that a search or a check of a site meets: they are examined in a reading process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nianbao.spiders.discovery.column_search import ColumnSearch, SearchExamination
from nianbao.spiders.discovery.site_check import PageExamination, examine_page
from nianbao.spiders.lists.page import ListPage

if TYPE_CHECKING:
    from nianbao.spiders.catalogue import Site
    from nianbao.spiders.discovery.steps import Step
    from nianbao.spiders.long_pages.answers import PackedAnswer


@dataclass(frozen=True, slots=True)
class LongSearchPage:
    """A page that a search asked for, with the search as it stands."""

    answer: PackedAnswer
    search: ColumnSearch
    step: Step


@dataclass(frozen=True, slots=True)
class LongCheckPage:
    """A page that the check of a site asked for: a column's, or a home page."""

    answer: PackedAnswer
    site: Site
    is_column: bool


def search_long_page(source: LongSearchPage) -> SearchExamination:
    """Take a page into a search; this is what runs in a reading process."""
    page = ListPage(source.answer.unpack())
    steps = tuple(source.search.examine(page, source.step))
    return SearchExamination(source.search, steps)


def check_long_page(source: LongCheckPage) -> PageExamination:
    """Examine a page of a site; this is what runs in a reading process."""
    response = source.answer.unpack()
    return examine_page(response, source.site, is_column=source.is_column)
