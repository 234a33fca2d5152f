"""The schema, checked: the tables, views, indexes and triggers are those of the newest schema.

A trigger that is lost no longer marks what is to be announced; one that is not ours may change
anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from nianbao.archive.storage.schema_objects import (
    SchemaObject,
    expected_objects,
    find_foreign_objects,
    read_objects,
)
from nianbao.archive.verify.damage import RESTORE, Damage

if TYPE_CHECKING:
    from sqlite_utils import Database


def check_schema(db: Database) -> Iterator[Damage]:
    """Check that what the schema has is there, as it was made, and nothing beside it.

    The columns of tables were checked when the archive was opened; how an earlier version wrote
    a table down is no damage.
    """
    objects = read_objects(db)
    for expected in expected_objects().values():
        found = objects.get(expected.name)
        if found is None:
            what = f"the {expected.kind} is not there"
            repair = _tell_to_create(expected)
            yield Damage("schema.missing", what, expected.name, repair)
        elif expected.kind != "table" and found.words != expected.words:
            what = f"the {expected.kind} is another than the schema's"
            yield Damage("schema.different", what, expected.name, RESTORE)
    for found in find_foreign_objects(objects):
        what = f"the {found.kind} on {found.table} is not the schema's"
        repair = f'take it away: DROP {found.kind.upper()} "{found.name}"'
        yield Damage("schema.foreign", what, found.name, repair)


def _tell_to_create(expected: SchemaObject) -> str:
    if expected.kind == "table":
        return RESTORE
    return f"make it again: {' '.join(expected.sql.split())}"
