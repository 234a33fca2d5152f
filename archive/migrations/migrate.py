"""Migrating: an archive of an earlier version brought to the newest schema, step by step.

Each step is one transaction, recorded by sqlite-utils in `_sqlite_migrations`. A process that is
killed leaves whole steps behind it, and whoever opens the archive to write next goes on with the
one that was cut off. The number of the schema is written last.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sqlite_utils import Migrations

from nianbao.archive.derived import rebuild, text_deltas
from nianbao.archive.errors import ArchiveFull, UnexpectedTables
from nianbao.archive.migrations.first_schema import carry_over
from nianbao.archive.migrations.second_schema import (
    ReturnedReports,
    derive_reports,
    list_returned_reports,
)
from nianbao.archive.raw import seals
from nianbao.archive.raw.site_hosts import derive_site_hosts
from nianbao.archive.search import index as search_index
from nianbao.archive.storage.connection import translate_errors
from nianbao.archive.storage.schema import SCHEMA_VERSION, migrations
from nianbao.archive.storage.schema_objects import renew_objects
from nianbao.archive.storage.shape import (
    describe_difference,
    expected_columns,
    is_migratable,
    is_newest,
    read_columns,
    read_schema_version,
)

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.storage.shape import Columns
    from nianbao.archive.storage.snapshot import Progress

MEGABYTE = 1_000_000
# The names of the sets of steps that sqlite-utils records.
BEFORE_V0_1_0 = "nianbao before 0.1.0"
REPORTS = "nianbao reports"
SEALS = "nianbao seals"
SEARCH = "nianbao search"


@dataclass(frozen=True, slots=True)
class MigrationReport:
    """What a migration did: the schema that it led to, and what the archive holds."""

    path: Path
    schema_version: int
    visits: int
    payloads: int
    versions: int
    changes: int
    unread: bool  # whether pages are to be read again before there are versions
    returned: ReturnedReports

    @property
    def sentence(self) -> str:
        """The report in words."""
        text = (
            f"{self.path}: brought to schema {self.schema_version}. It holds all it held:"
            f" {self.visits} visits, {self.payloads} payloads, {self.changes} lines of the feed."
        )
        if self.unread:
            return (
                f"{text} Versions and reports are to be read from the payloads again:"
                f" `nianbao reread --archive {self.path}`."
            )
        if self.returned.sentence:
            text = f"{text} {self.returned.sentence}"
        return (
            f"{text} `nianbao reread --all --archive {self.path}` reads the pages with the"
            " reader of this version."
        )


def require_migratable(path: Path, db: Database) -> None:
    """Check that an archive has the newest schema or can be brought to it.

    Raises NotAnArchive, ArchiveTooNew, UnexpectedTables for tables that no earlier version
    made, and ArchiveFull when there is too little room on the disk.
    """
    version = read_schema_version(path, db)
    columns = read_columns(db)
    if is_newest(version, columns):
        return
    if not is_migratable(version, columns):
        raise UnexpectedTables(describe_difference(path, version, columns))
    _require_room(path)


def migrate_archive(
    path: Path, db: Database, progress: Progress | None = None
) -> MigrationReport | None:
    """Bring an archive that is open to write to the newest schema; None when it has it already.

    `progress` is called with the name of a step, what is done of it and what there is. Raises
    ArchiveError when SQLite fails; what was done of a step is taken back then.
    """
    version = read_schema_version(path, db)
    columns = read_columns(db)
    if is_newest(version, columns):
        return None
    report = progress or _ignore
    is_shapeless = version <= 1 and columns not in _columns_of_schemas()
    with translate_errors(path):
        db.execute("PRAGMA foreign_keys = OFF")
        if is_shapeless:
            _steps_to_schema_1(report).apply(db)
        migrations.apply(db)
        _steps_to_schema_2(report).apply(db)
        _steps_to_schema_4().apply(db)
        _steps_to_schema_7(report).apply(db)
        renew_objects(db)
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return _report(path, db, version)


def _columns_of_schemas() -> list[Columns]:
    """Return the tables and columns of each schema that has a number."""
    return [expected_columns(number) for number in range(1, SCHEMA_VERSION + 1)]


def _ignore(_step: str, _done: int, _total: int) -> None:
    """Show nothing."""


def _require_room(path: Path) -> None:
    """Raise ArchiveFull unless the disk has as much room as the file takes."""
    needed = path.stat().st_size
    free = shutil.disk_usage(path.absolute().parent).free
    if free < needed:
        raise ArchiveFull(
            f"{path}: bringing it to schema {SCHEMA_VERSION} needs {_in_megabytes(needed)} of"
            f" room on the disk, and {_in_megabytes(free)} are free. Nothing was changed; free"
            " some space and start the same command again."
        )


def _in_megabytes(size_bytes: int) -> str:
    return f"{size_bytes / MEGABYTE:,.1f} MB"


def _steps_to_schema_1(progress: Progress) -> Migrations:
    """Return the step from a shape before v0.1.0; the number 0 says that more is to be done."""
    steps = Migrations(BEFORE_V0_1_0)

    @steps()
    def m001_tables(db: Database) -> None:
        carry_over(db, progress)

    return steps


def _steps_to_schema_2(progress: Progress) -> Migrations:
    """Return what follows when the tables of schema 2 are there.

    An archive of a shape before v0.1.0 has the number 0 and no search index.
    """
    steps = Migrations(REPORTS)

    @steps()
    def m001_reports(db: Database) -> None:
        comes_from_shape = db.execute("PRAGMA user_version").fetchone()[0] == 0
        if comes_from_shape and not _has_documents(db):
            rebuild.clear_derived(db)
        if comes_from_shape:
            _shorten_earlier_texts(db)
        derive_reports(db, progress)
        derive_site_hosts(db)

    return steps


def _steps_to_schema_4() -> Migrations:
    """Return what follows when the table of the seals is there."""
    steps = Migrations(SEALS)

    @steps()
    def m001_seals(db: Database) -> None:
        seals.seal_everything(db)

    return steps


def _steps_to_schema_7(progress: Progress) -> Migrations:
    """Return what follows when all tables are there: what the search index knows of prose."""
    steps = Migrations(SEARCH)

    @steps()
    def m001_prose(db: Database) -> None:
        search_index.rebuild_index(db, partial(progress, "search index"))

    return steps


def _shorten_earlier_texts(db: Database) -> None:
    """Keep of the texts of earlier versions only what differs from the current one.

    Until commit 9f0c928 every version had its whole text.
    """
    query = "SELECT DISTINCT document_id FROM versions WHERE number > 1"
    for (document_id,) in db.execute(query).fetchall():
        text_deltas.restore_texts(db, document_id)
        text_deltas.shorten_texts(db, document_id)


def _has_documents(db: Database) -> bool:
    return db.execute("SELECT 1 FROM documents LIMIT 1").fetchone() is not None


def _report(path: Path, db: Database, version: int) -> MigrationReport:
    query = """
    SELECT (SELECT count(*) FROM visits), (SELECT count(*) FROM blobs),
           (SELECT count(*) FROM versions), (SELECT count(*) FROM changes)
    """
    visits, payloads, versions, changes = db.execute(query).fetchone()
    return MigrationReport(
        path=path,
        schema_version=SCHEMA_VERSION,
        visits=visits,
        payloads=payloads,
        versions=versions,
        changes=changes,
        unread=payloads > 0 and versions == 0,
        returned=list_returned_reports(db) if version < 2 else ReturnedReports((), 0),
    )
