"""The download handler: each request waits for its turn at an address, then the address rests."""

from __future__ import annotations

import warnings
from time import monotonic
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.exceptions import (
    DownloadCancelledError,
    DownloadFailedError,
    ScrapyDeprecationWarning,
)

from nianbao.crawler.hosts import hosts_of
from nianbao.crawler.middlewares import tls
from nianbao.crawler.middlewares.politeness import (
    requested_pause,
    retry_later_finding,
)
from nianbao.crawler.middlewares.resolver import (
    BoundaryResolver,
    resolve_addresses,
    resolve_server,
)
from nianbao.pipelines.run import has_run, run_of
from nianbao.spiders.capture import EGRESS, IRREGULAR, NotSent, RefusedByBoundary

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Request, Response

    from nianbao.crawler.turns.gates import ServerTurn


PROXY_CREDENTIALS_WANTED = 407
# requests through a proxy without an answer, one after the other, over all hosts
MOST_PROXY_FAILURES = 27


class PoliteHandler(HTTP11DownloadHandler):
    """Download when the address is free: one request at a time, then a rest."""

    lazy = True

    def __init__(self, crawler: Crawler) -> None:
        # the setting of the context factory is deprecated, and Scrapy has nothing in its
        # place that can do what `tls` needs
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ScrapyDeprecationWarning)
            super().__init__(crawler)
        self.crawler = crawler
        self.hosts = hosts_of(crawler)
        self.delay = crawler.settings.getfloat("NIANBAO_DELAY")
        self.timeout = crawler.settings.getfloat("DOWNLOAD_TIMEOUT")
        self.proxied_names: set[str] = set()
        self.longest_pause = crawler.settings.getfloat("NIANBAO_LONGEST_PAUSE")

    async def download_request(self, request: Request) -> Response:
        """Wait for the turn, then fetch.

        Raises HostLeftOut when the host was excluded meanwhile, NotSent when the crawl is
        being stopped.
        """
        parts = urlsplit(request.url)
        name = parts.hostname or ""
        await self._resolve(name, is_direct=not request.meta.get("proxy"))
        turn = self.hosts.gates.turn_at(name)
        async with turn.hold():
            turn.want_delay(max(self.delay, self.hosts.delays.get(parts.netloc, 0.0)))
            await turn.wait_until_free(self._is_running)
            if not self._is_running():
                raise NotSent("the crawl is being stopped")
            self.hosts.count_request(parts.netloc)
            return await self._fetch_and_rest(request, parts.netloc, turn)

    async def _fetch_and_rest(
        self, request: Request, host: str, turn: ServerTurn
    ) -> Response:
        """Fetch, count a failure, and begin the rest of the address."""
        began_at = monotonic()
        success = False
        try:
            response = await self.fetch(request)
            self._count_proxied(request, response.status)
            success = response.status == 200
            self.hosts.failures[host] = 0
            self._obey_retry_after(response, host, turn)
            return response
        except DownloadCancelledError:  # it answered, with more than is taken
            raise
        except Exception as error:
            self._count_proxied(request, None)
            self.hosts.count_failure(host, str(error) or type(error).__name__)
            raise
        finally:
            turn.begin_rest(monotonic() - began_at, success=success)

    async def fetch(self, request: Request) -> Response:
        """Fetch, and tell what is wrong with the host's TLS.

        It is told on the visit or, where it keeps the answer from us, as the reason.
        """
        host = urlsplit(request.url).netloc
        try:
            return await super().download_request(request)
        except Exception as error:
            refusal = self.hosts.tls_refusals.get(host) or tls.explain_old_tls(
                host, error
            )
            if refusal is None:
                raise
            request.meta["dont_retry"] = True
            raise DownloadFailedError(refusal) from error
        finally:
            if request.url.startswith("https:") and host in self.hosts.tls_faults:
                request.meta[IRREGULAR] = self.hosts.tls_faults[host]

    def _is_running(self) -> bool:
        return self.crawler.engine is not None and self.crawler.engine.running

    def _obey_retry_after(
        self, response: Response, host: str, turn: ServerTurn
    ) -> None:
        """Obey Retry-After before anybody else has a turn.

        The address pauses where a run can wait so long, else the host is excluded.
        """
        seconds = requested_pause(response)
        if seconds is None:
            return
        if seconds <= self.longest_pause:
            turn.pause(seconds)
        else:
            finding = retry_later_finding(host, response.status, seconds)
            self.hosts.exclude(host, finding)

    def _count_proxied(self, request: Request, status: int | None) -> None:
        """Count what a proxy did not answer; stop a run whose proxy answers nothing any more.

        Raises DownloadFailedError where the proxy wants other credentials.
        """
        proxy: str | None = request.meta.get(EGRESS)
        if proxy is None:
            return
        if status == PROXY_CREDENTIALS_WANTED:
            raise DownloadFailedError(f"the proxy {proxy} refuses user and password")
        failures = self.hosts.proxy_failures
        failures[proxy] = 0 if status is not None else failures[proxy] + 1
        if failures[proxy] >= MOST_PROXY_FAILURES and has_run(self.crawler):
            run_of(self.crawler).abort(
                f"the proxy {proxy} gave no answer {failures[proxy]} times in a row;"
                " the same command goes on when it does"
            )

    async def _resolve(self, name: str, *, is_direct: bool) -> None:
        """Remember where a name leads, so that names of one address share its gate.

        A proxy looks names up itself. Raises RefusedByBoundary for a name that is private here
        all the same; other names share a gate by what they are called.
        """
        if not is_direct:
            if name not in self.proxied_names:
                addresses = await resolve_addresses(name, self.timeout)
                if not addresses and name in BoundaryResolver.refusals:
                    raise RefusedByBoundary(BoundaryResolver.refusals[name])
                self.proxied_names.add(name)
            return
        if not self.hosts.gates.has_addresses(name):
            addresses = await resolve_server(name, self.timeout)
            self.hosts.gates.set_addresses(name, addresses)
