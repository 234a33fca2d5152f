"""The run that the spiders of one process share: one archive to write to, one pool of readers.

Writes are committed together, a few times a second: a page counts as stored when it is on the
disk, not before.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar
from weakref import WeakKeyDictionary

from scrapy.exceptions import DropItem

from nianbao.archive import Archive
from nianbao.archive.errors import ArchiveError
from nianbao.archive.storage.batch import Batch
from nianbao.pipelines.ingest import Ingest
from nianbao.pipelines.reading_pool import ReadingPool
from nianbao.pipelines.run_pages import RunPages

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

COMMIT_SECONDS = 0.2  # at most until what was written is committed
Result = TypeVar("Result")


@dataclass
class CrawlRun:
    """A run in progress."""

    id: int
    archive: Archive
    pool: ReadingPool
    # the write that failed; it ends the run
    failure: ArchiveError | None = None
    # what spiders and pipelines raised
    errors: list[str] = field(default_factory=list)
    # stops all crawls of the process
    stop_crawls: Callable[[], None] | None = None
    # no further site is begun; the run is resumed another time
    stopping: bool = False
    # begun for one spider, to be ended with it
    standalone: bool = False
    # such a run has ended, and everything that should have worked did
    succeeded: bool = False
    # pages that may still be asked for in this process; None: as many as there are
    page_budget: int | None = None
    # the pages that its crawls ask for
    pages: RunPages = field(default_factory=RunPages)

    def __post_init__(self) -> None:
        self._batch = Batch(self.archive)
        self.pages.add_redirects(self.archive.redirected_visits(self.id))
        # is set when the batch is committed, also when that fails
        self._committed: asyncio.Future[None] | None = None

    @property
    def is_at_limit(self) -> bool:
        """Whether as many pages were asked for as `--limit` allows."""
        return self.page_budget is not None and self.page_budget <= 0

    async def write(self, write: Callable[[], Result]) -> Result:
        """Call what writes into the archive; return its result when that is on the disk.

        Raises DropItem when the write or the commit failed. Whatever raises leaves nothing
        behind.
        """
        with self._stopping_on_failure():
            result = self._batch.write(write)
        committed = self._schedule_commit()
        if self._batch.is_full:
            self.commit()
        await asyncio.shield(committed)
        if self.failure is not None:
            raise DropItem(str(self.failure))
        return result

    def _schedule_commit(self) -> asyncio.Future[None]:
        """Return the future of the batch's commit; the first write of a batch sets its time."""
        if self._committed is None:
            loop = asyncio.get_running_loop()
            self._committed = loop.create_future()
            loop.call_later(COMMIT_SECONDS, self.commit)
        return self._committed

    def commit(self) -> None:
        """Commit what was written; where that fails, stop the run."""
        committed = self._committed
        self._committed = None
        try:
            # the failure is raised again in each write that waits
            with suppress(DropItem), self._stopping_on_failure():
                self._batch.commit()
        finally:
            if committed is not None:
                committed.set_result(None)

    @contextmanager
    def _stopping_on_failure(self) -> Iterator[None]:
        """Stop the whole run when a write fails: what cannot be stored must not be fetched."""
        try:
            yield
        except ArchiveError as error:
            if self.failure is None:
                self.failure = error
                self._stop()
            raise DropItem(str(error)) from error

    def abort(self, reason: str) -> None:
        """Stop the whole run because of something that should have worked and did not."""
        if not self.stopping:
            self.errors.append(reason)
            self._stop()

    def _stop(self) -> None:
        self.stopping = True
        if self.stop_crawls is not None:
            self.stop_crawls()


_runs: WeakKeyDictionary[Crawler, CrawlRun] = WeakKeyDictionary()
_pools: WeakKeyDictionary[Crawler, ReadingPool] = WeakKeyDictionary()  # without a run


def attach_run(crawler: Crawler, run: CrawlRun) -> None:
    """Say which run a crawler belongs to, before its crawl begins."""
    _runs[crawler] = run


def has_run(crawler: Crawler) -> bool:
    """Tell whether a crawler belongs to a run."""
    return crawler in _runs


def run_of(crawler: Crawler) -> CrawlRun:
    """Return the run a crawler belongs to."""
    return _runs[crawler]


def attach_pool(crawler: Crawler, pool: ReadingPool) -> None:
    """Give a crawler without a run the reading processes that it may have pages read in."""
    _pools[crawler] = pool


def pool_of(crawler: Crawler) -> ReadingPool:
    """Return the reading processes of a crawler: those of its run, if it belongs to one."""
    if has_run(crawler):
        return run_of(crawler).pool
    return _pools[crawler]


class RunPipeline:
    """An item pipeline that belongs to a run."""

    def __init__(self, run: CrawlRun) -> None:
        self.run = run
        self.ingest = Ingest(run.archive, run.pool)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RunPipeline:
        return cls(run_of(crawler))
