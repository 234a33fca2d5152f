"""Opening archive files: what may be opened, how, and what a failing SQLite means in words."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO

from sqlite_utils import Database

from nianbao.archive.errors import (
    ArchiveBusy,
    ArchiveError,
    ArchiveFull,
    ArchiveMissing,
    ArchiveTooNew,
    ArchiveUnwritable,
    NotAnArchive,
)
from nianbao.archive.storage.atomic_files import write_atomically
from nianbao.archive.storage.schema import (
    APPLICATION_ID,
    SCHEMA_VERSION,
    TEMPORARY,
    migrations,
)

CACHE = (
    64 << 10
)  # KiB of pages held: with SQLite's 2 MB a batch of pages writes the same ones again and again
# kept prepared: storing a page takes some 150, and preparing one costs more than running it
STATEMENTS = 1024


@contextmanager
def translate_errors(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into the archive's named ones, with the path and what to do."""
    try:
        yield
    except sqlite3.Error as error:
        raise _named(path, error) from error


def _named(path: Path, error: sqlite3.Error) -> ArchiveError:
    code = getattr(error, "sqlite_errorcode", None) or 0
    primary = code & 0xFF
    if primary == sqlite3.SQLITE_FULL or code == sqlite3.SQLITE_IOERR_WRITE:
        return ArchiveFull(
            f"{path}: no room to write ({error}). Nothing already stored is lost;"
            " free some space and start the same command again."
        )
    if primary in (
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PERM,
    ):
        return ArchiveUnwritable(
            f"{path}: cannot be written ({error}). Check the file's and its folder's rights."
        )
    if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return ArchiveBusy(
            f"{path}: another program holds the archive ({error}). Close it and try again."
        )
    if primary in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
        return NotAnArchive(
            f"{path}: not an SQLite file, or damaged ({error}). Restore it from a backup."
        )
    return ArchiveError(f"{path}: {error}")


def open_reader(path: Path, *, immutable: bool = False) -> Database:
    """Open an existing archive read-only; raise ArchiveMissing, NotAnArchive, ArchiveTooNew.

    `immutable`: nobody writes to it meanwhile; then nothing is put beside the file, which a
    reader else does.
    """
    if not path.exists():
        raise ArchiveMissing(
            f"{path}: no such file. Crawl one first (`make crawl`), or name another with --archive."
        )
    with translate_errors(path):
        connection = open_connection(path, "ro&immutable=1" if immutable else "ro")
        try:
            db = Database(connection)
            _check(path, db)
        except BaseException:
            connection.close()
            raise
    return db


def open_writer(path: Path) -> tuple[Database, IO[str]]:
    """Open an archive for writing, make it when missing; return it with the lock that keeps
    others out.
    """
    if not path.parent.is_dir():
        raise ArchiveUnwritable(
            f"{path}: its folder {path.parent} does not exist. Make it, or name another path."
        )
    held = lock_writer(path)
    try:
        with translate_errors(path):
            if not path.exists() or path.stat().st_size == 0:
                _make(path)
            connection = open_connection(path, "rw")
            try:
                db = _prepared(path, connection)
            except BaseException:
                connection.close()
                raise
    except BaseException:
        held.close()
        raise
    return db, held


def _make(path: Path) -> None:
    """Make the file with all its tables under another name first: whoever finds it finds an
    archive.
    """
    with (
        write_atomically(path) as part,
        closing(open_connection(part, "rwc")) as connection,
    ):
        connection.execute("PRAGMA journal_mode = WAL")
        migrations.apply(Database(connection))


def _prepared(path: Path, connection: sqlite3.Connection) -> Database:
    db = Database(connection)
    _check(path, db)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA foreign_keys = ON")
    db.execute(
        "PRAGMA temp_store = MEMORY"
    )  # each savepoint would write what it may take back to a file
    db.execute(f"PRAGMA cache_size = -{CACHE}")
    migrations.apply(db)
    db.execute(TEMPORARY)
    return db


def open_connection(path: Path, mode: str) -> sqlite3.Connection:
    """Open the file as SQLite's `mode` says (ro, rw, rwc, and further parameters), whatever is
    in it.

    Statements commit by themselves.
    """
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    return sqlite3.connect(
        uri, uri=True, timeout=30, isolation_level=None, cached_statements=STATEMENTS
    )


def _check(path: Path, db: Database) -> None:
    if db.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise NotAnArchive(
            f"{path}: an SQLite file, but not an archive of nianbao. Name another with --archive."
        )
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version > SCHEMA_VERSION:
        raise ArchiveTooNew(
            f"{path}: written by a newer nianbao (its schema is {version}, this one knows {SCHEMA_VERSION})."
            " Install that version or a later one."
        )


def lock_writer(path: Path) -> IO[str]:
    """Take the writer's lock, a file beside the archive; the system frees it however the
    process ends.
    """
    lock_path = path.with_name(path.name + ".lock")
    try:
        file = lock_path.open("a+")
    except OSError as error:
        raise ArchiveUnwritable(
            f"{path}: cannot be written ({error.strerror}: {lock_path}). Check the folder's rights."
        ) from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.seek(0)
        holder = file.read().strip() or "unknown"
        file.close()
        raise ArchiveBusy(
            f"{path}: process {holder} is writing to it. Wait until it has ended, or name another with --archive."
        ) from error
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file
