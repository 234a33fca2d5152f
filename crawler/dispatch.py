"""Dispatch: which site is crawled next, some at a time.

Sites come from a list of this process, or from a round that many workers share.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Protocol

from nianbao.crawler.hosts import RedisFailed, SharedTurns
from nianbao.crawler.middlewares.resolver import resolve_server
from nianbao.crawler.turns.next_site import SiteQueue

if TYPE_CHECKING:
    from nianbao.crawler.discovery.targets import Targets
    from nianbao.crawler.plan import CrawlPlan
    from nianbao.crawler.turns.gates import Gates
    from nianbao.pipelines.run import CrawlRun
    from nianbao.spiders.catalogue import Site

SITES_AT_A_TIME = 16
# seconds until sites that other workers hold are asked for again
LOOK_AGAIN = 2.0


class SiteSource(Protocol):
    """Where sites come from, by their ids."""

    turns: SharedTurns | None
    # seconds between two of the first sites, so that workers that start together share them
    pace: float

    async def prepare(self) -> None:
        """Do what is to be done before the first site is asked for."""

    async def look_ahead(self) -> None:
        """Do what can be done while sites are being crawled."""

    def next_site(self) -> str | None:
        """Return the next site; None when there is none at the moment."""

    def finish_site(self, site: str) -> None:
        """Take in that the crawl of a site has ended."""

    def may_have_more(self) -> bool:
        """Tell whether there may be sites later, though there is none at the moment."""

    def close(self) -> None:
        """End what other workers finished, and give back what is not finished."""


class LocalSites:
    """The sites of this process alone."""

    turns: SharedTurns | None = None
    pace = 0.0

    def __init__(self, queue: SiteQueue) -> None:
        self._queue = queue

    async def prepare(self) -> None:
        """Look up where the names of the first sites lead."""
        await self._queue.look_up_first(resolve_server)

    async def look_ahead(self) -> None:
        """Look up where the names of the others lead."""
        await self._queue.look_up_all(resolve_server)

    def next_site(self) -> str | None:
        return self._queue.take()

    def finish_site(self, site: str) -> None:
        """Nobody else needs to know."""
        self._queue.finish(site)

    def may_have_more(self) -> bool:
        return False

    def close(self) -> None:
        """There are no other workers."""


class SharedSites:
    """The sites of a round that many workers share. Methods raise RedisFailed."""

    pace = 0.5

    def __init__(
        self, plan: CrawlPlan, run: CrawlRun, sites: Mapping[str, Site]
    ) -> None:
        if find_spec("redis") is None:
            raise RedisFailed("--redis needs the extra: pip install 'nianbao[redis]'")
        from nianbao.crawler.workers import RedisTurns, Round

        url = plan.redis or ""
        self._run = run
        self._round = Round(url, plan.round or "", sites, plan.lease)
        self.turns: SharedTurns | None = RedisTurns(url, self._round.worker)

    async def prepare(self) -> None:
        """The round knows its sites."""

    async def look_ahead(self) -> None:
        """Which site is next is for the round to say."""

    def next_site(self) -> str | None:
        return self._round.lease_site()

    def finish_site(self, site: str) -> None:
        self._round.finish_site(site)

    def may_have_more(self) -> bool:
        return bool(self._round.unfinished_sites())

    def close(self) -> None:
        """End the sites that this worker began before it was killed and another one finished."""
        archive = self._run.archive
        if self._run.failure is None:
            unfinished = self._round.unfinished_sites()
        else:
            unfinished = self._round.sites
        for site in archive.unfinished_sites(self._run.id):
            if site not in unfinished:
                archive.end_site(
                    self._run.id, site, "postponed", None, lists_whole=False
                )
        self._round.close()


def site_source(
    plan: CrawlPlan, run: CrawlRun, targets: Targets, gates: Gates
) -> SiteSource:
    """Return where the sites of a crawl come from. Raises RedisFailed."""
    if plan.redis:
        return SharedSites(plan, run, targets.files)
    site_ids = run.archive.unfinished_sites(run.id)
    return LocalSites(SiteQueue(site_ids, targets.hosts(), gates))


class Dispatch:
    """Keeps some sites being crawled until there are no more, then stops the reactor.

    `begin_site` starts the crawl of a site and returns what is finished when the crawl is.
    """

    def __init__(
        self,
        run: CrawlRun,
        source: SiteSource,
        begin_site: Callable[[str], asyncio.Future[None]],
    ) -> None:
        self._run = run
        self._source = source
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
        await self._source.prepare()
        loop = asyncio.get_running_loop()
        for slot in range(SITES_AT_A_TIME):
            loop.call_later(slot * self._source.pace, self._advance)
        await self._source.look_ahead()

    def _advance(self) -> None:
        """Crawl a site; look again later while other workers hold some; stop with the last one."""
        try:
            site = self._next_site()
            look_again = site is None and self._may_have_more()
        except RedisFailed as error:
            self._run.abort(str(error))
            site = None
            look_again = False
        if site is not None:
            self._active_sites += 1
            crawl = self._begin_site(site)
            crawl.add_done_callback(partial(self._on_site_end, site))
        elif look_again:
            asyncio.get_running_loop().call_later(LOOK_AGAIN, self._advance)
        elif not self._active_sites:
            if self._preparation is not None:
                self._preparation.cancel()
            asyncio.get_running_loop().call_soon(_stop_reactor)

    def _next_site(self) -> str | None:
        if self._is_ending():
            return None
        return self._source.next_site()

    def _may_have_more(self) -> bool:
        if self._is_ending():
            return False
        return self._source.may_have_more()

    def _is_ending(self) -> bool:
        return self._run.stopping or self._run.is_at_limit

    def _on_site_end(self, site: str, _: asyncio.Future[None]) -> None:
        self._active_sites -= 1
        try:
            if site not in self._run.archive.unfinished_sites(self._run.id):
                self._source.finish_site(site)
        except RedisFailed as error:
            self._run.abort(str(error))
        self._advance()


def _stop_reactor() -> None:
    from twisted.internet import reactor
    from twisted.internet.error import ReactorNotRunning

    with suppress(ReactorNotRunning):
        reactor.stop()  # type: ignore[misc]
