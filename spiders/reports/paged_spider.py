"""Reports in several pages: the first is stored when all are known, and is read with the rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from scrapy.http import Request, Response, TextResponse

from nianbao.archive.addresses import canonicalize
from nianbao.archive.finding_texts import make_finding
from nianbao.archive.records import Capture, Hints, Note, Severity
from nianbao.spiders.capture import (
    ARCHIVED,
    READ_PAGE,
    READING_FAILURE,
    FailedBefore,
    HostLeftOut,
    NotSent,
    capture_failure,
    capture_response,
)
from nianbao.spiders.reports.answers import Output, ReportAnswerSpider
from nianbao.spiders.reports.content import PAGE_OUTCOMES, is_page
from nianbao.spiders.reports.further_pages import (
    MOST_FURTHER_PAGES,
    PagedReport,
    find_further_page,
)
from nianbao.spiders.reports.listed_page import ListedPage

if TYPE_CHECKING:
    from twisted.python.failure import Failure

    from nianbao.spiders.lists.reader import ListReader

GONE_OUTCOMES = ("not_found", "soft_404")
FURTHER_PAGE_PRIORITY = 5  # a report is stored when all its pages are known
OTHER_TITLE = "it has another title"
PAGED = "paged"  # in a request's meta: the report whose further page it is for


class PagedReportSpider(ReportAnswerSpider):
    """Has the further pages of reports, each captured as evidence of its own."""

    reader: ListReader  # of the site's platform

    def read_page(self, response: TextResponse) -> ListedPage:
        """Return what is read of a page; of a long one another process has read it."""
        reading: ListedPage | None = response.meta.pop(READ_PAGE, None)
        if reading is None:
            return ListedPage(response, self.reader)
        reading.meta = response.meta
        return reading

    def request_further_page(self, url: str, paged: PagedReport) -> Request:
        """Return the request for the next page of a report."""
        paged.addresses.add(canonicalize(url))
        hints = Hints(sent_by=paged.capture.url)
        return Request(
            url,
            self.parse_further_page,
            errback=self.parse_further_failure,
            meta={"role": "attachment", "hints": hints, PAGED: paged},
            priority=FURTHER_PAGE_PRIORITY,
            dont_filter=True,
        )

    def parse_further_page(self, response: Response) -> Output:
        """Capture a further page of a report; request the next, or store the report with all."""
        capture = capture_response(self.site.id, response)
        if ARCHIVED not in response.flags:
            yield capture
        paged: PagedReport = response.meta[PAGED]
        failure = response.meta.get(READING_FAILURE)
        if failure is not None:
            yield self._note_lost_page(paged, capture.url, failure, "warning")
            yield from self.store_paged(paged)
            return
        if is_page(response, capture.outcome):
            reading = self.read_page(response)
            yield from self._add_page(paged, capture, reading)
            return
        message = capture.message or "it is no page"
        if capture.outcome not in (*GONE_OUTCOMES, *PAGE_OUTCOMES):
            yield from self._postpone(paged, capture.url, message)
            return
        yield self._note_lost_page(paged, capture.url, message, "warning")
        yield from self.store_paged(paged)

    def _add_page(
        self, paged: PagedReport, capture: Capture, reading: ListedPage
    ) -> Output:
        """Take in a further page; request the next one, or yield the report with all its pages."""
        url = None
        is_new = not paged.repeats_page(capture)
        if paged.add_page(capture, reading.titles):
            paged.add_images(reading.images, has_text=reading.has_chapters)
            url = find_further_page(reading.ways_on, paged)
            if reading.has_cut_fragments:
                yield self.notes.note_cut_attributes(capture.url)
        elif is_new and paged.is_named(capture.url):
            yield self._note_lost_page(paged, capture.url, OTHER_TITLE, "warning")
        if url is not None and len(paged.digests) <= MOST_FURTHER_PAGES:
            yield self.request_further_page(url, paged)
            return
        if url is not None:
            yield self._note_lost_page(paged, url, "too many pages", "warning")
        yield from self.store_paged(paged)

    def store_paged(self, paged: PagedReport) -> Output:
        """Yield the capture of a report all of whose pages are had."""
        yield paged.complete()

    def parse_further_failure(self, failure: Failure) -> Output:
        """Store a report of which a further page was not had, but do not have it read."""
        request: Request = failure.request  # type: ignore[attr-defined]
        paged: PagedReport = request.meta[PAGED]
        yield from self.capture_part_failure(failure, paged.capture)
        if not isinstance(failure.value, NotSent):
            yield from self._postpone(paged, request.url, failure.getErrorMessage())

    def capture_part_failure(self, failure: Failure, page: Capture) -> Output:
        """Capture that a part of a page was not had; of one that waits, the page as evidence."""
        if isinstance(failure.value, NotSent):
            self.waiting_count += 1
            yield self.make_evidence(page)
        elif isinstance(failure.value, HostLeftOut):
            yield self.notes.note_host(failure.value.host, failure.value.finding)
        elif not isinstance(failure.value, FailedBefore):
            request: Request = failure.request  # type: ignore[attr-defined]
            yield capture_failure(self.site.id, failure, request)

    def make_evidence(self, page: Capture) -> Capture:
        """Return the capture of a page that is stored, and not to be read without its parts."""
        return replace(page, role="attachment")

    def _postpone(
        self, paged: PagedReport, url: str, message: str
    ) -> Iterator[Capture | Note]:
        """Store the first page of a report as evidence: it is not to be read without the rest."""
        yield self.make_evidence(paged.capture)
        yield self._note_lost_page(paged, url, message, "error")

    def _note_lost_page(
        self, paged: PagedReport, url: str, message: str, severity: Severity
    ) -> Note:
        parameters = {
            "url": paged.capture.url,
            "further_url": url,
            "reason": message,
        }
        finding = make_finding(
            "page.part_lost",
            severity,
            parameters,
        )
        return self.notes.note_finding(paged.capture.url, finding)
