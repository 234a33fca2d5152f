"""The panels alone as a small SQLite file: each page and each cell of the forms once.

A view `figures` has the columns of the table `figures` of the other formats, `panel` is that of
the others.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from nianbao.archive.read_model.rows import (
    FigureRow,
    RowValues,
    column_names,
    table_record,
)

COLUMNS = column_names(FigureRow)
CELL = ("table", "row", "column", "row_label", "column_label")
VALUE = ("value", "text", "status")
PAGE = tuple(name for name in COLUMNS if name not in (*CELL, *VALUE))

_page_values = itemgetter(*map(COLUMNS.index, PAGE))
_cell_values = itemgetter(*map(COLUMNS.index, CELL))
_own_values = itemgetter(*map(COLUMNS.index, VALUE))

# A text that only repeats its number, and the status `exact`, are left out of the file.
_COMPUTED = {
    "status": "coalesce(cell_values.status, 'exact') AS status",
    "text": "coalesce(cell_values.text, CAST(value AS TEXT)) AS text",
}


def _quote_names(columns: tuple[str, ...]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


def _select_columns() -> str:
    return ", ".join(_COMPUTED.get(name, f'"{name}"') for name in COLUMNS)


# The file holds this text as it is written here: spaces too.
SCHEMA = (
    f"""
CREATE TABLE pages (id INTEGER PRIMARY KEY, {_quote_names(PAGE)});
CREATE TABLE cells (id INTEGER PRIMARY KEY, {_quote_names(CELL)});
CREATE TABLE cell_values (page_id INTEGER NOT NULL REFERENCES pages(id),"""
    f""" cell_id INTEGER NOT NULL REFERENCES cells(id),
                          value, text, status, PRIMARY KEY (page_id, cell_id)) WITHOUT ROWID;
CREATE VIEW figures AS SELECT {_select_columns()}
    FROM cell_values JOIN pages ON pages.id = page_id JOIN cells ON cells.id = cell_id;
"""
)
INSERT_PAGE = f"INSERT INTO pages VALUES ({', '.join('?' * (len(PAGE) + 1))})"
INSERT_CELL = "INSERT INTO cells VALUES (?, ?, ?, ?, ?, ?)"
INSERT_VALUE = "INSERT INTO cell_values VALUES (?, ?, ?, ?, ?)"


def write_panel(
    path: Path, rows: Iterable[RowValues], panel_rows: Iterable[RowValues]
) -> None:
    """Write figures and wide panel into a new file; the rows of a page follow one another."""
    cell_ids: dict[RowValues, int] = {}
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        # No journal: the file gets its name only when it is whole.
        db.execute("PRAGMA journal_mode = OFF")
        db.execute("PRAGMA synchronous = OFF")
        db.executescript(SCHEMA)
        db.execute("BEGIN")
        for page_id, (page, figures) in enumerate(groupby(rows, _page_values), start=1):
            db.execute(INSERT_PAGE, [page_id, *page])
            values = []
            for row in figures:
                cell_id = cell_ids.setdefault(_cell_values(row), len(cell_ids) + 1)
                values.append((page_id, cell_id, *_shorten_values(row)))
            db.executemany(INSERT_VALUE, values)
        cells = [(cell_id, *cell) for cell, cell_id in cell_ids.items()]
        db.executemany(INSERT_CELL, cells)
        columns = column_names(table_record("panel"))
        db.execute(f"CREATE TABLE panel ({_quote_names(columns)})")
        marks = ", ".join("?" * len(columns))
        db.executemany(f"INSERT INTO panel VALUES ({marks})", panel_rows)
        db.execute("COMMIT")


def _shorten_values(row: RowValues) -> tuple[Any, ...]:
    """Return value, text and status of a row without what the view works out."""
    value, text, status = _own_values(row)
    if isinstance(value, int) and text == str(value):
        text = None
    if status == "exact":
        status = None
    return value, text, status
