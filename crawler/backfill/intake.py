"""The records of a target into the archive: the import does it, as it does with any WARC file."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from nianbao.crawler.imports.files import ImportFiles
from nianbao.crawler.imports.importer import Importer, ImportResult
from nianbao.crawler.imports.own_records import OwnSites
from nianbao.crawler.runs import name_cells
from nianbao.pipelines.reading_pool import ReadingPool

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from nianbao.archive import Archive
    from nianbao.crawler.backfill.backfill import Progress
    from nianbao.crawler.backfill.targets import BackfillTarget


class Intake(NamedTuple):
    """What an import took in, and its run; None where it took in nothing."""

    result: ImportResult
    run_id: int | None


def take_in_records(
    archive: Archive,
    target: BackfillTarget,
    records: Path,
    settings: Mapping[str, Any],
    progress: Progress,
) -> Intake:
    """Take in the records of a target. Raises ArchiveError."""

    def has_owner(url: str) -> bool:
        return target.site_index.find_owner(url) is not None

    pool = ReadingPool()
    try:
        name_cells(archive)
        files = ImportFiles(has_owner, Counter(), progress)
        importer = Importer(
            archive,
            pool,
            target.site_index,
            settings,
            keep_all=False,
            own_sites=OwnSites({}),
        )
        importer.take_in(files.items((records,)))
        result = importer.finish()
    finally:
        pool.close()
    result.skips += files.skips
    return Intake(result, importer.run_id)
