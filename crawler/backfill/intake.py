"""The records of a target into the archive: the import does it, as it does with any WARC file."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urldefrag

from nianbao.archive.addresses import canonicalize
from nianbao.archive.transfer.imports import has_visit
from nianbao.crawler.imports.captures import find_stored_address
from nianbao.crawler.imports.files import ImportFiles
from nianbao.crawler.imports.importer import ImportResult
from nianbao.crawler.imports.intake import take_in
from nianbao.crawler.imports.own_records import OwnSites

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nianbao.archive import Archive
    from nianbao.archive.records import Capture
    from nianbao.crawler.backfill.backfill import Progress
    from nianbao.crawler.backfill.targets import BackfillTarget
    from nianbao.crawler.backfill.work_folder import FetchNote, Result, WorkFolder
    from nianbao.pipelines.reading_pool import PageReaders

Moments = set[tuple[str, str]]  # addresses and times


class Intake(NamedTuple):
    """What an import took in, and its run; None where it took in nothing."""

    result: ImportResult
    run_id: int | None


def take_in_records(
    archive: Archive,
    target: BackfillTarget,
    folder: WorkFolder,
    settings: Mapping[str, Any],
    progress: Progress,
    readers: PageReaders | None,
) -> Intake:
    """Take in the records of a target, and take them out of its folder. Raises ArchiveError.

    Without `readers`, a process of this machine reads.

    Where the archive has another site under the id of the target's they stay: they are taken in
    when that is put right.
    """
    passed: Moments = set()

    def note_passed(capture: Capture) -> None:
        passed.add((canonicalize(capture.url), capture.visited_at))

    def has_owner(url: str) -> bool:
        return target.site_index.find_owner(url) is not None

    files = ImportFiles(has_owner, Counter(), progress)
    importer = take_in(
        archive,
        files.items((folder.records,)),
        target.site_index,
        settings,
        OwnSites({}),
        on_pass=note_passed,
        readers=readers,
    )
    importer.result.skips += files.skips
    if all(importer.fitting_sites.values()):
        folder.end_import(_list_not_taken(archive, folder, passed))
    return Intake(importer.result, importer.run_id)


def _list_not_taken(
    archive: Archive, folder: WorkFolder, passed: Moments
) -> dict[FetchNote, Result]:
    """Return the captures whose records the archive did not take: no report, or refused.

    A revisit that was not taken is no loss: where its bytes hold a report, it is asked for next
    time.
    """
    pending = folder.list_pending()
    results: dict[FetchNote, Result] = {}
    digests = set()
    for note in pending:
        address = find_stored_address(urldefrag(note.url).url)
        if (canonicalize(note.url), note.visited_at) in passed:
            results[note] = "passed"
            digests.add(note.digest)
        elif note.result == "fetched" and not has_visit(
            archive.db, address, note.visited_at
        ):
            results[note] = "refused"
    for note in pending:
        if note.result == "same" and note.digest and note.digest in digests:
            results[note] = "passed"
    return results
