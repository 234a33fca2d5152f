"""Pages that a worker reads: a batch is a task, its pages go to the worker's reading processes.

The limits on time and memory are those of every reading: they hold for a process of the worker
(:mod:`nianbao.pipelines.reading_process`), which it replaces.
"""

from __future__ import annotations

import atexit
from threading import Lock
from typing import TYPE_CHECKING

from nianbao.pipelines.reading_pool import ReadingPool

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Future

    from nianbao.archive.records import Reading
    from nianbao.pipelines.reading_pool import PageToRead


class WorkerPool:
    """The reading processes of a worker, which all its tasks share."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._pool: ReadingPool | None = None

    def submit(self, pages: Sequence[PageToRead]) -> list[Future[Reading]]:
        """Give pages to the processes; there are as many as the worker does tasks at a time.

        A pool is given pages by one thread at a time.
        """
        with self._lock:
            pool = self._require_pool()
            return [pool.submit(page) for page in pages]

    def _require_pool(self) -> ReadingPool:
        from distributed import get_worker

        if self._pool is None:
            self._pool = ReadingPool(get_worker().state.nthreads)
            atexit.register(self.close)
        return self._pool

    def close(self) -> None:
        """End the processes."""
        with self._lock:
            if self._pool is not None:
                self._pool.close()
            self._pool = None


_worker_pool = WorkerPool()


def close_worker_pool() -> None:
    """End the reading processes of the worker that this process is."""
    _worker_pool.close()


def read_batch(pages: Sequence[PageToRead]) -> list[Reading | Exception]:
    """Read pages on a worker; return the reading of each, or what it failed with."""
    outcomes: list[Reading | Exception] = []
    for future in _worker_pool.submit(pages):
        try:
            outcomes.append(future.result())
        except Exception as error:  # noqa: BLE001 — it is the page's, whose future has it
            outcomes.append(error)
    return outcomes
