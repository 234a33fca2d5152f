"""Versions: the runs of equal content in a document's sightings, in the order of the visits.

A→B→A is three versions over two contents. A document that was away and came back as it was has
no new version. The chain follows from the sightings, so a capture that comes late (read late,
imported, merged) takes its place among the others.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING

from archive.rows import insert

if TYPE_CHECKING:
    from sqlite_utils import Database

SHOWN = (
    "SELECT sightings.visit_id, sightings.content_sha256, sightings.version_id, visits.payload_sha256"
    " FROM sightings JOIN visits ON visits.id = sightings.visit_id JOIN runs ON runs.id = visits.run_id"
    " WHERE sightings.document_id = ? AND sightings.effect = 'shown'"
    " ORDER BY visits.visited_at, visits.payload_sha256, runs.uid"
)


@dataclass(frozen=True, slots=True)
class Relaid:
    """What laying out a chain did: ids of versions that are new, and of those that are no more."""

    created: list[int] = field(default_factory=list)
    removed: list[int] = field(default_factory=list)


def extend(db: Database, document_id: int, visit_id: int) -> bool:
    """Make the current version last to a visit that shows it again; False when the visit is not the latest, or other.

    A publication date that is another than at the visit before is other, too.
    """
    row = db.execute(
        "SELECT versions.id FROM documents JOIN versions ON versions.id = documents.current_version_id"
        " JOIN sightings AS last ON last.visit_id = versions.last_visit_id"
        " JOIN visits AS last_visit ON last_visit.id = last.visit_id"
        " JOIN sightings AS this ON this.visit_id = ? JOIN visits AS this_visit ON this_visit.id = this.visit_id"
        " WHERE documents.id = ? AND this.content_sha256 = versions.content_sha256"
        " AND this.published_on IS last.published_on AND this_visit.visited_at > last_visit.visited_at",
        [visit_id, document_id],
    ).fetchone()
    if row is None:
        return False
    db.execute("UPDATE versions SET last_visit_id = ? WHERE id = ?", [visit_id, row[0]])
    db.execute("UPDATE sightings SET version_id = ? WHERE visit_id = ?", [row[0], visit_id])
    return True


def chain(db: Database, document_id: int) -> Relaid:
    """Lay out the document's versions from its sightings; what did not change is not written."""
    shown = db.execute(SHOWN, [document_id]).fetchall()
    known = {row[0]: row[1:] for row in db.execute(KNOWN, [document_id]).fetchall()}
    used: dict[int, tuple[object, ...]] = {}
    spans: list[tuple[int | None, tuple[object, ...], list[tuple[int, int | None]]]] = []
    for number, (content, group) in enumerate(groupby(shown, key=lambda row: row[1]), start=1):
        span = list(group)
        values: tuple[object, ...] = (number, content, span[0][3], span[0][0], span[-1][0])
        version_id = next((row[2] for row in span if row[2] in known and row[2] not in used), None)
        if version_id is not None:
            used[version_id] = values
        spans.append((version_id, values, [(row[0], row[2]) for row in span]))
    relaid = Relaid(removed=[id_ for id_ in known if id_ not in used])
    _free_numbers(db, {id_: values for id_, values in used.items() if values != known[id_]}, relaid.removed)
    current: tuple[int | None, object] = (None, None)
    for version_id, values, sightings in spans:
        if version_id is None:
            version_id = _insert(db, document_id, values)
            relaid.created.append(version_id)
        elif values != known[version_id]:
            db.execute(UPDATE, [*values, version_id])
        moved = [(version_id, visit_id) for visit_id, had in sightings if had != version_id]
        db.conn.executemany("UPDATE sightings SET version_id = ? WHERE visit_id = ?", moved)
        current = version_id, values[1]
    if any(values[0] != known[id_][0] for id_, values in used.items()):
        db.execute(_RELINK, [document_id])
    db.execute(
        "UPDATE documents SET current_version_id = ?, content_sha256 = ?"
        " WHERE id = ? AND (current_version_id, content_sha256) IS NOT (?, ?)",
        [*current, document_id, *current],
    )
    return relaid


# A line of the feed is about the version that has the number it states, however the chain was laid out then.
_RELINK = (
    "UPDATE changes SET version_id = (SELECT id FROM versions WHERE versions.document_id = changes.document_id"
    " AND versions.number = changes.version) WHERE document_id = ? AND version IS NOT NULL"
)
KNOWN = (
    "SELECT id, number, content_sha256, payload_sha256, first_visit_id, last_visit_id"
    " FROM versions WHERE document_id = ?"
)
UPDATE = (
    "UPDATE versions SET number = ?, content_sha256 = ?, payload_sha256 = ?, first_visit_id = ?, last_visit_id = ?"
    " WHERE id = ?"
)


def _free_numbers(db: Database, changed: dict[int, tuple[object, ...]], removed: list[int]) -> None:
    """Put numbers that others are to have out of the way; versions that are no more go when nothing names them."""
    db.conn.executemany(
        "UPDATE versions SET number = -abs(number) WHERE id = ?", [(id_,) for id_ in (*changed, *removed)]
    )


def _insert(db: Database, document_id: int, values: tuple[object, ...]) -> int:
    names = ("number", "content_sha256", "payload_sha256", "first_visit_id", "last_visit_id")
    return insert(db, "versions", {"document_id": document_id, **dict(zip(names, values, strict=True))})


def remove(db: Database, version_ids: list[int]) -> None:
    """Delete versions that no sighting shows any longer; the feed keeps their lines."""
    db.conn.executemany("DELETE FROM versions WHERE id = ?", [(id_,) for id_ in version_ids])
