"""What is read of a list page, for a walk through the list; of a long page in another process.

Each part is worked out once, when it is asked for. When all are, `release_page` lets the page go,
and a reading process can hand the rest to the crawl.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from nianbao.spiders.links import resolve_link
from nianbao.spiders.lists.empty_answers import is_empty_answer
from nianbao.spiders.lists.page import ListPage, ListTotals, NextPage
from nianbao.spiders.lists.page_parts import find_parts
from nianbao.spiders.lists.pagination import PagingPlan
from nianbao.spiders.lists.printed_totals import PrintedTotals, read_printed_totals
from nianbao.spiders.lists.redirects import find_redirect
from nianbao.spiders.page_readers import choose_reader, recognize_platform
from nianbao.spiders.page_rows import PageRows, count_other_rows, read_page_rows
from nianbao.spiders.paging.pager_elements import PagerLink
from nianbao.spiders.paging.pager_links import find_pager_links
from nianbao.spiders.paging.plans import find_plan
from nianbao.spiders.rows.row_counts import LinkPlace, locate_links

if TYPE_CHECKING:
    from nianbao.spiders.lists.reader import ListReader

# Pages and rows that the list prints, and whether it has rows.
PlanKey = tuple[int | None, bool, int]


class ListReading:
    """What is read of one list page.

    `declared` is the reader of the site's platform, `platform` the one that the page before
    speaks for. All addresses but those of rows are absolute.
    """

    def __init__(self, page: ListPage, declared: ListReader, platform: str) -> None:
        self._page: ListPage | None = page
        self._declared: ListReader | None = declared
        self.base = page.link_base
        self.request_body = page.request_body
        self.is_markup = page.is_markup
        self._had_cut_attributes = False  # of a page that was let go
        self.platform = recognize_platform(page, platform)
        self._printed: dict[frozenset[str], PrintedTotals] = {}
        self._plans: dict[PlanKey, PagingPlan | None] = {}

    @property
    def url(self) -> str:
        """The address of the page, after redirects."""
        return self.base.url

    @property
    def page(self) -> ListPage:
        """The page itself, where it was not read in another process."""
        if self._page is None:
            raise RuntimeError(f"{self.url} was read in another process")
        return self._page

    @property
    def has_cut_attributes(self) -> bool:
        """Whether elements of the page lost attributes, as far as it was read."""
        if self._page is None:
            return self._had_cut_attributes
        return self._page.has_cut_attributes

    def urljoin(self, address: str) -> str:
        """Return an address of the page made absolute; empty where it leads to no web page."""
        return resolve_link(self.base, address) or ""

    # --- rows -------------------------------------------------------------------------------

    @cached_property
    def _reader(self) -> ListReader:
        if self._declared is None:
            raise RuntimeError(f"{self.url} was read in another process")
        return choose_reader(self._declared, self.platform)

    @cached_property
    def rows(self) -> PageRows:
        """The rows of the page."""
        return read_page_rows(self._reader, self.page)

    def read_before(self, page: ListPage) -> frozenset[str]:
        """Return the addresses of the titled rows of the page as it was before."""
        return frozenset(read_page_rows(self._reader, page).titled)

    @cached_property
    def link_places(self) -> tuple[LinkPlace, ...]:
        """Where the links of the page stand."""
        return tuple(locate_links(self.rows.links))

    @cached_property
    def has_links(self) -> bool:
        """Whether anything leads on from the page, as far as its platform leaves that open."""
        return bool(self.rows.links)

    @cached_property
    def other_row_count(self) -> int:
        """How many titled rows the platform of the site file does not know."""
        if self._declared is None or not self._declared.knows_rows:
            return 0
        return count_other_rows(self._declared, self.page, self.rows)

    @cached_property
    def branches(self) -> tuple[tuple[str, str | None], ...]:
        """The lists below: address and title of each."""
        rows = self._reader.read_branches(self.page)
        return tuple((self.page.urljoin(row.url), row.title) for row in rows)

    # --- totals -----------------------------------------------------------------------------

    @cached_property
    def totals(self) -> ListTotals | None:
        """What the platform knows of how many rows page and list have."""
        return self._reader.read_totals(self.page)

    @cached_property
    def page_count(self) -> int | None:
        """How many pages the list has, where the platform's answer says so."""
        return self._reader.read_page_count(self.page)

    @cached_property
    def is_full(self) -> bool:
        """Whether the page has as many rows as fit on one, as far as that is known."""
        return self._reader.is_full(self.page)

    @cached_property
    def ends_blank(self) -> bool:
        """Whether the list may end with this page, if it names no rows."""
        return self._reader.ends_blank(self.page)

    @cached_property
    def is_empty_answer(self) -> bool:
        """Whether the page says that there are no more rows."""
        return is_empty_answer(self.page)

    def read_printed(self, row_urls: Collection[str]) -> PrintedTotals:
        """Return what the page prints of the length of the list with some rows."""
        key = frozenset(row_urls)
        if key not in self._printed:
            self._printed[key] = read_printed_totals(self.page, key)
        return self._printed[key]

    # --- ways on ----------------------------------------------------------------------------

    @cached_property
    def next_pages(self) -> tuple[NextPage, ...]:
        """The further pages that the platform knows of."""
        next_pages = self._reader.read_next_pages(self.page)
        return tuple(map(self.page.resolve_next, next_pages))

    @cached_property
    def pager_links(self) -> tuple[PagerLink, ...]:
        """The ways on that the page shows, the surest first."""
        return tuple(map(self._resolve_pager, find_pager_links(self.page)))

    def _resolve_pager(self, link: PagerLink) -> PagerLink:
        if link.address is None:
            return link
        return replace(link, address=self.page.resolve_next(link.address))

    @cached_property
    def parts(self) -> tuple[NextPage, ...]:
        """The frames and posted forms of the page."""
        return tuple(map(self.page.resolve_next, find_parts(self.page)))

    @cached_property
    def redirect(self) -> str | None:
        """Where the page sends its reader."""
        if not self.is_markup or self.parts:
            return None
        return find_redirect(self.page)

    def find_plan(
        self, *, page_count: int | None, has_rows: bool, row_count: int
    ) -> PagingPlan | None:
        """Return the plan of further pages that the scripts of the page have.

        Where the page was let go, it is the one that was worked out for a list with rows, or
        without.
        """
        key = (page_count, has_rows, row_count)
        if self._page is None:
            key = next(known for known in self._plans if known[1] == has_rows)
        if key not in self._plans:
            self._plans[key] = find_plan(
                self.page,
                page_count=page_count,
                has_rows=has_rows,
                row_count=row_count,
            )
        return self._plans[key]

    # --- from one process to another --------------------------------------------------------

    def complete(self) -> None:
        """Work out all that does not depend on the pages before."""
        for name, attribute in vars(ListReading).items():
            if isinstance(attribute, cached_property):
                getattr(self, name)
        for rows in (self.rows.named, self.rows.doubtful):
            self.read_printed({row.url for row in rows.values()})

    def release_page(self) -> None:
        """Let the page go, and what reads it."""
        self._had_cut_attributes = self.has_cut_attributes
        self.rows.links.clear()
        self._page = self._declared = None
        del self.__dict__["_reader"]


@dataclass(frozen=True, slots=True)
class ReadList:
    """A list page that was read in another process."""

    reading: ListReading
    addresses_before: frozenset[str] | None  # of the rows of the page as it was
