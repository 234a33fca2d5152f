"""A row inserted where speed counts: sqlite-utils looks the table up before each insert."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlite_utils import Database


def insert_row(db: Database, table: str, row: Mapping[str, Any]) -> int:
    """Insert one row into a table with an integer key; return the key that it has."""
    names = ", ".join(f'"{name}"' for name in row)
    marks = ", ".join("?" * len(row))
    key = db.execute(
        f'INSERT INTO "{table}" ({names}) VALUES ({marks})', list(row.values())
    ).lastrowid
    if not isinstance(key, int):
        raise TypeError(f"table {table} gave the key {key!r} instead of an integer")
    return key
