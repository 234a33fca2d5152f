"""Items into an archive, from the first to the end of the run."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

from nianbao.crawler.archives import name_cells
from nianbao.crawler.imports.importer import Importer
from nianbao.pipelines.reading_pool import ReadingPool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from nianbao.archive import Archive
    from nianbao.archive.records import Capture
    from nianbao.crawler.imports.items import ImportItem
    from nianbao.crawler.imports.own_records import OwnSites
    from nianbao.crawler.imports.site_index import SiteIndex
    from nianbao.pipelines.reading_pool import PageReaders


def take_in(
    archive: Archive,
    items: Iterable[ImportItem],
    site_index: SiteIndex,
    settings: Mapping[str, Any],
    own_sites: OwnSites,
    *,
    keep_all: bool = False,
    on_pass: Callable[[Capture], None] | None = None,
    readers: PageReaders | None = None,
) -> Importer:
    """Take in what files hold; return the importer, which has ended. Raises ArchiveError.

    Without `readers`, a process of this machine reads.
    """
    pool = ReadingPool()
    try:
        name_cells(archive)
        importer = Importer(
            archive,
            readers or pool,
            site_index,
            settings,
            keep_all=keep_all,
            own_sites=own_sites,
            on_pass=on_pass,
        )
        with closing(importer):
            importer.take_in(items)
            importer.finish()
    finally:
        pool.close()
    return importer
