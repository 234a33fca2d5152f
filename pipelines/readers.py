"""Reading processes: a page that is hard to read holds up nothing else, and is given up in the
end.
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

MOST_MEMORY = (
    4 << 30
)  # bytes of address space of a reading process, for files that ask for more than they hold
# a page that takes longer is given up, its process ended; it stays stored and unread
SECONDS = 60.0


class Readers:
    """A pool of reading processes; :meth:`close` ends them."""

    def __init__(self, workers: int | None = None) -> None:
        count = workers or max(1, (os.cpu_count() or 2) - 1)
        self._pool = ProcessPool(
            max_workers=count, context=get_context("spawn"), initializer=_begin
        )

    def submit(
        self, payload: bytes, *, url: str, hints: Hints, visited_on: date
    ) -> Future[Reading]:
        """Hand a page to the pool; a future that fails is explained by :func:`said`."""
        known = {"url": url, "hints": hints, "today": visited_on}
        future: Future[Reading] = self._pool.schedule(
            _read, args=[payload], kwargs=known, timeout=SECONDS
        )
        return future

    def close(self) -> None:
        """End the processes, whatever they are doing."""
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()


def _read(payload: bytes, **known: Any) -> Reading:
    return search_index.prepare_reading(reader.read(payload, **known))


def _begin() -> None:
    """Begin a reading process.

    Ctrl-C, which a terminal sends to every process, is to end the crawl in good order and not
    the readings; a file that asks for too much memory ends its own reading and no other
    program.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(
        resource.RLIMIT_AS, (MOST_MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1])
    )


def said(error: BaseException) -> str:
    """Say in words how a reading failed."""
    if isinstance(error, TimeoutError):
        return f"reading took longer than {SECONDS:.0f} seconds"
    if isinstance(error, ProcessExpired):
        return f"the reading process died ({error})"
    return f"the reader raised {type(error).__name__}: {error}"
