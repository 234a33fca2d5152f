"""Tables of one shape copied to the tables of schema 1, column by column.

A table whose definition has not changed stays as it is, among them the payloads, which are most
of a file. Any other table is set aside under another name, made anew, filled and removed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from nianbao.archive.storage.derived_tables import DERIVED, TRIGGERS
from nianbao.archive.storage.raw_tables import RAW
from nianbao.archive.storage.schema import split_statements

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlite_utils import Database

    from nianbao.archive.storage.snapshot import Progress

PREFIX = "earlier_"  # of a table that was set aside
ROWS = 10_000  # copied between two calls of `progress`


@dataclass(frozen=True, slots=True)
class TableCopy:
    """How a table is filled from the one that was set aside.

    `values` has the SQL of a column's value where that is not the column of the same name;
    `where` says which rows are copied. Columns that neither side has stay NULL.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    where: str = "1"


@lru_cache(maxsize=1)
def schema_definitions() -> dict[str, str]:
    """Return the SQL of each table, view, index and trigger of schema 1, by name."""
    definitions = {}
    for statement in split_statements(RAW + DERIVED + TRIGGERS):
        name = _name_of(statement)
        definitions[name] = statement.removesuffix(";")
    return definitions


def _name_of(statement: str) -> str:
    """Return what a CREATE statement makes: its name follows TABLE, VIEW, INDEX or TRIGGER."""
    words = statement.replace("(", " ").split()
    for position, word in enumerate(words):
        if word in ("TABLE", "VIEW", "INDEX", "TRIGGER"):
            return words[position + 1]
    raise ValueError(f"no name in {statement[:60]}")


def drop_dependents(db: Database) -> None:
    """Drop the views, triggers and indexes of the file; `create_dependents` makes those of
    schema 1.
    """
    rows = db.execute(
        "SELECT type, name FROM sqlite_schema"
        " WHERE type IN ('view', 'trigger', 'index') AND sql IS NOT NULL"
        " AND tbl_name NOT LIKE '\\_sqlite\\_%' ESCAPE '\\'"
        " AND tbl_name NOT LIKE 'search\\_index\\_%' ESCAPE '\\'"
    ).fetchall()
    for kind, name in rows:
        db.execute(f'DROP {kind} "{name}"')


def create_dependents(db: Database) -> None:
    """Create the views, indexes and triggers of schema 1."""
    for definition in schema_definitions().values():
        if not _makes_table(definition):
            db.execute(definition)


def _makes_table(definition: str) -> bool:
    return definition.startswith(("CREATE TABLE", "CREATE VIRTUAL TABLE"))


def set_tables_aside(db: Database) -> list[str]:
    """Rename the tables that are defined otherwise than in schema 1, and create those of schema
    1; return the names of the renamed ones.

    References of other tables go on naming the table by its own name.
    """
    db.execute("PRAGMA legacy_alter_table = ON")
    definitions = dict(
        db.execute(
            "SELECT name, sql FROM sqlite_schema WHERE type = 'table'"
        ).fetchall()
    )
    renamed = []
    for name, definition in schema_definitions().items():
        if not _makes_table(definition):
            continue
        if name in definitions and _is_same(definitions[name], definition):
            continue
        if name in definitions:
            db.execute(f"ALTER TABLE {name} RENAME TO {PREFIX}{name}")
            renamed.append(name)
        db.execute(definition)
    db.execute("PRAGMA legacy_alter_table = OFF")
    return renamed


def _is_same(definition: str, other: str) -> bool:
    return definition.split() == other.split()


def copy_table(db: Database, name: str, copy: TableCopy, progress: Progress) -> None:
    """Fill a table from the one that was set aside under its name."""
    columns = [*_common_columns(db, name, copy), *copy.values]
    values = [copy.values.get(column, f'"{column}"') for column in columns]
    names = ", ".join(f'"{column}"' for column in columns)
    insert = (
        f"INSERT INTO {name} ({names}) SELECT {', '.join(values)}"
        f" FROM {PREFIX}{name} WHERE {copy.where}"
    )
    if not _has_rowid(name):
        db.execute(insert)
        return
    query = f"SELECT coalesce(max(rowid), 0) FROM {PREFIX}{name}"
    last = db.execute(query).fetchone()[0]
    for first in range(0, last + 1, ROWS):
        progress(f"table {name}", first, last)
        db.execute(f"{insert} AND rowid BETWEEN ? AND ?", [first, first + ROWS - 1])


def _common_columns(db: Database, name: str, copy: TableCopy) -> list[str]:
    """Return the columns that both tables have, without those that `copy` gives a value."""
    earlier = list_columns(db, f"{PREFIX}{name}")
    names = list_columns(db, name)
    return [
        column for column in names if column in earlier and column not in copy.values
    ]


def list_columns(db: Database, table: str) -> list[str]:
    """Return the names of a table's columns."""
    rows = db.execute(f"SELECT name FROM pragma_table_info('{table}')")
    return [name for (name,) in rows.fetchall()]


def _has_rowid(name: str) -> bool:
    return "WITHOUT ROWID" not in schema_definitions()[name]


def drop_tables_aside(db: Database, names: list[str]) -> None:
    """Remove the tables that were set aside."""
    for name in names:
        db.execute(f"DROP TABLE {PREFIX}{name}")
