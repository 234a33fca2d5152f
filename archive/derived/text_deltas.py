"""Texts of versions: the current one whole, of an earlier one only what differs from it.

Most of a page that was changed stays as it was. So the reading of an earlier version keeps, in
`text`, only what stands between the beginning and the end that its text shares with that of the
current version: `text_start` and `text_end` are the lengths of the two, in characters. The view
`version_texts` has every text whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

_RESTORE = """
UPDATE readings
SET text_start = NULL,
    text_end = NULL,
    text = (
        SELECT whole.text
        FROM version_texts AS whole
        WHERE whole.version_id = readings.version_id
    )
WHERE text_start IS NOT NULL
  AND version_id IN (SELECT id FROM versions WHERE document_id = ?)
"""
# Return the text of each version of a document, and whether it is the current one.
_TEXTS = """
SELECT versions.id, readings.text, versions.id = documents.current_version_id
FROM documents
JOIN versions ON versions.document_id = documents.id
JOIN readings ON readings.version_id = versions.id
WHERE documents.id = ?
"""
_SHORTEN = """
UPDATE readings SET text = ?, text_start = ?, text_end = ? WHERE version_id = ?
"""


def restore_texts(db: Database, document_id: int) -> None:
    """Make the texts of a document whole, before its versions or their readings change."""
    db.execute(_RESTORE, [document_id])


def shorten_texts(db: Database, document_id: int) -> None:
    """Shorten the texts of a document's earlier versions; all of them are whole.

    A text with a NUL stays whole: SQLite takes it to end there.
    """
    rows = db.execute(_TEXTS, [document_id]).fetchall()
    current_text = None
    for _, text, is_current in rows:
        if is_current:
            current_text = text
    if not current_text or "\0" in current_text:
        return
    for version_id, text, is_current in rows:
        if is_current or "\0" in text:
            continue
        start, end = measure_shared_ends(text, current_text)
        middle = text[start : len(text) - end]
        db.execute(_SHORTEN, [middle, start, end, version_id])


def measure_shared_ends(text: str, other_text: str) -> tuple[int, int]:
    """Return how many characters two texts share at the beginning, and at the end of the rest.

    >>> measure_shared_ends("一二三四五", "一二五")
    (2, 1)
    """
    shorter = min(len(text), len(other_text))
    start = _measure_shared_beginning(text, other_text, shorter)
    end = _measure_shared_end(text, other_text, shorter - start)
    return start, end


def _measure_shared_beginning(text: str, other_text: str, limit: int) -> int:
    """Return the length of the longest common beginning, by bisection, at most `limit`."""
    low = 0
    while low < limit:
        middle = (low + limit + 1) // 2
        if text[:middle] == other_text[:middle]:
            low = middle
        else:
            limit = middle - 1
    return low


def _measure_shared_end(text: str, other_text: str, limit: int) -> int:
    """Return the length of the longest common end, by bisection, at most `limit`."""
    low = 0
    while low < limit:
        middle = (low + limit + 1) // 2
        if text[len(text) - middle :] == other_text[len(other_text) - middle :]:
            low = middle
        else:
            limit = middle - 1
    return low


def load_text(db: Database, version_id: int) -> str:
    """Return the text of a version; an empty one where it has no reading."""
    row = db.execute(
        "SELECT text FROM version_texts WHERE version_id = ?", [version_id]
    ).fetchone()
    if row is None:
        return ""
    return str(row[0])
