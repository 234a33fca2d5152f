"""The run that the spiders of one process share: one archive to write to, one set of readers.

Writes are put on the disk together, a few times a second: a page is done when it is there, not
before.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from scrapy.exceptions import DropItem

from nianbao.archive import Archive
from nianbao.archive.errors import ArchiveError
from nianbao.archive.storage.batch import Batch
from nianbao.pipelines.readers import Readers

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

SETTING = "NIANBAO_RUN"
WRITES = 64  # at most in one commit
SECONDS = 0.2  # at most until what was written is committed
Result = TypeVar("Result")


@dataclass
class Run:
    """A run in progress. `failure` is the write that could not be made; it ends the run."""

    id: int
    archive: Archive
    readers: Readers
    failure: ArchiveError | None = None
    errors: list[str] = field(default_factory=list)  # what spiders and pipelines raised
    stop: Callable[[], Any] | None = None
    stopped: bool = (
        False  # no further site is begun; the run is gone on with another time
    )
    alone: bool = False  # begun for one spider, to be ended with it
    pages_left: int | None = (
        None  # that may still be asked for in this process; None: as many as there are
    )

    @property
    def exhausted(self) -> bool:
        """Whether so many pages were asked for as were allowed."""
        return self.pages_left is not None and self.pages_left <= 0

    def __post_init__(self) -> None:
        self._batch = Batch(self.archive)
        self._on_disk: asyncio.Future[None] | None = (
            None  # done when the batch is committed, well or not
        )

    async def write(self, write: Callable[[], Result]) -> Result:
        """Call what writes into the archive; return its result when that is on the disk, raise
        DropItem if not.

        Whatever raises leaves nothing behind.
        """
        with self._stopping():
            result = self._batch.write(write)
        if self._on_disk is None:
            loop = asyncio.get_running_loop()
            self._on_disk = loop.create_future()
            loop.call_later(SECONDS, self.commit)
        on_disk = self._on_disk
        if self._batch.size >= WRITES:
            self.commit()
        await asyncio.shield(on_disk)
        if self.failure is not None:
            raise DropItem(str(self.failure))
        return result

    def commit(self) -> None:
        """Put on the disk what was written; where that fails, stop the run."""
        on_disk, self._on_disk = self._on_disk, None
        try:
            with self._stopping():
                self._batch.commit()
        except DropItem:
            pass  # told to all that wait
        finally:
            if on_disk is not None:
                on_disk.set_result(None)

    @contextmanager
    def _stopping(self) -> Iterator[None]:
        """Stop the whole run when a write fails: what cannot be kept must not be fetched."""
        try:
            yield
        except ArchiveError as error:
            if self.failure is None:
                self.failure = error
                self._halt()
            raise DropItem(str(error)) from error

    def give_up(self, why: str) -> None:
        """Stop the whole run because of something that should have worked and did not."""
        if not self.stopped:
            self.errors.append(why)
            self._halt()

    def _halt(self) -> None:
        self.stopped = True
        if self.stop is not None:
            self.stop()

    def __deepcopy__(self, memo: dict[int, Any]) -> Run:
        """Stay the one run when Scrapy copies its settings for each spider."""
        return self


def of(crawler: Crawler) -> Run:
    """Return the run a crawler belongs to."""
    run: Run = crawler.settings[SETTING]
    return run


class RunPipeline:
    """An item pipeline that knows its run."""

    def __init__(self, run: Run) -> None:
        self.run = run

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RunPipeline:
        return cls(of(crawler))
