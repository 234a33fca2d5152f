"""Reading processes: a page that is hard to read delays no other page, and is given up in the end.

Why reading has processes of its own: docs/decisions/reading-processes.md.
"""

from __future__ import annotations

import os
import resource
import signal
from datetime import date
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

from pebble import ProcessExpired, ProcessPool

from nianbao.archive.records import Hints, Reading
from nianbao.archive.search import index as search_index
from nianbao.pipelines import reader

if TYPE_CHECKING:
    from concurrent.futures import Future

# bytes of address space of a reading process, for files that ask for more than they hold
MOST_MEMORY = 4 << 30
# a page that takes longer is given up, its process ended; it stays stored and unread
SECONDS = 60.0


class ReadingPool:
    """A pool of reading processes; :meth:`close` ends them."""

    def __init__(self, workers: int | None = None) -> None:
        if workers is None:
            workers = _default_workers()
        self._pool = ProcessPool(
            max_workers=workers,
            context=get_context("spawn"),
            initializer=_begin_process,
        )

    def submit(
        self,
        payload: bytes,
        *,
        url: str,
        hints: Hints,
        visited_on: date,
        further_pages: tuple[bytes, ...] = (),
    ) -> Future[Reading]:
        """Give a page to the pool; :func:`explain_failure` explains a future that failed.

        Nothing on the page was published after `visited_on`.
        """
        arguments = {
            "url": url,
            "hints": hints,
            "today": visited_on,
            "further_pages": further_pages,
        }
        future: Future[Reading] = self._pool.schedule(
            _read_payload, args=[payload], kwargs=arguments, timeout=SECONDS
        )
        return future

    def close(self) -> None:
        """End the processes, whatever they are doing."""
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()


def _default_workers() -> int:
    """Return how many processes read by default: one processor is left to the crawl."""
    processors = os.cpu_count() or 2
    return max(1, processors - 1)


def _read_payload(payload: bytes, **arguments: Any) -> Reading:
    reading = reader.read(payload, **arguments)
    return search_index.prepare_reading(reading)


def _begin_process() -> None:
    """Prepare a reading process.

    Ctrl-C, which a terminal sends to every process, is to end the crawl in good order and not
    the readings. A file that asks for too much memory ends its own reading and no other
    program.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _, hard_limit = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, hard_limit))


def explain_failure(error: BaseException) -> str:
    """Return in words how a reading failed."""
    if isinstance(error, TimeoutError):
        return f"reading took longer than {SECONDS:.0f} seconds"
    if isinstance(error, ProcessExpired):
        return f"the reading process died ({error})"
    return f"the reader raised {type(error).__name__}: {error}"
