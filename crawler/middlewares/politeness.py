"""Politeness: hours of rest, the budget of a day, back-off after blocks, Retry-After.

A host that blocked us is left alone: an hour after the first time, twice as long after each
further one. The turn that each request waits for is in :mod:`polite_handler`.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy.downloadermiddlewares.retry import get_retry_request

from nianbao.archive.clock import CHINA, utc_text
from nianbao.archive.finding_texts import make_finding
from nianbao.archive.read_model.crawls.hosts import count_blocked_runs, count_requests
from nianbao.archive.records import Finding
from nianbao.crawler.egress.retry_after import parse_retry_after
from nianbao.crawler.hosts import hosts_of, server_name
from nianbao.crawler.middlewares.revisit import end_page
from nianbao.spiders.base import SiteSpider
from nianbao.spiders.capture import HostLeftOut

if TYPE_CHECKING:
    from scrapy import Spider
    from scrapy.crawler import Crawler
    from scrapy.http import Request, Response
    from sqlite_utils import Database

DAY = timedelta(days=1)
FIRST_BACK_OFF = timedelta(hours=1)
LONGEST_BACK_OFF = timedelta(days=7)
# statuses with which a server says when to come back
RETRY_STATUSES = (429, 503)


class HostPolicyMiddleware:
    """Exclude a host that is in its hours of rest, has had its requests, or blocked us lately."""

    def __init__(self, crawler: Crawler) -> None:
        if not isinstance(crawler.spider, SiteSpider):
            raise TypeError(f"{crawler.spider} is not a spider of nianbao")
        self.site = crawler.spider.site
        self.hosts = hosts_of(crawler)
        default_budget = crawler.settings.getint("NIANBAO_DAILY_REQUESTS")
        self.daily_requests = self.site.daily_requests or default_budget
        self.begun_hosts: set[str] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> HostPolicyMiddleware:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raise HostLeftOut for a host that is not to be asked now."""
        if "role" not in request.meta:
            return
        host = urlsplit(request.url).netloc
        now = datetime.now(CHINA)
        if host not in self.begun_hosts:
            self.begun_hosts.add(host)
            self._begin_host(host, now)
        if self.site.rest and is_resting(self.site.rest, now.time()):
            start, _, end = self.site.rest.partition("-")
            parameters = {
                "host": host,
                "start": start,
                "end": end,
            }
            finding = make_finding(
                "host.resting",
                "info",
                parameters,
            )
            self.hosts.exclude(host, finding)
        self.hosts.require_included(host)

    def _begin_host(self, host: str, now: datetime) -> None:
        """Set the budget of a host, less what was asked of it within a day; obey its back-off.

        A host of several sites has the smallest of their budgets.
        """
        db = self.hosts.db
        if self.hosts.has_budget(host):
            self.hosts.lower_budget(host, self.daily_requests)
        else:
            count = 0
            if db is not None:
                count = count_requests(db, server_name(host), utc_text(now - DAY))
            self.hosts.set_budget(host, self.daily_requests, count)
        if db is not None:
            self._back_off(db, host, now)

    def _back_off(self, db: Database, host: str, now: datetime) -> None:
        """Exclude the host for a while after runs that it blocked."""
        runs, last = count_blocked_runs(db, self.site.id)
        if last is None:
            return
        until = datetime.fromisoformat(last) + back_off(runs)
        if now >= until:
            return
        parameters = {
            "host": host,
            "runs": runs,
            "until": f"{until.astimezone(CHINA):%F %H:%M}",
        }
        finding = make_finding(
            "host.backing_off",
            "warning",
            parameters,
        )
        self.hosts.exclude(host, finding)


class RetryAfterMiddleware:
    """Ask again where the server said when; the handler waits until then."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.hosts = hosts_of(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RetryAfterMiddleware:
        return cls(crawler)

    def process_response(
        self, request: Request, response: Response
    ) -> Request | Response:
        """Return the request for after the pause.

        Raises HostLeftOut when the pause is too long, or was tried too often.
        """
        seconds = requested_pause(response)
        spider = self.crawler.spider
        if seconds is None or spider is None:
            return response
        try:
            return self._ask_again(spider, request, response.status, seconds)
        except HostLeftOut:
            end_page(self.crawler, request)  # Scrapy tells no middleware of it
            raise

    def _ask_again(
        self, spider: Spider, request: Request, status: int, seconds: float
    ) -> Request:
        """Return the request for after the pause; raise HostLeftOut."""
        host = urlsplit(request.url).netloc
        self.hosts.require_included(host)
        retry = get_retry_request(request, spider=spider, reason="Retry-After")
        if retry is None:
            finding = retry_later_finding(host, status, seconds)
            raise self.hosts.exclude(host, finding)
        return retry


def requested_pause(response: Response) -> float | None:
    """Return the seconds that a server asks to wait; None where it does not ask."""
    header = response.headers.get("Retry-After")
    if response.status not in RETRY_STATUSES or header is None:
        return None
    return parse_retry_after(header.decode("latin-1"), datetime.now(UTC))


def retry_later_finding(host: str, status: int, seconds: float) -> Finding:
    """Return what is noted of a host that asks for a longer pause than a run has."""
    parameters = {
        "host": host,
        "status": status,
        "seconds": seconds,
    }
    return make_finding(
        "host.retry_later",
        "warning",
        parameters,
    )


def is_resting(hours: str, now: time) -> bool:
    """Tell whether a time of day is within hours: `08:00-18:00`, `22:00-06:00` over midnight."""
    begin_text, end_text = hours.split("-")
    begin = time.fromisoformat(begin_text)
    end = time.fromisoformat(end_text)
    if begin <= end:
        return begin <= now < end
    return now >= begin or now < end


def back_off(runs: int) -> timedelta:
    """Return how long a host is left alone that blocked so many runs in a row, from 1 on."""
    doublings = min(runs - 1, 10)
    back_off_time: timedelta = FIRST_BACK_OFF * 2**doublings
    return min(back_off_time, LONGEST_BACK_OFF)
