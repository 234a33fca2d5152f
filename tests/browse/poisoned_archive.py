"""An archive with a payload in every column of text, as the schema has them, so that a new column
is tried the day it is added.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from nianbao.archive.addresses import canonicalize

PAYLOAD = (
    "'\"><script>window.hostile=7</script><img src=x onerror=window.hostile=8>"
    "<svg onload=window.hostile=9></textarea></title>{{7*7}}"
)
SCRIPT_ADDRESS = "javascript:window.hostile=6//"
ADDRESSES = ("url", "moved_to", "previous_url", "redirects")  # columns
PAGES = (
    "documents"  # the table of pages: they are known by their address in its usual form
)


def add_payload(text: str) -> str:
    """Return a text with the payload behind it."""
    return text + PAYLOAD


def poison(path: Path, change: Callable[[str], str] = add_payload) -> set[str]:
    """Put the payload behind every text of an archive; return the columns that have it.

    With `change`, put what it returns for a text in the place of the text.

    Names and ids keep what they refer to, for equal texts stay equal. What the schema checks (a
    kind, a state) stays as it is, and so do digests, by which payloads are asked for.
    """
    with closing(sqlite3.connect(path)) as db, db:
        poison_text = partial(_poison, change)
        db.create_function("poison", 3, poison_text)
        db.execute("PRAGMA foreign_keys = OFF")
        for (name,) in _list(db, "trigger"):
            db.execute(f'DROP TRIGGER "{name}"')
        poisoned = set()
        for (table,) in _list(db, "table"):
            for column in _list_text_columns(db, table):
                if _poison_column(db, table, column):
                    poisoned.add(f"{table}.{column}")
    return poisoned


def _list(db: sqlite3.Connection, kind: str) -> list[tuple[str]]:
    return db.execute(
        "SELECT name FROM sqlite_schema WHERE type = ? AND name NOT LIKE 'sqlite_%'"
        " AND name NOT LIKE 'search_index%'",
        [kind],
    ).fetchall()


def _list_text_columns(db: sqlite3.Connection, table: str) -> list[str]:
    columns = db.execute(f'PRAGMA table_info("{table}")').fetchall()
    return [
        name
        for _, name, kind, *_ in columns
        if kind.upper() == "TEXT" and "sha256" not in name
    ]


def _poison_column(db: sqlite3.Connection, table: str, column: str) -> bool:
    """Poison a column; return whether it has a text that nothing checks."""
    try:
        cursor = db.execute(
            f'UPDATE "{table}" SET "{column}" = poison("{column}", ?, ?)'
            f" WHERE typeof(\"{column}\") = 'text'",
            [table, column],
        )
    except sqlite3.IntegrityError:
        return False
    return cursor.rowcount > 0


def _poison(change: Callable[[str], str], text: str, table: str, column: str) -> str:
    """Return a text changed; of JSON every text in it."""
    if text[:1] in ("[", "{"):
        try:
            value = _poison_json(change, json.loads(text))
        except ValueError:
            pass
        else:
            return json.dumps(value, ensure_ascii=False)
    if column not in ADDRESSES:
        return change(text)
    return (
        canonicalize(change(text)) if table == PAGES else SCRIPT_ADDRESS + change(text)
    )


def _poison_json(change: Callable[[str], str], value: Any) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_poison_json(change, part) for part in value]
    if isinstance(value, dict):
        return {key: _poison_json(change, part) for key, part in value.items()}
    return value
