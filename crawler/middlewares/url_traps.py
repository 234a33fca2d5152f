"""URL traps: addresses that never end.

A session id names no page, and no county has twenty thousand reports.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapy.http import Request
from scrapy.utils.request import fingerprint

from nianbao.archive.addresses import canonicalize, remove_session
from nianbao.archive.finding_texts import make_finding
from nianbao.archive.records import Finding, Note
from nianbao.spiders.base import SiteSpider

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from scrapy.crawler import Crawler
    from scrapy.http import Response

# characters: what a redirect or a relative link that adds to itself grows beyond
LONGEST_ADDRESS = 2000
MOST_AT_ONCE = 50  # requests and notes of one page that are taken without a pause


class CanonicalFingerprinter:
    """Tell requests apart by the canonical form of their address."""

    def fingerprint(self, request: Request) -> bytes:
        url = canonicalize(request.url)
        if url != request.url:
            request = request.replace(url=url)
        return fingerprint(request)


class UrlTrapMiddleware:
    """Take session ids out of addresses; follow no further addresses of lists that have too many.

    Of an address that leads on into a trap a note is made in its place.
    """

    def __init__(self, crawler: Crawler) -> None:
        if not isinstance(crawler.spider, SiteSpider):
            raise TypeError(f"{crawler.spider} is not a spider of nianbao")
        self.spider = crawler.spider
        self.most_links = crawler.settings.getint("NIANBAO_MOST_LINKS")
        self.report_urls: set[str] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> UrlTrapMiddleware:
        return cls(crawler)

    async def process_spider_output(
        self, response: Response, result: AsyncIterator[Any]
    ) -> AsyncIterator[Any]:
        """Yield what the spider yields, without the requests that lead on into a trap.

        A list of thousands of rows lets other sites have their turns in between.
        """
        count = 0
        async for item in result:
            count += 1
            if count % MOST_AT_ONCE == 0:
                await asyncio.sleep(0)
            if not isinstance(item, Request):
                yield item
                continue
            finding = self._find_trap(item)
            if finding is not None:
                self.spider.count_failed_list()
                home = f"http://{urlsplit(response.url).netloc}/"
                yield Note(self.spider.site.id, home, finding)
            else:
                yield _drop_session(item)

    def _find_trap(self, request: Request) -> Finding | None:
        """Return what is noted of a request that leads into a trap; count the report pages."""
        if len(request.url) > LONGEST_ADDRESS:
            parameters: dict[str, Any] = {
                "case": "long_address",
                "length": len(request.url),
                "address": request.url[:200],
            }
            return make_finding(
                "list.trap",
                "error",
                parameters,
            )
        if request.meta.get("role") != "report":
            return None
        if len(self.report_urls) >= self.most_links:
            parameters = {
                "case": "too_many",
                "most": self.most_links,
            }
            return make_finding(
                "list.trap",
                "error",
                parameters,
            )
        self.report_urls.add(canonicalize(request.url))
        return None


def _drop_session(request: Request) -> Request:
    """Return a request without the session id in its address."""
    url = remove_session(request.url)
    return request if url == request.url else request.replace(url=url)
