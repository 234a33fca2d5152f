"""Texts of versions: the current one whole, an earlier one as what stands between what the two
have in common.

Of a page that was changed most is what it was. So the reading of an earlier version keeps, in
`text`, only what is between the beginning and the end that its text shares with that of the
current version: `text_start` and `text_end` characters. The view `version_texts` has every text
whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlite_utils import Database

UNFOLD = """
UPDATE readings SET text_start = NULL, text_end = NULL,
       text = (SELECT whole.text FROM version_texts AS whole WHERE whole.version_id = readings.version_id)
WHERE text_start IS NOT NULL AND version_id IN (SELECT id FROM versions WHERE document_id = ?)
"""
TEXTS = """
SELECT versions.id, readings.text, versions.id = documents.current_version_id FROM documents
JOIN versions ON versions.document_id = documents.id JOIN readings ON readings.version_id = versions.id
WHERE documents.id = ?
"""


def unfold(db: Database, document_id: int) -> None:
    """Make the texts of a document whole, before its versions or their readings change."""
    db.execute(UNFOLD, [document_id])


def fold(db: Database, document_id: int) -> None:
    """Shorten the texts of a document's earlier versions; all of them are whole."""
    rows = db.execute(TEXTS, [document_id]).fetchall()
    current = next((text for _, text, is_current in rows if is_current), None)
    for version_id, text, is_current in rows:
        if (
            current and not is_current and "\0" not in current + text
        ):  # where SQLite takes a text to end
            start, end = shared(text, current)
            db.execute(
                "UPDATE readings SET text = ?, text_start = ?, text_end = ? WHERE version_id = ?",
                [text[start : len(text) - end], start, end, version_id],
            )


def shared(one: str, other: str) -> tuple[int, int]:
    """Return how many characters two texts have in common at the beginning and, after these, at
    the end.

    >>> shared("一二三四五", "一二五")
    (2, 1)
    """
    most = min(len(one), len(other))
    start = _most(most, lambda length: one[:length] == other[:length])
    end = _most(
        most - start,
        lambda length: one[len(one) - length :] == other[len(other) - length :],
    )
    return start, end


def _most(limit: int, holds: Callable[[int], bool]) -> int:
    """Return the greatest number up to a limit for which something holds that holds for all
    smaller ones.
    """
    low = 0
    while low < limit:
        middle = (low + limit + 1) // 2
        low, limit = (middle, limit) if holds(middle) else (low, middle - 1)
    return low


def of_version(db: Database, version_id: int) -> str:
    """Return the text of a version; an empty one where it has no reading."""
    row = db.execute(
        "SELECT text FROM version_texts WHERE version_id = ?", [version_id]
    ).fetchone()
    return str(row[0]) if row else ""
