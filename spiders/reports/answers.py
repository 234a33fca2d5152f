"""Answers to the requests for report pages: what stands in a report's place is noted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from scrapy.http import Request, Response

from nianbao.archive.addresses import canonicalize
from nianbao.archive.records import Capture, Hints, Note, Severity
from nianbao.spiders.base import SiteSpider
from nianbao.spiders.capture import (
    FailedBefore,
    HostLeftOut,
    NotSent,
    capture_failure,
)
from nianbao.spiders.context import EVERYTHING_DUE, CrawlContext
from nianbao.spiders.lists.row_doubts import RowDoubts
from nianbao.spiders.notes import SiteNotes
from nianbao.spiders.reports.sent_reports import SentReport

if TYPE_CHECKING:
    from twisted.python.failure import Failure

    from nianbao.spiders.catalogue import Site

Output = Iterator[Request | Capture | Note]
SENDER = "sender"  # in a request's meta: the report of a page that sends on to several


class ReportAnswerSpider(SiteSpider):
    """Requests pages as reports and notes those that are none.

    `context` says which the run visits.
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
        # Canonical addresses of the report pages that this run requested, and of those that
        # its lists named.
        self.report_addresses: set[str] = set()
        self.listed_addresses: set[str] = set()
        self.waiting_count = 0  # requests that wait until the run is resumed

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
        hints = replace(hints, further_pages=None, images=None, sends_to=None)
        meta: dict[str, Any] = {"role": "report", "hints": hints}
        if list_level is not None:
            meta["list_level"] = list_level
        if doubts is not None:
            doubts.add(canonicalize(url))
            meta["doubts"] = doubts
        return Request(url, self.parse_report, errback=self.parse_failure, meta=meta)

    def parse_report(self, response: Response) -> Output:
        """Capture a report page and request what belongs to it."""
        raise NotImplementedError(response)

    def note_answer(self, capture: Capture, response: Response) -> Iterator[Note]:
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

    def settle(self, request: Request | None, *, is_report: bool) -> Iterator[Note]:
        """Take in what an address led to that may be no report.

        A list in which no row led to a report is noted, and a page that sends on to none.
        """
        if request is None:
            return
        address = canonicalize(_find_first_url(request))
        sender: SentReport | None = request.meta.get(SENDER)
        if sender is not None:
            finding = sender.settle(address, is_report=is_report)
            if finding is not None:
                yield self.notes.note_finding(sender.url, finding)
        doubts: RowDoubts | None = request.meta.get("doubts")
        if doubts is None:
            return
        if is_report:
            self.listed_addresses.add(address)
        withheld = doubts.settle(address, is_report=is_report)
        if withheld is not None:
            yield self.notes.note_finding(*withheld)

    def parse_failure(self, failure: Failure) -> Output:
        """Capture a request that got no answer, or count it where it was not sent."""
        request: Request = failure.request  # type: ignore[attr-defined]
        if isinstance(failure.value, NotSent):
            self.waiting_count += 1
            return
        if isinstance(failure.value, (FailedBefore, HostLeftOut)):
            if request.meta["role"] == "list":
                self.count_failed_list()
            yield from self.settle(request, is_report=False)
            if isinstance(failure.value, HostLeftOut):
                reason = failure.value
                yield self.notes.note_host(reason.host, reason.finding)
            return
        capture = capture_failure(self.site.id, failure, request)
        yield capture
        yield from self.settle(request, is_report=False)
        yield self._note_failure(capture, request)

    def _note_failure(self, capture: Capture, request: Request) -> Note:
        if capture.role == "list":
            self.count_failed_list()
            message = f"{capture.outcome}: {capture.message}"
            return self.notes.note_failed_list(capture.url, message)
        if "doubts" in request.meta:
            return self.notes.note_page(capture, "page.failed", "info")
        if capture.outcome == "network_error":
            return self.notes.note_page(capture, "page.failed", "error")
        return self.notes.note_page(capture, f"page.{capture.outcome}", "warning")


def _find_first_url(request: Request) -> str:
    """Return the address that a request was made for, before redirects."""
    urls: list[str] = request.meta.get("redirect_urls", [])
    return urls[0] if urls else request.url
