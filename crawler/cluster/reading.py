"""Readings by a cluster: pages go to its workers in batches, and come back in their order.

No more pages are on the way than the workers have places for, so the memory of this process is
bounded.
"""

from __future__ import annotations

import threading
from concurrent.futures import Future
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from nianbao.archive.records import Reading
from nianbao.crawler.cluster.errors import ClusterFailed, WorkersDied
from nianbao.crawler.cluster.read_task import read_batch
from nianbao.pipelines.process_pool import ProcessDied

if TYPE_CHECKING:
    from distributed import Future as Task

    from nianbao.crawler.cluster.cluster import Cluster
    from nianbao.pipelines.reading_pool import PageToRead

BATCH_PAGES = 16
BATCH_BYTES = 2 << 20  # of payloads; a page that has more is a batch of its own
BATCHES_A_PLACE = 3  # one is being read, one waits for that, one is being stored
MOST_PAGES_AHEAD = 2048
MOST_BYTES_AHEAD = 64 << 20
SECONDS_TO_FILL = 0.1  # then a batch is sent that is not full
KILLED = -9  # what the exit code of a process is that SIGKILL ended


class ClusterReaders:
    """Has pages read by the workers of a cluster (:class:`PageReaders`); `close` ends that.

    A thread sends what is not yet a whole batch, waits for the batches in their order, and gives
    each reading what came of its page.
    """

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._batch = _Batch()
        self._batches: SimpleQueue[_Batch] = SimpleQueue()
        self._lock = threading.Lock()  # of the batch that is being filled
        self._bytes_on_way = 0
        self._is_closed = False
        self._thread: threading.Thread | None = None

    @property
    def pages_ahead(self) -> int:
        """How many pages may be on the way: some batches for each place of the workers.

        It is one batch while the pages on the way have many bytes.
        """
        if self._bytes_on_way > MOST_BYTES_AHEAD:
            return BATCH_PAGES
        places = max(1, self._cluster.count_places())
        return min(BATCH_PAGES * BATCHES_A_PLACE * places, MOST_PAGES_AHEAD)

    def submit(self, page: PageToRead) -> Future[Reading]:
        """Put a page into the batch, which is sent when it is full, or a moment later."""
        reading = _ClusterReading(self, page.size)
        with self._lock:
            if self._batch.pages and self._batch.size + page.size > BATCH_BYTES:
                self._send()
            self._batch.add(page, reading)
            self._bytes_on_way += page.size
            if len(self._batch.pages) == BATCH_PAGES:
                self._send()
        if self._thread is None:
            self._thread = threading.Thread(target=self._settle_batches, daemon=True)
            self._thread.start()
        return reading

    def take(self, size: int) -> None:
        """Take in that somebody has the reading of a page of so many bytes."""
        with self._lock:
            self._bytes_on_way -= size

    def close(self) -> None:
        """End the thread; what is on the way is dropped."""
        self._is_closed = True
        with suppress(Empty):
            while True:
                task = self._batches.get_nowait().task
                if task is not None:
                    self._cluster.cancel([task])

    def _settle_batches(self) -> None:
        while not self._is_closed:
            try:
                batch = self._batches.get(timeout=SECONDS_TO_FILL)
            except Empty:
                with self._lock:
                    self._send()
                continue
            self._settle(batch)

    def _settle(self, batch: _Batch) -> None:
        """Wait for a batch, and give each of its readings what came of its page."""
        outcomes: list[Reading | Exception]
        try:
            if batch.task is None:  # it could not be sent
                raise ClusterFailed(batch.trouble)
            outcomes = self._cluster.take_result(batch.task)
        except WorkersDied:
            # each page counts as one whose process was killed: it is tried again another time
            outcomes = [ProcessDied(KILLED) for _ in batch.readings]
        except ClusterFailed as error:
            outcomes = [error for _ in batch.readings]
        for reading, outcome in zip(batch.readings, outcomes, strict=True):
            if isinstance(outcome, Exception):
                reading.set_exception(outcome)
            else:
                reading.set_result(outcome)

    def _send(self) -> None:
        """Send the batch to the workers, if there is anything in it; another one is begun."""
        batch = self._batch
        if not batch.pages:
            return
        self._batch = _Batch()
        try:
            batch.task = self._cluster.submit(read_batch, batch.pages)
        except ClusterFailed as error:
            batch.trouble = str(error)
        batch.pages = []
        self._batches.put(batch)


class _Batch:
    """Pages that are read as one task, and the readings that wait for them."""

    def __init__(self) -> None:
        self.pages: list[PageToRead] = []
        self.size = 0
        self.readings: list[_ClusterReading] = []
        self.task: Task | None = None
        self.trouble = ""  # why it could not be sent

    def add(self, page: PageToRead, reading: _ClusterReading) -> None:
        """Add a page."""
        self.pages.append(page)
        self.size += page.size
        self.readings.append(reading)


class _ClusterReading(Future[Reading]):
    """A reading that somebody waits for; its page counts as on the way until it is taken."""

    def __init__(self, readers: ClusterReaders, size: int) -> None:
        super().__init__()
        self._readers = readers
        self._size = size

    def result(self, timeout: float | None = None) -> Reading:
        """Return the reading, or raise what its page failed with."""
        try:
            return super().result(timeout)
        finally:
            if self.done():
                self._readers.take(self._size)
                self._size = 0
