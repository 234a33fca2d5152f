"""The panel alone as a small SQLite file: each page and each cell of the forms once, and a view
`figures` over all.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from nianbao.archive.read_model.rows import FigureRow, RowValues, column_names

COLUMNS = column_names(FigureRow)
CELL = ("table", "row", "column", "row_label", "column_label")
VALUE = ("value", "text", "status")
PAGE = tuple(name for name in COLUMNS if name not in (*CELL, *VALUE))

_of_page, _of_cell, _of_value = (
    itemgetter(*(COLUMNS.index(name) for name in part)) for part in (PAGE, CELL, VALUE)
)


def _quoted(columns: tuple[str, ...]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


_SHOWN = {
    "status": "coalesce(cell_values.status, 'exact') AS status",
    "text": "coalesce(cell_values.text, CAST(value AS TEXT)) AS text",
}
SCHEMA = f"""
CREATE TABLE pages (id INTEGER PRIMARY KEY, {_quoted(PAGE)});
CREATE TABLE cells (id INTEGER PRIMARY KEY, {_quoted(CELL)});
CREATE TABLE cell_values (page_id INTEGER NOT NULL REFERENCES pages(id), cell_id INTEGER NOT NULL REFERENCES cells(id),
                          value, text, status, PRIMARY KEY (page_id, cell_id)) WITHOUT ROWID;
CREATE VIEW figures AS SELECT {", ".join(_SHOWN.get(name, f'"{name}"') for name in COLUMNS)}
    FROM cell_values JOIN pages ON pages.id = page_id JOIN cells ON cells.id = cell_id;
"""


def write(path: Path, rows: Iterable[RowValues]) -> None:
    """Write the figures; a page's rows follow one another. A text that only repeats its number
    is left out.
    """
    cells: dict[RowValues, int] = {}
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute(
            "PRAGMA journal_mode = OFF"
        )  # the file has its name only when it is whole
        db.execute("PRAGMA synchronous = OFF")
        db.executescript(SCHEMA)
        db.execute("BEGIN")
        for page_id, (page, figures) in enumerate(groupby(rows, key=_of_page), start=1):
            db.execute(
                f"INSERT INTO pages VALUES ({', '.join('?' * (len(PAGE) + 1))})",
                [page_id, *page],
            )
            values = [
                (
                    page_id,
                    cells.setdefault(_of_cell(row), len(cells) + 1),
                    *_packed(row),
                )
                for row in figures
            ]
            db.executemany("INSERT INTO cell_values VALUES (?, ?, ?, ?, ?)", values)
        db.executemany(
            "INSERT INTO cells VALUES (?, ?, ?, ?, ?, ?)",
            [(id_, *cell) for cell, id_ in cells.items()],
        )
        db.execute("COMMIT")


def _packed(row: RowValues) -> tuple[Any, ...]:
    value, text, status = _of_value(row)
    repeats = isinstance(value, int) and text == str(value)
    return value, None if repeats else text, None if status == "exact" else status
