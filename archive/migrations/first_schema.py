"""From the shapes before v0.1.0 to schema 1: what was seen and what was announced is kept.

Raw rows, findings noted in a run and the feed with its numbers come over as they are. So do
derived rows, but for the shapes of the first day (:data:`SHAPES_TO_REREAD`), whose derived
tables mean something else: they are emptied, and reading the pages again fills them.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from nianbao.archive.migrations.inline_headers import InlineVisits
from nianbao.archive.migrations.table_copies import (
    PREFIX,
    TableCopy,
    copy_table,
    create_dependents,
    drop_dependents,
    drop_tables_aside,
    list_columns,
    set_tables_aside,
)
from nianbao.archive.storage.schema import continue_numbers, load_last_change
from nianbao.archive.storage.shape import (
    SHAPES_TO_REREAD,
    find_earlier_shape,
    read_columns,
)

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.storage.snapshot import Progress

NOT_COPIED = frozenset({"search_index", "search_entries"})  # built anew afterwards
DERIVED_TABLES = frozenset(
    {
        "agencies",
        "documents",
        "versions",
        "sightings",
        "readings",
        "reports",
        "figure_sets",
        "near_copies",
    }
)
# What columns hold that a shape did not have yet, where that is not NULL or their default.
NEW_COLUMNS = {
    ("runs", "uid"): "derive_uid(id, started_at, software_version, settings)",
    ("sites", "unsettled"): "1",
    ("sites", "unannounced"): "1",
    ("dictionaries", "payloads"): "0",
    ("dictionaries", "size_bytes"): "length(data)",
}
# Lines of the feed named their pages by row ids alone until commit 402f7bc.
FEED_BY_IDS = {
    "url": f"(SELECT url FROM {PREFIX}documents WHERE id = {PREFIX}changes.document_id)",
    "version": f"(SELECT number FROM {PREFIX}versions WHERE id = {PREFIX}changes.version_id)",
    "moved_to": f"(SELECT url FROM {PREFIX}documents WHERE id = {PREFIX}changes.moved_to_id)",
}
# Without documents there is nothing that rows could refer to; addresses lead there again.
NO_LINKS = {"document_id": "NULL", "version_id": "NULL", "moved_to_id": "NULL"}
NOTED_IN_A_RUN = "visit_id IS NULL AND run_id IS NOT NULL"
# One set of hints could stand there twice until commit 619162e.
FIRST_OF_EQUAL_HINTS = f"id IN (SELECT min(id) FROM {PREFIX}hint_sets GROUP BY hints)"
HINTS_BY_TEXT = f"""(
SELECT min(equal.id) FROM {PREFIX}hint_sets AS equal
WHERE equal.hints = (
    SELECT own.hints FROM {PREFIX}hint_sets AS own WHERE own.id = {PREFIX}visits.hint_set_id)
)"""


def carry_over(db: Database, progress: Progress) -> None:
    """Bring the tables of an earlier shape to schema 1, as a part of the caller's transaction.

    The search index is empty afterwards. `PRAGMA user_version` is 0, so that the file does not
    count as an archive of schema 1 before its index is built.
    """
    shape = find_earlier_shape(read_columns(db))
    if shape is None:
        raise ValueError("the tables are of no shape before v0.1.0")
    reread = shape in SHAPES_TO_REREAD
    last_change = load_last_change(db)
    db.conn.create_function("derive_uid", 4, derive_uid, deterministic=True)
    drop_dependents(db)
    _drop_search_index(db)
    names = []
    if reread:
        names += _set_derived_tables_aside(db)
    names += set_tables_aside(db)
    for name in names:
        _copy_table(db, name, reread=reread, progress=progress)
    drop_tables_aside(db, names)
    create_dependents(db)
    continue_numbers(db, last_change)
    db.execute("UPDATE sites SET unannounced = 1")
    if reread:
        db.execute("UPDATE sites SET unsettled = 1")
    db.execute("PRAGMA user_version = 0")


def _drop_search_index(db: Database) -> None:
    db.execute("DROP TABLE IF EXISTS search_index")
    db.execute("DROP TABLE IF EXISTS search_entries")


def _set_derived_tables_aside(db: Database) -> list[str]:
    """Rename the derived tables; the feed may need them to tell the addresses of its lines."""
    db.execute("PRAGMA legacy_alter_table = ON")
    names = [name for name in sorted(DERIVED_TABLES) if list_columns(db, name)]
    for name in names:
        db.execute(f"ALTER TABLE {name} RENAME TO {PREFIX}{name}")
    return names


def _copy_table(db: Database, name: str, *, reread: bool, progress: Progress) -> None:
    if name in NOT_COPIED:
        return
    if reread and name in DERIVED_TABLES:
        return
    if name == "visits" and "hints" in list_columns(db, f"{PREFIX}visits"):
        InlineVisits(db).copy_visits(progress)
        return
    copy = _plan_copy(db, name, reread=reread)
    copy_table(db, name, copy, progress)


def _plan_copy(db: Database, name: str, *, reread: bool) -> TableCopy:
    """Return what is to be known of a table's columns beyond their names."""
    earlier = list_columns(db, f"{PREFIX}{name}")
    values = _values_of_new_columns(name, earlier)
    where = "1"
    if name == "changes":
        values |= _values_of_changes(earlier, reread=reread)
    elif name == "findings" and reread:
        values |= {"document_id": "NULL", "version_id": "NULL", "agency_id": "NULL"}
        where = NOTED_IN_A_RUN
    elif name == "hint_sets" and "common_id" not in earlier:
        where = FIRST_OF_EQUAL_HINTS
    elif name == "visits" and not _hints_are_unique(db):
        values["hint_set_id"] = HINTS_BY_TEXT
    return TableCopy(values, where)


def _values_of_new_columns(name: str, earlier: list[str]) -> dict[str, str]:
    values = {}
    for (table, column), value in NEW_COLUMNS.items():
        if table == name and column not in earlier:
            values[column] = value
    return values


def _values_of_changes(earlier: list[str], *, reread: bool) -> dict[str, str]:
    """Return the values of the feed's columns that the earlier feed has not, or that lead
    nowhere.
    """
    values: dict[str, str] = {}
    if "url" not in earlier:
        values |= FEED_BY_IDS
    if reread:
        values |= NO_LINKS
    return values


def _hints_are_unique(db: Database) -> bool:
    """Tell whether the sets of hints were taken over as they are."""
    columns = list_columns(db, f"{PREFIX}hint_sets")
    return not columns or "common_id" in columns


def derive_uid(
    run_id: int, started_at: str, software_version: str, settings: str
) -> str:
    """Return the id under which any copy of an archive knows a run that had none."""
    identity = f"{run_id}\n{started_at}\n{software_version}\n{settings}"
    return hashlib.sha256(identity.encode()).hexdigest()[:32]
