"""Opening archive files: what may be opened, how, and what a failing SQLite means in words."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from sqlite_utils import Database

from nianbao.archive.errors import (
    ArchiveBusy,
    ArchiveError,
    ArchiveForbidden,
    ArchiveFull,
    ArchiveMissing,
    ArchiveUnwritable,
    NotAFile,
    NotAnArchive,
)
from nianbao.archive.storage.atomic_files import write_atomically
from nianbao.archive.storage.empty_archive import make_empty_archive
from nianbao.archive.storage.locks import take_lock
from nianbao.archive.storage.schema import TEMPORARY
from nianbao.archive.storage.shape import require_newest_schema
from nianbao.archive.storage.target import named_write_errors

# KiB of pages in memory: with SQLite's 2 MB a batch of pages writes the same ones again and again
CACHE = 64 << 10
# kept prepared: storing a page takes some 150, and preparing one costs more than running it
STATEMENTS = 1024
WAIT_SECONDS = 30  # for another connection to let go of the file

FORBIDDEN = (
    "{path}: cannot be read ({reason}). The rights of the file and its folder do not let you:"
    " SQLite keeps a file beside an archive while it is read. Ask its owner for these rights,"
    " or for a copy (`nianbao backup`)."
)
UNWRITABLE_CODES = (
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PERM,
)
BUSY_CODES = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
DAMAGED_CODES = (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)
UNREADABLE_CODES = (*DAMAGED_CODES, sqlite3.SQLITE_IOERR)


@contextmanager
def translate_errors(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into the archive's named ones, with the path and what to do."""
    try:
        yield
    except sqlite3.Error as error:
        raise _translate_error(path, error) from error


def _translate_error(path: Path, error: sqlite3.Error) -> ArchiveError:
    code = getattr(error, "sqlite_errorcode", None) or 0
    primary = code & 0xFF
    if primary == sqlite3.SQLITE_FULL or code == sqlite3.SQLITE_IOERR_WRITE:
        return ArchiveFull(
            f"{path}: no room to write ({error}). Nothing already stored is lost;"
            " free some space and start the same command again."
        )
    if primary in UNWRITABLE_CODES:
        return ArchiveUnwritable(
            f"{path}: cannot be written ({error}). Check the file's and its folder's rights."
        )
    if primary in BUSY_CODES:
        return ArchiveBusy(
            f"{path}: another program holds the archive ({error}). Close it and try again."
        )
    if primary in DAMAGED_CODES:
        return NotAnArchive(
            f"{path}: not an SQLite file, or damaged ({error}). Restore it from a backup."
        )
    return ArchiveError(f"{path}: {error}")


def open_reader(path: Path, *, immutable: bool = False) -> Database:
    """Open an existing archive read-only.

    `immutable`: nobody writes to it meanwhile; then nothing is put beside the file, which a
    reader else does. Raises ArchiveMissing, ArchiveForbidden, NotAFile, NotAnArchive,
    UnexpectedTables, ArchiveTooNew and MigrationNeeded.
    """
    require_file(path)
    mode = "ro&immutable=1" if immutable else "ro"
    with _name_missing_rights(path), translate_errors(path):
        connection = open_connection(path, mode)
        try:
            db = Database(connection)
            require_newest_schema(path, db)
        except BaseException:
            connection.close()
            raise
    return db


@contextmanager
def _name_missing_rights(path: Path) -> Iterator[None]:
    """Raise ArchiveForbidden where a file that is only to be read cannot be opened."""
    try:
        yield
    except ArchiveUnwritable as error:
        reason = error.__cause__ or error
        raise ArchiveForbidden(FORBIDDEN.format(path=path, reason=reason)) from error


def is_there(path: Path) -> bool:
    """Tell whether a file stands at a path, or anything else, also a link that leads nowhere.

    Raises ArchiveForbidden where that may not be known.
    """
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except PermissionError as error:
        reason = error.strerror
        raise ArchiveForbidden(FORBIDDEN.format(path=path, reason=reason)) from error
    except OSError as error:
        raise ArchiveMissing(f"{path}: {error.strerror}. Name another path.") from error
    return True


def require_file(path: Path) -> None:
    """Raise ArchiveMissing, ArchiveForbidden or NotAFile where there is no file to open."""
    if not is_there(path):
        raise ArchiveMissing(
            f"{path}: no such file. Crawl one first (`make crawl`),"
            " or name another with --archive."
        )
    _require_regular_file(path)


def open_writer(
    path: Path, check: Callable[[Path, Database], None]
) -> tuple[Database, IO[str]]:
    """Open an archive for writing, make it when missing; return it with the lock that keeps
    others out.

    `check` looks at the file before anything is written to it, and raises what keeps it from
    being opened. Raises NotAFile, ArchiveUnwritable and ArchiveBusy too.
    """
    if not is_there(path.parent) or not path.parent.is_dir():
        raise ArchiveUnwritable(
            f"{path}: its folder {path.parent} does not exist. Make it, or name another path."
        )
    if is_there(path):
        _require_regular_file(path)
    lock = lock_writer(path)
    try:
        with translate_errors(path):
            if not path.exists() or path.stat().st_size == 0:
                _create_file(path)
            db = _open_to_write(path, check)
    except BaseException:
        lock.close()
        raise
    return db, lock


def _require_regular_file(path: Path) -> None:
    """Raise NotAFile for what is no file; SQLite would wait for a pipe for ever."""
    if path.is_file():
        return
    if path.is_symlink() and not path.exists():
        raise NotAFile(
            f"{path}: a link that leads to no file. Remove it, or name another path."
        )
    raise NotAFile(f"{path}: a folder, a pipe or a device. Name a file.")


def _create_file(path: Path) -> None:
    """Make the file with all its tables under another name first: whoever finds it finds an
    archive.
    """
    with named_write_errors(path), write_atomically(path) as part:
        part.write_bytes(make_empty_archive())
        with closing(open_connection(part, "rw")) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            now = str(datetime.now(UTC))
            connection.execute("UPDATE _sqlite_migrations SET applied_at = ?", [now])


def _open_to_write(path: Path, check: Callable[[Path, Database], None]) -> Database:
    connection = open_connection(path, "rw")
    try:
        db = Database(connection)
        check(path, db)
        _prepare_writer(db)
    except BaseException:
        connection.close()
        raise
    return db


def _prepare_writer(db: Database) -> None:
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA foreign_keys = ON")
    # each savepoint would write what it may take back to a file
    db.execute("PRAGMA temp_store = MEMORY")
    db.execute(f"PRAGMA cache_size = -{CACHE}")
    db.execute(TEMPORARY)


def open_connection(path: Path, mode: str) -> sqlite3.Connection:
    """Open the file as SQLite's `mode` says (ro, rw, rwc, and further parameters), whatever is
    in it.

    Statements commit by themselves.
    """
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=WAIT_SECONDS,
        isolation_level=None,
        cached_statements=STATEMENTS,
    )


def lock_writer(path: Path) -> IO[str]:
    """Take the writer's lock, a file beside the archive; the system frees it however the
    process ends.

    Raises ArchiveUnwritable when the file cannot be made, ArchiveBusy when another process
    holds it.
    """
    lock_path = path.with_name(path.name + ".lock")
    try:
        lock = take_lock(lock_path)
        if lock is None:
            holder = lock_path.read_text("utf-8").strip() or "unknown"
            raise ArchiveBusy(
                f"{path}: process {holder} is writing to it. Wait until it has ended,"
                " or name another with --archive."
            )
    except OSError as error:
        raise ArchiveUnwritable(
            f"{path}: cannot be written ({error.strerror}: {lock_path})."
            " Check the folder's rights."
        ) from error
    file = os.fdopen(lock, "w")
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file
