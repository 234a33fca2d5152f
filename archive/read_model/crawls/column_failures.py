"""Whether the columns of a site still show reports, as the latest crawls of it tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

_LAST_VISIT = """
SELECT outcome FROM visits
WHERE url = ? AND site_id = ? AND role = 'list' AND visited_at >= ? AND run_id IS NOT ?
ORDER BY visited_at DESC, id DESC
LIMIT 1
"""
_LAST_LINKS = """
SELECT links FROM site_runs
WHERE site_id = ? AND ended_at >= ? AND links IS NOT NULL AND run_id IS NOT ?
ORDER BY ended_at DESC
LIMIT 1
"""
CAME = ("fetched", "not_modified")


def have_columns_failed(
    db: Database,
    site_id: str,
    urls: Sequence[str],
    since: str,
    but_run: int | None = None,
) -> bool:
    """Tell whether no column of a site works any more, by its crawls since an instant.

    None of them came when it was asked for last, or the last crawl of all its lists found no
    report on them. Columns that were not asked for yet have not failed. `but_run` is a run that
    does not count: it goes on.
    """
    row = db.execute(_LAST_LINKS, [site_id, since, but_run]).fetchone()
    if row is not None and row[0] == 0:
        return True
    outcomes = []
    for url in urls:
        visit = db.execute(_LAST_VISIT, [url, site_id, since, but_run]).fetchone()
        outcomes.append(visit[0] if visit else None)
    return all(outcome is not None and outcome not in CAME for outcome in outcomes)
