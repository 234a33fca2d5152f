"""How much was requested of a host lately, and how often a site blocked the crawl."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

LATEST_RUNS = 20

# '0' follows '/' in ASCII: the addresses of a host are a range.
REQUESTS = """
SELECT count(*) FROM visits
WHERE run_id IN (
    SELECT id FROM runs WHERE kind = 'crawl' AND (ended_at IS NULL OR ended_at >= :since)
  )
  AND visited_at >= :since AND outcome NOT IN ('refused_by_robots', 'refused_by_boundary')
  AND coalesce(message, '') NOT LIKE 'shared: %'
  AND (url >= 'http://' || :host || '/' AND url < 'http://' || :host || '0'
    OR url >= 'https://' || :host || '/' AND url < 'https://' || :host || '0'
    OR url >= 'http://www.' || :host || '/' AND url < 'http://www.' || :host || '0'
    OR url >= 'https://www.' || :host || '/' AND url < 'https://www.' || :host || '0')
"""
ENDED_RUNS = """
SELECT site_runs.end_reason, site_runs.ended_at FROM site_runs
JOIN runs ON runs.id = run_id
WHERE site_id = ? AND kind = 'crawl' AND site_runs.ended_at IS NOT NULL
  AND site_runs.end_reason <> 'postponed'
ORDER BY run_id DESC LIMIT ?
"""


def count_requests(db: Database, host: str, since: str) -> int:
    """Count the requests to a host, with `www.` too, since an instant (UTC, ISO 8601).

    `host` is without `www.` and has its port, where the addresses name one.
    """
    arguments = {"host": host, "since": since}
    return int(db.execute(REQUESTS, arguments).fetchone()[0])


def count_blocked_runs(db: Database, site_id: str) -> tuple[int, str | None]:
    """Count a site's latest crawls in a row that ended blocked.

    Returns also when the last of them ended. A postponed run asked the site nothing: it does
    not count and does not end the row.
    """
    rows = db.execute(ENDED_RUNS, [site_id, LATEST_RUNS]).fetchall()
    count = 0
    for reason, _ in rows:
        if reason != "blocked":
            break
        count += 1
    if count == 0:
        return 0, None
    return count, rows[0][1]
