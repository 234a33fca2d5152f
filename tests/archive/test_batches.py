"""Batches of writes: committed before they are long, and what ends one is said."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TYPE_CHECKING, cast

import pytest

from nianbao.archive import Archive
from nianbao.archive.errors import ArchiveFull
from nianbao.archive.records import Reading
from nianbao.archive.storage import batch
from nianbao.pipelines.catch_up import catch_up
from nianbao.pipelines.reading_pool import PAGES_AHEAD
from tests.conftest import Crawl

if TYPE_CHECKING:
    from nianbao.pipelines.reading_pool import PageToRead, ReadingPool

URL = "http://xixia.localhost/{}.html"
MOST_SECONDS = 20.0  # that a commit is waited for


class WaitingPool:
    """Processes of which those after the first are done only when a page is on the disk."""

    pages_ahead = PAGES_AHEAD

    def __init__(self, archive: Archive, make: Callable[[str], Reading]) -> None:
        self._archive = archive
        self._make = make
        self._futures: list[Future[Reading]] = []
        self.is_seen = False

    def submit(self, page: PageToRead) -> Future[Reading]:
        future: Future[Reading] = Future()
        self._futures.append(future)
        if len(self._futures) == 1:
            future.set_result(self._make(page.payload.decode()))
        else:
            Thread(target=self._finish, args=[future, page.payload]).start()
        return future

    def _finish(self, future: Future[Reading], payload: bytes) -> None:
        end = time.monotonic() + MOST_SECONDS
        with Archive(self._archive.path) as other:
            while not self.is_seen and time.monotonic() < end:
                count = other.db.execute("SELECT count(*) FROM readings").fetchone()[0]
                self.is_seen = count > 0
                time.sleep(0.05)
        future.set_result(self._make(payload.decode()))


def test_what_is_written_does_not_wait_for_a_page_that_is_slow(crawl: Crawl) -> None:
    crawl.run({URL.format(number): f"text {number}" for number in "ab"}, unread=True)
    pool = WaitingPool(crawl.archive, crawl.make)
    assert catch_up(crawl.archive, cast("ReadingPool", pool), "1") == []
    assert pool.is_seen, "the first page was on the disk before the second was read"


def test_a_batch_ends_by_its_writes_or_by_its_age(
    crawl: Crawl, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    writes = batch.Batch(crawl.archive)
    assert (writes.seconds_left, writes.is_full) == (None, False)
    for _ in range(batch.MOST_WRITES):
        assert not writes.is_full
        writes.write(lambda: None)
    assert writes.is_full
    assert writes.seconds_left == batch.MOST_SECONDS
    now += batch.MOST_SECONDS * 3
    assert writes.seconds_left == 0
    writes.commit()
    assert (writes.seconds_left, writes.is_full) == (None, False)


def test_a_full_disk_is_said_where_pages_are_read(crawl: Crawl) -> None:
    """SQLite takes back the whole batch: that it then cannot be committed is not what is said."""
    noise = [chr(0x4E00 + index * index * 7919 % 20000) for index in range(100_000)]
    texts = {URL.format(number): "".join(noise[number:]) for number in range(3)}
    crawl.run(texts, unread=True)
    archive = crawl.archive
    pages = archive.db.execute("PRAGMA page_count").fetchone()[0]
    archive.db.execute(f"PRAGMA max_page_count = {pages}")
    pool = WaitingPool(archive, crawl.make)
    pool.is_seen = True  # nothing is waited for
    with pytest.raises(ArchiveFull, match="free some space"):
        catch_up(archive, cast("ReadingPool", pool), "1")
    assert len(archive.unread_visits("1")) == 3
    archive.db.execute("PRAGMA max_page_count = 1000000")
    assert catch_up(archive, cast("ReadingPool", pool), "1") == []
    assert archive.unread_visits("1") == []
