"""Main figures of many reports at once: requests, reviews and lawsuits, whatever form they are on.

A report's cells are stored as runs of neighbours (`figure_sets`); taking the few that are
wanted out of them costs about 15 µs a report, laying out all of them in SQL fifty times that.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.browse.page import Ask

Number = int | float | None

# Which rows of the forms (pipelines/reader/tables/forms.yaml) say it; where there are two, they
# are added up.
ROWS = {
    "received": ("new_received", "applications"),
    "carried_in": ("carried_in",),
    "granted": ("granted", "reply_granted"),
    "answered": ("result_total", "replies"),
    "carried_out": ("carried_out",),
    "reviews": ("review", "reviews"),
    "lawsuits": ("litigation_direct", "litigation_after_review", "lawsuits"),
}
COLUMNS = ("total", "value", "year_value", "year_to_date")


@dataclass(frozen=True, slots=True)
class Main:
    """The main figures of a report, or of several together; None where they are not known."""

    received: Number = None  # requests, in the year
    carried_in: Number = None  # from the year before
    granted: Number = None  # in full
    answered: Number = None  # all results
    carried_out: Number = None  # to the next year
    reviews: Number = None
    lawsuits: Number = None

    def __add__(self, other: Main) -> Main:
        pairs = (
            (getattr(self, field.name), getattr(other, field.name))
            for field in fields(Main)
        )
        return Main(*(b if a is None else a if b is None else a + b for a, b in pairs))


def wanted(db: Database, ask: Ask) -> dict[int, str]:
    """Return which numbered cells of the forms are a main figure: number → its name."""
    found: dict[int, str] = ask.remember("main figures", lambda: _wanted(db))
    return found


def _wanted(db: Database) -> dict[int, str]:
    names = {row: name for name, rows in ROWS.items() for row in rows}
    rows, columns = json.dumps(list(names)), json.dumps(COLUMNS)
    cells = db.execute(
        'SELECT id, "row" FROM form_cells WHERE "row" IN (SELECT value FROM json_each(?))'
        ' AND "column" IN (SELECT value FROM json_each(?))',
        [rows, columns],
    ).fetchall()
    return {id_: names[row] for id_, row in cells}


def main_of(cells: str | None, numbered: dict[int, str]) -> Main:
    """Return the main figures out of a report's stored cells."""
    sums: dict[str, float] = {}
    for first, run in json.loads(cells or "{}").items():
        for id_, name in numbered.items():
            at = id_ - int(first)
            value: Any = run[at] if 0 <= at < len(run) else None
            value = value[0] if isinstance(value, list) else value
            if value is not None:
                sums[name] = sums.get(name, 0) + value
    return Main(**sums)
