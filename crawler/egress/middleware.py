"""Egress: the proxy through which a crawl's requests leave, where one is named.

A site's own (`proxy` in its file) goes before the one of the command (`--proxy`). A proxy that
the environment names is not used. Which one a visit went through stands in its message, without
user and password: these are sent to the proxy and stand nowhere else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.downloadermiddlewares.httpproxy import HttpProxyMiddleware

from nianbao.crawler.egress.proxies import Proxy
from nianbao.crawler.hosts import hosts_of
from nianbao.spiders.base import SiteSpider
from nianbao.spiders.capture import EGRESS

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Request


class EgressMiddleware(HttpProxyMiddleware):
    """Send requests, robots.txt among them, through the proxy of the site or of the command."""

    def __init__(self, proxy: Proxy | None) -> None:
        super().__init__()
        self.proxies = {}  # what the environment names
        self.proxy = proxy

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> EgressMiddleware:
        spider = crawler.spider
        if not isinstance(spider, SiteSpider):
            raise TypeError(f"{spider} is not a spider of nianbao")
        if spider.site.proxy is None:
            return cls(hosts_of(crawler).proxy)
        return cls(Proxy.from_url(spider.site.proxy.get_secret_value()))

    def process_request(self, request: Request) -> None:  # type: ignore[override]
        """Name the proxy to the download handler; its user and password become a header."""
        if self.proxy is not None:
            request.meta["proxy"] = self.proxy.url
            request.meta[EGRESS] = self.proxy.name
        super().process_request(request)
