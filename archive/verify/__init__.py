"""Verify: an archive checked whole, from the file's pages to what its rows say; and what can be
rebuilt.

Everything is looked at in one read transaction, so an archive can be checked while a crawl
writes to it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from nianbao.archive.errors import ArchiveError, NotAnArchive
from nianbao.archive.maintenance.snapshot import Progress, open_snapshot
from nianbao.archive.storage.connection import translate_errors
from nianbao.archive.verify import derived, feed, raw, rebuilt
from nianbao.archive.verify.damage import RESTORE, Damage, VerifyReport
from nianbao.archive.verify.rebuilt import RebuildSettings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlite_utils import Database

    from nianbao.archive.store import Archive

__all__ = [
    "Damage",
    "NotRepairable",
    "Progress",
    "RebuildSettings",
    "VerifyReport",
    "check_archive",
    "repair_archive",
    "report_unreadable",
]

COUNTED = ("visits", "blobs", "dictionaries", "documents", "versions", "changes")


class NotRepairable(ArchiveError):
    """What was seen is damaged, and what was read from it may be all that is left."""


def check_archive(
    archive: Archive,
    *,
    rebuild: RebuildSettings | None = None,
    progress: Progress | None = None,
) -> VerifyReport:
    """Check an archive; with `rebuild` also compare what is derived with what the raw rows give.

    A check that SQLite breaks off is a damage too, and the others go on. Raises NotAnArchive
    when not even the list of the tables can be read; :func:`report_unreadable` makes a report of that.
    """
    report = VerifyReport(str(archive.path))
    step = progress or _silent
    with translate_errors(archive.path), open_snapshot(archive.db) as db:
        for name, found in _checks(db, archive.path, step):
            step(name, 0, 0)
            report.add(_guarded(name, found))
        report.checked = {table: _count(db, table) for table in COUNTED}
        if rebuild is None:
            report.notes.append(
                "what is derived was not built anew and compared (--quick)"
            )
        elif not report.raw_ok:
            report.notes.append(
                "what is derived was not built anew and compared: what was seen is damaged"
            )
        else:
            report.add(
                _guarded(
                    "derived rows",
                    rebuilt.compare(archive, rebuild, step, report.notes),
                )
            )
    return report


def _checks(
    db: Database, path: Path, progress: Progress
) -> Iterator[tuple[str, Iterator[Damage]]]:
    yield "file", raw.structure(db, path)
    yield "references", raw.references(db)
    yield "dictionaries", raw.dictionaries(db)
    yield "payloads", raw.missing_payloads(db)
    yield "payloads", raw.orphan_payloads(db)
    yield "payloads", raw.payloads(db, progress)
    yield "documents", derived.chains(db, progress)
    yield "readings", derived.readings(db)
    yield "near-copies", derived.near_copies(db)
    yield "search index", derived.search_entries(db)
    yield "feed", feed.feed(db)


def report_unreadable(path: Path, error: NotAnArchive) -> VerifyReport:
    """Return the report on a file that cannot be opened as an archive at all."""
    report = VerifyReport(str(path))
    found = list(raw.shorter(path, _stated_bytes(path)))
    report.add(found or [Damage("file.unreadable", str(error), str(path), RESTORE)])
    report.notes.append("nothing in the file could be checked")
    return report


def _stated_bytes(path: Path) -> int:
    """Return how long a file should be by its own header; 0 when that is not SQLite's."""
    with path.open("rb") as file:
        header = file.read(100)
    if len(header) < 100 or not header.startswith(b"SQLite format 3\0"):
        return 0
    page_bytes = int.from_bytes(header[16:18])
    return (65536 if page_bytes == 1 else page_bytes) * int.from_bytes(header[28:32])


def repair_archive(
    archive: Archive,
    report: VerifyReport,
    rebuild: RebuildSettings,
    progress: Progress | None = None,
) -> list[str]:
    """Empty what is derived and build it anew; raw rows are not touched. Return what could not
    be read.

    `report` is what :func:`check_archive` found. A repair that is cut off is gone on with by the next
    crawl, or by starting it again. Raises NotRepairable when what was seen is damaged itself.
    """
    if not report.raw_ok:
        raise NotRepairable(
            f"{archive.path}: what was seen is damaged; what was read from it may be all that is left, so it is not"
            " built anew. Repair that first: bring it from a backup or another archive with `nianbao merge`."
        )
    archive.clear_derived()
    return rebuild.catch_up(archive, partial(progress or _silent, "pages read again"))


def _guarded(name: str, found: Iterable[Damage]) -> Iterator[Damage]:
    try:
        yield from found
    except sqlite3.DatabaseError as error:
        yield Damage(
            "file.unreadable",
            f"the check of the {name} broke off: {error}",
            "the archive file",
            RESTORE,
        )


def _count(db: Database, table: str) -> int:
    try:
        return int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
    except sqlite3.DatabaseError:
        return 0


def _silent(_what: str, _done: int, _total: int) -> None:
    pass
