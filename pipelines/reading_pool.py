"""Reading processes: a page that is hard to read delays no other page, and is given up in the end.

Why reading has processes of its own: docs/decisions/reading-processes.md.
"""

from __future__ import annotations

import os
import signal
from concurrent.futures import CancelledError
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from nianbao.pipelines.process_pool import CannotBegin, ProcessDied, ProcessPool
from nianbao.pipelines.reading_process import (
    MOST_CPU_SECONDS,
    begin_process,
    explain_payload,
    read_payload,
    run_task,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future
    from datetime import date

    from nianbao.archive.records import Hints, Reading
    from nianbao.pipelines.reader.explain.explain import ExplainedReading

# a page that takes longer is given up, its process ended; it stays stored and unread
SECONDS = 60.0
PAGES_AHEAD = 16  # pages that are being read while others are stored
# By these a page ends the process that reads it: a library that aborts, a fault in C, or too much
# time of the processor. By any other, somebody else has ended it.
_SIGNALS_OF_PAGE = frozenset(
    (
        signal.SIGABRT,
        signal.SIGBUS,
        signal.SIGFPE,
        signal.SIGILL,
        signal.SIGSEGV,
        signal.SIGSYS,
        signal.SIGTRAP,
        signal.SIGXCPU,
    )
)
Source = TypeVar("Source")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class PageToRead:
    """A page as it is given to who reads it."""

    payload: bytes = field(repr=False)
    url: str | None
    hints: Hints
    visited_on: date  # a day in China; nothing on the page was published later
    further_pages: tuple[bytes, ...] = field(default=(), repr=False)
    # what OCR recognised in its images, or in it, as JSON
    recognitions: tuple[str, ...] = field(default=(), repr=False)

    @property
    def size(self) -> int:
        """The bytes that it has, with its further pages."""
        return len(self.payload) + sum(map(len, self.further_pages))


class PageReaders(Protocol):
    """What reads pages elsewhere: processes of this machine, or workers of a cluster."""

    @property
    def pages_ahead(self) -> int:
        """How many pages may be given to it before the first reading is asked for."""

    def submit(self, page: PageToRead) -> Future[Reading]:
        """Give a page to it; :func:`explain_failure` explains a future that failed."""


class ReadingPool:
    """A pool of reading processes; :meth:`close` ends them."""

    pages_ahead = PAGES_AHEAD

    def __init__(
        self, workers: int | None = None, cpu_seconds: int = MOST_CPU_SECONDS
    ) -> None:
        if workers is None:
            workers = _default_workers()
        self._pool = ProcessPool(workers, begin_process)
        self._cpu_seconds = cpu_seconds

    def submit(self, page: PageToRead) -> Future[Reading]:
        """Give a page to the pool (:class:`PageReaders`)."""
        arguments = {
            "url": page.url,
            "hints": page.hints,
            "today": page.visited_on,
            "further_pages": page.further_pages,
            "recognitions": page.recognitions,
        }
        return self._schedule(read_payload, page.payload, arguments, page.size)

    def submit_explanation(
        self, payload: bytes, *, url: str | None, hints: Hints
    ) -> Future[ExplainedReading]:
        """Give a page to the pool that is to be read and explained."""
        arguments = {"url": url, "hints": hints}
        return self._schedule(explain_payload, payload, arguments, len(payload))

    def submit_task(
        self, task: Callable[[Source], Result], source: Source, size: int
    ) -> Future[Result]:
        """Give a page to the pool of which a function makes something else than a reading.

        `size`: the bytes that the page has.
        """
        return self._schedule(run_task, source, {"task": task}, size)

    def _schedule(
        self,
        function: Callable[..., Result],
        payload: Any,
        arguments: dict[str, Any],
        size: int,
    ) -> Future[Result]:
        return self._pool.submit(
            function,
            payload,
            self._cpu_seconds,
            size=size,
            seconds=SECONDS,
            **arguments,
        )

    def close(self) -> None:
        """End the processes, whatever they are doing."""
        self._pool.close()


def _default_workers() -> int:
    """Return how many processes read by default: one processor is left to the crawl."""
    processors = os.cpu_count() or 2
    return max(1, processors - 1)


def explain_failure(error: BaseException) -> str:
    """Return in words how a reading failed."""
    if isinstance(error, TimeoutError):
        return f"reading took longer than {SECONDS:.0f} seconds"
    if isinstance(error, ProcessDied):
        return f"the reading process {_describe_end(error.exit_code)}"
    if isinstance(error, CannotBegin):
        return str(error)
    return f"the reader raised {type(error).__name__}: {error}"


def is_fault_of_page(error: BaseException, *, is_second: bool) -> bool:
    """Tell whether a reading that failed would fail again, whenever it is tried.

    A process that somebody ended, or that had no time on a busy machine, may have been at a page
    that is sound; when it happens with the same page for a second time (`is_second`), that is
    the page.
    """
    if isinstance(error, (CannotBegin, CancelledError)):
        return False
    if isinstance(error, ProcessDied):
        return is_second or -error.exit_code in _SIGNALS_OF_PAGE
    if isinstance(error, TimeoutError):
        return is_second
    return True


def _describe_end(exit_code: int) -> str:
    """Return how a process ended, by its exit code: below 0 it is a signal."""
    if exit_code == -signal.SIGXCPU:
        return "took more time of the processor than a page may"
    if exit_code < 0:
        return f"was ended by signal {-exit_code}"
    return f"ended with exit code {exit_code}"
