"""An archive in which nothing is: what a new file is, and what others are compared with."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import lru_cache

from sqlite_utils import Database

from nianbao.archive.storage.schema import SCHEMA_VERSION, migrations


@lru_cache
def make_empty_archive(version: int = SCHEMA_VERSION) -> bytes:
    """Return the file of an empty archive of a schema by its number.

    Its tables take 40 ms to make, so they are made once a process.
    """
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        db = Database(connection)
        later = [
            migration.name
            for migration in migrations.pending(db)
            if _migration_number(migration.name) > version
        ]
        migrations.apply(db, stop_before=later)
        return connection.serialize()


def open_empty_archive(version: int = SCHEMA_VERSION) -> Database:
    """Return an empty archive in memory, of the schema with this number."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.deserialize(make_empty_archive(version))
    return Database(connection)


def _migration_number(name: str) -> int:
    """Return the schema number that a migration leads to: 1 for `m001_first_archive`."""
    return int(name[1:4])
