"""Copies of an archive as one connection sees it, whatever is written meanwhile."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from nianbao.archive.storage.connection import translate_errors

if TYPE_CHECKING:
    from sqlite_utils import Database

PAGES = 1024  # copied between two calls of `progress`

# Called with the name of a step, how much of it is done and how much there is.
Progress = Callable[[str, int, int], None]


@contextmanager
def open_snapshot(db: Database) -> Iterator[Database]:
    """See one state of the archive, whatever is written meanwhile.

    Within another snapshot, it is the state of that one.
    """
    if db.conn.in_transaction:
        yield db
        return
    db.execute("BEGIN")
    try:
        # the state is that of the first read
        db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        yield db
    finally:
        db.rollback()


def copy_archive(db: Database, target: Path, progress: Progress) -> None:
    """Copy what the connection sees to a new file that is complete without companions.

    Raises ArchiveError.
    """
    show_pages = partial(_show_pages, progress)
    with (
        open_snapshot(db),
        translate_errors(target),
        closing(sqlite3.connect(target, isolation_level=None)) as copy,
    ):
        db.conn.backup(copy, pages=PAGES, progress=show_pages)
        copy.execute("PRAGMA journal_mode = DELETE")


def _show_pages(progress: Progress, _status: int, remaining: int, total: int) -> None:
    progress("pages of the file copied", total - remaining, total)


def has_log(path: Path) -> bool:
    """Tell whether an archive's write-ahead log may hold what its file does not."""
    log = path.with_name(path.name + "-wal")
    return log.exists() and log.stat().st_size > 0
