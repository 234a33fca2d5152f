"""Politeness: the turn each request waits for, Retry-After, hours of rest, the budget of a day.

A host that blocked us is left alone: an hour after the first time, twice as long after each
further one.
"""

from __future__ import annotations

import warnings
from contextlib import asynccontextmanager
from datetime import UTC, datetime, time, timedelta
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.exceptions import (
    DownloadCancelledError,
    DownloadFailedError,
    ScrapyDeprecationWarning,
)

from nianbao.archive.clock import CHINA, utc_text
from nianbao.archive.read_model.hosts import asked_since, blocked_runs
from nianbao.archive.records import Finding
from nianbao.crawler import hosts
from nianbao.crawler.dispatch import SharedError
from nianbao.crawler.middlewares import boundary, tls
from nianbao.crawler.networks import own_machine
from nianbao.pipelines import run
from nianbao.spiders.base import SiteSpider
from nianbao.spiders.capture import IRREGULAR, NotSent

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from scrapy.crawler import Crawler
    from scrapy.http import Request, Response

DAY = timedelta(days=1)
FIRST_BACK_OFF = timedelta(hours=1)
LONGEST_BACK_OFF = timedelta(days=7)
ASKS_FOR_PATIENCE = (429, 503)


class PoliteHandler(HTTP11DownloadHandler):
    """Download when the address is free: one request at a time, then a rest."""

    lazy = True

    def __init__(self, crawler: Crawler) -> None:
        with (
            warnings.catch_warnings()
        ):  # of a setting that nothing else in Scrapy stands in for: see crawler.tls
            warnings.simplefilter("ignore", ScrapyDeprecationWarning)
            super().__init__(crawler)
        self.crawler = crawler
        self.hosts = hosts.of(crawler)
        self.delay = crawler.settings.getfloat("NIANBAO_DELAY")
        self.timeout = crawler.settings.getfloat("DOWNLOAD_TIMEOUT")
        self.longest_pause = crawler.settings.getfloat("NIANBAO_LONGEST_PAUSE")

    async def download_request(self, request: Request) -> Response:
        """Wait for the turn, then fetch; raise HostLeftOut when the host was left out meanwhile."""
        parts = urlsplit(request.url)
        name = await self._resolved(parts.hostname or "")
        gate = self.hosts.gate(name)
        async with gate.lock, self._turn(name, gate):
            gate.delay = max(
                gate.delay, self.delay, self.hosts.delays.get(parts.netloc, 0.0)
            )
            await gate.free(self._running)
            if not self._running():
                raise NotSent("the crawl is being stopped")
            self.hosts.send(parts.netloc)
            began, good = monotonic(), False
            try:
                response = await self.fetch(request)
                good = response.status == 200
                self.hosts.failures[parts.netloc] = 0
                self._heed(response, parts.netloc, gate)
                return response
            except DownloadCancelledError:  # it answered, with more than is taken
                raise
            except Exception as error:
                self.hosts.failed(parts.netloc, str(error) or type(error).__name__)
                raise
            finally:
                gate.rest(monotonic() - began, good=good)

    @asynccontextmanager
    async def _turn(self, name: str, gate: hosts.Gate) -> AsyncIterator[None]:
        """Hold the turn at an address over all workers, until the rest after the answer is over."""
        turns, address = self.hosts.turns, self.hosts.addresses.get(name, name)
        if turns is None:
            yield
            return
        try:
            await turns.enter(address, 2 * self.timeout, self._running)
        except SharedError as error:
            run.of(self.crawler).give_up(str(error))
            raise NotSent(str(error)) from error
        try:
            yield
        finally:
            await turns.leave(address, gate.free_at - monotonic())

    async def fetch(self, request: Request) -> Response:
        """Fetch, and tell what is wrong with the host's TLS: on the visit, or as the reason
        that there is no answer.
        """
        host = urlsplit(request.url).netloc
        try:
            return await super().download_request(request)
        except Exception as error:
            refused = self.hosts.tls_refused.get(host) or tls.too_old(host, error)
            if refused is None:
                raise
            request.meta["dont_retry"] = True
            raise DownloadFailedError(refused) from error
        finally:
            if request.url.startswith("https:") and host in self.hosts.tls:
                request.meta[IRREGULAR] = self.hosts.tls[host]

    def _running(self) -> bool:
        return self.crawler.engine is not None and self.crawler.engine.running

    def _heed(self, response: Response, host: str, gate: hosts.Gate) -> None:
        """Obey Retry-After before anybody else has a turn: wait where a run can, else leave the
        host out.
        """
        seconds = asked_to_wait(response)
        if seconds is not None and seconds <= self.longest_pause:
            gate.pause(seconds)
        elif seconds is not None:
            self.hosts.leave_out(host, _retry_later(host, response.status, seconds))

    async def _resolved(self, name: str) -> str:
        if name not in self.hosts.addresses and not own_machine(name):
            address = await boundary.address_of(name)
            if address is not None:
                self.hosts.addresses[name] = address
        return name


class HostsMiddleware:
    """Leave a host out that is in its hours of rest, has had its requests of the day, or
    blocked us lately.
    """

    def __init__(self, crawler: Crawler) -> None:
        if not isinstance(crawler.spider, SiteSpider):
            raise TypeError(f"{crawler.spider} is not a spider of nianbao")
        self.site = crawler.spider.site
        self.hosts = hosts.of(crawler)
        self.daily_requests = self.site.daily_requests or crawler.settings.getint(
            "NIANBAO_DAILY_REQUESTS"
        )

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> HostsMiddleware:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raise HostLeftOut for a host that is not to be asked now."""
        if "role" not in request.meta:
            return
        host = urlsplit(request.url).netloc
        now = datetime.now(CHINA)
        if host not in self.hosts.budgets:
            self._begin(host, now)
        if self.site.rest and resting(self.site.rest, now.time()):
            message = f"{host} is not to be asked between {self.site.rest.replace('-', ' and ')} (`rest` of its site)"
            self.hosts.leave_out(host, Finding("host.resting", "info", message))
        self.hosts.check(host)

    def _begin(self, host: str, now: datetime) -> None:
        self.hosts.budgets[host] = self.daily_requests
        if self.hosts.db is None:
            return
        self.hosts.asked[host] += asked_since(self.hosts.db, host, utc_text(now - DAY))
        times, last = blocked_runs(self.hosts.db, self.site.id)
        if last is None:
            return
        until = datetime.fromisoformat(last) + back_off(times)
        if now < until:
            said = f"{host} blocked the last {times} runs; it is left alone until {until.astimezone(CHINA):%F %H:%M}"
            self.hosts.leave_out(
                host, Finding("host.backing_off", "warning", f"{said} (China time)")
            )


class PatienceMiddleware:
    """Ask again where the server said when; the handler waits until then."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.hosts = hosts.of(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> PatienceMiddleware:
        return cls(crawler)

    def process_response(
        self, request: Request, response: Response
    ) -> Request | Response:
        """Return the request for after the pause; raise HostLeftOut when that is too long or no
        pause helps.
        """
        seconds = asked_to_wait(response)
        if seconds is None or self.crawler.spider is None:
            return response
        host = urlsplit(request.url).netloc
        self.hosts.check(host)
        again = get_retry_request(
            request, spider=self.crawler.spider, reason="Retry-After"
        )
        if again is None:
            raise self.hosts.leave_out(
                host, _retry_later(host, response.status, seconds)
            )
        return again


def asked_to_wait(response: Response) -> float | None:
    """Return the seconds that a server asks to wait before it is asked again; None where it
    does not.
    """
    printed = response.headers.get("Retry-After")
    if response.status not in ASKS_FOR_PATIENCE or printed is None:
        return None
    return retry_after(printed.decode("latin-1"), datetime.now(UTC))


def _retry_later(host: str, status: int, seconds: float) -> Finding:
    message = f"{host} answers {status} and asks to come back after {seconds:.0f} seconds; that is for a later run"
    return Finding("host.retry_later", "warning", message)


def retry_after(printed: str, now: datetime) -> float | None:
    """Return the seconds that a Retry-After header asks for, given as seconds or as an HTTP
    date; None for neither.
    """
    if printed.strip().isdigit():
        return float(printed)
    try:
        at = parsedate_to_datetime(printed)
    except ValueError:
        return None
    return max(0.0, (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds())


def resting(hours: str, at: time) -> bool:
    """Tell whether a time of day is within hours given as `08:00-18:00`; `22:00-06:00` goes
    over midnight.
    """
    begin, end = (time.fromisoformat(part) for part in hours.split("-"))
    return begin <= at < end if begin <= end else at >= begin or at < end


def back_off(times: int) -> timedelta:
    """Return how long a host is left alone that blocked so many runs one after the other,
    `times` from 1.
    """
    doubled: int = 2 ** min(times - 1, 10)
    return min(FIRST_BACK_OFF * doubled, LONGEST_BACK_OFF)
