"""Pages whose report may stand in their images: stored when those are had."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from scrapy.exceptions import DownloadCancelledError
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
from nianbao.spiders.reports.further_pages import ImageAddress, PagedReport
from nianbao.spiders.reports.images import (
    MOST_IMAGE_BYTES,
    MOST_IMAGES,
    ImageReport,
    is_image,
)
from nianbao.spiders.reports.paged_spider import (
    FURTHER_PAGE_PRIORITY,
    GONE_OUTCOMES,
    PagedReportSpider,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from twisted.python.failure import Failure

# What is not otherwise at the next crawl.
FOR_GOOD = (RefusedByBoundary, RefusedByRobots, DownloadCancelledError)
# In a request's meta: the page whose image it is for, and the address as that page writes it.
IMAGE_REPORT, IMAGE_ADDRESS = "image_report", "image_address"


class ImageSpider(PagedReportSpider):
    """Has the images of pages whose report may stand in them, each as evidence of its own."""

    def store_with_images(
        self, capture: Capture, images: Sequence[ImageAddress], *, has_text: bool
    ) -> Output:
        """Yield the capture of a page: at once without images, else when they are had."""
        report = ImageReport(capture, deque(images[:MOST_IMAGES]), has_text)
        report.lost += ((url, "too many images") for _, url in images[MOST_IMAGES:])
        yield from self._go_on(report)

    def store_paged(self, paged: PagedReport) -> Output:
        """Yield the capture of a report in several pages, when their images are had."""
        capture = paged.complete()
        yield from self.store_with_images(
            capture, paged.images, has_text=paged.has_text
        )

    def _go_on(self, report: ImageReport) -> Output:
        """Yield the request for the next image, or the page with all of them."""
        if not report.waiting:
            yield report.complete()
            yield from self._note_lost_images(report, "warning")
            return
        address, url = report.waiting.popleft()
        yield Request(
            url,
            self.parse_image,
            errback=self.parse_image_failure,
            meta={
                "role": "attachment",
                "hints": Hints(sent_by=report.capture.url),
                IMAGE_REPORT: report,
                IMAGE_ADDRESS: address,
                "download_maxsize": MOST_IMAGE_BYTES,
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
            size = len(response.body)
            if not is_image(response.body):
                message = "it is no image"
            elif report.keep(response.meta[IMAGE_ADDRESS], capture, size):
                yield from self._go_on(report)
                return
            else:
                message = "the images of the page are too large together"
        is_for_good = capture.outcome in (*GONE_OUTCOMES, *PAGE_OUTCOMES)
        yield from self._lose(report, capture.url, message, is_for_good=is_for_good)

    def parse_image_failure(self, failure: Failure) -> Output:
        """Go on without an image that was not had."""
        request: Request = failure.request  # type: ignore[attr-defined]
        report: ImageReport = request.meta[IMAGE_REPORT]
        yield from self.capture_part_failure(failure, report.capture)
        if isinstance(failure.value, NotSent):
            return
        is_for_good = isinstance(failure.value, FOR_GOOD)
        message = failure.getErrorMessage()
        yield from self._lose(report, request.url, message, is_for_good=is_for_good)

    def _lose(
        self, report: ImageReport, url: str, message: str, *, is_for_good: bool
    ) -> Output:
        """Go on without an image.

        A page that is nothing but images is not read without one that may come back.
        """
        report.lost.append((url, message))
        if is_for_good or report.has_text:
            yield from self._go_on(report)
            return
        yield self.make_evidence(report.capture)
        yield from self._note_lost_images(report, "error")

    def _note_lost_images(
        self, report: ImageReport, severity: Severity
    ) -> Iterator[Note]:
        """Say which images of a page were not had: how many, and the last of them."""
        if not report.lost:
            return
        url, reason = report.lost[-1]
        parameters = {
            "url": report.capture.url,
            "count": len(report.lost),
            "image_url": url,
            "reason": reason,
        }
        finding = make_finding("page.image_lost", severity, parameters)
        yield self.notes.note_finding(report.capture.url, finding)
