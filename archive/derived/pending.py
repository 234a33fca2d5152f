"""Which pages are to be read: never read, read by another reader, or marked to be read anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nianbao.archive.derived import agencies

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlite_utils import Database

# Return the visits with a payload that has no observation, the earliest first.
_UNREAD = """
SELECT visits.id, visits.url, visits.payload_sha256, visits.redirects,
       coalesce(json_extract(hint_sets.hints, '$.further_pages'), '[]')
FROM visits
JOIN runs ON runs.id = visits.run_id
LEFT JOIN hint_sets ON hint_sets.id = visits.hint_set_id
LEFT JOIN sightings ON sightings.visit_id = visits.id
WHERE visits.role = 'report'
  AND visits.payload_sha256 IS NOT NULL
  AND sightings.visit_id IS NULL
  AND visits.outcome IN ('fetched', 'not_modified')
ORDER BY visits.visited_at, runs.uid, visits.id
"""
# Return the visits that were read by another reader, and those whose reading a version lacks.
_OUTDATED = """
SELECT visit_id
FROM sightings
WHERE visit_id = read_visit_id AND reader_version IS NOT ?
UNION
SELECT sightings.read_visit_id
FROM versions
JOIN sightings ON sightings.visit_id = first_visit_id
LEFT JOIN readings ON readings.version_id = versions.id
WHERE readings.visit_id IS NOT sightings.read_visit_id
ORDER BY 1
"""


def list_unread_visits(db: Database, reader_version: str) -> list[int]:
    """Return the visits whose page this reader is to read.

    Of pages that were never read, the earliest visit of each address, payload, redirects and
    further pages, in the order of the visits; then those read by another reader or wanted for
    a version.
    """
    earliest: dict[tuple[str, ...], int] = {}
    unread = db.execute(_UNREAD).fetchall()
    for visit_id, *key in unread:
        earliest.setdefault(tuple(key), visit_id)
    visit_ids = list(earliest.values())
    never_read = set(visit_ids)
    outdated = db.execute(_OUTDATED, [reader_version]).fetchall()
    for (visit_id,) in outdated:
        if visit_id not in never_read:
            visit_ids.append(visit_id)
    return visit_ids


def mark_unread(db: Database, where: str, arguments: Iterable[object] = ()) -> int:
    """Mark the readings to be made anew that a condition selects; return how many.

    The condition is SQL, on the columns of `documents` and `readings`.
    """
    return int(
        db.execute(
            f"""
            UPDATE sightings SET reader_version = NULL
            WHERE visit_id IN (
                SELECT sightings.visit_id
                FROM sightings
                LEFT JOIN documents ON documents.id = sightings.document_id
                LEFT JOIN readings ON readings.version_id = sightings.version_id
                WHERE sightings.visit_id = sightings.read_visit_id AND ({where})
            )
            """,
            list(arguments),
        ).rowcount
    )


def mark_region_unread(db: Database, site_id: str) -> None:
    """Mark the readings to be made anew whose agency depends on the region of a site.

    To be called when the region of the site has changed.
    """
    region_id = db.execute(
        "SELECT region_id FROM sites WHERE id = ?", [site_id]
    ).fetchone()[0]
    agency_ids: list[int] = []
    if region_id is not None:
        agency_ids = agencies.find_agencies_of_region_name(db, region_id)
    marks = ", ".join("?" * len(agency_ids))
    condition = f"documents.site_id = ? OR readings.agency_id IN ({marks})"
    mark_unread(db, condition, [site_id, *agency_ids])
