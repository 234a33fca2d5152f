"""The run that the spiders of one process share: one archive to write to, one set of readers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from scrapy.exceptions import DropItem

from archive import Archive
from archive.errors import ArchiveError
from pipelines.readers import Readers

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

SETTING = "NIANBAO_RUN"


@dataclass
class Run:
    """A run in progress. `failure` is the write that could not be made; it ends the run."""

    id: int
    archive: Archive
    readers: Readers
    failure: ArchiveError | None = None
    errors: list[str] = field(default_factory=list)  # what spiders and pipelines raised
    stop: Callable[[], Any] | None = None
    alone: bool = False  # begun for one spider, to be ended with it
    calendar: Callable[[Any], Any] | None = None  # of a site; set where only what is due is visited
    wants: Callable[[Any], bool] | None = None  # of a row of a list; set where only some reports are visited
    pages_left: int | None = None  # that may still be asked for in this process; None: as many as there are

    @property
    def exhausted(self) -> bool:
        """Whether so many pages were asked for as were allowed."""
        return self.pages_left is not None and self.pages_left <= 0

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Stop the whole run when a write fails: what cannot be kept must not be fetched."""
        try:
            yield
        except ArchiveError as error:
            if self.failure is None:
                self.failure = error
                if self.stop is not None:
                    self.stop()
            raise DropItem(str(error)) from error

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
