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
from nianbao.archive.storage.schema_2 import (
    AGENCIES_2,
    CHANGES_2,
    COLUMNS_2,
    COPY_2,
    DERIVED_2,
    INDEXES_2,
    RAW_2,
    REPLACED_TABLES_2,
    REPORTS_2,
    SEARCH_ENTRIES_2,
)
from nianbao.archive.storage.schema_6 import PANEL_6, RAW_6
from nianbao.archive.storage.schema_7 import FORMER_VIEWS_7, INDEXES_7, RAW_7, VIEWS_7

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlite_utils import Database

APPLICATION_ID = (
    0x6E69616E  # "nian" in the SQLite header tells an archive from other files
)
SCHEMA_VERSION = 7  # PRAGMA user_version: the number of the last migration below
migrations = Migrations("nianbao")

# Each connection that writes has this table: words that its transaction will put into the
# search index (archive/search/index.py).
TEMPORARY = (
    "CREATE TEMP TABLE search_waiting (id INTEGER PRIMARY KEY, words TEXT NOT NULL)"
)
COLUMNS_3 = """
ALTER TABLE readings ADD COLUMN compiled_by TEXT;
ALTER TABLE readings ADD COLUMN township_code TEXT;
"""
# Digests of raw rows and of the feed, chained (archive/raw/seals.py).
SEALS_4 = """
CREATE TABLE seals (
    id INTEGER PRIMARY KEY,
    subject TEXT NOT NULL,
    first_row INTEGER,
    last_row INTEGER,
    rows INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    chain_sha256 TEXT NOT NULL
);
CREATE INDEX seals_by_subject ON seals(subject, id);
"""
COLUMNS_5 = """
ALTER TABLE findings ADD COLUMN parameters TEXT;
ALTER TABLE announced_findings ADD COLUMN parameters TEXT;
"""


@migrations()
def m001_first_archive(db: Database) -> None:
    """Create the tables of schema 1, frozen with v0.1.0."""
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.execute("PRAGMA user_version = 1")
    for statement in split_statements(RAW + DERIVED + TRIGGERS):
        db.execute(statement)


@migrations()
def m002_reports(db: Database) -> None:
    """Make the tables of schema 2 and fill them from those of schema 1.

    An archive that holds something keeps its number until its reports are derived
    (:mod:`nianbao.archive.migrations.migrate`).
    """
    last_change = load_last_change(db)
    new_tables = AGENCIES_2 + REPORTS_2 + CHANGES_2 + SEARCH_ENTRIES_2
    for statement in split_statements(RAW_2 + DERIVED_2 + new_tables + COPY_2):
        db.execute(statement)
    db.execute("PRAGMA legacy_alter_table = ON")
    for table in REPLACED_TABLES_2:
        db.execute(f"DROP TABLE {table}")
        db.execute(f"ALTER TABLE {table}_2 RENAME TO {table}")
    db.execute("PRAGMA legacy_alter_table = OFF")
    for statement in split_statements(COLUMNS_2 + INDEXES_2):
        db.execute(statement)
    continue_numbers(db, last_change)
    if db.execute("SELECT 1 FROM runs LIMIT 1").fetchone() is None:
        db.execute("PRAGMA user_version = 2")


@migrations()
def m003_compilers(db: Database) -> None:
    """Add who wrote a report, and a township's own code, to the readings.

    An archive that goes on to derive its reports keeps its number until that is done.
    """
    for statement in split_statements(COLUMNS_3):
        db.execute(statement)
    if db.execute("PRAGMA user_version").fetchone()[0] == 2:
        db.execute("PRAGMA user_version = 3")


@migrations()
def m004_seals(db: Database) -> None:
    """Add the table of the seals.

    An archive that holds something keeps its number until that is sealed
    (:mod:`nianbao.archive.migrations.migrate`).
    """
    for statement in split_statements(SEALS_4):
        db.execute(statement)
    if db.execute("SELECT 1 FROM runs LIMIT 1").fetchone() is None:
        db.execute("PRAGMA user_version = 4")


@migrations()
def m005_parameters(db: Database) -> None:
    """Add the parameters that the message of a finding is made of.

    Findings that are there have none until their pages are read again.
    """
    for statement in split_statements(COLUMNS_5):
        db.execute(statement)
    if db.execute("PRAGMA user_version").fetchone()[0] == 4:
        db.execute("PRAGMA user_version = 5")


@migrations()
def m006_discoveries(db: Database) -> None:
    """Add the tables of what searches of sites found, and the view `panel`."""
    for statement in split_statements(RAW_6 + PANEL_6):
        db.execute(statement)
    if db.execute("PRAGMA user_version").fetchone()[0] == 5:
        db.execute("PRAGMA user_version = 6")


@migrations()
def m007_recognitions(db: Database) -> None:
    """Add the table of what OCR recognised, its confidence to the views of figures, an index."""
    for view in FORMER_VIEWS_7:
        db.execute(f"DROP VIEW IF EXISTS {view}")
    for statement in split_statements(RAW_7 + VIEWS_7 + INDEXES_7):
        db.execute(statement)
    if db.execute("PRAGMA user_version").fetchone()[0] == 6:
        db.execute("PRAGMA user_version = 7")


def load_last_change(db: Database) -> int:
    """Return the last number that the feed gave, also where that line is gone."""
    query = "SELECT seq FROM sqlite_sequence WHERE name = 'changes'"
    row = db.execute(query).fetchone()
    return int(row[0]) if row else 0


def continue_numbers(db: Database, last_change: int) -> None:
    """Have the feed go on after a number."""
    db.execute("DELETE FROM sqlite_sequence WHERE name = 'changes'")
    if last_change:
        row = ["changes", last_change]
        db.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", row)


def split_statements(script: str) -> Iterator[str]:
    """Yield the statements of a script; each ends at the end of a line."""
    statement = ""
    for line in script.splitlines():
        statement += f"{line}\n"
        if complete_statement(statement):
            yield statement.strip()
            statement = ""
