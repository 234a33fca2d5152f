"""Dispatch: which site is crawled next, some at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from nianbao.crawler.middlewares.resolver import resolve_server

if TYPE_CHECKING:
    from nianbao.crawler.turns.next_site import SiteQueue
    from nianbao.pipelines.run import CrawlRun

SITES_AT_A_TIME = 16


class Dispatch:
    """Keeps some sites being crawled until there are no more, then stops the reactor.

    `begin_site` starts the crawl of a site and returns what is finished when the crawl is.
    """

    def __init__(
        self,
        run: CrawlRun,
        queue: SiteQueue,
        begin_site: Callable[[str], asyncio.Future[None]],
    ) -> None:
        self._run = run
        self._queue = queue
        self._begin_site = begin_site
        self._active_sites = 0
        self._preparation: asyncio.Future[None] | None = None

    def start(self) -> None:
        """Begin as soon as the reactor runs."""
        from twisted.internet import reactor

        reactor.callWhenRunning(self._begin)

    def _begin(self) -> None:
        self._preparation = asyncio.ensure_future(self._fill_places())

    async def _fill_places(self) -> None:
        """Crawl the first sites."""
        await self._queue.look_up_first(resolve_server)
        loop = asyncio.get_running_loop()
        for _ in range(SITES_AT_A_TIME):
            loop.call_soon(self._advance)
        await self._queue.look_up_all(resolve_server)

    def _advance(self) -> None:
        """Crawl a site; stop with the last one."""
        site = None if self._is_ending() else self._queue.take()
        if site is not None:
            self._active_sites += 1
            crawl = self._begin_site(site)
            crawl.add_done_callback(partial(self._on_site_end, site))
        elif not self._active_sites:
            if self._preparation is not None:
                self._preparation.cancel()
            asyncio.get_running_loop().call_soon(_stop_reactor)

    def _is_ending(self) -> bool:
        return self._run.stopping or self._run.is_at_limit

    def _on_site_end(self, site: str, _: asyncio.Future[None]) -> None:
        self._active_sites -= 1
        self._queue.finish(site)
        self._advance()


def _stop_reactor() -> None:
    from twisted.internet import reactor
    from twisted.internet.error import ReactorNotRunning

    with suppress(ReactorNotRunning):
        reactor.stop()  # type: ignore[misc]
