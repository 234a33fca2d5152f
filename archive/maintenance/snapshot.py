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

Progress = Callable[
    [str, int, int], None
]  # what is being done, how much of it is done, how much there is


@contextmanager
def open_snapshot(db: Database) -> Iterator[Database]:
    """See one state of the archive, whatever is written meanwhile; within another snapshot, the
    state of that.
    """
    if db.conn.in_transaction:
        yield db
        return
    db.execute("BEGIN")
    try:
        db.execute(
            "SELECT count(*) FROM sqlite_master"
        ).fetchone()  # the state is that of the first read
        yield db
    finally:
        db.rollback()


def copy_archive(db: Database, target: Path, progress: Progress) -> None:
    """Copy what the connection sees to a new file that is complete without companions; raise
    ArchiveError.
    """
    with (
        open_snapshot(db),
        translate_errors(target),
        closing(sqlite3.connect(target, isolation_level=None)) as made,
    ):
        db.conn.backup(made, pages=PAGES, progress=partial(_tell, progress))
        made.execute("PRAGMA journal_mode = DELETE")


def _tell(progress: Progress, _status: int, remaining: int, total: int) -> None:
    progress("pages of the file copied", total - remaining, total)


def has_log(path: Path) -> bool:
    """Tell whether an archive's log may hold what its file does not."""
    log = path.with_name(path.name + "-wal")
    return log.exists() and log.stat().st_size > 0
