"""Pages that came cut off: one that had its end at the last visit and lacks it now.

A connection that breaks is a failure that Scrapy sees where the length was announced. Without it,
and where a server's cache keeps a part, only the page before tells. What a part lacks was not
taken off the web, so nothing is told of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.http import TextResponse

from nianbao.crawler.middlewares.bodies import try_again
from nianbao.pipelines.run import has_run, run_of
from nianbao.spiders.capture import VERDICT, is_from_archive

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Request, Response

    from nianbao.archive import Archive

ENDS = (b"</html", b"</body")


class CutOffMiddleware:
    """Ask again for a report's page that lacks its end; in the end a part stands in its place."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.archive: Archive | None = None
        if has_run(crawler):
            self.archive = run_of(crawler).archive

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> CutOffMiddleware:
        return cls(crawler)

    def process_response(
        self, request: Request, response: Response
    ) -> Response | Request:
        """Return the request for another try; the answer with a verdict after the last one."""
        if not self._may_be_cut(request, response):
            return response
        length_before = self._find_length_before(request)
        length = len(response.body)
        if length_before is None or length >= length_before:
            return response
        message = f"{length} bytes without the end that {length_before} had"
        return try_again(self.crawler, request, response, "cut_off", message)

    def _may_be_cut(self, request: Request, response: Response) -> bool:
        """Tell whether an answer is a report's page that came now and has no end."""
        if request.meta.get("role") not in ("report", "attachment"):
            return False
        if response.status != 200 or not isinstance(response, TextResponse):
            return False
        if is_from_archive(response):
            return False
        return VERDICT not in request.meta and not has_end(response.body)

    def _find_length_before(self, request: Request) -> int | None:
        """Return how long the page was at the last visit; None where it had no end either."""
        if self.archive is None:
            return None
        url = request.meta.get("redirect_urls", [request.url])[0]
        last = self.archive.latest_payload_visit(url)
        if last is None or last.payload_sha256 is None:
            return None
        body = self.archive.payload(last.payload_sha256)
        return len(body) if has_end(body) else None


def has_end(body: bytes) -> bool:
    """Tell whether a page has its end, wherever it stands: counters are written behind it."""
    source = body.lower()
    return any(end in source for end in ENDS)
