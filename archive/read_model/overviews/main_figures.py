"""The main figures of many reports at once: requests, reviews and lawsuits, on whatever form.

The cells of a report are stored as runs of neighbours (`figure_sets`). To take a few cells out
of them costs about 15 µs a report; to expand all of them in SQL costs fifty times that.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlite_utils import Database

Number = int | float | None

# The rows of the forms (pipelines/reader/tables/forms.yaml) that have a main figure. Where a
# form has two of them, they are added up.
FIGURE_ROWS = {
    "received": ("new_received", "applications"),
    "carried_in": ("carried_in",),
    "granted": ("granted", "reply_granted"),
    "answered": ("result_total", "replies"),
    "carried_out": ("carried_out",),
    "reviews": ("review", "reviews"),
    "lawsuits": ("litigation_direct", "litigation_after_review", "lawsuits"),
}
FIGURE_COLUMNS = ("total", "value", "year_value", "year_to_date")
FIGURE_CELLS = """
SELECT id, "row" FROM form_cells
WHERE "row" IN (SELECT value FROM json_each(?)) AND "column" IN (SELECT value FROM json_each(?))
"""


@dataclass(frozen=True, slots=True)
class MainFigures:
    """The main figures of a report, or of several together; None where they are not known."""

    received: Number = None  # requests, in the year
    carried_in: Number = None  # from the year before
    granted: Number = None  # in full
    answered: Number = None  # all results
    carried_out: Number = None  # to the next year
    reviews: Number = None
    lawsuits: Number = None

    def __add__(self, other: MainFigures) -> MainFigures:
        sums = []
        for field in fields(MainFigures):
            number = getattr(self, field.name)
            sums.append(_add_numbers(number, getattr(other, field.name)))
        return MainFigures(*sums)


def _add_numbers(first: Number, second: Number) -> Number:
    if first is None:
        return second
    if second is None:
        return first
    return first + second


def find_main_cells(db: Database) -> dict[int, str]:
    """Return which cells of the forms are a main figure: number of the cell → its name."""
    names = {}
    for name, rows in FIGURE_ROWS.items():
        for row in rows:
            names[row] = name
    arguments = [json.dumps(list(names)), json.dumps(FIGURE_COLUMNS)]
    cells = db.execute(FIGURE_CELLS, arguments).fetchall()
    return {cell_id: names[row] for cell_id, row in cells}


def extract_main_figures(
    stored_cells: str | None, main_cells: dict[int, str]
) -> MainFigures:
    """Return the main figures out of a report's stored cells."""
    if not stored_cells:
        return MainFigures()
    sums: dict[str, float] = {}
    for first_id, run in json.loads(stored_cells).items():
        start = int(first_id)
        for cell_id, name in main_cells.items():
            index = cell_id - start
            if not 0 <= index < len(run):
                continue
            value: Any = run[index]
            if isinstance(value, list):
                value = value[0]
            if value is not None:
                sums[name] = sums.get(name, 0) + value
    return MainFigures(**sums)
