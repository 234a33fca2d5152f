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

from nianbao.archive.derived import pending
from nianbao.archive.errors import ArchiveError, NotAnArchive
from nianbao.archive.storage.connection import translate_errors
from nianbao.archive.storage.snapshot import Progress, open_snapshot
from nianbao.archive.verify import derived, feed, raw, rebuilt, schema, sealed
from nianbao.archive.verify.damage import REBUILD, RESTORE, Damage, VerifyReport
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
    "resume_repair",
]

COUNTED_TABLES = (
    "visits",
    "blobs",
    "dictionaries",
    "documents",
    "versions",
    "changes",
)
NOT_COMPARED = "what is derived was not built anew and compared"
UNREAD = "{} pages are not read yet: the next crawl, or `nianbao reread`, reads them"
HEADER_BYTES = 100  # of an SQLite file
MAGIC = b"SQLite format 3\0"
LARGEST_PAGE = 65536  # stands in the header as 1


class NotRepairable(ArchiveError):
    """What was seen is damaged, and what was read from it may be all that is left."""


def check_archive(
    archive: Archive,
    *,
    rebuild: RebuildSettings | None = None,
    each_posting: bool = True,
    progress: Progress | None = None,
) -> VerifyReport:
    """Check an archive; with `rebuild` also compare what is derived with what the raw rows give.

    Without `each_posting` the words of the search index are checked by their sum. A check that
    SQLite breaks off is a damage too, and the others go on. Raises NotAnArchive when not even
    the list of the tables can be read; :func:`report_unreadable` makes a report of that.
    """
    report = VerifyReport(str(archive.path))
    show_step = progress or _show_nothing
    with translate_errors(archive.path), open_snapshot(archive.db) as db:
        checks = _list_checks(db, archive.path, show_step, each_posting=each_posting)
        for name, damages in checks:
            show_step(name, 0, 0)
            report.add_damages(_guard_check(name, damages))
        for table in COUNTED_TABLES:
            report.checked[table] = _count_rows(db, table)
        report.unread_pages = _count_unread_pages(db)
        if report.unread_pages:
            report.notes.append(UNREAD.format(report.unread_pages))
        if rebuild is None:
            report.notes.append(f"{NOT_COMPARED} (--quick)")
        elif not report.raw_ok:
            report.notes.append(f"{NOT_COMPARED}: what was seen is damaged")
        else:
            damages = rebuilt.compare_derived(archive, rebuild, show_step, report.notes)
            report.add_damages(_guard_check("derived rows", damages))
    return report


def _list_checks(
    db: Database, path: Path, progress: Progress, *, each_posting: bool
) -> Iterator[tuple[str, Iterator[Damage]]]:
    """Yield what is checked, with the check that is then to be run."""
    yield "file", raw.check_structure(db, path)
    yield "schema", schema.check_schema(db)
    yield "references", raw.check_references(db)
    yield "dictionaries", raw.check_dictionaries(db)
    yield "payloads", raw.find_missing_payloads(db)
    yield "payloads", raw.find_orphan_payloads(db)
    yield "payloads", raw.check_payloads(db, progress)
    yield "documents", derived.check_version_chains(db, progress)
    yield "readings", derived.check_readings(db)
    yield "cells", derived.check_cells(db)
    yield "near-copies", derived.check_near_duplicates(db)
    yield "search index", derived.check_search_entries(db, each_posting=each_posting)
    yield "feed", feed.check_feed(db)
    yield "seals", sealed.check_seals(db, progress)


def report_unreadable(path: Path, error: NotAnArchive) -> VerifyReport:
    """Return the report on a file that cannot be opened as an archive at all."""
    report = VerifyReport(str(path))
    report.add_damages(raw.check_length(path, _expected_bytes(path)))
    if report.ok:
        damage = Damage("file.unreadable", str(error), str(path), RESTORE)
        report.add_damages([damage])
    report.notes.append("nothing in the file could be checked")
    return report


def _expected_bytes(path: Path) -> int:
    """Return how long a file should be by its own header; 0 when that is not SQLite's."""
    with path.open("rb") as file:
        header = file.read(HEADER_BYTES)
    if len(header) < HEADER_BYTES or not header.startswith(MAGIC):
        return 0
    page_bytes = int.from_bytes(header[16:18])
    if page_bytes == 1:
        page_bytes = LARGEST_PAGE
    pages = int.from_bytes(header[28:32])
    return page_bytes * pages


def repair_archive(
    archive: Archive,
    report: VerifyReport,
    rebuild: RebuildSettings,
    progress: Progress | None = None,
) -> list[str]:
    """Empty what is derived and build it anew; raw rows are not touched.

    `report` is what :func:`check_archive` found. A repair that is cut off is resumed by the next
    crawl, or by starting it again. Returns what could not be read. Raises NotRepairable when
    what was seen is damaged itself.
    """
    if not report.raw_ok:
        raise NotRepairable(
            f"{archive.path}: what was seen is damaged; what was read from it may be all that"
            " is left, so it is not built anew. Repair that first: bring it from a backup or"
            " another archive with `nianbao merge`."
        )
    archive.clear_derived()
    return resume_repair(archive, rebuild, progress)


def resume_repair(
    archive: Archive, rebuild: RebuildSettings, progress: Progress | None = None
) -> list[str]:
    """Read what a repair, or anything else, was cut off from; return what could not be read."""
    show_pages = partial(progress or _show_nothing, "pages read again")
    return rebuild.catch_up(archive, show_pages)


def _guard_check(name: str, damages: Iterable[Damage]) -> Iterator[Damage]:
    """Yield the damages of a check; where SQLite, or a value that cannot be, breaks it off is a
    damage too.
    """
    try:
        yield from damages
    except sqlite3.DatabaseError as error:
        what = f"the check of the {name} broke off: {error}"
        yield Damage("file.unreadable", what, "the archive file", RESTORE)
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        what = f"the check of the {name} broke off on a value that cannot be: {error}"
        yield Damage("check.broken_off", what, f"the {name}", f"{REBUILD}; {RESTORE}")


def _count_rows(db: Database, table: str) -> int:
    """Return the rows of a table; 0 when SQLite cannot count them."""
    try:
        return db.table(table).count
    except sqlite3.DatabaseError:
        return 0


def _count_unread_pages(db: Database) -> int:
    """Return how many pages no reader has read or failed on; 0 when SQLite cannot count them."""
    try:
        return pending.count_never_read(db)
    except sqlite3.DatabaseError:
        return 0


def _show_nothing(_step: str, _done: int, _total: int) -> None:
    """Show no progress."""
