"""Backfill: what the archive has seen of a site, and what captures of another archive added."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlite_utils import Database

OBSERVATIONS = """
SELECT url, visited_at, payload_sha256 FROM visits
WHERE site_id = ?
  AND role IN ('report', 'other')
  AND outcome IN ('fetched', 'not_modified')
  AND payload_sha256 IS NOT NULL
ORDER BY visited_at, id
"""
REPORT_ADDRESSES = """
SELECT DISTINCT visits.url FROM visits
JOIN sightings ON sightings.visit_id = visits.id
WHERE site_id = ? AND effect = 'shown'
ORDER BY visits.url
"""
# The versions that runs were the first to show, each with when other runs first and last saw its
# page, and whether they saw the version.
ADDED_VERSIONS = """
SELECT first.visited_at, min(ours.visited_at), max(ours.visited_at),
       max(sightings.version_id = versions.id AND ours.id IS NOT NULL)
FROM versions
JOIN visits AS first ON first.id = versions.first_visit_id
LEFT JOIN sightings ON sightings.document_id = versions.document_id
                   AND sightings.effect = 'shown'
LEFT JOIN visits AS ours ON ours.id = sightings.visit_id
                        AND ours.run_id NOT IN (SELECT value FROM json_each(:runs))
WHERE first.run_id IN (SELECT value FROM json_each(:runs))
GROUP BY versions.id
"""
# Count the reports of runs that no crawl has seen, or whose pages are gone.
RESCUED_REPORTS = """
SELECT count(DISTINCT versions.report_id)
FROM visits
JOIN sightings ON sightings.visit_id = visits.id
JOIN versions ON versions.id = sightings.version_id
JOIN reports ON reports.id = versions.report_id
WHERE visits.run_id IN (SELECT value FROM json_each(:runs))
  AND (reports.state <> 'present' OR NOT EXISTS (
      SELECT 1 FROM versions AS other
      JOIN sightings AS seen ON seen.version_id = other.id
      JOIN visits AS crawled ON crawled.id = seen.visit_id
      JOIN runs ON runs.id = crawled.run_id
      WHERE other.report_id = reports.id AND runs.kind = 'crawl'))
"""


@dataclass(frozen=True, slots=True)
class SiteObservation:
    """A payload that was seen at an address."""

    url: str
    visited_at: str
    payload_sha256: str


@dataclass(frozen=True, slots=True)
class AddedVersions:
    """How many versions captures added: by where they stand among what was seen of their page.

    `alone` are those of pages of which nothing else was seen. `earlier` are no new versions, but
    were seen before we saw them. `rescued` are reports that no crawl has seen, or whose pages are
    gone.
    """

    before: int
    between: int
    after: int
    alone: int
    earlier: int
    rescued: int


def select_observations(db: Database, site_id: str) -> Iterator[SiteObservation]:
    """Yield every payload that was seen of a site's reports, the earliest first."""
    for row in db.execute(OBSERVATIONS, [site_id]):
        yield SiteObservation(*row)


def list_report_addresses(db: Database, site_id: str) -> list[str]:
    """Return the addresses at which a site ever showed a report."""
    return [url for (url,) in db.execute(REPORT_ADDRESSES, [site_id])]


def count_added_versions(db: Database, run_ids: Iterable[int]) -> AddedVersions:
    """Return what some imports have added."""
    runs = {"runs": json.dumps(list(run_ids))}
    places: Counter[str] = Counter()
    for added_at, first_at, last_at, is_ours in db.execute(ADDED_VERSIONS, runs):
        place = "earlier" if is_ours else _name_place(added_at, first_at, last_at)
        places[place] += 1
    (rescued,) = db.execute(RESCUED_REPORTS, runs).fetchone()
    return AddedVersions(
        before=places["before"],
        between=places["between"],
        after=places["after"],
        alone=places["alone"],
        earlier=places["earlier"],
        rescued=rescued,
    )


def _name_place(added_at: str, first_at: str | None, last_at: str | None) -> str:
    if first_at is None or last_at is None:
        return "alone"
    if added_at < first_at:
        return "before"
    return "after" if added_at > last_at else "between"
