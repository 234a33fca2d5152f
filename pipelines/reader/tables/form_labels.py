"""The printed Chinese labels of the forms' rows and columns, for showing figures to people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ruamel.yaml import YAML

STUBS = ("indicator", "unit", "code")  # columns that hold no figures


@dataclass(frozen=True, slots=True)
class CellLabel:
    """A cell of a form by its ids, its row and column as the form prints them, and whether a
    number is to stand there.

    `kind` is cell, optional (the row may be left out) or heading (the row only heads others).
    """

    table: str
    row: str
    column: str
    row_label: str
    column_label: str
    kind: str


@cache
def cell_labels() -> tuple[CellLabel, ...]:
    """Return a label for every cell of every form; the review table's groups are its rows."""
    return tuple(_cells())


def _cells() -> Iterator[CellLabel]:
    data = YAML(typ="safe").load(Path(__file__).with_name("forms.yaml"))
    for table in data["tables"]:
        for row in table.get("groups") or table["rows"]:
            kind = (
                "heading"
                if row.get("header")
                else "optional"
                if row.get("optional")
                else "cell"
            )
            for column in table["columns"]:
                if column["key"] in STUBS:
                    continue
                labels = (row["label"], column.get("label") or column["key"])
                yield CellLabel(table["id"], row["key"], column["key"], *labels, kind)
