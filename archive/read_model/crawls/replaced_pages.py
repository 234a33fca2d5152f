"""Reports in whose place a run found something else: a challenge, a notice, another page.

Such a page says nothing of the report, so nothing is told of it, and the run is no measure of
what has vanished. It is none the less where the report stands elsewhere now, or where something
else has stood there for so many runs that it is no passing trouble.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from nianbao.archive.errors import PayloadDamaged
from nianbao.archive.raw import blobs
from nianbao.archive.raw.recognitions import may_be_scan

if TYPE_CHECKING:
    from sqlite_utils import Database

MOST_RUNS = 8  # in a row; something else that stands there longer is there to stay

# Return the present documents of a site that the run visited, each with its last visit in it.
_LAST_VISITS = """
SELECT documents.id, documents.content_sha256, visits.url, visits.outcome, shows.effect,
       visits.payload_sha256, max(visits.visited_at)
FROM visits
LEFT JOIN sightings AS shows ON shows.visit_id = visits.id
JOIN documents ON documents.id = coalesce(shows.document_id, (
    SELECT earlier.document_id
    FROM visits AS before
    JOIN sightings AS earlier ON earlier.visit_id = before.id
    WHERE before.url = visits.url
      AND earlier.effect = 'shown'
      AND visits.outcome IN ('blocked', 'replaced')
    ORDER BY before.visited_at DESC
    LIMIT 1
))
WHERE visits.run_id = ? AND visits.site_id = ? AND visits.role = 'report'
  AND documents.site_id = visits.site_id
  AND documents.state IN ('new', 'present')
GROUP BY documents.id
ORDER BY visits.url
"""
# Return in how many runs an address was visited since it showed a report last.
_RUNS_SINCE = """
SELECT count(DISTINCT visits.run_id)
FROM visits
WHERE visits.url = :url
  AND visits.visited_at > (
      SELECT max(shown.visited_at)
      FROM visits AS shown
      JOIN sightings ON sightings.visit_id = shown.id
      WHERE shown.url = :url AND sightings.effect = 'shown'
  )
"""


class ReplacedPages(NamedTuple):
    """The known reports of a site that a run visited, and those something else stood for."""

    visited: int
    urls: list[str]


def find_replaced_pages(db: Database, run_id: int, site_id: str) -> ReplacedPages:
    """Return the reports of a site in whose place a run found something else, for no known end."""
    rows = db.execute(_LAST_VISITS, [run_id, site_id]).fetchall()
    shown_contents = set()
    for _, content_sha256, _, _, effect, *_ in rows:
        if effect == "shown":
            shown_contents.add(content_sha256)
    urls: list[str] = []
    for _, content_sha256, url, outcome, effect, payload_sha256, _ in rows:
        is_replaced = outcome in ("blocked", "replaced") or (
            effect == "not_a_report" and not _is_scan(db, payload_sha256)
        )
        if not is_replaced or content_sha256 in shown_contents:
            continue
        if _count_runs(db, url) <= MOST_RUNS:
            urls.append(url)
    return ReplacedPages(len(rows), urls)


def _is_scan(db: Database, payload_sha256: str) -> bool:
    """Tell whether a payload is a scan that was not read: the report, as far as is known."""
    try:
        return may_be_scan(blobs.load_payload(db, payload_sha256))
    except PayloadDamaged:  # for `verify` to find
        return False


def _count_runs(db: Database, url: str) -> int:
    row = db.execute(_RUNS_SINCE, {"url": url}).fetchone()
    return int(row[0])
