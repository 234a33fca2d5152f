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

CellPlace = tuple[str, str, str]  # table, row, column
CellNumbers = dict[CellPlace, int]

_WRITE_CELL = """
INSERT INTO form_cells ("table", "row", "column", row_label, column_label, kind)
VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT ("table", "row", "column") DO UPDATE
SET row_label = excluded.row_label,
    column_label = excluded.column_label,
    kind = excluded.kind
"""
# Return the cells that the forms prescribe.
_PRESCRIBED = """
SELECT "table", "row", "column", id FROM form_cells WHERE kind <> 'local'
"""
# Return the cells of some rows, a JSON list of [table, row].
_OF_ROWS = """
SELECT form_cells."table", form_cells."row", form_cells."column", form_cells.id
FROM json_each(?) AS place
CROSS JOIN form_cells ON form_cells."table" = json_extract(place.value, '$[0]')
                     AND form_cells."row" = json_extract(place.value, '$[1]')
"""
# Return the cells of some numbers, a JSON list.
_OF_NUMBERS = """
SELECT id, "table", "row", "column"
FROM form_cells
WHERE id IN (SELECT value FROM json_each(?))
"""
# Return the label of a column in another row of its table.
_COLUMN_LABEL = """
SELECT column_label FROM form_cells WHERE "table" = ? AND "column" = ? LIMIT 1
"""

_prescribed_numbers: WeakKeyDictionary[Database, CellNumbers] = WeakKeyDictionary()
_prescribed_places: WeakKeyDictionary[Database, dict[int, CellPlace]] = (
    WeakKeyDictionary()
)


def write_cells(db: Database, labels: Iterable[Sequence[str]]) -> None:
    """Write the cells of the forms.

    Each is: table, row, column, row as printed, column as printed, kind.
    """
    db.conn.executemany(_WRITE_CELL, labels)
    _prescribed_numbers.pop(db, None)
    _prescribed_places.pop(db, None)


def number_cells(db: Database, places: Sequence[CellPlace]) -> list[int]:
    """Return the numbers of cells; a local row that no report had yet is given new ones."""
    prescribed = _load_prescribed_numbers(db)
    local_places = [place for place in places if place not in prescribed]
    if not local_places:
        return [prescribed[place] for place in places]
    numbers = prescribed | _number_local_cells(db, local_places)
    return [numbers[place] for place in places]


def _number_local_cells(db: Database, places: Sequence[CellPlace]) -> CellNumbers:
    rows = dict.fromkeys(place[:2] for place in places)
    rows_json = json.dumps(list(rows), ensure_ascii=False)
    numbers: CellNumbers = {}
    cells = db.execute(_OF_ROWS, [rows_json]).fetchall()
    for table, row, column, cell_id in cells:
        numbers[table, row, column] = cell_id
    for place in places:
        if place not in numbers:
            numbers[place] = _add_local_cell(db, place)
    return numbers


def _add_local_cell(db: Database, place: CellPlace) -> int:
    """Number a cell of a local row: its key is its printed label."""
    table, row, column = place
    label = db.execute(_COLUMN_LABEL, [table, column]).fetchone()
    column_label = label[0] if label else column
    values = {
        "table": table,
        "row": row,
        "column": column,
        "row_label": row,
        "column_label": column_label,
    }
    return insert_row(db, "form_cells", values)


def load_places(db: Database, ids: Collection[int]) -> dict[int, CellPlace]:
    """Return the places of cells by number: those of `ids`, and of all prescribed cells."""
    if db not in _prescribed_places:
        numbers = _load_prescribed_numbers(db)
        _prescribed_places[db] = {id_: place for place, id_ in numbers.items()}
    prescribed = _prescribed_places[db]
    local_ids = [id_ for id_ in ids if id_ not in prescribed]
    if not local_ids:
        return prescribed
    places = dict(prescribed)
    ids_json = json.dumps(local_ids)
    cells = db.execute(_OF_NUMBERS, [ids_json]).fetchall()
    for cell_id, table, row, column in cells:
        places[cell_id] = (table, row, column)
    return places


def _load_prescribed_numbers(db: Database) -> CellNumbers:
    if db not in _prescribed_numbers:
        numbers: CellNumbers = {}
        cells = db.execute(_PRESCRIBED).fetchall()
        for table, row, column, cell_id in cells:
            numbers[table, row, column] = cell_id
        _prescribed_numbers[db] = numbers
    return _prescribed_numbers[db]
