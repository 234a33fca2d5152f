"""Siblings: agencies of one region and level, or of one region on its own site, and the years
that one of them lacks.

A year is looked at once the season for its reports has ended and a site that carries the agency was
crawled in good health after that. The archive says what it has not; whether the report was never
published, or stands where the crawl does not look, it cannot know.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from nianbao.archive.checks.deadlines import SEASON_ENDS
from nianbao.archive.checks.store import Placed, keep
from nianbao.archive.records import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlite_utils import Database

RULE = "report.missing"
LEAST = 3  # siblings that have the year: fewer prove no habit
HALF = 2  # one in two of the siblings, or more

# An agency is on every site that carries or carried one of its reports.
YEARS = "SELECT agency_id, report_year FROM reports"
SITES = """
SELECT DISTINCT readings.agency_id, documents.site_id FROM readings
JOIN documents ON documents.current_version_id = readings.version_id
WHERE readings.agency_id IS NOT NULL AND readings.report_year IS NOT NULL ORDER BY documents.site_id
"""
AGENCIES = "SELECT id, region_id, level FROM agencies WHERE id IN (SELECT agency_id FROM reports)"
REGIONS = "SELECT id, region_id FROM sites WHERE region_id IS NOT NULL"
LAST_HEALTHY = "SELECT site_id, max(ended_at) FROM site_runs WHERE healthy AND ended_at IS NOT NULL GROUP BY site_id"
STORED = "SELECT agency_id, report_year, severity, message, site_id FROM findings WHERE rule = ?"

Key = tuple[
    str, int, str
]  # of a group: "level" or "site", the region, which level or site


class Group(NamedTuple):
    """Siblings: how many agencies there are, and how many of them have a report for each year."""

    members: int
    having: Counter[int]


class Neighbourhood:
    """All agencies with their years, sites and groups, fetched at once: one by one each takes
    some questions.
    """

    def __init__(self, db: Database) -> None:
        self.years = _gathered(
            db, YEARS
        )  # agency → the years of which the archive has its report
        self.sites = _gathered(db, SITES)  # agency → the sites that carry its reports
        self._last_healthy: dict[str, str] = dict(db.execute(LAST_HEALTHY).fetchall())
        self._region_of: dict[str, int] = dict(db.execute(REGIONS).fetchall())
        self._agencies = {row[0]: row[1:] for row in db.execute(AGENCIES).fetchall()}
        members: dict[Key, list[int]] = {}
        for agency_id in self._agencies:
            for key in self._keys(agency_id):
                members.setdefault(key, []).append(agency_id)
        self._groups = {
            key: Group(
                len(ids),
                Counter(year for agency_id in ids for year in self.years[agency_id]),
            )
            for key, ids in members.items()
        }

    def _keys(self, agency_id: int) -> Iterator[Key]:
        region_id, level = self._agencies[agency_id]
        if region_id is not None:
            if level is not None:
                yield "level", region_id, level
            for site_id in self.sites.get(agency_id, ()):
                if self._region_of.get(site_id) == region_id:
                    yield "site", region_id, site_id

    def groups(self, agency_id: int) -> list[Group]:
        """Return the groups of agencies an agency is in: by region and level, and on each site
        of its region.
        """
        return [self._groups[key] for key in self._keys(agency_id)]

    def seen_until(self, agency_id: int) -> str:
        """Return when a site of the agency was last crawled in good health, an empty text for
        never.
        """
        return max(
            (
                self._last_healthy.get(site_id, "")
                for site_id in self.sites.get(agency_id, ())
            ),
            default="",
        )


def _gathered(db: Database, query: str) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for key, value in db.execute(query).fetchall():
        found.setdefault(key, []).append(value)
    return found


def settle(db: Database) -> None:
    """Find the reports that are missing, of all agencies: when a run has ended, or pages were
    read anew.

    A page that comes, goes or is read otherwise can count among agencies on any site.
    """
    around = Neighbourhood(db)
    stored: dict[tuple[int, int], list[tuple[str, str, str | None]]] = {}
    for agency_id, year, *said in db.execute(STORED, [RULE]).fetchall():
        stored.setdefault((agency_id, year), []).append(tuple(said))
    found = {
        (agency_id, year): placed
        for agency_id in around.years
        for year, placed in _missing(around, agency_id)
    }
    for agency_id, year in sorted(stored.keys() | found.keys()):
        placed = found.get((agency_id, year), [])
        wanted = [
            (one.finding.severity, one.finding.message, one.site_id) for one in placed
        ]
        if stored.get((agency_id, year)) != wanted:
            keep(db, agency_id, year, (RULE,), placed)


def _missing(
    around: Neighbourhood, agency_id: int
) -> Iterable[tuple[int, list[Placed]]]:
    """Yield each year of which an agency's report is missing, with the finding."""
    own, seen_until = set(around.years[agency_id]), around.seen_until(agency_id)
    groups = around.groups(agency_id)
    for year in sorted({year for group in groups for year in group.having} - own):
        if seen_until[:10] <= f"{year + 1}-{SEASON_ENDS}":
            continue
        counts = [(group.having[year], group.members - 1) for group in groups]
        enough = [
            (having, all_)
            for having, all_ in counts
            if having >= LEAST and having * HALF >= all_
        ]
        if enough:
            having, all_ = max(enough)
            within = min(own) < year < max(own)
            edge = (
                f"its first is for {min(own)}"
                if year < min(own)
                else f"its last is for {max(own)}"
            )
            when = "" if within else f"; {edge}"
            message = (
                f"no report for {year}, which {having} of {all_} siblings have{when}"
            )
            finding = Finding(RULE, "warning" if within else "info", message)
            yield year, [Placed(finding, site_id=around.sites[agency_id][0])]
