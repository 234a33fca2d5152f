"""The tables, views, indexes and triggers of an archive, beside those of its schema."""

from __future__ import annotations

from contextlib import closing
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from nianbao.archive.storage.empty_archive import open_empty_archive

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlite_utils import Database

# Tables of SQLite, of the search index and of the migrations are made by what they belong to.
_OBJECTS = """
SELECT name, type, tbl_name, sql
FROM sqlite_schema
WHERE sql IS NOT NULL
  AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
  AND name NOT LIKE '\\_sqlite\\_%' ESCAPE '\\'
  AND name NOT LIKE 'search\\_index\\_%' ESCAPE '\\'
"""


class SchemaObject(NamedTuple):
    """A table, view, index or trigger: `table` is the one that it is about."""

    name: str
    kind: str
    table: str
    sql: str

    @property
    def words(self) -> list[str]:
        """The SQL without its white space: how it is broken into lines says nothing."""
        return self.sql.replace('"', "").split()


Objects = dict[str, SchemaObject]


def read_objects(db: Database) -> Objects:
    """Return what an archive's schema has, by name."""
    rows = [SchemaObject(*row) for row in db.execute(_OBJECTS).fetchall()]
    return {row.name: row for row in rows}


@lru_cache(maxsize=1)
def expected_objects() -> Objects:
    """Return what the newest schema has, by name."""
    db = open_empty_archive()
    with closing(db.conn):
        return read_objects(db)


def renew_objects(db: Database) -> None:
    """Create the views, indexes and triggers that an archive lacks or has in an earlier form."""
    objects = read_objects(db)
    for expected in expected_objects().values():
        found = objects.get(expected.name)
        if expected.kind == "table" or (found and found.words == expected.words):
            continue
        if found is not None:
            db.execute(f"DROP {found.kind} {found.name}")
        db.execute(expected.sql)


def find_foreign_objects(objects: Objects) -> Iterator[SchemaObject]:
    """Yield triggers that are not ours, and indexes on our tables that are not.

    Tables and views of a person's own do no harm, and what is on them neither.
    """
    expected = expected_objects()
    for found in objects.values():
        if found.name in expected:
            continue
        if found.kind == "trigger" or (
            found.kind == "index" and found.table in expected
        ):
            yield found
