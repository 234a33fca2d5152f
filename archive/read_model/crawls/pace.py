"""How fast sites were crawled last: the seconds from one request to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

# Of the last crawl of each site that has ended. What nothing was sent for is no request.
PACES = """
WITH last AS (
    SELECT site_id, max(run_id) AS run_id
    FROM site_runs
    JOIN runs ON runs.id = run_id
    WHERE kind = 'crawl' AND site_runs.ended_at IS NOT NULL
    GROUP BY site_id
)
SELECT visits.site_id,
       (julianday(max(visited_at)) - julianday(min(visited_at))) * 86400 / (count(*) - 1)
FROM last
CROSS JOIN visits ON visits.run_id = last.run_id AND visits.site_id = last.site_id
WHERE coalesce(message, '') NOT LIKE 'shared: %'
GROUP BY visits.site_id
HAVING count(*) > 1
"""


def select_paces(db: Database) -> dict[str, float]:
    """Return the seconds from request to request in the last crawl of each site."""
    return dict(db.execute(PACES).fetchall())
