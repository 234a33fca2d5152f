"""Versions: the runs of equal content in a document's observations, in the order of the visits.

A→B→A is three versions over two contents. A document that was away and came back as it was has
no new version. The versions follow from the observations, so a capture that comes late (read
late, imported, merged) takes its place among the others.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from nianbao.archive.storage.rows import insert_row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

# Return what the visits that found a page showed of a document, in the order of time.
_OBSERVATIONS = """
SELECT sightings.visit_id, sightings.effect, sightings.content_sha256, sightings.published_on,
       sightings.version_id, sightings.read_visit_id, visits.run_id, visits.site_id, visits.url,
       visits.visited_at, visits.payload_sha256
FROM sightings
JOIN visits ON visits.id = sightings.visit_id
JOIN runs ON runs.id = visits.run_id
WHERE sightings.document_id = ? AND sightings.effect <> 'missed'
ORDER BY visits.visited_at, visits.payload_sha256, runs.uid
"""
# Return the versions of a document, each with the visit its reading is from.
_VERSIONS = """
SELECT versions.id, number, content_sha256, payload_sha256, first_visit_id, last_visit_id,
       readings.visit_id
FROM versions
LEFT JOIN readings ON readings.version_id = versions.id
WHERE document_id = ?
"""
# Return the current version of a document if a visit after its last one shows it unchanged.
_EXTENSIBLE = """
SELECT versions.id
FROM documents
JOIN versions ON versions.id = documents.current_version_id
JOIN sightings AS last ON last.visit_id = versions.last_visit_id
JOIN visits AS last_visit ON last_visit.id = last.visit_id
JOIN sightings AS this ON this.visit_id = ?
JOIN visits AS this_visit ON this_visit.id = this.visit_id
LEFT JOIN hint_sets AS last_hints ON last_hints.id = last_visit.hint_set_id
LEFT JOIN hint_sets AS this_hints ON this_hints.id = this_visit.hint_set_id
WHERE documents.id = ?
  AND this.content_sha256 = versions.content_sha256
  AND this.published_on IS last.published_on
  AND coalesce(json_extract(this_hints.hints, '$.images'), 'none')
    IN ('none', json_extract(last_hints.hints, '$.images'))
  AND this_visit.visited_at > last_visit.visited_at
"""
_UPDATE = """
UPDATE versions
SET number = ?, content_sha256 = ?, payload_sha256 = ?, first_visit_id = ?, last_visit_id = ?
WHERE id = ?
"""


class Observation(NamedTuple):
    """What a visit that found a page showed of a document.

    `effect` is `shown` (its report) or `not_a_report`.
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


class VersionValues(NamedTuple):
    """The columns of a version that follow from its observations."""

    number: int
    content_sha256: str | None
    payload_sha256: str
    first_visit_id: int
    last_visit_id: int


class StoredVersion(NamedTuple):
    """A version as it is stored, with the visit its reading is from."""

    id: int
    values: VersionValues
    read_visit_id: int | None


class VersionSpan(NamedTuple):
    """A version as the observations give it: some of equal content in a row."""

    values: VersionValues
    observations: list[Observation]


@dataclass(frozen=True, slots=True)
class VersionChain:
    """The versions of a document as they were derived.

    `spans` has the observations of each version, in the order of the numbers; `removed_ids` are
    those that no observation shows any longer and are still to be deleted.
    """

    spans: dict[int, list[Observation]] = field(default_factory=dict)
    removed_ids: list[int] = field(default_factory=list)
    is_renumbered: bool = False  # a version has another number than before

    @property
    def current(self) -> tuple[int | None, str | None]:
        """The id and the content of the last version."""
        for version_id, observations in reversed(self.spans.items()):
            return version_id, observations[0].content_sha256
        return None, None


def extend_current_version(db: Database, document_id: int, visit_id: int) -> bool:
    """Make the current version last to a visit that shows it again.

    Return False when the visit is not the latest or shows something else. A publication date or
    images that differ from those of the visit before count as something else, too.
    """
    row = db.execute(_EXTENSIBLE, [visit_id, document_id]).fetchone()
    if row is None:
        return False
    version_id = row[0]
    db.execute(
        "UPDATE versions SET last_visit_id = ? WHERE id = ?", [visit_id, version_id]
    )
    db.execute(
        "UPDATE sightings SET version_id = ? WHERE visit_id = ?", [version_id, visit_id]
    )
    return True


def load_observations(db: Database, document_id: int) -> list[Observation]:
    """Return what the visits that found a page showed of a document, in the order of time."""
    rows = db.execute(_OBSERVATIONS, [document_id]).fetchall()
    return [Observation(*row) for row in rows]


def load_versions(db: Database, document_id: int) -> dict[int, StoredVersion]:
    """Return the versions of a document that are stored, by id."""
    versions: dict[int, StoredVersion] = {}
    rows = db.execute(_VERSIONS, [document_id]).fetchall()
    for version_id, *columns, read_visit_id in rows:
        values = VersionValues(*columns)
        versions[version_id] = StoredVersion(version_id, values, read_visit_id)
    return versions


def derive_versions(
    db: Database,
    document_id: int,
    observations: Sequence[Observation],
    before: dict[int, StoredVersion],
) -> VersionChain:
    """Derive the versions of a document from its observations; write those that differ.

    `before` are the versions that are stored. Which version is the current one is for the
    caller to write, and the removed ones are for the caller to delete.
    """
    spans = _split_spans(observations)
    version_ids = _match_versions(spans, before)
    changed_ids: list[int] = []
    is_renumbered = False
    for version_id, span in zip(version_ids, spans, strict=True):
        if version_id is not None and span.values != before[version_id].values:
            changed_ids.append(version_id)
            if span.values.number != before[version_id].values.number:
                is_renumbered = True
    continued_ids = set(version_ids)
    removed_ids = [id_ for id_ in before if id_ not in continued_ids]
    _release_numbers(db, [*changed_ids, *removed_ids])

    chain = VersionChain(removed_ids=removed_ids, is_renumbered=is_renumbered)
    for version_id, span in zip(version_ids, spans, strict=True):
        if version_id is None:
            version_id = _insert_version(db, document_id, span.values)
        elif span.values != before[version_id].values:
            db.execute(_UPDATE, [*span.values, version_id])
        _assign_observations(db, version_id, span.observations)
        chain.spans[version_id] = span.observations
    return chain


def _split_spans(observations: Sequence[Observation]) -> list[VersionSpan]:
    """Return the spans of equal content among the observations that show a report."""
    reports = [item for item in observations if item.effect == "shown"]
    spans: list[VersionSpan] = []
    for content_sha256, group in groupby(reports, key=attrgetter("content_sha256")):
        members = list(group)
        first = members[0]
        values = VersionValues(
            number=len(spans) + 1,
            content_sha256=content_sha256,
            payload_sha256=first.payload_sha256,
            first_visit_id=first.visit_id,
            last_visit_id=members[-1].visit_id,
        )
        spans.append(VersionSpan(values, members))
    return spans


def _match_versions(
    spans: Sequence[VersionSpan], before: dict[int, StoredVersion]
) -> list[int | None]:
    """Return for each span the stored version that it continues, None for a new one.

    That is the first version which one of its observations belonged to, and which no span
    before it continues.
    """
    version_ids: list[int | None] = []
    matched_ids: set[int | None] = set()
    for span in spans:
        version_id = None
        for observation in span.observations:
            candidate = observation.version_id
            if candidate in before and candidate not in matched_ids:
                version_id = candidate
                matched_ids.add(candidate)
                break
        version_ids.append(version_id)
    return version_ids


def _release_numbers(db: Database, version_ids: Sequence[int]) -> None:
    """Put the numbers of versions out of the way, for other versions are to have them.

    Versions that are no more are deleted later, when nothing names them.
    """
    db.conn.executemany(
        "UPDATE versions SET number = -abs(number) WHERE id = ?",
        [(version_id,) for version_id in version_ids],
    )


def _insert_version(db: Database, document_id: int, values: VersionValues) -> int:
    row = {"document_id": document_id, **values._asdict()}
    return insert_row(db, "versions", row)


def _assign_observations(
    db: Database, version_id: int, observations: Sequence[Observation]
) -> None:
    """Write to which version observations belong, where that differs."""
    rows: list[tuple[int, int]] = []
    for observation in observations:
        if observation.version_id != version_id:
            rows.append((version_id, observation.visit_id))
    db.conn.executemany("UPDATE sightings SET version_id = ? WHERE visit_id = ?", rows)


def delete_versions(db: Database, version_ids: Sequence[int]) -> None:
    """Delete versions that no observation shows any longer; the feed keeps their lines."""
    db.conn.executemany(
        "DELETE FROM versions WHERE id = ?",
        [(version_id,) for version_id in version_ids],
    )
