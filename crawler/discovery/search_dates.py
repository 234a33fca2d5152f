"""When a government's site is searched: where nothing works, and once a year before January."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from nianbao.archive.clock import CHINA, utc_text

if TYPE_CHECKING:
    from nianbao.archive.raw.discoveries import SearchOutcome, SiteDiscovery

# Reports come from January to March: what a site is like then is found out before.
FIRST_MONTH = 11
# A site without a column that works is searched again after so long, by how the last search ended.
PAUSES: dict[SearchOutcome, timedelta] = {
    "found": timedelta(days=7),
    "no_column": timedelta(days=90),
    "needs_browser": timedelta(days=90),
    "blocked": timedelta(days=30),
    "unreachable": timedelta(days=7),
}


def is_search_due(
    last: SiteDiscovery | None,
    now: datetime,
    *,
    works: bool,
) -> bool:
    """Tell whether a site is to be searched.

    `last` is its last search, None where there was none; `works` whether a column that was found
    still shows reports.
    """
    if last is None or last.ended_at < utc_text(find_last_november(now)):
        return True
    if works:
        return False
    return last.ended_at < utc_text(now - PAUSES[last.outcome])


def find_last_november(now: datetime) -> datetime:
    """Return the beginning of the last November, in China, that has begun."""
    today = now.astimezone(CHINA)
    year = today.year if today.month >= FIRST_MONTH else today.year - 1
    return datetime(
        year,
        FIRST_MONTH,
        1,
        tzinfo=CHINA,
    )
