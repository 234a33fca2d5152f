"""Pages whose report may stand in their images: stored when those are had."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from scrapy.http import Request, Response

from nianbao.archive.finding_texts import make_finding
from nianbao.archive.records import Capture, Hints, Note, Severity
from nianbao.spiders.capture import (
    ARCHIVED,
    NotSent,
    RefusedByBoundary,
    RefusedByRobots,
    capture_response,
)
from nianbao.spiders.reports.answers import Output
from nianbao.spiders.reports.content import PAGE_OUTCOMES
from nianbao.spiders.reports.images import MOST_IMAGES, ImageReport, is_image
from nianbao.spiders.reports.paged_spider import (
    FURTHER_PAGE_PRIORITY,
    GONE_OUTCOMES,
    PagedReportSpider,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twisted.python.failure import Failure

# In a request's meta: the page whose image it is for, and the address as that page writes it.
IMAGE_REPORT, IMAGE_ADDRESS = "image_report", "image_address"


class ImageSpider(PagedReportSpider):
    """Has the images of pages whose report may stand in them, each as evidence of its own."""

    def store_with_images(
        self, capture: Capture, page: Response, images: Sequence[str]
    ) -> Output:
        """Yield the capture of a page: at once without images, else when they are had."""
        addresses = deque((url, page.urljoin(url)) for url in images[:MOST_IMAGES])
        report = ImageReport(capture, addresses)
        for address in images[MOST_IMAGES:]:
            url = page.urljoin(address)
            yield self._note_lost_image(report, url, "too many images", "warning")
        yield self._go_on(report)

    def _go_on(self, report: ImageReport) -> Request | Capture:
        """Return the request for the next image, or the page with all of them."""
        if not report.waiting:
            return report.complete()
        address, url = report.waiting.popleft()
        return Request(
            url,
            self.parse_image,
            errback=self.parse_image_failure,
            meta={
                "role": "attachment",
                "hints": Hints(sent_by=report.capture.url),
                IMAGE_REPORT: report,
                IMAGE_ADDRESS: address,
            },
            priority=FURTHER_PAGE_PRIORITY,
            dont_filter=True,
        )

    def parse_image(self, response: Response) -> Output:
        """Capture an image; request the next, or store the page with all."""
        capture = capture_response(self.site.id, response)
        if ARCHIVED not in response.flags:
            yield capture
        report: ImageReport = response.meta[IMAGE_REPORT]
        message = capture.message or f"status {capture.status}"
        if capture.outcome in PAGE_OUTCOMES:
            if is_image(response.body):
                report.keep(response.meta[IMAGE_ADDRESS], capture)
                yield self._go_on(report)
                return
            message = "it is no image"
        is_for_good = capture.outcome in (*GONE_OUTCOMES, *PAGE_OUTCOMES)
        yield from self._lose(report, capture.url, message, is_for_good=is_for_good)

    def parse_image_failure(self, failure: Failure) -> Output:
        """Go on without an image that was not had."""
        request: Request = failure.request  # type: ignore[attr-defined]
        report: ImageReport = request.meta[IMAGE_REPORT]
        yield from self.capture_part_failure(failure, report.capture)
        if isinstance(failure.value, NotSent):
            return
        is_for_good = isinstance(failure.value, (RefusedByBoundary, RefusedByRobots))
        message = failure.getErrorMessage()
        yield from self._lose(report, request.url, message, is_for_good=is_for_good)

    def _lose(
        self, report: ImageReport, url: str, message: str, *, is_for_good: bool
    ) -> Output:
        """Go on without an image, and say so.

        A page that was read with its images is not read without one that may come back.
        """
        if not is_for_good and self.context.showed_report(report.capture.url):
            yield self.make_evidence(report.capture)
            yield self._note_lost_image(report, url, message, "error")
            return
        yield self._note_lost_image(report, url, message, "warning")
        yield self._go_on(report)

    def _note_lost_image(
        self, report: ImageReport, url: str, message: str, severity: Severity
    ) -> Note:
        parameters = {"url": report.capture.url, "image_url": url, "reason": message}
        finding = make_finding("page.image_lost", severity, parameters)
        return self.notes.note_finding(report.capture.url, finding)
