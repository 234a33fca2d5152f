"""robots.txt by RFC 9309: rules obeyed, Crawl-delay kept, no fetching where it cannot be asked.

- 200: its rules hold, those for `nianbao` or else those for all. A page in HTML has none.
- 400 to 499, 401 and 403 among them: there are no rules (RFC 9309, 2.3.1.3). A block page is a
  block all the same, and 429 is a host that is overloaded.
- 500 to 599, 429, no answer in time, no answer at all: everything is disallowed (2.3.1.4). The
  host is excluded from the run.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from protego import Protego
from scrapy.http import Request
from scrapy.http.request import NO_CALLBACK

from nianbao.archive.finding_texts import make_finding
from nianbao.crawler.hosts import hosts_of
from nianbao.spiders.capture import (
    EGRESS,
    EndlessRedirect,
    NotSent,
    RefusedByBoundary,
    RefusedByRobots,
)

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response

AGENT = "nianbao"
PRIORITY = 1000  # before the pages
# what RFC 9309 (2.5) asks a crawler to read of it; rules behind are not looked at
MOST_BYTES = 500 * 1024
# What ends a request for robots.txt in one crawl only: what is outside for its site may be within
# for another, and it may be stopped while another goes on.
OF_ONE_CRAWL = (EndlessRedirect, NotSent, RefusedByBoundary)


class RobotsMiddleware:
    """Ask for robots.txt before the first page of a host, and obey it."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.hosts = hosts_of(crawler)
        self.rules: dict[str, Protego] = {}  # by host
        # robots.txt that this crawl asked for, by host
        self.own_fetches: dict[str, asyncio.Future[Protego]] = {}
        self.longest_delay = crawler.settings.getfloat("NIANBAO_LONGEST_CRAWL_DELAY")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RobotsMiddleware:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Raise RefusedByRobots for an address that robots.txt disallows.

        Raises HostLeftOut where robots.txt cannot be asked.
        """
        if "role" not in request.meta:
            return
        host = urlsplit(request.url).netloc
        rules = await self._find_rules(host, request.url)
        self.hosts.rules[host] = rules
        self.hosts.require_included(host)
        if not rules.can_fetch(request.url, AGENT):
            raise RefusedByRobots("robots.txt asks not to fetch it")

    async def _find_rules(self, host: str, url: str) -> Protego:
        """Return the rules of a host; one crawl asks for them, for all that wait.

        Where robots.txt is outside for the crawl that asked, or its redirects have no end, that
        crawl has no rules, and each other one asks for itself. Raises NotSent in a crawl that
        is being stopped.
        """
        while host not in self.rules:
            if host not in self.hosts.robots:
                fetch = asyncio.ensure_future(self._fetch_rules(url))
                self.own_fetches[host] = fetch
                self.hosts.robots[host] = fetch
            shared = self.hosts.robots[host]
            try:
                self.rules[host] = await asyncio.shield(shared)
            except OF_ONE_CRAWL as error:
                if shared is not self.own_fetches.get(host):
                    continue
                if isinstance(error, NotSent):
                    raise
                self.rules[host] = Protego.parse("")
        return self.rules[host]

    async def _fetch_rules(self, url: str) -> Protego:
        """Return the rules of an address's host; exclude one that cannot be asked.

        Raises what stands for this crawl only.
        """
        parts = urlsplit(url)
        address = f"{parts.scheme}://{parts.netloc}/robots.txt"
        request = Request(
            address, priority=PRIORITY, callback=NO_CALLBACK, meta={"robots": True}
        )
        if self.crawler.engine is None:
            raise RuntimeError("the crawl has no engine")
        try:
            response = await self.crawler.engine.download_async(request)
        except OF_ONE_CRAWL:
            del self.hosts.robots[parts.netloc]
            raise
        except Exception as error:  # noqa: BLE001
            # whatever keeps robots.txt from us keeps us from the host
            reason = str(error) or type(error).__name__
            if EGRESS in request.meta:
                reason = f"{reason} (through the proxy {request.meta[EGRESS]})"
            self._exclude_host(parts.netloc, reason)
            return Protego.parse("")
        return self._parse_rules(response, parts.netloc)

    def _parse_rules(self, response: Response, host: str) -> Protego:
        """Return the rules of an answer, and keep its delay."""
        if response.status >= 500 or response.status == 429:
            self._exclude_host(host, f"the server answered {response.status}")
        if response.status != 200:
            return Protego.parse("")
        text = response.body[:MOST_BYTES].decode("utf-8-sig", errors="replace")
        if text.lstrip().startswith("<"):
            return Protego.parse("")  # a page in the place of robots.txt has no rules
        rules = Protego.parse(text)
        self._keep_delay(host, crawl_delay(rules))
        return rules

    def _keep_delay(self, host: str, delay: float) -> None:
        """Keep the delay of a host; exclude the host when that is longer than a run waits."""
        self.hosts.delays[host] = delay
        if delay <= self.longest_delay:
            return
        parameters = {
            "host": host,
            "delay": delay,
            "most": self.longest_delay,
        }
        self.hosts.exclude(host, make_finding("host.crawl_delay", "error", parameters))

    def _exclude_host(self, host: str, reason: str) -> None:
        """Exclude a host without robots.txt, unless it is excluded for a better reason."""
        if self.hosts.find_exclusion(host) is not None:
            return
        parameters = {
            "case": "no_robots",
            "host": host,
            "reason": reason,
        }
        self.hosts.exclude(host, make_finding("host.unreachable", "error", parameters))


def crawl_delay(rules: Protego) -> float:
    """Return the seconds between two requests that Crawl-delay or Request-rate asks for."""
    delay = float(rules.crawl_delay(AGENT) or 0)
    rate = rules.request_rate(AGENT)
    if rate is None:
        return delay
    return max(delay, rate.seconds / max(rate.requests, 1))
