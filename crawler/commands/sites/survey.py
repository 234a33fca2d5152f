"""The survey: checks sites of the catalogue, some at a time, and reports each result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy import signals

from nianbao.crawler.process import look_process
from nianbao.spiders.discovery.checker import Checker
from nianbao.spiders.discovery.site_check import SiteCheck

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlite_utils import Database

    from nianbao.crawler.progress import Progress
    from nianbao.spiders.catalogue import Site

SITES_AT_A_TIME = 16


class Survey:
    """Checks sites in one process; `save_check` is called with each result.

    A site whose check was interrupted has no result. `db`, the archive's, tells how much was
    asked of a host today.
    """

    def __init__(
        self,
        sites: Iterable[Site],
        allow_address: Iterable[str],
        db: Database | None,
        save_check: Callable[[SiteCheck], None],
        progress: Progress,
    ) -> None:
        self._waiting = list(sites)
        self._process = look_process(allow_address, db)
        self._save_check = save_check
        self._progress = progress
        self._failures: list[BaseException] = []

    def run(self) -> None:
        """Check all sites; raise what saving a result raised."""
        for _ in range(SITES_AT_A_TIME):
            self._start_next()
        with self._progress:
            self._process.start()
        for failure in self._failures:
            raise failure

    def _start_next(self) -> None:
        if not self._waiting or self._failures:
            return
        check = SiteCheck(self._waiting.pop(0))
        crawler = self._process.create_crawler(Checker)

        def save_if_finished(reason: str) -> None:
            if reason == "finished":
                self._save(check)

        crawler.signals.connect(
            save_if_finished, signal=signals.spider_closed, weak=False
        )
        self._progress.follow(crawler, check.site)
        task = self._process.crawl(crawler, check=check)
        task.add_done_callback(lambda _: self._start_next())

    def _save(self, check: SiteCheck) -> None:
        try:
            self._save_check(check)
        except Exception as error:  # noqa: BLE001 — raised again when the reactor has stopped
            self._failures.append(error)
