"""The shape of an archive file: which tables and columns it has, beside what its number promises.

Before v0.1.0 every commit called its schema 1, whatever its tables were. So a file is recognised
by its tables and columns, never by its number alone. An archive of schema 1 has the tables of
v0.1.0; the shapes before it are listed in :data:`EARLIER_SHAPES`; any other file is refused with
a sentence that names what is missing or unexpected.
"""

from __future__ import annotations

import hashlib
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlite_utils import Database

from nianbao.archive.errors import (
    ArchiveTooNew,
    MigrationNeeded,
    NotAnArchive,
    UnexpectedTables,
)
from nianbao.archive.storage.empty_archive import open_empty_archive
from nianbao.archive.storage.schema import APPLICATION_ID, SCHEMA_VERSION, migrations

if TYPE_CHECKING:
    from collections.abc import Iterable

Columns = frozenset[tuple[str, str]]  # pairs of table and column

COLUMNS = """
SELECT tables.name, columns.name
FROM sqlite_schema AS tables
JOIN pragma_table_info(tables.name) AS columns
WHERE tables.type = 'table'
"""
IMPORT_ROLE = """
SELECT 1 FROM sqlite_schema
WHERE type = 'table' AND name = 'visits' AND sql LIKE '%''other''%'
"""
# The role `other`, which an import needs, came as a CHECK and not as a column.
OTHER_ROLE = ("visits", "role: other")

# The shapes of schema 1 before v0.1.0, oldest first: the first commit that had a shape, and
# the digest of its columns. Found with `git log --full-history 936a198 -- archive/schema.py`.
EARLIER_SHAPES = {
    "59706a8d8ebebf81": "cfe0cb6",
    "7d00872dee07223a": "ea1fe37",
    "c4ec8dc9459fd2b5": "402f7bc",
    "3c081a4910a80e87": "d08e21a",
    "525809b20cf9e1d9": "18ac5c8",
    "155e5375889a78dc": "619162e",
    "dd06a4cdf95df481": "f78e314",
    "aa1a413f2d616d73": "3f7e31a",
    "c5809aa1d5518ad8": "3530a8d",
    "eb9a34200bbb72b1": "6f31f14",
    "05cb08775ca1044e": "9f0c928",
    "4e72eed60a2dd913": "4c571ce",
    "449f035c00b3cbfa": "ff539fb",
    "245a710d1ae92b30": "8cc3895",
    "e3c1e9b7f9261329": "f242b2d",
}
# These shapes have derived tables that mean something else than those of schema 1.
SHAPES_TO_REREAD = frozenset({"cfe0cb6", "ea1fe37", "402f7bc", "d08e21a"})


def read_columns(db: Database) -> Columns:
    """Return the tables of a file with their columns; tables that are not ours are left out."""
    columns = {row for row in db.execute(COLUMNS).fetchall() if _is_ours(row[0])}
    if db.execute(IMPORT_ROLE).fetchone():
        columns.add(OTHER_ROLE)
    return frozenset(columns)


def _is_ours(table: str) -> bool:
    return table in _our_tables()


@lru_cache(maxsize=1)
def _our_tables() -> frozenset[str]:
    """Return the tables of the newest schema, without those that SQLite makes for FTS5."""
    with closing(open_empty_archive().conn) as connection:
        rows = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        names = {name for (name,) in rows}
    hidden = {name for name in names if name.startswith(("search_index_", "sqlite_"))}
    return frozenset(names - hidden - {migrations.migrations_table})


@lru_cache
def expected_columns(version: int = SCHEMA_VERSION) -> Columns:
    """Return the tables and columns of a schema by its number."""
    db = open_empty_archive(version)
    try:
        return read_columns(db)
    finally:
        db.conn.close()


def find_earlier_shape(columns: Columns) -> str | None:
    """Return the commit that first had these columns before v0.1.0; None for any other."""
    return EARLIER_SHAPES.get(digest_columns(columns))


def digest_columns(columns: Columns) -> str:
    """Return 16 digits that stand for a set of columns; the search index does not count."""
    names = [
        f"{table}.{column}" for table, column in columns if table != "search_index"
    ]
    return hashlib.sha256("\n".join(sorted(names)).encode()).hexdigest()[:16]


def read_schema_version(path: Path, db: Database) -> int:
    """Return the schema number that a file states.

    Raises NotAnArchive for a file of another program and ArchiveTooNew for a number that this
    version does not know.
    """
    if db.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise NotAnArchive(
            f"{path}: an SQLite file, but not an archive of nianbao."
            " Name another with --archive."
        )
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    if version > SCHEMA_VERSION:
        raise ArchiveTooNew(
            f"{path}: written by a newer nianbao (its schema is {version},"
            f" this one knows {SCHEMA_VERSION}). Install that version or a later one."
        )
    return version


def require_newest_schema(path: Path, db: Database) -> None:
    """Check that a file has the newest schema.

    Raises NotAnArchive, ArchiveTooNew, MigrationNeeded for an archive of an earlier version, and
    UnexpectedTables for a file whose tables are not what its number says.
    """
    version = read_schema_version(path, db)
    columns = read_columns(db)
    if is_newest(version, columns):
        return
    if is_migratable(version, columns):
        raise MigrationNeeded(
            f"{path}: written by an earlier nianbao, and its tables are to be brought to schema"
            f" {SCHEMA_VERSION} first: `nianbao reread --archive {path}` does it."
        )
    raise UnexpectedTables(describe_difference(path, version, columns))


def is_newest(version: int, columns: Columns) -> bool:
    """Tell whether a file has the number and the tables of the newest schema."""
    return version == SCHEMA_VERSION and columns == expected_columns()


def is_migratable(version: int, columns: Columns) -> bool:
    """Tell whether migrations lead from these tables to the newest schema.

    Tables of a later schema than the number says are those of an archive whose way there was
    cut off.
    """
    if version < SCHEMA_VERSION:
        for number in range(max(version, 1), SCHEMA_VERSION + 1):
            if columns == expected_columns(number):
                return True
    return find_earlier_shape(columns) is not None


def describe_difference(path: Path, version: int, columns: Columns) -> str:
    """Return the sentence that names what is missing and what is not expected."""
    parts = []
    expected = expected_columns(max(version, 1))
    missing = _name_columns(expected - columns, columns)
    extra = _name_columns(columns - expected, expected)
    if missing:
        parts.append(f"missing: {', '.join(missing)}")
    if extra:
        parts.append(f"not expected: {', '.join(extra)}")
    return (
        f"{path}: its tables are not those of schema {version} ({'; '.join(parts)})."
        " Restore the archive from a backup."
    )


def _name_columns(difference: Columns, others: Columns) -> Iterable[str]:
    """Name the tables, and the columns of tables that the other side has too."""
    other_tables = {table for table, _ in others}
    names = set()
    for table, column in difference:
        if table in other_tables:
            names.add(f"column {table}.{column}")
        else:
            names.add(f"table {table}")
    return sorted(names)
