"""The Scrapy process of a crawl: its crawlers share host states and, where there is one, a run.

A look is a crawl without a run, which stores nothing. It keeps the politeness, the boundary and
the recognition of block pages of every other crawl.
"""

from __future__ import annotations

import asyncio
import gc
from typing import TYPE_CHECKING, Any

from scrapy import signals
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.logformatter import LogFormatter
from scrapy.settings import Settings

from nianbao.archive.garbage import collect_seldom
from nianbao.crawler.hosts import HostStates, attach_hosts
from nianbao.pipelines.reading_pool import ReadingPool
from nianbao.pipelines.run import CrawlRun, attach_pool, attach_run

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scrapy import Spider
    from sqlite_utils import Database

    from nianbao.crawler.egress.proxies import Proxy

# Objects that a crawl makes before it looks for garbage; 20,000 save no more time, and pages that
# refer to themselves then take 40 MB.
OBJECTS_BEFORE_COLLECTION = 5_000
SECONDS_TO_BEGIN = 0.05  # between two looks whether an engine runs
LOOKS = 200
# middlewares that belong to a run
RUN_MIDDLEWARES = (
    "nianbao.crawler.middlewares.revisit.RevisitMiddleware",
    "nianbao.crawler.middlewares.limit.LimitMiddleware",
    "nianbao.crawler.middlewares.long_pages.LongPageMiddleware",
)
# what looks have in the place of the long pages of a crawl of reports
LONG_LOOKS = {"nianbao.crawler.middlewares.long_pages.LongLookMiddleware": 20}
# without archive, readers and revisits
WITHOUT_RUN: dict[str, Any] = {"ADDONS": {}, "ITEM_PIPELINES": {}, "EXTENSIONS": {}}


class QuietLogFormatter(LogFormatter):
    """Logs nothing about single pages.

    Lines below the log's level cost a tenth of a millisecond each all the same.
    """

    def crawled(self, *_: Any) -> None:  # type: ignore[override]
        """Leave the answer out of the log."""

    def scraped(self, *_: Any) -> None:  # type: ignore[override]
        """Leave the page that was read out of the log."""

    def dropped(self, *_: Any) -> None:  # type: ignore[override]
        """Leave a page with a known payload out of the log."""


class CrawlProcess(AsyncCrawlerProcess):
    """Runs spiders; each crawler it makes knows the host states and the run of the process."""

    def __init__(
        self, settings: Settings, hosts: HostStates, run: CrawlRun | None = None
    ) -> None:
        super().__init__(settings)
        self.hosts = hosts
        self.run = run
        self._stopping: asyncio.Future[None] | None = None
        self._late_stops: set[asyncio.Future[None]] = set()

    def create_crawler(
        self, crawler_or_spidercls: type[Spider] | str | Crawler
    ) -> Crawler:
        """Return a crawler for a spider class or the name of one."""
        crawler = super().create_crawler(crawler_or_spidercls)
        crawler.signals.connect(self.stop_late_crawl, signal=signals.engine_started)
        attach_hosts(crawler, self.hosts)
        if self.run is not None:
            attach_run(crawler, self.run)
        return crawler

    def start(
        self, stop_after_crawl: bool = True, install_signal_handlers: bool = True
    ) -> None:
        """Run the event loop; garbage is looked for seldom, and not among what is loaded by now."""
        gc.collect()  # what is garbage already would stay, too
        collect_seldom(OBJECTS_BEFORE_COLLECTION)
        super().start(stop_after_crawl, install_signal_handlers)

    def stop_soon(self) -> None:
        """Begin to stop all crawls; to be called while they run."""
        self._stopping = asyncio.ensure_future(self.stop())

    def stop_late_crawl(self, sender: Crawler) -> None:
        """Stop a crawl that is told to stop while it begins: Scrapy forgets that."""
        late_stop = asyncio.ensure_future(_stop_if_told(sender))
        self._late_stops.add(late_stop)
        late_stop.add_done_callback(self._late_stops.discard)


async def _stop_if_told(crawler: Crawler) -> None:
    """Stop the engine of a crawl that was told to stop before its engine ran."""
    assert crawler.engine is not None
    for _ in range(LOOKS):
        if crawler.engine.running:
            break
        await asyncio.sleep(SECONDS_TO_BEGIN)
    if crawler.engine.running and not crawler.crawling:
        await crawler.engine.stop_async()


class LookProcess(CrawlProcess):
    """Runs spiders that only look; the processes that examine long pages end with it."""

    def __init__(self, settings: Settings, hosts: HostStates) -> None:
        super().__init__(settings, hosts)
        self.pool = ReadingPool()

    def create_crawler(
        self, crawler_or_spidercls: type[Spider] | str | Crawler
    ) -> Crawler:
        """Return a crawler for a spider class or the name of one."""
        crawler = super().create_crawler(crawler_or_spidercls)
        attach_pool(crawler, self.pool)
        return crawler

    def start(
        self, stop_after_crawl: bool = True, install_signal_handlers: bool = True
    ) -> None:
        """Run the event loop until all have looked."""
        try:
            super().start(stop_after_crawl, install_signal_handlers)
        finally:
            self.pool.close()


def project_settings() -> Settings:
    """Return the settings of this project, wherever the command was started."""
    settings = Settings()
    settings.setmodule("nianbao.crawler.settings", priority="project")
    return settings


def look_process(
    allow_address: Iterable[str],
    db: Database | None = None,
    proxy: Proxy | None = None,
) -> LookProcess:
    """Return what runs spiders that only look.

    `db` tells how much was asked of a host today, and who blocked us.
    """
    settings = project_settings()
    settings.setdict(WITHOUT_RUN, priority="cmdline")
    settings.set("NIANBAO_ALLOW_ADDRESS", list(allow_address), priority="cmdline")
    middlewares = settings.getdict("DOWNLOADER_MIDDLEWARES")
    for name in RUN_MIDDLEWARES:
        del middlewares[name]
    middlewares.update(LONG_LOOKS)
    settings.set("DOWNLOADER_MIDDLEWARES", middlewares, priority="cmdline")
    return LookProcess(settings, HostStates(db=db, proxy=proxy))
