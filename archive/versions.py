"""Versions: the runs of equal content in a document's sightings, in the order of the visits.

A→B→A is three versions over two contents. A document that was away and came back as it was has
no new version. The chain is laid out anew at each sighting, so a capture that comes late (read
late, or imported) takes its place among the others.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from archive.rows import insert

if TYPE_CHECKING:
    from sqlite_utils import Database


def chain(db: Database, document_id: int) -> list[int]:
    """Lay out the document's versions from its sightings; return the ids of those that are new."""
    shown = db.execute(
        "SELECT sightings.visit_id, sightings.content_sha256, sightings.version_id, visits.payload_sha256"
        " FROM sightings JOIN visits ON visits.id = sightings.visit_id"
        " WHERE sightings.document_id = ? AND sightings.effect = 'shown' ORDER BY visits.visited_at, visits.id",
        [document_id],
    ).fetchall()
    db.execute("UPDATE versions SET number = -number WHERE document_id = ?", [document_id])
    used: set[int] = set()
    created: list[int] = []
    for number, (content, group) in enumerate(groupby(shown, key=lambda row: row[1]), start=1):
        span = list(group)
        version_id = next((row[2] for row in span if row[2] is not None and row[2] not in used), None)
        if version_id is None:
            version_id = _insert(db, document_id, number, content, span[0][3], span[0][0])
            created.append(version_id)
        used.add(version_id)
        _extend(db, version_id, number, [row[0] for row in span])
    current = db.execute(
        "SELECT id, content_sha256 FROM versions WHERE document_id = ? ORDER BY number DESC LIMIT 1",
        [document_id],
    ).fetchone()
    db.execute(
        "UPDATE documents SET current_version_id = ?, content_sha256 = ? WHERE id = ?",
        [*current, document_id],
    )
    return created


def _insert(db: Database, document_id: int, number: int, content: str, payload: str, visit_id: int) -> int:
    row = {
        "document_id": document_id,
        "number": number,
        "content_sha256": content,
        "payload_sha256": payload,
        "first_visit_id": visit_id,
        "last_visit_id": visit_id,
    }
    return insert(db, "versions", row)


def _extend(db: Database, version_id: int, number: int, visit_ids: list[int]) -> None:
    db.execute(
        "UPDATE versions SET number = ?, first_visit_id = ?, last_visit_id = ? WHERE id = ?",
        [number, visit_ids[0], visit_ids[-1], version_id],
    )
    marks = ", ".join("?" * len(visit_ids))
    db.execute(
        f"UPDATE sightings SET version_id = ? WHERE visit_id IN ({marks}) AND version_id IS NOT ?",
        [version_id, *visit_ids, version_id],
    )
