"""The printed Chinese labels of the forms' rows and columns, for showing figures to people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from nianbao.pipelines.reader.tables.forms import STUB_COLUMNS, read_forms_file


@dataclass(frozen=True, slots=True)
class CellLabel:
    """A cell of a form: its ids, and its row and column as the form prints them.

    `kind` is cell, optional (the row may be left out) or heading (the row only heads others).
    """

    table: str
    row: str
    column: str
    row_label: str
    column_label: str
    kind: str


@cache
def load_cell_labels() -> tuple[CellLabel, ...]:
    """Return a label for every cell of every form; the review table's groups are its rows."""
    return tuple(_iterate_cell_labels())


def _iterate_cell_labels() -> Iterator[CellLabel]:
    for table in read_forms_file()["tables"]:
        for row in table.get("groups") or table["rows"]:
            for column in table["columns"]:
                if column["key"] in STUB_COLUMNS:
                    continue
                yield CellLabel(
                    table=table["id"],
                    row=row["key"],
                    column=column["key"],
                    row_label=row["label"],
                    column_label=column.get("label") or column["key"],
                    kind=_classify_row(row),
                )


def _classify_row(row: Mapping[str, Any]) -> str:
    if row.get("header"):
        return "heading"
    if row.get("optional"):
        return "optional"
    return "cell"
