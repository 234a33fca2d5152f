"""Figures of a version, and which of them differ between two readings."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from nianbao.archive.records import Figure

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlite_utils import Database

    from nianbao.archive.derived.form_cells import CellPlace

_FIGURES = """
SELECT "table", "row", "column", value, text, alignment, confidence
FROM figures
WHERE version_id = ?
"""
_CELLS = """
SELECT cells
FROM figure_sets
JOIN readings ON readings.id = reading_id
WHERE version_id = ?
"""
# Return the cells that the forms prescribe in some tables, in the order of the form.
_CELL_NAMES = """
SELECT "table", "row", "column", row_label, column_label
FROM form_cells
WHERE "table" IN (SELECT value FROM json_each(?)) AND kind <> 'local'
ORDER BY id
"""


class FigureDifference(NamedTuple):
    """A cell that says something else in two readings.

    `before` and `after` are the texts as printed, None where there is no such cell.
    """

    table: str
    row: str
    column: str
    before: str | None
    after: str | None


class CellName(NamedTuple):
    """A cell of a form by its ids, and its row and column as the form prints them."""

    table: str
    row: str
    column: str
    row_label: str
    column_label: str


def load_figures(db: Database, version_id: int) -> tuple[Figure, ...]:
    """Return the figures of a version."""
    rows = db.execute(_FIGURES, [version_id]).fetchall()
    return tuple(Figure(*row) for row in rows)


def pack_cell(figure: Figure) -> Any:
    """Return a figure as it is stored.

    That is its bare value where this says all, else [value, text] or [value, text, alignment]; of
    an image, [value, text, alignment, confidence].
    """
    if figure.confidence is not None:
        return [figure.value, figure.text, figure.alignment, figure.confidence]
    if figure.alignment != "exact":
        return [figure.value, figure.text, figure.alignment]
    value_text = "" if figure.value is None else str(figure.value)
    if figure.text == value_text:
        return figure.value
    return [figure.value, figure.text]


def unpack_cell(cell: Any) -> tuple[int | float | None, str]:
    """Return value and alignment of a stored cell."""
    if not isinstance(cell, list):
        return cell, "exact"
    if len(cell) > 2:
        return cell[0], cell[2]
    return cell[0], "exact"


def unpack_figure(place: CellPlace, cell: Any) -> Figure:
    """Return the figure of a stored cell, as :func:`pack_cell` was given it."""
    if not isinstance(cell, list):
        text = "" if cell is None else str(cell)
        return Figure(*place, value=cell, text=text)
    return Figure(*place, *cell)


def name_status(value: int | float | None, text: str, alignment: str) -> str:
    """Return how sure a figure is: its alignment, or why a well-placed cell has no number.

    >>> name_status(None, "—", "exact")
    'text'
    """
    if alignment != "exact" or value is not None:
        return alignment
    if text.strip():
        return "text"
    return "blank"


def load_cells(db: Database, version_id: int) -> dict[int, Any]:
    """Return a version's cells as :func:`pack_cell` made them, by their number."""
    row = db.execute(_CELLS, [version_id]).fetchone()
    if row is None:
        return {}
    runs: dict[str, list[Any]] = json.loads(row[0])
    cells: dict[int, Any] = {}
    for first_id, run in runs.items():
        cells.update(enumerate(run, start=int(first_id)))
    return cells


def list_cell_names(db: Database, tables: Iterable[str]) -> list[CellName]:
    """Return the cells of some tables of the forms, in the order of the form.

    Local rows, which are named by what is printed, are left out.
    """
    tables_json = json.dumps(list(tables))
    rows = db.execute(_CELL_NAMES, [tables_json]).fetchall()
    return [CellName(*row) for row in rows]


def compare_figures(
    old: Iterable[Figure], new: Iterable[Figure]
) -> list[FigureDifference]:
    """Return the cells whose number differs or, where one has none, whose printed text does.

    They come in the order of table, row and column.
    """
    before = _index_by_place(old)
    after = _index_by_place(new)
    differences: list[FigureDifference] = []
    places = before.keys() | after.keys()
    for place in sorted(places):
        old_figure = before.get(place)
        new_figure = after.get(place)
        if extract_value(old_figure) != extract_value(new_figure):
            old_text = old_figure.text if old_figure else None
            new_text = new_figure.text if new_figure else None
            differences.append(FigureDifference(*place, old_text, new_text))
    return differences


def get_place(figure: Figure) -> CellPlace:
    """Return the cell that a figure stands in."""
    return figure.table, figure.row, figure.column


def _index_by_place(figures: Iterable[Figure]) -> dict[CellPlace, Figure]:
    return {get_place(figure): figure for figure in figures}


def extract_value(figure: Figure | None) -> int | float | str | None:
    """Return what a cell says: its number or, where it has none, its printed text.

    None where there is no cell.
    """
    if figure is None:
        return None
    if figure.value is None:
        return figure.text.strip()
    return figure.value
