"""The survey: looks at many sites in one process, some at a time, and reports each result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from scrapy import signals

from nianbao.crawler.process import look_process

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from scrapy import Spider
    from sqlite_utils import Database

    from nianbao.crawler.egress.proxies import Proxy
    from nianbao.crawler.progress import Progress
    from nianbao.spiders.catalogue import Site

SITES_AT_A_TIME = 16


class LookResult(Protocol):
    """What a look brings to light."""

    @property
    def requests(self) -> int:
        """How many pages were asked for."""


Result = TypeVar("Result", bound=LookResult)


@dataclass(frozen=True, slots=True)
class Look(Generic[Result]):
    """A look at a site: the spider that takes it, and the object that its result goes into."""

    site: Site
    spider: type[Spider]
    arguments: dict[str, Any]  # of the spider; `result` is among them
    result: Result


class Survey(Generic[Result]):
    """Takes looks in one process; `save` is called with each result.

    A look that was interrupted has no result. `db`, the archive's, tells how much was asked of
    a host today.
    """

    def __init__(
        self,
        looks: Iterable[Look[Result]],
        allow_address: Iterable[str],
        db: Database | None,
        save: Callable[[Result], None],
        progress: Progress,
        proxy: Proxy | None = None,
    ) -> None:
        self._waiting = list(looks)
        self._process = look_process(allow_address, db, proxy)
        self._save_result = save
        self._progress = progress
        self._failures: list[BaseException] = []

    def run(self) -> None:
        """Take all looks; raise what saving a result raised."""
        for _ in range(SITES_AT_A_TIME):
            self._start_next()
        with self._progress:
            self._process.start()
        for failure in self._failures:
            raise failure

    def _start_next(self) -> None:
        if not self._waiting or self._failures:
            return
        look = self._waiting.pop(0)
        crawler = self._process.create_crawler(look.spider)

        follower = self._progress.follow(crawler, look.site)

        def save_if_finished(reason: str) -> None:
            follower.finish(look.result.requests, reason)
            if reason == "finished":
                self._save(look.result)

        crawler.signals.connect(
            save_if_finished, signal=signals.spider_closed, weak=False
        )
        task = self._process.crawl(crawler, **look.arguments)
        task.add_done_callback(lambda _: self._start_next())

    def _save(self, result: Result) -> None:
        try:
            self._save_result(result)
        except Exception as error:  # noqa: BLE001 — raised again when the reactor has stopped
            self._failures.append(error)
