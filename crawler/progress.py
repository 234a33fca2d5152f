"""Progress of a crawl: a bar for each site on a terminal, plain lines in a log."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.progress import Progress as Bars

from nianbao.archive.records import Note
from nianbao.crawler.language import translate_word

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from nianbao.spiders.catalogue import Site

SECONDS = 10.0  # between two lines of one site in a log


class LiveBars:
    """Has bars, which are on the terminal within its `with` block."""

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


class Progress(LiveBars):
    """Follows crawlers by their signals; nothing is printed when `quiet`."""

    def __init__(self, console: Console, *, quiet: bool = False) -> None:
        self.console = console
        self.quiet = quiet
        self.bars = Bars(
            TextColumn("{task.description:<24}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("pages"),
            TimeElapsedColumn(),
            console=console,
            disable=quiet or not console.is_terminal,
        )
        self.prints_lines = not quiet and not console.is_terminal

    def follow(self, crawler: Crawler, site: Site, page_count: int = 0) -> SiteFollower:
        """Show how a site's crawl gets on; return what is to be told how it ended.

        `page_count`: what an earlier start of the run has visited of it.
        """
        # exports and backups have bars too, and start faster without Scrapy
        from scrapy import signals

        task = self.bars.add_task(f"{site.name}", total=None)
        follower = SiteFollower(self, site, task, page_count)
        connect = crawler.signals.connect
        connect(follower.count_request, signal=signals.request_scheduled, weak=False)
        for signal in (signals.item_scraped, signals.item_dropped, signals.item_error):
            connect(follower.count_page, signal=signal, weak=False)
        return follower

    def show_catch_up(self, finished: int, total: int) -> None:
        """Say that pages of an earlier crawl are being read first."""
        if self.prints_lines and total and finished == 0:
            self.console.print(
                f"pages of earlier crawls that were not read yet, or by an older reader: {total}"
            )


class Bar(LiveBars):
    """One bar for work of a known size.

    It is on a terminal; a log gets a line at times; nothing is printed when `quiet`.
    """

    def __init__(self, name: str, console: Console, *, quiet: bool = False) -> None:
        self.name = name
        self.console = console
        visible = console.is_terminal and not quiet
        columns = (
            TextColumn("{task.description:<24}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        self.bars = Bars(*columns, console=console, disable=not visible)
        self.task = self.bars.add_task(translate_word(name), total=None)
        self.prints_lines = not quiet and not visible
        self.last_line_at = time.monotonic()

    def update(self, finished: int, total: int) -> None:
        """Show how much is finished of how much."""
        self.bars.update(self.task, completed=finished, total=total)
        if self.prints_lines and time.monotonic() - self.last_line_at > SECONDS:
            self.last_line_at = time.monotonic()
            self.console.print(f"{self.name}: {finished} of {total}")


class Steps:
    """A bar for each step of work whose steps get their names as they come."""

    def __init__(self, console: Console, *, quiet: bool = False) -> None:
        self.console = console
        self.quiet = quiet
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

    def update(self, name: str, finished: int, total: int) -> None:
        """Show how much of a step is finished; a step of another name ends the one before."""
        if self.bar is None or self.bar.name != name:
            self.__exit__(None, None, None)
            self.bar = Bar(name, self.console, quiet=self.quiet).__enter__()
        self.bar.update(finished, total)


class SiteFollower:
    """Shows how the crawl of one site gets on."""

    def __init__(
        self, progress: Progress, site: Site, task: TaskID, page_count: int
    ) -> None:
        self.progress = progress
        self.site = site
        self.task = task
        self.page_count = page_count
        self.request_count = page_count
        self.last_line_at = time.monotonic()

    def count_request(self) -> None:
        """Count a request that waits to be sent."""
        self.request_count += 1
        self._update()

    def count_page(self, item: object) -> None:
        """Count a page that was visited; a note is none."""
        if isinstance(item, Note):
            return
        self.page_count += 1
        self._update()
        if time.monotonic() - self.last_line_at > SECONDS:
            self._print_line(f"{self._title}: {self.page_count} pages")

    def finish(self, page_count: int, state: str) -> None:
        """Show how many pages were visited in the end, as the summary of the run says it.

        Pages that wait for another start stay open in the bar.
        """
        self.page_count = page_count
        if state != "waits":
            self.request_count = page_count
        self._update()
        word = translate_word(state)
        self._print_line(f"{self._title}: {page_count} pages, {word}")

    @property
    def _title(self) -> str:
        return f"{self.site.id} ({self.site.name})"

    def _update(self) -> None:
        total = max(self.page_count, self.request_count)
        self.progress.bars.update(self.task, total=total, completed=self.page_count)

    def _print_line(self, line: str) -> None:
        self.last_line_at = time.monotonic()
        if self.progress.prints_lines:
            self.progress.console.print(line)
