"""Coming back: answers the archive has already, validators for what it has, addresses only it knows.

A run that was cut off goes on by asking the archive first: what it fetched before the cut is
answered from there, so the lists are walked again without a request being sent twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urldefrag

from scrapy import signals
from scrapy.exceptions import DontCloseSpider
from scrapy.responsetypes import responsetypes

from archive.addresses import canonical
from archive.records import Hints
from pipelines import run
from spiders.capture import ARCHIVED, DRAWN, NOT_MODIFIED

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Headers, Request, Response

    from archive.visits import Visit
    from spiders.base import ReportSpider


class RevisitMiddleware:
    """Answer from the archive what this run fetched already; make the rest conditional."""

    def __init__(self, crawler: Crawler) -> None:
        self.run = run.of(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RevisitMiddleware:
        return cls(crawler)

    def process_request(self, request: Request) -> Response | None:
        """Return the answer of the run's own earlier visit, or add the validators of the last one."""
        if "role" not in request.meta:  # robots.txt
            return None
        done = self.run.archive.done_in_run(self.run.id, request.url)
        if done is not None:
            return self._archived(done, {}, ARCHIVED)
        if request.meta.get(DRAWN):  # what is drawn has no validators
            return None
        last = self.run.archive.last_payload(request.url)
        if last is not None and (last.etag or last.last_modified):
            request.meta["payload_sha256"] = last.payload_sha256
            request.meta["last_visit"] = last
            for name, value in (("If-None-Match", last.etag), ("If-Modified-Since", last.last_modified)):
                if value:
                    request.headers[name] = value
        return None

    def process_response(self, request: Request, response: Response) -> Response:
        """Put the archived body under a 304, so that lists are read as ever."""
        if response.status != 304 or "last_visit" not in request.meta:
            return response
        return self._archived(request.meta["last_visit"], response.headers, NOT_MODIFIED)

    def _archived(self, visit: Visit, headers: Headers | dict[str, Any], flag: str) -> Response:
        shown = visit.payload_sha256 if visit.outcome in ("fetched", "not_modified") else None
        body = self.run.archive.payload(shown) if shown else b""
        typed = {b"Content-Type": visit.content_type.encode("latin-1")} if visit.content_type else {}
        address = urldefrag(visit.final_url).url  # as in an answer from the host: what a POST sent is not in it
        kind = responsetypes.from_args(headers=typed or None, url=address, body=body)
        status = 200 if shown else 404
        return kind(address, status=status, headers={**typed, **headers}, body=body, flags=[flag])


class KnownAddresses:
    """When the lists are done, visit the reports that they no longer name: gone, moved, or only unlisted."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.run = run.of(crawler)
        crawler.signals.connect(self.idle, signal=signals.spider_idle)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> KnownAddresses:
        return cls(crawler)

    def idle(self, spider: ReportSpider) -> None:
        """Ask for what is left; raise DontCloseSpider while something is."""
        known = self.run.archive.known_addresses(spider.site.id)
        left = [url for url in known if canonical(url) not in spider.asked and spider.is_due(url, "report")]
        for url in left:
            last = self.run.archive.last_payload(url)
            request = spider.report_request(url, last.hints if last else Hints())
            if self.crawler.engine is not None:
                self.crawler.engine.crawl(request)
        if left:
            raise DontCloseSpider
