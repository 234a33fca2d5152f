"""Versions: the runs of equal content in a document's sightings, in the order of the visits.

A→B→A is three versions over two contents. A document that was away and came back as it was has
no new version. The chain follows from the sightings, so a capture that comes late (read late,
imported, merged) takes its place among the others.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from nianbao.archive.storage.rows import insert_row

if TYPE_CHECKING:
    from sqlite_utils import Database

SIGHTINGS = """
SELECT sightings.visit_id, sightings.effect, sightings.content_sha256, sightings.published_on, sightings.version_id,
       sightings.read_visit_id, visits.run_id, visits.site_id, visits.url, visits.visited_at, visits.payload_sha256
FROM sightings JOIN visits ON visits.id = sightings.visit_id JOIN runs ON runs.id = visits.run_id
WHERE sightings.document_id = ? AND sightings.effect <> 'missed'
ORDER BY visits.visited_at, visits.payload_sha256, runs.uid
"""
KNOWN = """
SELECT versions.id, number, content_sha256, payload_sha256, first_visit_id, last_visit_id, readings.visit_id
FROM versions LEFT JOIN readings ON readings.version_id = versions.id WHERE document_id = ?
"""


class Sighting(NamedTuple):
    """What a visit that found a page showed of a document: its report (`effect` shown), or no
    report.
    """

    visit_id: int
    effect: str
    content_sha256: str | None
    published_on: str | None
    version_id: int | None
    read_visit_id: int
    run_id: int
    site_id: str
    url: str
    visited_at: str
    payload_sha256: str


class Version(NamedTuple):
    """A version as it is stored: `values` without its document, and the visit its reading is
    from.
    """

    id: int
    values: tuple[object, ...]  # number, content, payload, first and last visit
    read_visit_id: int | None

    @property
    def content_sha256(self) -> str:
        """The content of the version."""
        return str(self.values[1])


@dataclass(frozen=True, slots=True)
class Relaid:
    """What laying out a chain did: the versions there are, ids of those that are new or are no
    more.
    """

    spans: dict[int, list[Sighting]] = field(
        default_factory=dict
    )  # version → the visits that show it, in order
    created: list[int] = field(default_factory=list)
    removed: list[int] = field(default_factory=list)

    @property
    def current(self) -> tuple[int | None, str | None]:
        """The id and the content of the last version."""
        return next(
            (
                (id_, span[0].content_sha256)
                for id_, span in reversed(self.spans.items())
            ),
            (None, None),
        )


def extend(db: Database, document_id: int, visit_id: int) -> bool:
    """Make the current version last to a visit that shows it again; False when the visit is not
    the latest, or other.

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
    db.execute(
        "UPDATE sightings SET version_id = ? WHERE visit_id = ?", [row[0], visit_id]
    )
    return True


def sightings(db: Database, document_id: int) -> list[Sighting]:
    """Return what the visits that found a page showed of a document, in the order of time."""
    return [Sighting(*row) for row in db.execute(SIGHTINGS, [document_id]).fetchall()]


def known(db: Database, document_id: int) -> dict[int, Version]:
    """Return the versions of a document that are stored, by id."""
    rows = db.execute(KNOWN, [document_id]).fetchall()
    return {row[0]: Version(row[0], row[1:6], row[6]) for row in rows}


def chain(
    db: Database, document_id: int, seen: list[Sighting], had: dict[int, Version]
) -> Relaid:
    """Lay out the document's versions from its sightings; what did not change is not written.

    `had` are the versions that are stored. Which is the current one is for the caller to write.
    """
    shown = [one for one in seen if one.effect == "shown"]
    used: dict[int, tuple[object, ...]] = {}
    spans: list[tuple[int | None, tuple[object, ...], list[Sighting]]] = []
    for number, (content, group) in enumerate(
        groupby(shown, key=lambda one: one.content_sha256), start=1
    ):
        span = list(group)
        values: tuple[object, ...] = (
            number,
            content,
            span[0].payload_sha256,
            span[0].visit_id,
            span[-1].visit_id,
        )
        version_id = next(
            (
                one.version_id
                for one in span
                if one.version_id in had and one.version_id not in used
            ),
            None,
        )
        if version_id is not None:
            used[version_id] = values
        spans.append((version_id, values, span))
    relaid = Relaid(removed=[id_ for id_ in had if id_ not in used])
    _free_numbers(
        db,
        [id_ for id_, values in used.items() if values != had[id_].values],
        relaid.removed,
    )
    for version_id, values, span in spans:
        if version_id is None:
            version_id = _insert(db, document_id, values)
            relaid.created.append(version_id)
        elif values != had[version_id].values:
            db.execute(UPDATE, [*values, version_id])
        moved = [
            (version_id, one.visit_id) for one in span if one.version_id != version_id
        ]
        db.conn.executemany(
            "UPDATE sightings SET version_id = ? WHERE visit_id = ?", moved
        )
        relaid.spans[version_id] = span
    if any(values[0] != had[id_].values[0] for id_, values in used.items()):
        db.execute(_RELINK, [document_id])
    return relaid


# A line of the feed is about the version that has the number it states, however the chain was
# laid out then.
_RELINK = (
    "UPDATE changes SET version_id = (SELECT id FROM versions WHERE versions.document_id = changes.document_id"
    " AND versions.number = changes.version) WHERE document_id = ? AND version IS NOT NULL"
)
UPDATE = (
    "UPDATE versions SET number = ?, content_sha256 = ?, payload_sha256 = ?, first_visit_id = ?, last_visit_id = ?"
    " WHERE id = ?"
)


def _free_numbers(db: Database, changed: list[int], removed: list[int]) -> None:
    """Put numbers that others are to have out of the way; versions that are no more go when
    nothing names them.
    """
    db.conn.executemany(
        "UPDATE versions SET number = -abs(number) WHERE id = ?",
        [(id_,) for id_ in (*changed, *removed)],
    )


def _insert(db: Database, document_id: int, values: tuple[object, ...]) -> int:
    names = (
        "number",
        "content_sha256",
        "payload_sha256",
        "first_visit_id",
        "last_visit_id",
    )
    return insert_row(
        db,
        "versions",
        {"document_id": document_id, **dict(zip(names, values, strict=True))},
    )


def remove(db: Database, version_ids: list[int]) -> None:
    """Delete versions that no sighting shows any longer; the feed keeps their lines."""
    db.conn.executemany(
        "DELETE FROM versions WHERE id = ?", [(id_,) for id_ in version_ids]
    )
