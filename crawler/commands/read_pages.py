"""Read pages of an archive in as many processes as there are cores, for several commands."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from nianbao.archive import Archive, verify
from nianbao.crawler.progress import Bar
from nianbao.pipelines import reader
from nianbao.pipelines.catch_up import catch_up
from nianbao.pipelines.reading_pool import ReadingPool


def read_pending_pages(
    archive: Archive, bar: Bar, *, with_failed: bool = False
) -> list[str]:
    """Read every page that this reader has not read; return what failed.

    What it failed on before is tried again only `with_failed`.
    """
    with _open_pool() as pool, bar:
        return catch_up(
            archive,
            pool,
            reader.READER_VERSION,
            progress=bar.update,
            with_failed=with_failed,
        )


@contextmanager
def open_rebuild() -> Iterator[verify.RebuildSettings]:
    """Yield what verifying an archive reads its pages with."""
    with _open_pool() as pool:

        def read_pages(
            archive: Archive, progress: Callable[[int, int], None]
        ) -> list[str]:
            return catch_up(archive, pool, reader.READER_VERSION, progress=progress)

        yield verify.RebuildSettings(reader.READER_VERSION, read_pages)


@contextmanager
def _open_pool() -> Iterator[ReadingPool]:
    pool = ReadingPool(os.cpu_count())
    try:
        yield pool
    finally:
        pool.close()
