"""Read pages of an archive for several commands: in as many processes as there are cores, or by
the workers of a cluster.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

from nianbao.archive import Archive, verify
from nianbao.crawler.progress import Bar
from nianbao.pipelines import reader
from nianbao.pipelines.catch_up import catch_up
from nianbao.pipelines.reading_pool import PageReaders, ReadingPool


def read_pending_pages(
    archive: Archive,
    bar: Bar,
    *,
    with_failed: bool = False,
    readers: PageReaders | None = None,
) -> list[str]:
    """Read every page that this reader has not read; return what failed.

    What it failed on before is tried again only `with_failed`. Without `readers`, processes of
    this machine read.
    """
    with _open_readers(readers) as pool, bar:
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
def open_cluster_readers(address: str | None) -> Iterator[PageReaders | None]:
    """Yield what has pages read by the cluster that `--cluster` names; None without one.

    Raises ClusterUnusable.
    """
    if address is None:
        yield None
        return
    from nianbao.crawler.cluster.cluster import open_cluster
    from nianbao.crawler.cluster.reading import ClusterReaders

    with open_cluster(address) as cluster, closing(ClusterReaders(cluster)) as readers:
        yield readers


@contextmanager
def _open_readers(readers: PageReaders | None) -> Iterator[PageReaders]:
    if readers is not None:
        yield readers
        return
    with _open_pool() as pool:
        yield pool


@contextmanager
def _open_pool() -> Iterator[ReadingPool]:
    pool = ReadingPool(os.cpu_count())
    try:
        yield pool
    finally:
        pool.close()
