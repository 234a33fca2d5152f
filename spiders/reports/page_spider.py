"""Pages that lists name: each answer captured, and the files that carry a report requested."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from scrapy.http import Request, Response, TextResponse

from nianbao.archive.addresses import canonicalize
from nianbao.archive.records import Capture, Hints, Note, Severity
from nianbao.spiders.base import SiteSpider
from nianbao.spiders.capture import (
    ARCHIVED,
    FailedBefore,
    HostLeftOut,
    NotSent,
    capture_failure,
    capture_response,
)
from nianbao.spiders.context import EVERYTHING_DUE, CrawlContext
from nianbao.spiders.lists.page import ListPage
from nianbao.spiders.lists.row_doubts import RowDoubts
from nianbao.spiders.notes import SiteNotes
from nianbao.spiders.reports.files import find_report_files
from nianbao.spiders.rows.context_rows import may_be_branch
from nianbao.spiders.rows.titled_rows import is_report_text

if TYPE_CHECKING:
    from twisted.python.failure import Failure

    from nianbao.spiders.catalogue import Site

Output = Iterator[Request | Capture | Note]
PAGE_OUTCOMES = ("fetched", "not_modified")  # of an answer that is a page


class ReportPageSpider(SiteSpider):
    """Captures the pages that the lists of a site name; `context` says which the run visits."""

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
        # Canonical addresses of the report pages that this run requested, and of those that
        # its lists named.
        self.report_addresses: set[str] = set()
        self.listed_addresses: set[str] = set()
        self.waiting_count = 0  # requests that wait until the run is resumed

    def read_list_below(self, response: TextResponse, hints: Hints) -> Output:
        """Read a page that was requested as a report as the list that it is."""
        raise NotImplementedError(response, hints)

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
                list_below = list(self.read_list_below(response, capture.hints))
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


def _is_list(response: Response, outputs: Iterable[Request | Capture | Note]) -> bool:
    """Tell whether a page that leads on is a list and no more: its row says no more than a year.

    A page whose row is titled as a report is for the reader, whatever it leads to.
    """
    if not any(isinstance(output, Request) for output in outputs):
        return False
    return may_be_branch(response.meta["row"])
