"""Traps: addresses that never end. A session id names no page, and no county has twenty
thousand reports.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapy.http import Request
from scrapy.utils.request import fingerprint

from nianbao.archive.addresses import canonical, without_session
from nianbao.archive.records import Finding, Note
from nianbao.spiders.base import SiteSpider

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from scrapy.crawler import Crawler
    from scrapy.http import Response

# characters: what a redirect or a relative link that adds to itself grows beyond
LONGEST_ADDRESS = 2000


class Fingerprinter:
    """Tell requests apart by the canonical form of their address."""

    def fingerprint(self, request: Request) -> bytes:
        url = canonical(request.url)
        return fingerprint(request if url == request.url else request.replace(url=url))


class TrapMiddleware:
    """Take session ids out of addresses; stop taking addresses from lists that name too many."""

    def __init__(self, crawler: Crawler) -> None:
        if not isinstance(crawler.spider, SiteSpider):
            raise TypeError(f"{crawler.spider} is not a spider of nianbao")
        self.spider = crawler.spider
        self.most_links = crawler.settings.getint("NIANBAO_MOST_LINKS")
        self.links: set[str] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> TrapMiddleware:
        return cls(crawler)

    async def process_spider_output(
        self, response: Response, result: AsyncIterator[Any]
    ) -> AsyncIterator[Any]:
        """Yield what the spider found, without the requests that lead on into a trap."""
        async for item in result:
            if not isinstance(item, Request):
                yield item
            elif (finding := self._trapped(item)) is not None:
                self.spider.count_failed_list()
                yield Note(
                    self.spider.site.id,
                    f"http://{urlsplit(response.url).netloc}/",
                    finding,
                )
            else:
                url = without_session(item.url)
                yield item if url == item.url else item.replace(url=url)

    def _trapped(self, request: Request) -> Finding | None:
        if len(request.url) > LONGEST_ADDRESS:
            said = f"an address of {len(request.url)} characters, that is no page: {request.url[:200]}…"
            return Finding("list.trap", "error", said)
        if request.meta.get("role") != "report":
            return None
        if len(self.links) >= self.most_links:
            said = f"the lists name more than {self.most_links} addresses; those behind are not asked for"
            return Finding("list.trap", "error", said)
        self.links.add(canonical(request.url))
        return None
