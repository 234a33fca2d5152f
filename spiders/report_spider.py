"""The spider of a crawl: lists first, then the pages that they name, each answer captured.

A list reader says what a list page holds. Which pages are requested, and when a list is at its
end, is decided here, the same for all platforms.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from scrapy.http import Request, Response, TextResponse

from nianbao.archive.addresses import canonicalize
from nianbao.archive.read_model.crawls.site_health import make_validator_finding
from nianbao.archive.records import Hints, Note
from nianbao.spiders import list_findings
from nianbao.spiders.base import build_list_request
from nianbao.spiders.capture import (
    ARCHIVED,
    BEFORE,
    READ_LIST,
    READING_FAILURE,
    capture_response,
)
from nianbao.spiders.context import EVERYTHING_DUE, CrawlContext
from nianbao.spiders.list_reading import ListReading, ReadList
from nianbao.spiders.list_walk import ListWalk
from nianbao.spiders.lists import pagination
from nianbao.spiders.lists.page import ListPage, NextPage
from nianbao.spiders.lists.pagination import Pagination
from nianbao.spiders.lists.row_doubts import RowDoubts, describe_rows_left
from nianbao.spiders.page_rows import (
    Rows,
    describe_other_rows,
)
from nianbao.spiders.platforms import reader_for
from nianbao.spiders.reports.answers import Output
from nianbao.spiders.reports.content import PAGE_OUTCOMES
from nianbao.spiders.reports.listed_page import ROW, ListedPage
from nianbao.spiders.reports.page_spider import ReportPageSpider
from nianbao.spiders.rows.context_rows import is_list_row

if TYPE_CHECKING:
    from nianbao.spiders.catalogue import Site

DEEPEST_LEVEL = 3  # of lists below an entry: kind of body, agency, year


class ReportSpider(ReportPageSpider):
    """Crawl one site of a platform: `scrapy crawl PLATFORM -a site=ID`.

    `name` is the platform whose lists are read. `context` says which addresses of the site the
    run visits.
    """

    def __init__(
        self,
        site: str | Site,
        sites: str | None = None,
        context: CrawlContext = EVERYTHING_DUE,
        **kwargs: Any,
    ) -> None:
        super().__init__(site, sites, context, **kwargs)
        self.reader = reader_for(self.name, self.site.options, self.site.declaration)
        self.walk = ListWalk(self.owns_host)
        self.entry_addresses = {canonicalize(entry.url) for entry in self.site.entries}
        self.starts_everywhere = False  # whether every entry of the site was due

    async def start(self) -> AsyncIterator[Any]:
        entries = [
            entry
            for entry in self.site.entries
            if self.context.is_due(entry.url, "list")
        ]
        self.starts_everywhere = len(entries) == len(self.site.entries)
        for entry in entries:
            covers = None if entry.covers == "unknown" else entry.covers
            list_pages = Pagination(entry.column, covers=covers)
            yield self.request_list(entry.url, list_pages)

    def request_list(self, page: NextPage, list_pages: Pagination) -> Request:
        """Return the request for a list page, and remember that it was requested."""
        self.walk.add_requested(page)
        request = build_list_request(
            page,
            Hints(column=list_pages.column, covers=list_pages.covers),
            self.parse_list,
            self.parse_failure,
            browser=self.site.browser,
        )
        request.meta["pagination"] = list_pages
        if canonicalize(request.url) in self.report_addresses:
            return request.replace(dont_filter=True)
        return request

    # --- lists ------------------------------------------------------------------------------

    def parse_list(self, response: Response) -> Output:
        """Capture a list page; request the pages that it names and the next list pages."""
        capture = capture_response(self.site.id, response)
        if ARCHIVED not in response.flags:
            yield capture
        if capture.outcome == "blocked":
            self.count_failed_list()
            yield self.notes.note_verdict(response)
            return
        if capture.outcome not in PAGE_OUTCOMES or not isinstance(
            response, TextResponse
        ):
            list_pages: Pagination = response.meta["pagination"]
            if capture.outcome == "not_found" and list_pages.has_ended_probing:
                yield from self._note_unread(response.url, list_pages)
                return
            self.count_failed_list()
            message = capture.message or "the answer is not text"
            yield self.notes.note_failed_list(response.url, message)
            return
        failure = response.meta.get(READING_FAILURE)
        if failure is not None:
            self.count_failed_list()
            yield self.notes.note_failed_list(response.url, failure)
            return
        list_pages = response.meta["pagination"]
        reading = self._read_list(response, list_pages)
        yield from self._compare_list(response, reading)
        yield from self._note_other_rows(reading, list_pages)
        yield from self._request_rows(reading, list_pages)
        branches = self._request_branches(reading, list_pages)
        yield from branches
        yield from self._request_next_pages(
            reading, list_pages, has_branches=bool(branches)
        )
        if reading.has_cut_attributes:
            yield self.notes.note_cut_attributes(reading.url)

    def _read_list(self, response: TextResponse, list_pages: Pagination) -> ListReading:
        """Return what is read of a list page; of a long one another process has read it."""
        read_list: ReadList | None = response.meta.get(READ_LIST)
        if read_list is not None:
            reading = read_list.reading
        else:
            page = ListPage(response)
            reading = ListReading(page, self.reader, list_pages.platform)
        list_pages.platform = reading.platform
        return reading

    def _note_unread(self, url: str, list_pages: Pagination) -> Iterator[Note]:
        """Note a list that its own pages call longer than what was read of it."""
        finding = list_findings.describe_unread(url, list_pages, None)
        if finding is not None:
            yield self.notes.note_finding(url, finding)

    def _request_rows(self, reading: ListReading, list_pages: Pagination) -> Output:
        """Request what the rows of a list page lead to; note those that lead to nothing."""
        page_rows = reading.rows
        if page_rows.lost:
            yield self.notes.note_lost_rows(reading.url, page_rows.lost)
        yield from self._request_reports(reading, page_rows.titled, list_pages)
        self.listed_addresses |= page_rows.likely.keys()
        likely_rows = self._leave_other_pages(reading, page_rows.likely)
        yield from self._request_reports(reading, likely_rows, list_pages)
        yield from self._request_doubtful(reading, list_pages)

    def _leave_other_pages(self, reading: ListReading, rows: Rows) -> Rows:
        """Return rows by context without those that led to something else not long ago."""
        return {
            address: row
            for address, row in rows.items()
            if not self.context.is_other_page(reading.urljoin(row.url))
        }

    def _request_doubtful(
        self, reading: ListReading, list_pages: Pagination
    ) -> Iterator[Request | Note]:
        """Request the rows that have other words than reports have, as many as a list may have."""
        left_count = 0
        doubts = list_pages.doubts
        page_rows = reading.rows
        doubtful_rows = self._leave_other_pages(reading, page_rows.doubtful)
        for address, row in doubtful_rows.items():
            url = reading.urljoin(row.url)
            if self.context.showed_report(url):
                doubts.has_report = True
                self.listed_addresses.add(address)
            elif not doubts.has_room:
                left_count += 1
                continue
            yield from self._request_reports(
                reading, {address: row}, list_pages, doubts
            )
        if left_count:
            names_reports = bool(page_rows.named or list_pages.addresses)
            finding = describe_rows_left(
                reading.url, left_count, names_reports=names_reports
            )
            yield self.notes.note_finding(reading.url, finding)

    def _note_other_rows(
        self, reading: ListReading, list_pages: Pagination
    ) -> Iterator[Note]:
        """Note once of a list that the platform of the site file does not know all its rows."""
        if list_pages.has_other_rows:
            return
        count = reading.other_row_count
        if count:
            list_pages.has_other_rows = True
            finding = describe_other_rows(self.name, reading.rows, count)
            yield self.notes.note_finding(reading.url, finding)

    def _compare_list(
        self, response: TextResponse, reading: ListReading
    ) -> Iterator[Note]:
        """Note a list whose rows changed although the server says that it did not."""
        if BEFORE not in response.meta:
            return
        read_list: ReadList | None = response.meta.get(READ_LIST)
        if read_list is not None:
            addresses_before = read_list.addresses_before
        else:
            addresses_before = reading.read_before(ListPage(response.meta[BEFORE]))
        if reading.rows.titled.keys() != addresses_before:
            self.validators_lied = True
            home = urljoin(response.url, "/")
            yield self.notes.note_finding(home, make_validator_finding(response.url))

    def _request_reports(
        self,
        reading: ListReading,
        rows: Rows,
        list_pages: Pagination,
        doubts: RowDoubts | None = None,
    ) -> Iterator[Request]:
        """Request the report pages that a list page names, each once in a run."""
        for address, row in rows.items():
            if doubts is None:
                self.listed_addresses.add(address)
            if address in self.report_addresses or address in self.entry_addresses:
                continue
            if not self.context.wants(row):
                continue
            url = reading.urljoin(row.url)
            is_due = self.context.is_due(url, "report")
            if is_due or self.context.names_other_report(url, row):
                title = row.title if doubts is None else None
                hints = self._build_hints(title, row.date, list_pages.column)
                list_level = None
                if list_pages.level < DEEPEST_LEVEL:
                    list_level = list_pages.level + 1
                request = self.request_report(url, hints, list_level, doubts)
                request.meta["row"] = row
                yield request

    def _request_branches(
        self, reading: ListReading, list_pages: Pagination
    ) -> list[Request]:
        """Request the lists below a list, each once in a run."""
        requests: list[Request] = []
        if list_pages.level >= DEEPEST_LEVEL:
            return requests
        for url, title in reading.branches:
            if url and self.walk.is_new(url):
                column = title or list_pages.column
                branch_pages = Pagination(
                    column, list_pages.level + 1, list_pages.platform
                )
                requests.append(self.request_list(url, branch_pages))
        return requests

    def _request_next_pages(
        self, reading: ListReading, list_pages: Pagination, *, has_branches: bool
    ) -> Iterator[Request | Note]:
        """Request the next pages of a list, or note why it ends where it should not."""
        progress = self.walk.add_page(reading, list_pages)
        probes = reading.ends_blank or list_pages.probes
        next_pages: list[NextPage] = []
        pager_label = None
        if not pagination.has_ended(list_pages, progress, probes=probes):
            next_pages, pager_label = self.walk.find_new_pages(reading, list_pages)
        if not (next_pages or reading.rows.named or has_branches):
            next_pages = self.walk.find_new_parts(reading, list_pages)
        if not next_pages:
            finding = self.walk.judge_end(
                reading, list_pages, progress, pager_label, has_branches=has_branches
            )
            if finding is not None:
                yield self.notes.note_finding(reading.url, finding)
            return
        if pagination.is_endless(list_pages):
            finding = list_findings.describe_endless(reading.url, list_pages)
            yield self.notes.note_finding(reading.url, finding)
            return
        if list_pages.part_count == 1 and not list_pages.addresses:
            list_pages = list_pages.begin_anew()
        for next_page in next_pages:
            yield self.request_list(next_page, list_pages)

    def is_requested_list(self, url: str) -> bool:
        """Tell whether an address was requested as a list."""
        return not self.walk.is_new(url)

    # --- lists below ------------------------------------------------------------------------

    def read_list_below(
        self, reading: ListReading, page: ListedPage, *, sends_on: bool
    ) -> Output:
        """Take a page that was requested as a report for the list that it is.

        One that names no report besides those that are listed already is none. Where its row is
        a year, or its address a folder's, it is a list even where it names none, unless it sends
        on. What an article that sends on has beside it has no next page.
        """
        meta = page.meta
        new_addresses = reading.rows.named.keys() - self.listed_addresses
        if not new_addresses and (sends_on or not is_list_row(meta[ROW])):
            return
        list_pages = Pagination(meta["hints"].column or "", meta["list_level"])
        list_pages.platform = reading.platform
        self.walk.add_requested(reading.url)
        yield from self._request_rows(reading, list_pages)
        if sends_on and page.shows_own_title:
            return
        yield from self._request_next_pages(reading, list_pages, has_branches=False)

    def _build_hints(self, title: str | None, date: str | None, column: str) -> Hints:
        """Return what the list and the site file say of a report page."""
        hints = Hints(
            list_title=title,
            list_date=date,
            column=column,
            official_host=self.site.official,
            site_name=self.site.name,
            ignored_lines=self.site.ignore or None,
        )
        region = self.site.region
        if region is None:
            return hints
        return replace(hints, region=region.name, region_code=region.code)
