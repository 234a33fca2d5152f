"""The sites of a roster: when each was read whole, and which bodies its columns hold."""

from __future__ import annotations

import json
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlite_utils import Database

BodyKind = Literal["government", "department", "township"]
# Why nothing can be said of a body: no site of its region is in the archive; none was crawled; a
# search of the site found no column, or needs a browser; the last crawl or search got no answer or
# met a wall; the last crawl did not read every list to its end; the lists were read, and no column
# is known to hold bodies of this kind; they were read last before the report was due; or the lists
# of townships do not tell whether it existed.
Obstacle = Literal[
    "no_site",
    "never_crawled",
    "no_column",
    "needs_browser",
    "unreachable",
    "blocked",
    "not_whole",
    "not_covered",
    "not_read_since",
    "existence_unknown",
]
_COVERED: dict[str, tuple[BodyKind, ...]] = {
    "all": ("government",),  # and the kinds of which there is a report on the site
    "government": ("government",),
    "departments": ("department",),
    "townships": ("township",),
}
_ONE_BODY = "one_body"

_SITES = """
SELECT sites.id, region_id, regions.name FROM sites
LEFT JOIN regions ON regions.id = sites.region_id
WHERE sites.region_id IN (SELECT value FROM json_each(:regions))
   OR sites.id IN (SELECT value FROM json_each(:sites))
ORDER BY sites.id
"""
# The day in China on which each healthy run ended.
_WHOLE_RUNS = """
SELECT site_id, date(ended_at, '+8 hours')
FROM site_runs
WHERE healthy AND ended_at IS NOT NULL
  AND site_id IN (SELECT value FROM json_each(?))
ORDER BY ended_at
"""
# The last run of each site: whether it was healthy, how it ended, and whether it met walls.
_LAST_RUNS = """
SELECT latest.site_id, latest.healthy, latest.end_reason = 'blocked' OR EXISTS (
    SELECT 1 FROM findings
    WHERE findings.run_id = latest.run_id AND findings.site_id = latest.site_id
      AND rule LIKE 'blocked.%' AND severity = 'error'
)
FROM (
    SELECT site_id, run_id, healthy, end_reason, max(ended_at) FROM site_runs
    WHERE ended_at IS NOT NULL AND site_id IN (SELECT value FROM json_each(?))
    GROUP BY site_id
) AS latest
"""
# How the last search for report columns ended on each site.
_SEARCHES = """
SELECT site_id, outcome FROM (
    SELECT site_id, outcome, max(ended_at) FROM discoveries
    WHERE site_id IN (SELECT value FROM json_each(?))
    GROUP BY site_id
)
"""
# The columns that the last healthy run of each site read, by what their visits have as hints.
_COLUMNS = """
SELECT DISTINCT visits.site_id,
       coalesce(json_extract(own.hints, '$.column'), json_extract(common.hints, '$.column')),
       coalesce(json_extract(own.hints, '$.covers'), json_extract(common.hints, '$.covers'))
FROM (
    SELECT site_id, run_id, max(ended_at) FROM site_runs
    WHERE healthy AND ended_at IS NOT NULL
      AND site_id IN (SELECT value FROM json_each(?))
    GROUP BY site_id
) AS latest
JOIN visits ON visits.run_id = latest.run_id AND visits.site_id = latest.site_id
JOIN hint_sets AS own ON own.id = visits.hint_set_id
LEFT JOIN hint_sets AS common ON common.id = own.common_id
WHERE visits.role = 'list' AND visits.outcome IN ('fetched', 'not_modified')
ORDER BY 1, 2
"""


@dataclass(slots=True)
class SiteReach:
    """A site: the days on which it was read whole, and what its columns hold."""

    id: str
    region_id: int | None
    region: str | None
    whole_days: list[str] = field(default_factory=list)
    trouble: Obstacle | None = (
        "never_crawled"  # of its latest run; None: it was healthy
    )
    columns: list[str] = field(default_factory=list)
    # What site files state of its columns, the kinds of which it shows any body, and most bodies.
    coverage: set[str] = field(default_factory=set)
    present_kinds: set[BodyKind] = field(default_factory=set)
    usual_kinds: set[BodyKind] = field(default_factory=set)

    @property
    def covers(self) -> set[BodyKind]:
        """The kinds of bodies that its columns hold.

        A column of all bodies on which no township was ever seen is not known to hold townships:
        they may have a column of their own.
        """
        kinds: set[BodyKind] = set()
        for covered in self.coverage:
            kinds.update(_COVERED.get(covered, ()))
        if "all" in self.coverage:
            kinds.update(self.present_kinds)
        if _ONE_BODY in self.coverage and not kinds:
            return kinds
        return kinds | self.usual_kinds

    def is_of(self, region: str) -> bool:
        """Tell whether it publishes for a region: its own, or one within it.

        A site of no region that carries a report, as a compilation does, is no place to look
        for the next one. Bodies of no known region are those of their site.
        """
        if not region:
            return True
        return self.region is not None and region.startswith(self.region)

    def find_whole_reading(self, day: str) -> str | None:
        """Return the first day after a day on which it was read whole."""
        place = bisect_right(self.whole_days, day)
        if place == len(self.whole_days):
            return None
        return self.whole_days[place]

    def name_obstacle(self, *, is_covered: bool) -> Obstacle:
        """Return why the site says nothing of a body after the day on which it was due."""
        if self.whole_days and not is_covered:
            return "not_covered"
        return self.trouble or "not_read_since"


def select_sites(
    db: Database, region_ids: Iterable[int], site_ids: Iterable[str]
) -> dict[str, SiteReach]:
    """Return by id the sites of some regions, and further ones by their ids."""
    arguments = {
        "regions": json.dumps(sorted(region_ids)),
        "sites": json.dumps(sorted(site_ids)),
    }
    sites: dict[str, SiteReach] = {}
    for site_id, region_id, region in db.execute(_SITES, arguments).fetchall():
        sites[site_id] = SiteReach(site_id, region_id, region)
    ids = [json.dumps(list(sites))]
    for site_id, day in db.execute(_WHOLE_RUNS, ids).fetchall():
        sites[site_id].whole_days.append(day)
    for site_id, healthy, is_blocked in db.execute(_LAST_RUNS, ids).fetchall():
        trouble: Obstacle = "blocked" if is_blocked else "not_whole"
        sites[site_id].trouble = None if healthy else trouble
    for site_id, outcome in db.execute(_SEARCHES, ids).fetchall():
        if outcome != "found" and not sites[site_id].whole_days:
            sites[site_id].trouble = outcome
    for site_id, column, covers in db.execute(_COLUMNS, ids).fetchall():
        if column:
            sites[site_id].columns.append(column)
        if covers:
            sites[site_id].coverage.add(covers)
    return sites
