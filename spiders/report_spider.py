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
from nianbao.archive.records import Capture, Finding, Hints, Note
from nianbao.spiders.base import SiteSpider, build_list_request
from nianbao.spiders.capture import (
    ARCHIVED,
    BEFORE,
    FailedBefore,
    HostLeftOut,
    NotSent,
    capture_failure,
    capture_response,
)
from nianbao.spiders.context import EVERYTHING_DUE, CrawlContext
from nianbao.spiders.lists import pagination
from nianbao.spiders.lists.page import ListPage, ListRow, NextPage, read_address
from nianbao.spiders.lists.page_parts import find_parts
from nianbao.spiders.lists.pager_links import find_pager_links
from nianbao.spiders.lists.pagination import PageProgress, Pagination
from nianbao.spiders.lists.printed_totals import read_printed_totals
from nianbao.spiders.lists.row_counts import count_rows
from nianbao.spiders.lists.titled_rows import (
    is_report_text,
    may_be_list,
    read_all_rows,
    read_year_rows,
)
from nianbao.spiders.notes import SiteNotes
from nianbao.spiders.platforms import reader_for
from nianbao.spiders.report_files import find_report_files

if TYPE_CHECKING:
    from twisted.python.failure import Failure

    from nianbao.spiders.catalogue import Site

Output = Iterator[Request | Capture | Note]
Rows = dict[str, ListRow]  # of a list, by the canonical addresses that they lead to
DEEPEST_LEVEL = 3  # of lists below an entry: kind of body, agency, year
WEB_ADDRESS = ("http://", "https://")
PAGE_OUTCOMES = ("fetched", "not_modified")  # of an answer that is a page


class ReportSpider(SiteSpider):
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
        super().__init__(site, sites, **kwargs)
        self.context = context
        self.notes = SiteNotes(self.site.id)
        self.reader = reader_for(self.name, self.site.options)
        # Canonical addresses of the report pages that this run requested, and of those that
        # its lists named.
        self.report_addresses: set[str] = set()
        self.listed_addresses: set[str] = set()
        self.list_addresses: set[str] = set()  # of the list pages requested
        self.starts_everywhere = False  # whether every entry of the site was due
        # A list changed, and its ETag or Last-Modified did not.
        self.validators_lied = False
        self.waiting_count = 0  # requests that wait until the run is resumed

    async def start(self) -> AsyncIterator[Any]:
        entries = [
            entry
            for entry in self.site.entries
            if self.context.is_due(entry.url, "list")
        ]
        self.starts_everywhere = len(entries) == len(self.site.entries)
        for entry in entries:
            list_pages = Pagination(entry.column)
            yield self.request_list(entry.url, list_pages)

    # --- requests ---------------------------------------------------------------------------

    def request_list(self, page: NextPage, list_pages: Pagination) -> Request:
        """Return the request for a list page, and remember that it was requested."""
        self.list_addresses.add(read_address(page))
        request = build_list_request(
            page,
            list_pages.column,
            self.parse_list,
            self.parse_failure,
            browser=self.site.browser,
        )
        request.meta["pagination"] = list_pages
        return request

    def request_report(
        self, url: str, hints: Hints, list_level: int | None = None
    ) -> Request:
        """Return the request for a report page, and remember that it was requested.

        `list_level`: the page may be a list as well, of that level.
        """
        self.report_addresses.add(canonicalize(url))
        meta: dict[str, Any] = {"role": "report", "hints": hints}
        if list_level is not None:
            meta["list_level"] = list_level
        return Request(url, self.parse_report, errback=self.parse_failure, meta=meta)

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
            self.count_failed_list()
            message = capture.message or "the answer is not text"
            yield self.notes.note_failed_list(response.url, message)
            return
        page = ListPage(response)
        rows, lost_rows = self._read_rows(page)
        if lost_rows:
            yield self.notes.note_lost_rows(response.url, lost_rows)
        yield from self._compare_list(response, rows)
        list_pages: Pagination = response.meta["pagination"]
        year_rows = self._read_year_rows(page)
        if not rows:
            rows = year_rows
        yield from self._request_reports(page, year_rows | rows, list_pages)
        branches = self._request_branches(page, list_pages)
        yield from branches
        yield from self._request_next_pages(
            page, list_pages, rows, has_branches=bool(branches)
        )

    def _read_rows(self, page: ListPage) -> tuple[Rows, list[ListRow]]:
        """Return the rows of a list page, and those whose link leads to no web page."""
        rows: Rows = {}
        lost_rows = []
        for row in read_all_rows(self.reader, page):
            url = page.urljoin(row.url)
            if url:
                rows[canonicalize(url)] = row
            else:
                lost_rows.append(row)
        return rows, lost_rows

    def _read_year_rows(self, page: ListPage) -> Rows:
        """Return the rows that are only a year."""
        rows: Rows = {}
        for row in read_year_rows(self.reader, page):
            address = canonicalize(page.urljoin(row.url))
            rows[address] = row
        return rows

    def _compare_list(self, response: TextResponse, rows: Rows) -> Iterator[Note]:
        """Note a list whose rows changed although the server says that it did not."""
        if BEFORE not in response.meta:
            return
        previous_page = ListPage(response.meta[BEFORE])
        previous_rows, _ = self._read_rows(previous_page)
        if rows.keys() != previous_rows.keys():
            self.validators_lied = True
            home = urljoin(response.url, "/")
            yield self.notes.note_finding(home, make_validator_finding(response.url))

    def _request_reports(
        self, page: ListPage, rows: Rows, list_pages: Pagination
    ) -> Iterator[Request]:
        """Request the report pages that a list page names, each once in a run."""
        for address, row in rows.items():
            self.listed_addresses.add(address)
            if address in self.report_addresses:
                continue
            if not self.context.wants(row):
                continue
            url = page.urljoin(row.url)
            is_due = self.context.is_due(url, "report")
            if is_due or self.context.names_other_report(url, row):
                hints = self._build_hints(row, list_pages.column)
                list_level = None
                if may_be_list(row) and list_pages.level < DEEPEST_LEVEL:
                    list_level = list_pages.level + 1
                yield self.request_report(url, hints, list_level)

    def _request_branches(
        self, page: ListPage, list_pages: Pagination
    ) -> list[Request]:
        """Request the lists below a list, each once in a run."""
        requests: list[Request] = []
        if list_pages.level >= DEEPEST_LEVEL:
            return requests
        for branch in self.reader.read_branches(page):
            url = page.urljoin(branch.url)
            if url and url not in self.list_addresses:
                column = branch.title or list_pages.column
                branch_pages = Pagination(column, list_pages.level + 1)
                requests.append(self.request_list(url, branch_pages))
        return requests

    def _request_next_pages(
        self,
        page: ListPage,
        list_pages: Pagination,
        rows: Rows,
        *,
        has_branches: bool,
    ) -> Iterator[Request | Note]:
        """Request the next pages of a list, or note why it ends where it should not."""
        progress = self._add_page(page, list_pages, rows)
        next_pages: list[NextPage] = []
        pager_label = None
        if not pagination.has_ended(progress, probes=self.reader.probes):
            next_pages, pager_label = self._find_new_pages(page)
        if not (next_pages or rows or has_branches):
            next_pages = self._find_new_parts(page, list_pages)
        if not next_pages:
            finding = self._judge_end(
                page, list_pages, progress, pager_label, has_branches=has_branches
            )
            if finding is not None:
                yield self.notes.note_finding(page.url, finding)
            return
        if pagination.is_endless(list_pages):
            finding = pagination.describe_endless(page.url, list_pages)
            yield self.notes.note_finding(page.url, finding)
            return
        for next_page in next_pages:
            yield self.request_list(next_page, list_pages)

    def _add_page(
        self, page: ListPage, list_pages: Pagination, rows: Rows
    ) -> PageProgress:
        """Take the next page in, with what the platform or else the page says of totals."""
        totals = self.reader.read_totals(page)
        progress = list_pages.add_page(frozenset(rows), totals)
        if totals is None and not progress.repeats_page:
            row_urls = {row.url for row in rows.values()}
            printed = read_printed_totals(page)
            list_pages.add_printed(printed, count_rows(page, row_urls))
        return progress

    def _judge_end(
        self,
        page: ListPage,
        list_pages: Pagination,
        progress: PageProgress,
        pager_label: str | None,
        *,
        has_branches: bool,
    ) -> Finding | None:
        """Return the finding on a list that has no next page; None where it ends as it should.

        Of a list in several frames or forms one at least has rows.
        """
        is_part = list_pages.part_count > 0
        if is_part and progress.is_blank and list_pages.add_blank_part():
            return None
        unfinished = None
        if not has_branches:
            probes = self.reader.probes or is_part
            unfinished = pagination.describe_unfinished(
                page.url, list_pages, progress, probes=probes
            )
        if unfinished is not None:
            return unfinished
        return pagination.describe_unread(page.url, list_pages, pager_label)

    def _find_new_parts(self, page: ListPage, list_pages: Pagination) -> list[NextPage]:
        """Return the frames and posted forms of a page that were not requested yet."""
        parts = filter(self._is_new_list, map(page.resolve_next, find_parts(page)))
        new_parts = list(parts)
        if new_parts and list_pages.part_count:
            list_pages.add_blank_part()  # the page is a part itself, and names no row
        list_pages.part_count += len(new_parts)
        return new_parts

    def _find_new_pages(self, page: ListPage) -> tuple[list[NextPage], str | None]:
        """Return the next pages of a list that were not requested yet.

        Where the platform knows of none, the general pager finds one. The second value is what
        is printed for a way on that cannot be followed. Beside ways that lead to pages which
        were requested it is none: on its last page a pager often has such a link.
        """
        platform_pages = list(self.reader.read_next_pages(page))
        if platform_pages:
            next_pages = map(page.resolve_next, platform_pages)
            return list(filter(self._is_new_list, next_pages)), None
        labels = []
        has_addresses = False
        for link in find_pager_links(page):
            if link.address is None:
                labels.append(link.label)
                continue
            has_addresses = True
            next_page = page.resolve_next(link.address)
            if self._is_new_list(next_page):
                return [next_page], None
        if has_addresses or not labels:
            return [], None
        return [], labels[0]

    def _is_new_list(self, page: NextPage) -> bool:
        address = read_address(page)
        return address.startswith(WEB_ADDRESS) and address not in self.list_addresses

    # --- reports ----------------------------------------------------------------------------

    def parse_report(self, response: Response) -> Output:
        """Capture a report page, or what stands in its place, and request its files.

        The notes are made again when a run is resumed.
        """
        capture = capture_response(self.site.id, response)
        if ARCHIVED not in response.flags:
            yield _add_content_type(capture, response)
        if capture.outcome in PAGE_OUTCOMES and isinstance(response, TextResponse):
            files = list(self._request_files(response, capture.hints))
            yield from files
            if "list_level" in response.meta and not files:
                yield from self._read_list_below(response, capture.hints)
        if capture.outcome == "not_found":
            yield self.notes.note_page(capture, "page.gone", "warning")
        elif capture.outcome == "http_error":
            yield self.notes.note_page(capture, "page.failed", "error")
        elif capture.outcome in ("blocked", "soft_404"):
            yield self.notes.note_verdict(response)

    def _request_files(self, response: TextResponse, hints: Hints) -> Iterator[Request]:
        """Request the files that carry the report of a page, each once in a run."""
        for url, file_hints in find_report_files(response, hints):
            if canonicalize(url) in self.report_addresses:
                continue
            if self.context.is_due(url, "report"):
                yield self.request_report(url, file_hints)

    def _read_list_below(
        self, response: TextResponse, hints: Hints
    ) -> Iterator[Request | Note]:
        """Read a page that was requested as a report as the list that it is.

        A page with the chapters of a report is none.
        """
        page = ListPage(response)
        if is_report_text(page):
            return
        list_pages = Pagination(hints.column or "", response.meta["list_level"])
        rows, lost_rows = self._read_rows(page)
        if lost_rows:
            yield self.notes.note_lost_rows(response.url, lost_rows)
        rows.pop(canonicalize(response.url), None)
        yield from self._request_reports(page, rows, list_pages)
        yield from self._request_next_pages(page, list_pages, rows, has_branches=False)

    # --- failures ---------------------------------------------------------------------------

    def parse_failure(self, failure: Failure) -> Output:
        """Capture a request that got no answer, or count it where it was not sent."""
        request: Request = failure.request  # type: ignore[attr-defined]
        if isinstance(failure.value, NotSent):
            self.waiting_count += 1
            return
        if isinstance(failure.value, (FailedBefore, HostLeftOut)):
            if request.meta["role"] == "list":
                self.count_failed_list()
            if isinstance(failure.value, HostLeftOut):
                reason = failure.value
                yield self.notes.note_host(reason.host, reason.finding)
            return
        capture = capture_failure(self.site.id, failure, request)
        yield capture
        if capture.role == "list":
            self.count_failed_list()
            message = f"{capture.outcome}: {capture.message}"
            yield self.notes.note_failed_list(capture.url, message)
        elif capture.outcome == "network_error":
            yield self.notes.note_page(capture, "page.failed", "error")
        else:
            yield self.notes.note_page(capture, f"page.{capture.outcome}", "warning")

    def _build_hints(self, row: ListRow, column: str) -> Hints:
        """Return what the list and the site file say of a report page."""
        hints = Hints(
            list_title=row.title,
            list_date=row.date,
            column=column,
            official_host=self.site.official,
            site_name=self.site.name,
        )
        region = self.site.region
        if region is None:
            return hints
        return replace(hints, region=region.name, region_code=region.code)


def _add_content_type(capture: Capture, response: Response) -> Capture:
    """Return the capture of a report page with the content type among its hints."""
    content_type = None
    header = response.headers.get("Content-Type")
    if header:
        content_type = header.decode("latin-1")
    hints = replace(capture.hints, content_type=content_type)
    return replace(capture, hints=hints)
