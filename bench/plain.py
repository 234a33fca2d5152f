"""Plain inserts: the rows that storing pages leaves behind, recorded, and written again by
`sqlite3` alone.

The rows can also be multiplied, with other ids, addresses, names and digests, to make an
archive large in a fraction of the time that storing so many pages would take.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from nianbao.archive.storage.connection import STATEMENTS

Row = tuple[Any, ...]
Step = list[
    tuple[str, Row]
]  # what one transaction inserted: statements with their values

FILLING = (
    "synchronous = OFF",
)  # while an archive is made large, which is not measured
# As the archive's own, but that references are not checked: in the order of these inserts that
# is slow, and unfair.
SETTINGS = ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = OFF")
SEARCHED = re.compile(
    r"INSERT INTO temp.search_waiting \(id, words\) VALUES \((\d+), '(.*)'\)", re.DOTALL
)
INTO_INDEX = "INSERT INTO search_index (rowid, words) VALUES (?, ?)"
NAMES = ("url", "name", "title", "agency_printed")


def connect(path: Path, further: tuple[str, ...] = ()) -> sqlite3.Connection:
    """Open a database with the archive's settings, and further ones."""
    db = sqlite3.connect(path, isolation_level=None, cached_statements=STATEMENTS)
    for setting in (*SETTINGS, *further):
        db.execute(f"PRAGMA {setting}")
    return db


def write(db: sqlite3.Connection, step: Step) -> None:
    """Insert the rows of one transaction."""
    db.execute("BEGIN IMMEDIATE")
    for statement, values in step:
        db.execute(statement, values)
    db.execute("COMMIT")


class Recorder:
    """Tells which rows a call added to an archive."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._tables = [
            table.name
            for table in db.tables
            if not table.name.startswith(("sqlite_", "_sqlite_", "search_index"))
            and table.use_rowid | bool(table.pks)
            if "WITHOUT ROWID" not in table.schema
        ]
        self._last = {table: self._highest(table) for table in self._tables}

    def record(self, call: Callable[[], object]) -> Step:
        """Call something that writes in one transaction; return what it inserted."""
        step: Step = []
        seen: list[str] = []
        self._db.conn.set_trace_callback(seen.append)
        try:
            call()
        finally:
            self._db.conn.set_trace_callback(None)
        for table in self._tables:
            rows = self._db.execute(
                f'SELECT * FROM "{table}" WHERE rowid > ?', [self._last[table]]
            ).fetchall()
            step += [
                (
                    f'INSERT INTO "{table}" VALUES ({", ".join("?" * len(row))})',
                    tuple(row),
                )
                for row in rows
            ]
            if rows:
                self._last[table] = self._highest(table)
        found = (SEARCHED.fullmatch(statement) for statement in seen)
        return step + [(INTO_INDEX, (int(one[1]), one[2])) for one in found if one]

    def _highest(self, table: str) -> int:
        return int(
            self._db.execute(
                f'SELECT coalesce(max(rowid), 0) FROM "{table}"'
            ).fetchone()[0]
        )


class Multiplier:
    """Makes other rows of recorded ones: ids moved on, what is unique changed."""

    def __init__(self, db: Database, steps: list[Step]) -> None:
        self._by_statement: dict[str, list[Row]] = {}
        for statement, values in (row for step in steps for row in step):
            self._by_statement.setdefault(statement, []).append(values)
        tables = {
            statement.split('"')[1]
            for statement in self._by_statement
            if '"' in statement
        }
        self._columns = {
            table: [_kind(db, table, name, tables) for name in _columns(db, table)]
            for table in tables
        }
        ids = (
            values[0]
            for statement, rows in self._by_statement.items()
            for values in rows
            if isinstance(values[0], int) and "search_" not in statement
        )
        self._stride = max(ids) + 1

    def write(self, db: sqlite3.Connection, number: int) -> None:
        """Insert the rows of copy `number`, from 1."""
        db.execute("BEGIN IMMEDIATE")
        for statement, rows in self._by_statement.items():
            kinds = (
                self._columns[statement.split('"')[1]]
                if '"' in statement
                else ["id", "same"]
            )
            db.executemany(
                statement,
                (
                    [self._other(*one, number) for one in zip(kinds, row, strict=True)]
                    for row in rows
                ),
            )
        db.execute("COMMIT")

    def _other(self, kind: str, value: Any, number: int) -> Any:
        if value is None or kind == "same":
            return value
        if kind == "id":
            return value + self._stride * number
        return (
            hashlib.sha256(f"{value}{number}".encode()).hexdigest()
            if kind == "digest"
            else f"{value}{number}"
        )


def _columns(db: Database, table: str) -> list[str]:
    return [column.name for column in db.table(table).columns]


def _kind(db: Database, table: str, column: str, tables: set[str]) -> str:
    """Return what becomes of a column in a copy: an id, a digest, a name, or the same."""
    targets = {key.column: key.other_table for key in db.table(table).foreign_keys}
    if column.endswith("sha256"):
        return "digest"
    if column in NAMES:
        return "name"
    if column == "common_id":  # of rows that were there before
        return "same"
    return (
        "id"
        if targets.get(column, table if column == "id" else "") in tables
        else "same"
    )
