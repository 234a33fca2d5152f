"""Progress of a crawl: a bar for each site on a terminal, plain lines in a log."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.progress import Progress as Bars
from scrapy import signals
from scrapy.logformatter import LogFormatter

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from nianbao.spiders.catalogue import Site

SECONDS = 10.0  # between two lines of one site in a log


class Quiet(LogFormatter):
    """Says nothing of each page: lines below the log's level cost a tenth of a millisecond each
    all the same.
    """

    def crawled(self, *_: Any) -> None:  # type: ignore[override]
        """Leave the answer out of the log."""

    def scraped(self, *_: Any) -> None:  # type: ignore[override]
        """Leave the page that was read out of the log."""

    def dropped(self, *_: Any) -> None:  # type: ignore[override]
        """Leave the page that was known out of the log."""


class Shown:
    """What has bars: they are on the terminal within its `with` block."""

    bars: Bars

    def __enter__(self) -> Self:
        self.bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.bars.stop()


class Progress(Shown):
    """Follows crawlers by their signals; quiet when `quiet`."""

    def __init__(self, console: Console, *, quiet: bool = False) -> None:
        self.console = console
        self.bars = Bars(
            TextColumn("{task.description:<24}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("pages"),
            TimeElapsedColumn(),
            console=console,
            disable=quiet or not console.is_terminal,
        )
        self.lines = not quiet and not console.is_terminal

    def follow(self, crawler: Crawler, site: Site) -> None:
        """Show how a site's crawl gets on: pages asked for, pages done."""
        follower = _Follower(self, site, self.bars.add_task(f"{site.name}", total=None))
        crawler.signals.connect(
            follower.asked, signal=signals.request_scheduled, weak=False
        )
        for signal in (signals.item_scraped, signals.item_dropped, signals.item_error):
            crawler.signals.connect(follower.done, signal=signal, weak=False)
        crawler.signals.connect(
            follower.closed, signal=signals.spider_closed, weak=False
        )

    def catching_up(self, done: int, total: int) -> None:
        """Say that pages of an earlier crawl are being read first."""
        if self.lines and total and done == 0:
            self.console.print(
                f"pages of earlier crawls that were not read yet, or by an older reader: {total}"
            )


class Bar(Shown):
    """One bar for work whose size is known: shown on a terminal, a line at times in a log,
    nothing when `quiet`.
    """

    def __init__(self, name: str, console: Console, *, quiet: bool = False) -> None:
        self.name, self.console = name, console
        shown = console.is_terminal and not quiet
        columns = (
            TextColumn("{task.description:<24}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        self.bars = Bars(*columns, console=console, disable=not shown)
        self.task = self.bars.add_task(name, total=None)
        self.lines = not quiet and not shown
        self.said_at = time.monotonic()

    def update(self, done: int, total: int) -> None:
        """Show how much is done of how much."""
        self.bars.update(self.task, completed=done, total=total)
        if self.lines and time.monotonic() - self.said_at > SECONDS:
            self.said_at = time.monotonic()
            self.console.print(f"{self.name}: {done} of {total}")


class Steps:
    """A bar for each step of work whose steps are named as they come; in a log a line at times."""

    def __init__(self, console: Console, *, quiet: bool = False) -> None:
        self.console, self.quiet = console, quiet
        self.bar: Bar | None = None

    def __enter__(self) -> Steps:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.bar is not None:
            self.bar.__exit__(kind, error, trace)

    def update(self, name: str, done: int, total: int) -> None:
        """Show how much of a step is done; a step of another name ends the one before."""
        if self.bar is None or self.bar.name != name:
            self.__exit__(None, None, None)
            self.bar = Bar(name, self.console, quiet=self.quiet).__enter__()
        self.bar.update(done, total)


class _Follower:
    def __init__(self, progress: Progress, site: Site, task: TaskID) -> None:
        self.progress, self.site, self.task = progress, site, task
        self.pages_asked = self.pages_done = 0
        self.said_at = time.monotonic()

    def asked(self) -> None:
        self.pages_asked += 1
        self.progress.bars.update(self.task, total=self.pages_asked)

    def done(self) -> None:
        self.pages_done += 1
        self.progress.bars.update(
            self.task, completed=min(self.pages_done, self.pages_asked)
        )
        if time.monotonic() - self.said_at > SECONDS:
            self._say("")

    def closed(self, reason: str) -> None:
        self.progress.bars.update(
            self.task, total=self.pages_asked, completed=self.pages_asked
        )
        self._say(f", {reason}")

    def _say(self, end: str) -> None:
        self.said_at = time.monotonic()
        if self.progress.lines:
            self.progress.console.print(
                f"{self.site.id} ({self.site.name}): {self.pages_asked} pages{end}"
            )
