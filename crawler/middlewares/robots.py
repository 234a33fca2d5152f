"""robots.txt by RFC 9309: rules obeyed, Crawl-delay kept, and no fetching where it cannot be asked.

- 200: its rules hold, those for `nianbao` or else those for all.
- 400 to 499, 401 and 403 among them: there are no rules (RFC 9309, 2.3.1.3). A block page is a
  block all the same,
  and 429 is a host that is overloaded.
- 500 to 599, 429, no answer in time, no answer at all: everything is disallowed (2.3.1.4). The
  host is left out.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from protego import Protego
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request
from scrapy.http.request import NO_CALLBACK

from nianbao.archive.records import Finding
from nianbao.crawler import hosts
from nianbao.spiders.capture import RefusedByRobots

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response

AGENT = "nianbao"
PRIORITY = 1000  # before the pages
MOST_BYTES = (
    500 * 1024
)  # what RFC 9309 (2.5) asks a crawler to read of it; rules behind are not looked at


class RobotsMiddleware:
    """Ask for robots.txt before the first page of a host, and keep to it."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.hosts = hosts.of(crawler)
        self.longest_delay = crawler.settings.getfloat("NIANBAO_LONGEST_CRAWL_DELAY")
        self.rules: dict[str, asyncio.Future[Protego]] = {}  # by host

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RobotsMiddleware:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Raise RefusedByRobots for an address that robots.txt disallows, HostLeftOut where it
        cannot be asked.
        """
        if "role" not in request.meta:
            return
        host = urlsplit(request.url).netloc
        if host not in self.rules:
            self.rules[host] = asyncio.ensure_future(self._ask(request.url))
        rules = self.hosts.rules[host] = await self.rules[host]
        self.hosts.check(host)
        if not rules.can_fetch(request.url, AGENT):
            raise RefusedByRobots("robots.txt asks not to fetch it")

    async def _ask(self, url: str) -> Protego:
        parts = urlsplit(url)
        address = f"{parts.scheme}://{parts.netloc}/robots.txt"
        request = Request(
            address, priority=PRIORITY, callback=NO_CALLBACK, meta={"robots": True}
        )
        if self.crawler.engine is None:
            raise RuntimeError("the crawl has no engine")
        try:
            response = await self.crawler.engine.download_async(request)
        except (
            IgnoreRequest
        ):  # outside the boundary, or a redirect without end: there are no rules
            return Protego.parse("")
        except Exception as error:  # noqa: BLE001 - whatever keeps robots.txt from us keeps us from the host
            self._unreachable(parts.netloc, str(error) or type(error).__name__)
            return Protego.parse("")
        return self._read(response, parts.netloc)

    def _read(self, response: Response, host: str) -> Protego:
        if response.status >= 500 or response.status == 429:
            self._unreachable(host, f"the server answered {response.status}")
        if response.status != 200:
            return Protego.parse("")
        rules = Protego.parse(
            response.body[:MOST_BYTES].decode("utf-8-sig", errors="replace")
        )
        delay = float(rules.crawl_delay(AGENT) or 0)
        if rate := rules.request_rate(AGENT):
            delay = max(delay, rate.seconds / max(rate.requests, 1))
        if delay > self.longest_delay:
            message = (
                f"{host}: robots.txt asks for {delay:g} seconds between two requests, the most that is waited is"
                f" {self.longest_delay:g}"
            )
            self.hosts.leave_out(host, Finding("host.crawl_delay", "error", message))
        self.hosts.delays[host] = delay
        return rules

    def _unreachable(self, host: str, why: str) -> None:
        message = f"{host}: robots.txt cannot be had ({why}), so nothing of the host is fetched in this run"
        self.hosts.leave_out(host, Finding("host.unreachable", "error", message))
