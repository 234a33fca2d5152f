"""The check of a site: whether its pages are as its site file states.

Pure: what was observed of each page is put in, the state of the site comes out. Nothing is
looked for beyond the home page and the first pages of the columns; `column_search` does that,
for a site whose column has gone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from nianbao.spiders.discovery.column_trial import SURE
from nianbao.spiders.discovery.list_signs import find_lists_behind
from nianbao.spiders.discovery.platform_signs import (
    PlatformSign,
    find_signs,
    judge_signs,
)
from nianbao.spiders.lists.page import ListPage, NextPage
from nianbao.spiders.page_readers import choose_reader, recognize_platform
from nianbao.spiders.page_rows import read_page_rows
from nianbao.spiders.platforms import reader_for
from nianbao.spiders.report_names import is_report_title

if TYPE_CHECKING:
    from scrapy.http import TextResponse

    from nianbao.spiders.capture import HostLeftOut
    from nianbao.spiders.catalogue import Site, State
    from nianbao.spiders.lists.reader import ListReader


@dataclass(slots=True)
class PageCheck:
    """What was observed of one page of a site: the home page, or a column."""

    url: str
    column: str | None  # None: the home page
    # Such as "200", "404", the class of a block, why there was none.
    answer: str = "was not asked for"
    # Rows on the column's first page that has any; None where it could not be read.
    links: int | None = None

    @property
    def has_status(self) -> bool:
        """Whether the server answered at all: then the answer is a status such as 404."""
        return self.answer[:1].isdigit()

    @property
    def is_alive(self) -> bool:
        """Whether the server answered with a page."""
        return self.answer == "200"


@dataclass(slots=True)
class SiteCheck:
    """What a check of a site observed."""

    site: Site
    pages: list[PageCheck] = field(default_factory=list)
    signs: set[PlatformSign] = field(default_factory=set)
    blocked: bool = False
    left_out: HostLeftOut | None = None  # why nothing more was requested from a host
    requests: int = 0

    @property
    def columns(self) -> list[PageCheck]:
        """The checks of the columns."""
        return [page for page in self.pages if page.column is not None]

    @property
    def links(self) -> int | None:
        """Report links on the first pages of the columns; None where no page could be read."""
        counts = []
        for column in self.columns:
            if column.links is not None:
                counts.append(column.links)
        if not counts:
            return None
        return sum(counts)

    @property
    def platform(self) -> str | None:
        """The platform that the pages speak for; None without signs."""
        if not self.signs:
            return None
        platform, _ = judge_signs(self.signs)
        return platform

    @property
    def state(self) -> State:
        """The state of the site as a whole."""
        if self.blocked:
            return "blocked"
        if self.left_out is not None:
            if self.left_out.finding.severity == "error":
                return "unreachable"
            return "left_out"
        if not any(page.has_status for page in self.pages):
            return "unreachable"
        if self.notes():
            return "changed"
        return "as_stated"

    def notes(self) -> list[str]:
        """Return what is not as the site file states."""
        notes = []
        for page in self.columns:
            if not page.is_alive:
                notes.append(f"{page.column}: {page.url}: {page.answer}")
        for page in self.columns:
            if page.is_alive and not page.links:
                notes.append(f"{page.column}: {page.url} names no report")
        notes += self._describe_platform()
        return notes

    def _describe_platform(self) -> list[str]:
        """Return that the pages are signed as another platform, where their lists fail too."""
        platform, confidence = judge_signs(self.signs)
        if platform == self.site.platform or confidence < SURE:
            return []
        live_columns = [page for page in self.columns if page.is_alive]
        if live_columns and all(page.links for page in live_columns):
            return []
        stated_platform = self.site.platform
        return [
            f"the pages are signed as {platform} ({confidence:.0%}), not {stated_platform}"
        ]


def home_pages(site: Site) -> list[str]:
    """Return the home pages of a site's hosts, but for one that is a column itself."""
    entries = [entry.url for entry in site.entries]
    pages = []
    for entry in entries:
        home = urljoin(entry, "/")
        if home not in entries and home not in pages:
            pages.append(home)
    return pages


@dataclass(frozen=True, slots=True)
class PageExamination:
    """What a check makes of a page: its signs, and of a column's page its rows."""

    signs: frozenset[PlatformSign]
    report_count: int = 0
    # Pages that may have the rows which it lacks.
    lists_behind: tuple[NextPage, ...] = ()


def examine_page(
    response: TextResponse, site: Site, *, is_column: bool
) -> PageExamination:
    """Return what the page of an answer says of a site."""
    signs = frozenset(find_signs(response.url, response.text))
    if not is_column:
        return PageExamination(signs)
    page = ListPage(response)
    declared = reader_for(site.platform, site.options, site.declaration)
    platform = recognize_platform(page, site.platform)
    reader = choose_reader(declared, platform)
    report_count = count_report_rows(page, reader)
    if report_count:
        return PageExamination(signs, report_count)
    lists_behind = tuple(find_lists_behind(page, reader))
    return PageExamination(signs, 0, lists_behind)


def count_report_rows(page: ListPage, reader: ListReader) -> int:
    """Return how many reports a list page names, read as a crawl reads it.

    A row without a title may be one, and where none is titled as a report, a year or a body.
    """
    page_rows = read_page_rows(reader, page)
    count = 0
    for row in page_rows.titled.values():
        if row.title is None or is_report_title(row.title):
            count += 1
    return count or len(page_rows.likely)
