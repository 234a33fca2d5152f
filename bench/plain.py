"""Plain inserts: the rows that storing pages writes, recorded, and written again by `sqlite3`.

The rows can also be multiplied, with other ids, addresses, names and digests, to make an
archive large in a fraction of the time that storing so many pages would take.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Callable, Iterable, Sequence
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
INDEX_STATEMENT = re.compile(
    r"INSERT INTO temp.search_waiting \(id, words\) VALUES \((\d+), '(.*)'\)", re.DOTALL
)
INSERT_INTO_INDEX = "INSERT INTO search_index (rowid, words) VALUES (?, ?)"
NAMES = ("url", "name", "title", "agency_printed")
SYSTEM_TABLES = ("sqlite_", "_sqlite_", "search_index")


def connect(path: Path, other_settings: tuple[str, ...] = ()) -> sqlite3.Connection:
    """Open a database with the archive's settings, and others."""
    db = sqlite3.connect(path, isolation_level=None, cached_statements=STATEMENTS)
    for setting in (*SETTINGS, *other_settings):
        db.execute(f"PRAGMA {setting}")
    return db


def insert_rows(db: sqlite3.Connection, step: Step) -> None:
    """Insert the rows of one transaction."""
    db.execute("BEGIN IMMEDIATE")
    for statement, values in step:
        db.execute(statement, values)
    db.execute("COMMIT")


class Recorder:
    """Tells which rows a call added to an archive."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._highest_ids: dict[str, int] = {}
        for table in db.tables:
            if table.name.startswith(SYSTEM_TABLES):
                continue
            if "WITHOUT ROWID" in table.schema:
                continue
            if table.use_rowid or table.pks:
                self._highest_ids[table.name] = self._find_highest_id(table.name)

    def record(self, call: Callable[[], object]) -> Step:
        """Call something that writes in one transaction; return what it inserted."""
        statements: list[str] = []
        self._db.conn.set_trace_callback(statements.append)
        try:
            call()
        finally:
            self._db.conn.set_trace_callback(None)
        step: Step = []
        for table, highest_id in self._highest_ids.items():
            query = f'SELECT * FROM "{table}" WHERE rowid > ?'
            rows = self._db.execute(query, [highest_id]).fetchall()
            for row in rows:
                placeholders = ", ".join("?" * len(row))
                insert = f'INSERT INTO "{table}" VALUES ({placeholders})'
                step.append((insert, tuple(row)))
            if rows:
                self._highest_ids[table] = self._find_highest_id(table)
        for statement in statements:
            match = INDEX_STATEMENT.fullmatch(statement)
            if match:
                step.append((INSERT_INTO_INDEX, (int(match[1]), match[2])))
        return step

    def _find_highest_id(self, table: str) -> int:
        query = f'SELECT coalesce(max(rowid), 0) FROM "{table}"'
        (highest_id,) = self._db.execute(query).fetchone()
        return int(highest_id)


class Multiplier:
    """Makes other rows of recorded ones: ids moved on, what is unique changed."""

    def __init__(self, db: Database, steps: Iterable[Step]) -> None:
        self._rows: dict[str, list[Row]] = {}  # by statement
        highest_id = 0
        for step in steps:
            for statement, row in step:
                self._rows.setdefault(statement, []).append(row)
                if isinstance(row[0], int) and "search_" not in statement:
                    highest_id = max(highest_id, row[0])
        self._id_distance = highest_id + 1
        tables = {_get_table(statement) for statement in self._rows}
        self._kinds: dict[str, list[str]] = {}  # of the columns of each statement
        for statement in self._rows:
            self._kinds[statement] = _list_kinds(db, _get_table(statement), tables)

    def write_copy(self, db: sqlite3.Connection, number: int) -> None:
        """Insert the rows of copy `number`, from 1."""
        db.execute("BEGIN IMMEDIATE")
        for statement, rows in self._rows.items():
            kinds = self._kinds[statement]
            db.executemany(
                statement, (self._change_row(kinds, row, number) for row in rows)
            )
        db.execute("COMMIT")

    def _change_row(self, kinds: Sequence[str], row: Row, number: int) -> list[Any]:
        values: list[Any] = []
        for kind, value in zip(kinds, row, strict=True):
            values.append(self._change_value(kind, value, number))
        return values

    def _change_value(self, kind: str, value: Any, number: int) -> Any:
        if value is None or kind == "same":
            return value
        if kind == "id":
            return value + self._id_distance * number
        if kind == "digest":
            return hashlib.sha256(f"{value}{number}".encode()).hexdigest()
        return f"{value}{number}"


def _get_table(statement: str) -> str | None:
    """Return the table of an INSERT, None for the search index."""
    if '"' not in statement:
        return None
    return statement.split('"')[1]


def _list_kinds(db: Database, table: str | None, tables: set[str | None]) -> list[str]:
    """Return what becomes of each column in a copy: an id, a digest, a name, or the same."""
    if table is None:
        return ["id", "same"]
    targets: dict[str, str] = {"id": table}
    for key in db.table(table).foreign_keys:
        targets[key.column] = key.other_table
    kinds: list[str] = []
    for column in db.table(table).columns:
        if column.name.endswith("sha256"):
            kinds.append("digest")
        elif column.name in NAMES:
            kinds.append("name")
        elif column.name == "common_id":  # of rows that were there before
            kinds.append("same")
        elif targets.get(column.name) in tables - {None}:
            kinds.append("id")
        else:
            kinds.append("same")
    return kinds
