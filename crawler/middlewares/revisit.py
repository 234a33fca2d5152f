"""Revisits: answers that the archive has already, and validators for what it has.

A run that was cut off is resumed by asking the archive first: what it fetched before the cut is
answered from there, so the lists are walked again without a request being sent twice. So is what
lists of several sites name, and what stands behind a redirect: the first request has it, the
others wait for that and are answered with what was stored. Each site has a visit of its own.

Some servers say of a page that it has not changed, and it has. So a sample of the pages that the
archive has is asked for without validators, another sample in each run; a site whose validators
lied is not trusted for a while.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import urldefrag

from scrapy import signals
from scrapy.responsetypes import responsetypes

from nianbao.archive.clock import utc_text
from nianbao.archive.read_model.crawls.site_health import are_validators_doubted
from nianbao.crawler.middlewares.limit import AT_LIMIT, COUNTED
from nianbao.pipelines.run import has_run, run_of
from nianbao.spiders.base import SiteSpider
from nianbao.spiders.capture import (
    ARCHIVED,
    ARCHIVED_ROLE,
    BEFORE,
    DRAWN,
    DRAWN_MESSAGE,
    NOT_MODIFIED,
    SEARCHED,
    SHARED,
    SHARED_CAPTURE,
    FailedBefore,
    NotSent,
)

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Headers, Request, Response

    from nianbao.archive.raw.visits import Visit

# in a request's meta: the last visit, whose validators are not sent
WITHOUT_VALIDATORS = "unbelieved"
# of an answer that another request of the run may be given
SHAREABLE = ("fetched", "not_modified", "not_found")
# in a request's meta: the last visit, whose validators are sent
LAST_VISIT = "last_visit"


class RevisitMiddleware:
    """Answer from the archive what this run fetched already; make the rest conditional."""

    def __init__(self, crawler: Crawler) -> None:
        if not isinstance(crawler.spider, SiteSpider):
            raise TypeError(f"{crawler.spider} is not a spider of nianbao")
        self.crawler = crawler
        self.spider = crawler.spider
        self.site_id = crawler.spider.site.id
        self.run = run_of(crawler)
        self.sample_rate = crawler.settings.getfloat("NIANBAO_DISTRUST")
        days = crawler.settings.getint("NIANBAO_DOUBT_DAYS")
        since = utc_text(datetime.now(UTC) - timedelta(days=days))
        self.doubts_site = are_validators_doubted(
            self.run.archive.db, self.site_id, since
        )

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RevisitMiddleware:
        middleware = cls(crawler)
        connect = crawler.signals.connect
        connect(middleware.end_page, signal=signals.spider_error)
        connect(middleware.end_site, signal=signals.spider_closed)
        return middleware

    async def process_request(self, request: Request) -> Response | None:
        """Return the answer of an earlier visit of the run, or add the last one's validators.

        Raises NotSent and FailedBefore for what waits at the limit.
        """
        if "role" not in request.meta:  # robots.txt
            return None
        await self._wait_for_others(request)
        response = self._answer_from_run(request)
        if response is not None:
            return response
        self._hold_back_at_limit(request)
        self.run.pages.begin(request.url, self.site_id)
        if request.meta.get(DRAWN):
            return None
        last = self.run.archive.latest_payload_visit(request.url)
        if last is not None and _has_validators(last):
            self._add_validators(request, last)
        return None

    async def _wait_for_others(self, request: Request) -> None:
        """Wait for another site's request for the page, or, behind a redirect, for any.

        A page that is drawn, and a further page of a report, belong to what this site is after
        already: they do not wait for it.
        """
        if request.meta.get(DRAWN):
            return
        is_redirected = "redirect_urls" in request.meta
        is_part = request.meta["role"] == "attachment"
        await self.run.pages.wait_until_had(
            request.url,
            self.site_id,
            waits_for_own=is_redirected and not is_part,
            is_wanted=self._is_running,
        )

    def _is_running(self) -> bool:
        return self.crawler.engine is not None and self.crawler.engine.running

    def _answer_from_run(self, request: Request) -> Response | None:
        """Return what the run has of a page: what this site asked for before a cut, else what
        another visit of the run has brought, which makes a visit of this site too.
        """
        earlier = self._find_earlier(request)
        if earlier is None:
            return None
        is_own = earlier.site == self.site_id and earlier.url == request.url
        if earlier.role == "other" and SEARCHED not in request.meta:
            is_own = False  # a search had it, and nobody knew what it is
        if is_own and "redirect_urls" not in request.meta:
            request.meta[ARCHIVED_ROLE] = earlier.role
            return self._build_response(earlier, {}, ARCHIVED)
        is_drawn = DRAWN_MESSAGE in (earlier.message or "")
        if earlier.outcome not in SHAREABLE or is_drawn != bool(
            request.meta.get(DRAWN)
        ):
            return None
        request.meta[SHARED_CAPTURE] = self.run.archive.capture(earlier.id)
        return self._build_response(earlier, {}, SHARED)

    def _find_earlier(self, request: Request) -> Visit | None:
        archive = self.run.archive
        earlier = archive.visit_in_run(self.run.id, request.url, self.site_id)
        visit_id = self.run.pages.find_redirected_visit(request.url)
        if earlier is not None or visit_id is None:
            return earlier
        return archive.visit(visit_id)

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Take in that a page was not had, whatever the exception is."""
        del exception
        end_page(self.crawler, request)

    def end_page(self, response: Response) -> None:
        """Take in that a page is not stored, for reading it raised."""
        if response.request is not None:
            end_page(self.crawler, response.request)

    def end_site(self) -> None:
        """Take in that nothing more is asked for."""
        self.run.pages.end_site(self.site_id)

    def _hold_back_at_limit(self, request: Request) -> None:
        """Raise NotSent at the limit, before robots.txt is asked.

        Raises FailedBefore for what failed in this run: it would use up every limit.
        """
        if self.run.page_budget is None or COUNTED in request.meta:
            return
        if self.run.is_at_limit:
            raise NotSent(AT_LIMIT)
        if self.run.archive.has_failed_in_run(self.run.id, request.url):
            raise FailedBefore("it failed in this run already")

    def _add_validators(self, request: Request, last: Visit) -> None:
        """Add the validators of the last visit, unless the site is doubted or the page sampled."""
        doubts = self.doubts_site or self.spider.validators_lied
        if doubts or is_sampled(self.run.id, request.url, self.sample_rate):
            request.meta[WITHOUT_VALIDATORS] = last
            return
        request.meta["payload_sha256"] = last.payload_sha256
        request.meta[LAST_VISIT] = last
        if last.etag:
            request.headers["If-None-Match"] = last.etag
        if last.last_modified:
            request.headers["If-Modified-Since"] = last.last_modified

    def process_response(self, request: Request, response: Response) -> Response:
        """Put the archived body under a 304, so that lists are read as ever.

        A list that lies about not having changed gets beside it what it was before.
        """
        if WITHOUT_VALIDATORS in request.meta:
            self._compare_list(request, response, request.meta[WITHOUT_VALIDATORS])
        if response.status != 304 or LAST_VISIT not in request.meta:
            return response
        last = request.meta[LAST_VISIT]
        return self._build_response(last, response.headers, NOT_MODIFIED)

    def _compare_list(self, request: Request, response: Response, last: Visit) -> None:
        """Put beside a list what it was before, where its validators are the same.

        Of reports the archive knows whether the content is another, when the run on the site
        has ended.
        """
        if request.meta["role"] != "list" or response.status != 200:
            return
        if _has_same_validators(response, last):
            request.meta[BEFORE] = self._build_response(last, {}, ARCHIVED)

    def _build_response(
        self, visit: Visit, headers: Headers | dict[str, Any], flag: str
    ) -> Response:
        """Return an answer from what the archive has of a visit; 404 where it brought no page."""
        body = b""
        status = 404
        if visit.outcome in ("fetched", "not_modified") and visit.payload_sha256:
            body = self.run.archive.payload(visit.payload_sha256)
            status = 200
        type_header: dict[bytes, bytes] = {}
        if visit.content_type:
            type_header[b"Content-Type"] = visit.content_type.encode("latin-1")
        # as in an answer from the host: what a POST sent is not in its address
        address = urldefrag(visit.final_url).url
        response_class = responsetypes.from_args(
            headers=type_header or None, url=address, body=body
        )
        return response_class(
            address,
            status=status,
            headers={**type_header, **headers},
            body=body,
            flags=[flag],
        )


def end_page(crawler: Crawler, request: Request) -> None:
    """Tell the crawls that wait for a page, or for what redirects to it, that nothing is stored."""
    if not has_run(crawler) or not isinstance(crawler.spider, SiteSpider):
        return
    urls = (*request.meta.get("redirect_urls", []), request.url)
    run_of(crawler).pages.end(urls, crawler.spider.site.id)


def is_sampled(run_id: int, url: str, rate: float) -> bool:
    """Tell whether a run asks for an address without validators.

    So many of all addresses are (0 to 1), always the same ones in a run.
    """
    digest = sha256(f"{run_id} {url}".encode()).digest()
    number = int.from_bytes(digest[:8])
    return number < rate * 2**64


def _has_validators(visit: Visit) -> bool:
    """Tell whether a visit has validators; what a browser drew has none of its own."""
    if DRAWN_MESSAGE in (visit.message or ""):
        return False
    return bool(visit.etag or visit.last_modified)


def _has_same_validators(response: Response, last: Visit) -> bool:
    """Tell whether an answer has the ETag, or without one the Last-Modified, of the last visit."""
    if _header(response, "ETag") != last.etag:
        return False
    if last.etag is not None:
        return True
    return _header(response, "Last-Modified") == last.last_modified


def _header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return None if value is None else value.decode("latin-1")
