"""Read pages of an archive in as many processes as there are cores, for several commands."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from nianbao.archive import Archive, verify
from nianbao.crawler.progress import Bar
from nianbao.pipelines import reader
from nianbao.pipelines.read import catch_up
from nianbao.pipelines.readers import Readers


def read_pending_pages(archive: Archive, bar: Bar) -> list[str]:
    """Read every page that this reader has not read; return what failed."""
    with _open_readers() as readers, bar:
        return catch_up(archive, readers, reader.READER_VERSION, progress=bar.update)


@contextmanager
def open_rebuild() -> Iterator[verify.RebuildSettings]:
    """Yield what verifying an archive reads its pages with."""
    with _open_readers() as readers:

        def read_pages(
            archive: Archive, progress: Callable[[int, int], None]
        ) -> list[str]:
            return catch_up(archive, readers, reader.READER_VERSION, progress=progress)

        yield verify.RebuildSettings(reader.READER_VERSION, read_pages)


@contextmanager
def _open_readers() -> Iterator[Readers]:
    readers = Readers(os.cpu_count())
    try:
        yield readers
    finally:
        readers.close()
