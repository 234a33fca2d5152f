"""Which pages are to be read: never read, read by another reader, or marked to be read anew.

A page that the reader fails on shows nothing: no report, and no page without one. It is judged
once. The finding `reader.failed` names the address, the payloads and the reader, and until
another reader comes, or a person asks for it, nobody tries that page again.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from nianbao.archive.derived import agencies, readings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlite_utils import Database

    from nianbao.archive.raw.visits import Visit
    from nianbao.archive.records import Finding

# Return the visits with a payload that has no observation, the earliest first.
_UNREAD = """
SELECT visits.id, visits.url, visits.payload_sha256, visits.redirects,
       coalesce(json_extract(hint_sets.hints, '$.further_pages'), '[]'),
       coalesce(json_extract(hint_sets.hints, '$.images'), '[]'),
       coalesce(json_extract(visits.redirects, '$[#-1]'), visits.url)
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
_MARK_RECOGNIZED = """
UPDATE sightings SET reader_version = NULL
WHERE visit_id = read_visit_id AND visit_id IN (
    SELECT visits.id
    FROM visits
    LEFT JOIN hint_sets ON hint_sets.id = visits.hint_set_id
    WHERE visits.role = 'report'
      AND (
        visits.payload_sha256 IN (SELECT value FROM json_each(:digests))
        OR EXISTS (
          SELECT 1
          FROM json_each(hint_sets.hints, '$.images') AS image
          WHERE substr(image.value, 1, 64) IN (SELECT value FROM json_each(:digests))
        )
      )
)
"""
FAILED_FOR_GOOD = "page"  # cases of the finding `reader.failed`
FAILED_ONCE = "page_once"
# Return what a reader failed on for good: the address that answered, and the payloads.
_FAILED_BY_READER = f"""
SELECT url, json_extract(parameters, '$.payloads')
FROM findings
WHERE rule = 'reader.failed'
  AND json_extract(parameters, '$.case') = '{FAILED_FOR_GOOD}'
  AND json_extract(parameters, '$.reader_version') = ?
"""
_FAILED_BY_ANY_READER = """
SELECT url, json_extract(parameters, '$.payloads')
FROM findings
WHERE rule = 'reader.failed'
"""
_FAILURE_OF_PAGE = """
FROM findings
WHERE rule = 'reader.failed' AND url = ? AND json_extract(parameters, '$.payloads') = ?
"""


def name_payloads(sha256: str, further_pages: Iterable[str] | None) -> str:
    """Return what a page that was not read is known by beside its address: its payloads."""
    return " ".join((sha256, *(further_pages or ())))


def has_failed_for_good(db: Database, visit: Visit) -> bool:
    """Tell whether a reader has failed on the page of a visit, whichever version it was."""
    if visit.payload_sha256 is None:
        return False
    payloads = name_payloads(visit.payload_sha256, visit.hints.further_pages)
    return find_failure(db, visit.final_url, payloads) == FAILED_FOR_GOOD


def find_failure(db: Database, url: str, payloads: str) -> str | None:
    """Return how a reader has failed on a page, FAILED_FOR_GOOD or FAILED_ONCE; else None."""
    query = f"SELECT json_extract(parameters, '$.case') {_FAILURE_OF_PAGE}"
    row = db.execute(query, [url, payloads]).fetchone()
    return None if row is None else str(row[0])


def write_failure(db: Database, finding: Finding, run_id: int, site_id: str) -> None:
    """Note that a page could not be read, in the place of what was noted of it before."""
    parameters = finding.parameters or {}
    url = parameters["url"]
    db.execute(f"DELETE {_FAILURE_OF_PAGE}", [url, parameters["payloads"]])
    readings.write_findings(db, [finding], run_id=run_id, site_id=site_id, url=url)


def list_unread_visits(
    db: Database, reader_version: str, *, with_failed: bool = False
) -> list[int]:
    """Return the visits whose page this reader is to read.

    Of pages that were never read, the earliest visit of each address, payload, redirects,
    further pages and images, in the order of the visits; then those read by another reader or
    wanted for a version. What this reader failed on is among them only `with_failed`.
    """
    failed: set[tuple[str, str]] = set()
    if not with_failed:
        failed.update(db.execute(_FAILED_BY_READER, [reader_version]).fetchall())
    earliest: dict[tuple[str, ...], int] = {}
    unread = db.execute(_UNREAD).fetchall()
    for visit_id, url, sha256, redirects, further_pages, images, final_url in unread:
        payloads = name_payloads(sha256, json.loads(further_pages))
        if (final_url, payloads) not in failed:
            key = (url, sha256, redirects, further_pages, images)
            earliest.setdefault(key, visit_id)
    visit_ids = list(earliest.values())
    never_read = set(visit_ids)
    outdated = db.execute(_OUTDATED, [reader_version]).fetchall()
    for (visit_id,) in outdated:
        if visit_id not in never_read:
            visit_ids.append(visit_id)
    return visit_ids


def count_never_read(db: Database) -> int:
    """Return how many pages no reader has read, and none has failed on for good."""
    failed = set(db.execute(_FAILED_BY_ANY_READER).fetchall())
    pages: set[tuple[str, ...]] = set()
    unread = db.execute(_UNREAD)
    for _, url, sha256, redirects, further_pages, images, final_url in unread:
        payloads = name_payloads(sha256, json.loads(further_pages))
        if (final_url, payloads) not in failed:
            pages.add((url, sha256, redirects, further_pages, images))
    return len(pages)


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


def mark_recognized_unread(db: Database, digests: Iterable[str]) -> None:
    """Mark the pages to be read anew that are one of some payloads, or have one as an image."""
    db.execute(_MARK_RECOGNIZED, {"digests": json.dumps(list(digests))})


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
