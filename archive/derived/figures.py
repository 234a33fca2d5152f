"""Figures of a version, and which of them differ between two readings."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from nianbao.archive.records import Figure

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlite_utils import Database

    from nianbao.archive.derived.form_cells import Place


class Difference(NamedTuple):
    """A cell that says something else: `before` and `after` as printed, None where there is no
    such cell.
    """

    table: str
    row: str
    column: str
    before: str | None
    after: str | None


def of_version(db: Database, version_id: int) -> tuple[Figure, ...]:
    """Return the figures of a version."""
    rows = db.execute(
        'SELECT "table", "row", "column", value, text, alignment FROM figures WHERE version_id = ?',
        [version_id],
    ).fetchall()
    return tuple(Figure(*row) for row in rows)


def packed(figure: Figure) -> Any:
    """Return a cell as it is stored: its bare value where that says all, else [value, text] or
    with the alignment.
    """
    if figure.alignment != "exact":
        return [figure.value, figure.text, figure.alignment]
    plain = "" if figure.value is None else str(figure.value)
    return figure.value if figure.text == plain else [figure.value, figure.text]


def stored(db: Database, version_id: int) -> dict[int, Any]:
    """Return a version's cells as :func:`packed` made them, by the numbers that these have in
    `form_cells`.
    """
    query = "SELECT cells FROM figure_sets JOIN readings ON readings.id = reading_id WHERE version_id = ?"
    row = db.execute(query, [version_id]).fetchone()
    runs: dict[str, list[Any]] = json.loads(row[0]) if row else {}
    return {
        id_: cell
        for first, run in runs.items()
        for id_, cell in enumerate(run, start=int(first))
    }


def unpacked(cell: Any) -> tuple[int | float | None, str]:
    """Return value and alignment of a stored cell."""
    if isinstance(cell, list):
        return cell[0], cell[2] if len(cell) > 2 else "exact"
    return cell, "exact"


class CellName(NamedTuple):
    """A cell of a form by its ids, and its row and column as the form prints them."""

    table: str
    row: str
    column: str
    row_label: str
    column_label: str


def names(db: Database, tables: Iterable[str]) -> list[CellName]:
    """Return the cells of some tables of the forms, in the order of the form; local rows, named
    by their print, not.
    """
    rows = db.execute(
        'SELECT "table", "row", "column", row_label, column_label FROM form_cells'
        " WHERE \"table\" IN (SELECT value FROM json_each(?)) AND kind <> 'local' ORDER BY id",
        [json.dumps(list(tables))],
    ).fetchall()
    return [CellName(*row) for row in rows]


def differences(old: Iterable[Figure], new: Iterable[Figure]) -> list[Difference]:
    """Return the cells whose number differs, or, where one has none, whose printed text does;
    in order of the table.
    """
    before, after = _placed(old), _placed(new)
    places = dict.fromkeys([*before, *after])
    return [
        Difference(
            *place,
            *(
                figure.text if figure else None
                for figure in (before.get(place), after.get(place))
            ),
        )
        for place in sorted(places)
        if says(before.get(place)) != says(after.get(place))
    ]


def _placed(figures: Iterable[Figure]) -> dict[Place, Figure]:
    return {(figure.table, figure.row, figure.column): figure for figure in figures}


def says(figure: Figure | None) -> int | float | str | None:
    """Return what a cell says: its number, or, where it has none, its printed text; None where
    there is no cell.
    """
    if figure is None:
        return None
    return figure.text.strip() if figure.value is None else figure.value
