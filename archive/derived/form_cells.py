"""The cells of the forms: each has a number, by which figures are stored.

The cells that the forms prescribe are few and the same in every report, so their numbers are
fetched once for an open archive. A row of a body's own making is named by its printed label and
looked up when it comes.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from nianbao.archive.storage.rows import insert_row

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from sqlite_utils import Database

Place = tuple[str, str, str]  # table, row, column

NAME = """
INSERT INTO form_cells ("table", "row", "column", row_label, column_label, kind) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT ("table", "row", "column") DO UPDATE
SET row_label = excluded.row_label, column_label = excluded.column_label, kind = excluded.kind
"""
PRESCRIBED = (
    """SELECT "table", "row", "column", id FROM form_cells WHERE kind <> 'local'"""
)
LOCAL = """
SELECT form_cells."table", form_cells."row", form_cells."column", form_cells.id FROM json_each(?) AS place
CROSS JOIN form_cells ON form_cells."table" = json_extract(place.value, '$[0]')
                     AND form_cells."row" = json_extract(place.value, '$[1]')
"""
NAMES = 'SELECT id, "table", "row", "column" FROM form_cells WHERE id IN (SELECT value FROM json_each(?))'

_prescribed: WeakKeyDictionary[Database, dict[Place, int]] = WeakKeyDictionary()
_names: WeakKeyDictionary[Database, dict[int, Place]] = WeakKeyDictionary()


def name(db: Database, labels: Iterable[Sequence[str]]) -> None:
    """Write the forms' cells: table, row, column, row as printed, column as printed, and their
    kind.
    """
    db.conn.executemany(NAME, labels)
    _prescribed.pop(db, None)
    _names.pop(db, None)


def numbers(db: Database, places: Sequence[Place]) -> list[int]:
    """Return the numbers of cells, new ones for local rows that no report had yet."""
    known = _numbers(db)
    found = [known.get(place) for place in places]
    local = [place for place, id_ in zip(places, found, strict=True) if id_ is None]
    others = _local(db, local) if local else {}
    return [
        others[place] if id_ is None else id_
        for place, id_ in zip(places, found, strict=True)
    ]


def _local(db: Database, places: Sequence[Place]) -> dict[Place, int]:
    rows = json.dumps(
        list(dict.fromkeys(place[:2] for place in places)), ensure_ascii=False
    )
    found: dict[Place, int] = {
        row[:3]: row[3] for row in db.execute(LOCAL, [rows]).fetchall()
    }
    return found | {
        place: _new(db, place) for place in dict.fromkeys(places) if place not in found
    }


def places(db: Database, ids: Collection[int]) -> dict[int, Place]:
    """Return what is known of cells by their numbers: those asked for, perhaps others."""
    if db not in _names:
        _names[db] = {id_: place for place, id_ in _numbers(db).items()}
    known = _names[db]
    local = [id_ for id_ in ids if id_ not in known]
    if not local:
        return known
    return known | {
        row[0]: row[1:] for row in db.execute(NAMES, [json.dumps(local)]).fetchall()
    }


def _numbers(db: Database) -> dict[Place, int]:
    if db not in _prescribed:
        _prescribed[db] = {row[:3]: row[3] for row in db.execute(PRESCRIBED).fetchall()}
    return _prescribed[db]


def _new(db: Database, place: Place) -> int:
    """Number a cell of a local row: its key is its printed label."""
    table, row, column = place
    label = db.execute(
        'SELECT column_label FROM form_cells WHERE "table" = ? AND "column" = ? LIMIT 1',
        [table, column],
    ).fetchone()
    key = {"table": table, "row": row, "column": column}
    return insert_row(
        db,
        "form_cells",
        key | {"row_label": row, "column_label": label[0] if label else column},
    )
