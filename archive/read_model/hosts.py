"""What the archive tells about hosts: how much was asked of them lately, how often they blocked
us.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

ASKED = """
SELECT count(*) FROM visits
WHERE run_id IN (SELECT id FROM runs WHERE kind = 'crawl' AND (ended_at IS NULL OR ended_at >= :since))
  AND visited_at >= :since AND outcome NOT IN ('refused_by_robots', 'refused_by_boundary')
  AND (url >= 'http://' || :host || '/' AND url < 'http://' || :host || '0'
    OR url >= 'https://' || :host || '/' AND url < 'https://' || :host || '0')
"""  # '0' follows '/' in ASCII


def asked_since(db: Database, host: str, since: str) -> int:
    """Count the visits to a host (with its port, where one is given) since an instant (UTC, ISO
    8601).
    """
    return int(db.execute(ASKED, {"host": host, "since": since}).fetchone()[0])


def blocked_runs(db: Database, site_id: str) -> tuple[int, str | None]:
    """Count a site's latest crawls that ended blocked, one after the other; return also when
    the last of them ended.

    Runs that did not ask the site (postponed) do not count and do not break the row.
    """
    rows = db.execute(
        "SELECT site_runs.end_reason, site_runs.ended_at FROM site_runs JOIN runs ON runs.id = run_id WHERE site_id = ?"
        " AND kind = 'crawl' AND site_runs.ended_at IS NOT NULL AND site_runs.end_reason <> 'postponed'"
        " ORDER BY run_id DESC LIMIT 20",
        [site_id],
    ).fetchall()
    count = next(
        (index for index, (reason, _) in enumerate(rows) if reason != "blocked"),
        len(rows),
    )
    return count, rows[0][1] if count else None
