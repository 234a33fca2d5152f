"""Coming back: answers the archive has already, validators for what it has, addresses only it
knows.

A run that was cut off goes on by asking the archive first: what it fetched before the cut is
answered from there, so the lists are walked again without a request being sent twice.

Some servers say of a page that it has not changed, and it has. So a sample of the known pages
is asked for without validators, another one in each run; a site that is found out is not
believed for a while.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import urldefrag

from scrapy import signals
from scrapy.exceptions import DontCloseSpider
from scrapy.responsetypes import responsetypes

from nianbao.archive.addresses import canonical
from nianbao.archive.clock import utc_text
from nianbao.archive.read_model.site_health import doubted
from nianbao.archive.records import Hints
from nianbao.crawler.middlewares.limit import COUNTED
from nianbao.pipelines import run
from nianbao.spiders.capture import (
    ARCHIVED,
    BEFORE,
    DRAWN,
    NOT_MODIFIED,
    FailedBefore,
    NotSent,
)
from nianbao.spiders.report_spider import ReportSpider

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Headers, Request, Response

    from nianbao.archive.raw.visits import Visit

UNBELIEVED = (
    "unbelieved"  # in a request's meta: the last visit, whose validators are not sent
)


class RevisitMiddleware:
    """Answer from the archive what this run fetched already; make the rest conditional."""

    def __init__(self, crawler: Crawler) -> None:
        if not isinstance(crawler.spider, ReportSpider):
            raise TypeError(f"{crawler.spider} is not a spider of nianbao")
        self.spider = crawler.spider
        self.run = run.of(crawler)
        self.rate = crawler.settings.getfloat("NIANBAO_DISTRUST")
        days = crawler.settings.getint("NIANBAO_DOUBT_DAYS")
        since = utc_text(datetime.now(UTC) - timedelta(days=days))
        self.doubts_site = doubted(self.run.archive.db, self.spider.site.id, since)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RevisitMiddleware:
        return cls(crawler)

    def process_request(self, request: Request) -> Response | None:
        """Return the answer of the run's own earlier visit, or add the validators of the last
        one.
        """
        if "role" not in request.meta:  # robots.txt
            return None
        done = self.run.archive.visit_in_run(self.run.id, request.url)
        if done is not None:
            return self._archived(done, {}, ARCHIVED)
        if self.run.pages_left is not None and COUNTED not in request.meta:
            self._hold_back(request)
        if request.meta.get(DRAWN):  # what is drawn has no validators
            return None
        last = self.run.archive.latest_payload_visit(request.url)
        if last is None or not (last.etag or last.last_modified):
            return None
        doubts = self.doubts_site or self.spider.validators_lied
        if doubts or sampled(self.run.id, request.url, self.rate):
            request.meta[UNBELIEVED] = last
        else:
            request.meta["payload_sha256"] = last.payload_sha256
            request.meta["last_visit"] = last
            for name, value in (
                ("If-None-Match", last.etag),
                ("If-Modified-Since", last.last_modified),
            ):
                if value:
                    request.headers[name] = value
        return None

    def _hold_back(self, request: Request) -> None:
        """Raise NotSent at the limit, before robots.txt is asked; FailedBefore for what would
        use up every limit.
        """
        if self.run.exhausted:
            raise NotSent("so many pages were asked for as --limit says")
        if self.run.archive.has_failed_in_run(self.run.id, request.url):
            raise FailedBefore("it failed in this run already")

    def process_response(self, request: Request, response: Response) -> Response:
        """Put the archived body under a 304, so that lists are read as ever; beside a list that
        lies, what it was.
        """
        if UNBELIEVED in request.meta:
            self._compare(request, response, request.meta[UNBELIEVED])
        if response.status != 304 or "last_visit" not in request.meta:
            return response
        return self._archived(
            request.meta["last_visit"], response.headers, NOT_MODIFIED
        )

    def _compare(self, request: Request, response: Response, last: Visit) -> None:
        """Put beside a list what it was before, where it is another under the same validators.

        Of reports the archive knows whether the content is another, when the run on the site
        has ended.
        """
        same = _header(response, "ETag") == last.etag and (
            last.etag is not None
            or _header(response, "Last-Modified") == last.last_modified
        )
        if request.meta["role"] == "list" and response.status == 200 and same:
            request.meta[BEFORE] = self._archived(last, {}, ARCHIVED)

    def _archived(
        self, visit: Visit, headers: Headers | dict[str, Any], flag: str
    ) -> Response:
        shown = (
            visit.payload_sha256
            if visit.outcome in ("fetched", "not_modified")
            else None
        )
        body = self.run.archive.payload(shown) if shown else b""
        typed = (
            {b"Content-Type": visit.content_type.encode("latin-1")}
            if visit.content_type
            else {}
        )
        address = urldefrag(
            visit.final_url
        ).url  # as in an answer from the host: what a POST sent is not in it
        kind = responsetypes.from_args(headers=typed or None, url=address, body=body)
        status = 200 if shown else 404
        return kind(
            address,
            status=status,
            headers={**typed, **headers},
            body=body,
            flags=[flag],
        )


def sampled(run_id: int, url: str, rate: float) -> bool:
    """Tell whether a run asks for an address without validators: so many of all (0 to 1),
    always the same ones.
    """
    drawn = int.from_bytes(sha256(f"{run_id} {url}".encode()).digest()[:8])
    return drawn < rate * 2**64


def _header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return None if value is None else value.decode("latin-1")


class KnownAddresses:
    """When the lists are done, visit the reports that they no longer name: gone, moved, or only
    unlisted.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.run = run.of(crawler)
        crawler.signals.connect(self.idle, signal=signals.spider_idle)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> KnownAddresses:
        return cls(crawler)

    def idle(self, spider: ReportSpider) -> None:
        """Ask for what is left; raise DontCloseSpider while something is.

        A run that is to visit some reports only, or is at its limit, cannot tell what the lists
        no longer name.
        """
        if spider.context.selective or spider.waiting_count:
            return
        known = self.run.archive.report_addresses(spider.site.id)
        left = [
            url
            for url in known
            if canonical(url) not in spider.report_addresses
            and spider.context.is_due(url, "report")
        ]
        for url in left:
            last = self.run.archive.latest_payload_visit(url)
            request = spider.request_report(url, last.hints if last else Hints())
            if self.crawler.engine is not None:
                self.crawler.engine.crawl(request)
        if left:
            raise DontCloseSpider
