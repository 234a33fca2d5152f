"""Dispatch: which site is crawled next, some at a time; from a list, or from a round that many
workers share.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Protocol

import click

if TYPE_CHECKING:
    from nianbao.crawler.runs import Plan
    from nianbao.crawler.shared import Turns
    from nianbao.pipelines.run import Run
    from nianbao.spiders.catalogue import Site

SITES_AT_A_TIME = 16
LOOK_AGAIN = 2.0  # seconds until sites that other workers hold are asked for again


class SharedError(click.ClickException):
    """Redis cannot be asked; the message says where it was looked for and what to do."""


class Source(Protocol):
    """Where sites come from, by their ids."""

    turns: Turns | None
    # seconds between two of the first sites, so that workers that start together share them
    pace: float

    def take(self) -> str | None:
        """Return the next site; None when there is none at the moment."""

    def done(self, site: str) -> None:
        """Take in that a site is done."""

    def left(self) -> bool:
        """Tell whether there may be sites to take later."""

    def settle(self) -> None:
        """End what other workers did."""


class Listed:
    """The sites of this process alone."""

    turns: Turns | None = None
    pace = 0.0

    def __init__(self, sites: list[str]) -> None:
        self._waiting = sites

    def take(self) -> str | None:
        return self._waiting.pop(0) if self._waiting else None

    def done(self, site: str) -> None:
        """Nobody else needs to know."""

    def left(self) -> bool:
        return False

    def settle(self) -> None:
        """There are no other workers."""


class Shared:
    """The sites of a round."""

    pace = 0.5

    def __init__(self, plan: Plan, run: Run, sites: Mapping[str, Site]) -> None:
        if find_spec("redis") is None:
            raise SharedError("--redis needs the extra: pip install 'nianbao[redis]'")
        from nianbao.crawler.shared import Round, Turns

        self._run = run
        self._round = Round(plan.redis or "", plan.round or "", sites, plan.lease)
        self.turns: Turns | None = Turns(plan.redis or "", self._round.worker)

    def take(self) -> str | None:
        return self._round.take()

    def done(self, site: str) -> None:
        self._round.done(site)

    def left(self) -> bool:
        return bool(self._round.left())

    def settle(self) -> None:
        """End the sites that this worker began before it was killed and another one has done."""
        left = self._round.left() if self._run.failure is None else self._round.sites
        for site in self._run.archive.unfinished_sites(self._run.id):
            if site not in left:
                self._run.archive.end_site(
                    self._run.id, site, "postponed", None, lists_whole=False
                )
        self._round.close()


def source_of(plan: Plan, run: Run, sites: Mapping[str, Site]) -> Source:
    """Return where the sites of a crawl come from."""
    return (
        Shared(plan, run, sites)
        if plan.redis
        else Listed(run.archive.unfinished_sites(run.id))
    )


class Dispatch:
    """Keeps some sites being crawled until there are none left, then stops the reactor."""

    def __init__(
        self, run: Run, source: Source, begin: Callable[[str], asyncio.Future[None]]
    ) -> None:
        self._run, self._source, self._begin = run, source, begin
        self._active = 0

    def start(self) -> None:
        """Begin as soon as the reactor runs."""
        from twisted.internet import reactor

        for slot in range(SITES_AT_A_TIME):
            reactor.callLater(slot * self._source.pace, self._next)  # type: ignore[arg-type]

    def _next(self) -> None:
        """Crawl a site; look again later while other workers hold some; stop with the last one."""
        try:
            site = None if self._over() else self._source.take()
            left = site is None and not self._over() and self._source.left()
        except SharedError as error:
            self._run.give_up(str(error))
            site, left = None, False
        if site is not None:
            self._active += 1
            self._begin(site).add_done_callback(partial(self._ended, site))
        elif left:
            asyncio.get_running_loop().call_later(LOOK_AGAIN, self._next)
        elif not self._active:
            asyncio.get_running_loop().call_soon(_stop)

    def _over(self) -> bool:
        return self._run.stopped or self._run.exhausted

    def _ended(self, site: str, _: asyncio.Future[None]) -> None:
        self._active -= 1
        try:
            if site not in self._run.archive.unfinished_sites(self._run.id):
                self._source.done(site)
        except SharedError as error:
            self._run.give_up(str(error))
        self._next()


def _stop() -> None:
    from twisted.internet import reactor
    from twisted.internet.error import ReactorNotRunning

    with suppress(ReactorNotRunning):
        reactor.stop()  # type: ignore[misc]
