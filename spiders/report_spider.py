"""The spider of a crawl: lists first, then the pages that they name, each answer captured.

A list reader says what a list page holds. Which pages are requested, and when a list is at its
end, is decided here, the same for all platforms.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urldefrag, urljoin

from scrapy.http import Request, Response, TextResponse

from nianbao.archive.addresses import canonicalize
from nianbao.archive.read_model.crawls.site_health import make_validator_finding
from nianbao.archive.records import Capture, Finding, Hints, Note, Severity
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
from nianbao.spiders.discovery.page_links import find_redirect
from nianbao.spiders.lists import pagination
from nianbao.spiders.lists.page import ListPage, NextPage, read_address
from nianbao.spiders.lists.page_parts import find_parts
from nianbao.spiders.lists.pagination import PageProgress, Pagination
from nianbao.spiders.lists.printed_totals import read_printed_totals
from nianbao.spiders.lists.row_doubts import RowDoubts, describe_rows_left
from nianbao.spiders.notes import SiteNotes
from nianbao.spiders.page_readers import choose_reader, recognize_platform
from nianbao.spiders.page_rows import (
    PageRows,
    Rows,
    count_other_rows,
    describe_other_rows,
    read_page_rows,
)
from nianbao.spiders.paging.pager_links import find_pager_links
from nianbao.spiders.paging.plans import find_plan
from nianbao.spiders.platforms import reader_for
from nianbao.spiders.report_files import find_report_files
from nianbao.spiders.rows.context_rows import is_list_row, may_be_branch
from nianbao.spiders.rows.row_counts import find_any_rows
from nianbao.spiders.rows.titled_rows import is_report_text

if TYPE_CHECKING:
    from twisted.python.failure import Failure

    from nianbao.spiders.catalogue import Site
    from nianbao.spiders.lists.reader import ListReader

Output = Iterator[Request | Capture | Note]
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
        self.entry_addresses = {canonicalize(entry.url) for entry in self.site.entries}
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

    def find_reader(self, list_pages: Pagination) -> ListReader:
        """Return what reads the present page of a list."""
        return choose_reader(self.reader, list_pages.platform)

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
        self,
        url: str,
        hints: Hints,
        list_level: int | None = None,
        doubts: RowDoubts | None = None,
    ) -> Request:
        """Return the request for a report page, and remember that it was requested.

        `list_level`: the page may be a list as well, of that level. `doubts`: its row may be no
        report.
        """
        self.report_addresses.add(canonicalize(url))
        meta: dict[str, Any] = {"role": "report", "hints": hints}
        if list_level is not None:
            meta["list_level"] = list_level
        if doubts is not None:
            doubts.add(canonicalize(url))
            meta["doubts"] = doubts
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
        list_pages: Pagination = response.meta["pagination"]
        list_pages.platform = recognize_platform(page, list_pages.platform)
        reader = self.find_reader(list_pages)
        page_rows = read_page_rows(reader, page)
        yield from self._compare_list(response, page_rows.titled, reader)
        yield from self._note_other_rows(page, page_rows, list_pages)
        yield from self._request_rows(page, page_rows, list_pages)
        branches = self._request_branches(page, list_pages)
        yield from branches
        yield from self._request_next_pages(
            page, list_pages, page_rows, has_branches=bool(branches)
        )

    def _request_rows(
        self, page: ListPage, page_rows: PageRows, list_pages: Pagination
    ) -> Output:
        """Request what the rows of a list page lead to; note those that lead to nothing."""
        if page_rows.lost:
            yield self.notes.note_lost_rows(page.url, page_rows.lost)
        yield from self._request_reports(page, page_rows.titled, list_pages)
        self.listed_addresses |= page_rows.likely.keys()
        likely_rows = self._leave_other_pages(page, page_rows.likely)
        yield from self._request_reports(page, likely_rows, list_pages)
        yield from self._request_doubtful(page, page_rows, list_pages)

    def _leave_other_pages(self, page: ListPage, rows: Rows) -> Rows:
        """Return rows by context without those that led to something else not long ago."""
        return {
            address: row
            for address, row in rows.items()
            if not self.context.is_other_page(page.urljoin(row.url))
        }

    def _request_doubtful(
        self, page: ListPage, page_rows: PageRows, list_pages: Pagination
    ) -> Iterator[Request | Note]:
        """Request the rows that have other words than reports have, as many as a list may have."""
        left_count = 0
        doubts = list_pages.doubts
        for address, row in self._leave_other_pages(page, page_rows.doubtful).items():
            url = page.urljoin(row.url)
            if self.context.showed_report(url):
                doubts.has_report = True
                self.listed_addresses.add(address)
            elif not doubts.has_room:
                left_count += 1
                continue
            yield from self._request_reports(page, {address: row}, list_pages, doubts)
        if left_count:
            names_reports = bool(page_rows.named or list_pages.addresses)
            finding = describe_rows_left(
                page.url, left_count, names_reports=names_reports
            )
            yield self.notes.note_finding(page.url, finding)

    def _note_other_rows(
        self, page: ListPage, page_rows: PageRows, list_pages: Pagination
    ) -> Iterator[Note]:
        """Note once of a list that the platform of the site file does not know all its rows."""
        if list_pages.has_other_rows or not self.reader.knows_rows:
            return
        count = count_other_rows(self.reader, page, page_rows)
        if count:
            list_pages.has_other_rows = True
            finding = describe_other_rows(self.name, page_rows, count)
            yield self.notes.note_finding(page.url, finding)

    def _compare_list(
        self, response: TextResponse, rows: Rows, reader: ListReader
    ) -> Iterator[Note]:
        """Note a list whose rows changed although the server says that it did not."""
        if BEFORE not in response.meta:
            return
        previous_page = ListPage(response.meta[BEFORE])
        previous_rows = read_page_rows(reader, previous_page)
        if rows.keys() != previous_rows.titled.keys():
            self.validators_lied = True
            home = urljoin(response.url, "/")
            yield self.notes.note_finding(home, make_validator_finding(response.url))

    def _request_reports(
        self,
        page: ListPage,
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
            url = page.urljoin(row.url)
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
        self, page: ListPage, list_pages: Pagination
    ) -> list[Request]:
        """Request the lists below a list, each once in a run."""
        requests: list[Request] = []
        if list_pages.level >= DEEPEST_LEVEL:
            return requests
        for branch in self.find_reader(list_pages).read_branches(page):
            url = page.urljoin(branch.url)
            if url and url not in self.list_addresses:
                column = branch.title or list_pages.column
                branch_pages = Pagination(
                    column, list_pages.level + 1, list_pages.platform
                )
                requests.append(self.request_list(url, branch_pages))
        return requests

    def _request_next_pages(
        self,
        page: ListPage,
        list_pages: Pagination,
        page_rows: PageRows,
        *,
        has_branches: bool,
    ) -> Iterator[Request | Note]:
        """Request the next pages of a list, or note why it ends where it should not."""
        progress = self._add_page(page, list_pages, page_rows)
        probes = self.find_reader(list_pages).probes or list_pages.probes
        next_pages: list[NextPage] = []
        pager_label = None
        if not pagination.has_ended(list_pages, progress, probes=probes):
            next_pages, pager_label = self._find_new_pages(page, list_pages)
        if not (next_pages or page_rows.named or has_branches):
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
        if list_pages.part_count == 1 and not list_pages.addresses:
            list_pages = list_pages.begin_anew()
        for next_page in next_pages:
            yield self.request_list(next_page, list_pages)

    def _add_page(
        self, page: ListPage, list_pages: Pagination, page_rows: PageRows
    ) -> PageProgress:
        """Take the next page in, with what the platform or else the page says of totals."""
        rows = page_rows.named
        if not rows and not list_pages.has_named_rows:
            rows = page_rows.doubtful
        list_pages.add_named(page_rows.named)
        is_first_with_rows = bool(rows) and not list_pages.addresses
        totals = self.find_reader(list_pages).read_totals(page)
        any_rows = find_any_rows(page_rows.links, rows, list_pages.any_paths)
        progress = list_pages.add_page(frozenset(rows), totals, any_rows)
        if totals is None and not progress.repeats_page:
            row_urls = {row.url for row in rows.values()}
            list_pages.add_printed(read_printed_totals(page, row_urls))
        list_pages.add_place(f"{urldefrag(page.url).url} {page.request_body}")
        if list_pages.page_count == 1 or is_first_with_rows:
            page_count = list_pages.printed.pages
            plan = find_plan(page, page_count=page_count, has_rows=bool(rows))
            list_pages.add_plan(plan)
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
        finding = None
        if not has_branches:
            finding = self._judge_rows(page, list_pages, progress)
        if finding is not None:
            return finding
        return pagination.describe_unread(page.url, list_pages, pager_label)

    def _judge_rows(
        self, page: ListPage, list_pages: Pagination, progress: PageProgress
    ) -> Finding | None:
        """Return the finding on a list that names no report, or fewer rows than it says.

        That it names none is kept until what its doubtful rows lead to is known.
        """
        empty = pagination.describe_empty(page.url, list_pages)
        if empty is not None and not list_pages.doubts.is_open:
            return empty
        if empty is not None:
            list_pages.doubts.withhold(page.url, empty)
        is_part = list_pages.part_count > 0
        probes = self.find_reader(list_pages).probes or list_pages.probes or is_part
        return pagination.describe_unfinished(
            page.url, list_pages, progress, probes=probes
        )

    def _find_new_parts(self, page: ListPage, list_pages: Pagination) -> list[NextPage]:
        """Return the frames, posted forms and redirects of a page that were not requested yet."""
        parts = find_parts(page)
        redirect = find_redirect(page) if page.is_markup and not parts else None
        if redirect is not None and self.owns_host(redirect):
            parts.append(redirect)
        new_parts = list(filter(self._is_new_list, map(page.resolve_next, parts)))
        if new_parts and list_pages.part_count:
            list_pages.add_blank_part()  # the page is a part itself, and names no row
        list_pages.part_count += len(new_parts)
        return new_parts

    def _find_new_pages(
        self, page: ListPage, list_pages: Pagination
    ) -> tuple[list[NextPage], str | None]:
        """Return the next pages of a list that were not requested yet.

        Where the platform knows of none, the general pager finds one, or else the plan of the
        list's first page has one. The second value is what is printed for a way on that cannot
        be followed. Beside ways that lead to pages which were requested it is none: on its last
        page a pager often has such a link.
        """
        platform_pages = list(self.find_reader(list_pages).read_next_pages(page))
        next_pages = list(map(page.resolve_next, platform_pages))
        new_pages = list(filter(self._is_new_list, next_pages))
        if new_pages:
            return new_pages, None
        labels = []
        has_addresses = any(map(_leads_on, next_pages))
        for link in find_pager_links(page):
            if link.address is None:
                labels.append(link.label)
                continue
            has_addresses = True
            next_page = page.resolve_next(link.address)
            if self._is_new_list(next_page):
                return [next_page], None
        if has_addresses:
            return [], None
        return self._find_planned_page(list_pages, labels)

    def _find_planned_page(
        self, list_pages: Pagination, labels: list[str]
    ) -> tuple[list[NextPage], str | None]:
        """Return the next page of a list's plan; else what is printed for a way on."""
        plan = list_pages.plan
        if plan is not None:
            planned_pages = filter(self._is_new_list, plan.requests)
            next_page = next(planned_pages, None)
            if next_page is not None:
                return [next_page], None
            if plan.requests:
                return [], None
            labels = [*labels, plan.label]
        return [], next(iter(labels), None)

    def _is_new_list(self, page: NextPage) -> bool:
        address = read_address(page)
        return address.startswith(WEB_ADDRESS) and address not in self.list_addresses

    # --- reports ----------------------------------------------------------------------------

    def parse_report(self, response: Response) -> Output:
        """Capture a report page, or what stands in its place, and request its files.

        The notes are made again when a run is resumed.
        """
        capture = capture_response(self.site.id, response)
        files: list[Request] = []
        list_below: list[Request | Capture | Note] = []
        if capture.outcome in PAGE_OUTCOMES and isinstance(response, TextResponse):
            files = list(self._request_files(response, capture.hints))
            if "list_level" in response.meta and not files:
                list_below = list(self._read_list_below(response, capture.hints))
        if _is_list(response, list_below) and not self.context.showed_report(
            capture.url
        ):
            capture = replace(capture, role="list")
        if ARCHIVED not in response.flags:
            yield _add_content_type(capture, response)
        yield from files
        yield from list_below
        is_report = _may_carry_report(capture, response) or bool(files or list_below)
        yield from self._settle_doubts(response.request, is_report=is_report)
        yield from self._note_answer(capture, response)

    def _note_answer(self, capture: Capture, response: Response) -> Iterator[Note]:
        """Note what stands in the place of a report; of a doubtful row it is no more than told."""
        is_doubtful = "doubts" in response.meta
        if capture.outcome == "not_found":
            severity: Severity = "info" if is_doubtful else "warning"
            yield self.notes.note_page(capture, "page.gone", severity)
        elif capture.outcome == "http_error":
            severity = "info" if is_doubtful else "error"
            yield self.notes.note_page(capture, "page.failed", severity)
        elif capture.outcome == "soft_404" and not is_doubtful:
            yield self.notes.note_verdict(response)
        elif capture.outcome == "replaced":
            severity = "info" if is_doubtful else "warning"
            yield self.notes.note_page(capture, "page.replaced", severity)
        elif capture.outcome == "blocked":
            yield self.notes.note_verdict(response)
            yield self.notes.note_page(capture, "page.replaced", "warning")

    def _settle_doubts(
        self, request: Request | None, *, is_report: bool
    ) -> Iterator[Note]:
        """Take in what a doubtful row led to; note a list in which no row led to a report."""
        if request is None or "doubts" not in request.meta:
            return
        doubts: RowDoubts = request.meta["doubts"]
        address = canonicalize(_find_first_url(request))
        if is_report:
            self.listed_addresses.add(address)
        withheld = doubts.settle(address, is_report=is_report)
        if withheld is not None:
            yield self.notes.note_finding(*withheld)

    def _request_files(self, response: TextResponse, hints: Hints) -> Iterator[Request]:
        """Request the files that carry the report of a page, each once in a run."""
        for url, file_hints in find_report_files(response, hints):
            if canonicalize(url) in self.report_addresses:
                continue
            if self.context.is_due(url, "report"):
                yield self.request_report(url, file_hints)

    def _read_list_below(self, response: TextResponse, hints: Hints) -> Output:
        """Read a page that was requested as a report as the list that it is.

        A page with the chapters of a report is none, nor one that names no report besides those
        that are listed already. Where its row is a year, or its address a folder's, it is a list
        even where it names none.
        """
        page = ListPage(response)
        if is_report_text(page):
            return
        row = response.meta["row"]
        list_pages = Pagination(hints.column or "", response.meta["list_level"])
        list_pages.platform = recognize_platform(page, list_pages.platform)
        page_rows = read_page_rows(self.find_reader(list_pages), page)
        if not may_be_branch(row):
            page_rows.likely.clear()
            page_rows.doubtful.clear()
        new_addresses = page_rows.named.keys() - self.listed_addresses
        if not new_addresses and not is_list_row(row):
            return
        self.list_addresses.add(response.url)
        yield from self._request_rows(page, page_rows, list_pages)
        yield from self._request_next_pages(
            page, list_pages, page_rows, has_branches=False
        )

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
            yield from self._settle_doubts(request, is_report=False)
            if isinstance(failure.value, HostLeftOut):
                reason = failure.value
                yield self.notes.note_host(reason.host, reason.finding)
            return
        capture = capture_failure(self.site.id, failure, request)
        yield capture
        yield from self._settle_doubts(request, is_report=False)
        if capture.role == "list":
            self.count_failed_list()
            message = f"{capture.outcome}: {capture.message}"
            yield self.notes.note_failed_list(capture.url, message)
        elif "doubts" in request.meta:
            yield self.notes.note_page(capture, "page.failed", "info")
        elif capture.outcome == "network_error":
            yield self.notes.note_page(capture, "page.failed", "error")
        else:
            yield self.notes.note_page(capture, f"page.{capture.outcome}", "warning")

    def _build_hints(self, title: str | None, date: str | None, column: str) -> Hints:
        """Return what the list and the site file say of a report page."""
        hints = Hints(
            list_title=title,
            list_date=date,
            column=column,
            official_host=self.site.official,
            site_name=self.site.name,
        )
        region = self.site.region
        if region is None:
            return hints
        return replace(hints, region=region.name, region_code=region.code)


def _leads_on(page: NextPage) -> bool:
    """Tell whether a next page has an address at all: a script has none, a fragment no other."""
    return read_address(page).startswith(WEB_ADDRESS)


def _is_list(response: Response, outputs: Iterable[Request | Capture | Note]) -> bool:
    """Tell whether a page that leads on is a list and no more: its row says no more than a year.

    A page whose row is titled as a report is for the reader, whatever it leads to.
    """
    if not any(isinstance(output, Request) for output in outputs):
        return False
    return may_be_branch(response.meta["row"])


def _may_carry_report(capture: Capture, response: Response) -> bool:
    """Tell whether an answer may be a report: it has chapters, or is a file."""
    if capture.outcome not in PAGE_OUTCOMES:
        return False
    if not isinstance(response, TextResponse):
        return True
    return is_report_text(ListPage(response))


def _find_first_url(request: Request) -> str:
    """Return the address that a request was made for, before redirects."""
    urls: list[str] = request.meta.get("redirect_urls", [])
    return urls[0] if urls else request.url


def _add_content_type(capture: Capture, response: Response) -> Capture:
    """Return the capture of a report page with the content type among its hints."""
    content_type = None
    header = response.headers.get("Content-Type")
    if header:
        content_type = header.decode("latin-1")
    hints = replace(capture.hints, content_type=content_type)
    return replace(capture, hints=hints)
