"""The archive's schema by number, and the migrations that lead from one to the next.

A released migration is never changed, only followed. What an archive of an earlier number goes
through when it is opened to write stands in :mod:`nianbao.archive.migrations`.
"""

from __future__ import annotations

from sqlite3 import complete_statement
from typing import TYPE_CHECKING

from sqlite_utils import Migrations

from nianbao.archive.storage.derived_tables import DERIVED, TRIGGERS
from nianbao.archive.storage.raw_tables import RAW

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlite_utils import Database

APPLICATION_ID = (
    0x6E69616E  # "nian" in the SQLite header tells an archive from other files
)
SCHEMA_VERSION = 1  # PRAGMA user_version: the number of the last migration below
migrations = Migrations("nianbao")

# Each connection that writes has this table: words that its transaction will put into the
# search index (archive/search/index.py).
TEMPORARY = (
    "CREATE TEMP TABLE search_waiting (id INTEGER PRIMARY KEY, words TEXT NOT NULL)"
)


@migrations()
def m001_first_archive(db: Database) -> None:
    """Create the tables of schema 1, frozen with v0.1.0."""
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.execute("PRAGMA user_version = 1")
    for statement in split_statements(RAW + DERIVED + TRIGGERS):
        db.execute(statement)


def split_statements(script: str) -> Iterator[str]:
    """Yield the statements of a script; each ends at the end of a line."""
    statement = ""
    for line in script.splitlines():
        statement += f"{line}\n"
        if complete_statement(statement):
            yield statement.strip()
            statement = ""
