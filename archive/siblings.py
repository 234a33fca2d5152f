"""Siblings: agencies of one region and level, or of one region on its own site, and the years that one of them lacks.

A year is looked at once the season for its reports has ended and a site that carries the agency was
crawled in good health after that. The archive says what it has not; whether the report was never
published, or stands where the crawl does not look, it cannot know.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from archive.deadlines import SEASON_ENDS
from archive.placed import Placed, keep
from archive.records import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlite_utils import Database

RULE = "report.missing"
LEAST = 3  # siblings that have the year: fewer prove no habit
HALF = 2  # one in two of the siblings, or more

# An agency is on every site that carries or carried one of its reports.
ITS_SITES = """
SELECT DISTINCT documents.site_id FROM readings
JOIN documents ON documents.current_version_id = readings.version_id
WHERE readings.agency_id = ? AND readings.report_year IS NOT NULL ORDER BY documents.site_id
"""
OF_SITE = """
SELECT DISTINCT readings.agency_id FROM documents
JOIN readings ON readings.version_id = documents.current_version_id
WHERE documents.site_id = ? AND readings.report_year IS NOT NULL AND readings.agency_id IN (
    SELECT agencies.id FROM agencies JOIN sites ON sites.region_id = agencies.region_id WHERE sites.id = ?)
"""
STORED = "SELECT DISTINCT agency_id, report_year FROM findings WHERE rule = ?"
IN_REGION = """
SELECT id FROM agencies WHERE region_id = ? AND level = ?
AND id IN (SELECT agency_id FROM reports WHERE region_id = ?)
"""
LAST_HEALTHY = "SELECT max(ended_at) FROM site_runs WHERE site_id = ? AND healthy"


class Group(NamedTuple):
    """Siblings: the agencies, and how many of them have a report for each year."""

    members: frozenset[int]
    having: Counter[int]


class Neighbourhood:
    """What is known of agencies, their sites and years, fetched once for as many as are looked at."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.years = cache(self._years)
        self.sites = cache(self._sites)
        self._group = cache(self._fetch_group)
        self._last_healthy = cache(self._fetch_last_healthy)

    def _years(self, agency_id: int) -> frozenset[int]:
        """Return the years of which the archive has the agency's report."""
        return self._ids("SELECT report_year FROM reports WHERE agency_id = ?", agency_id)

    def _sites(self, agency_id: int) -> list[str]:
        """Return the sites that carry the agency's reports."""
        return [row[0] for row in self.db.execute(ITS_SITES, [agency_id]).fetchall()]

    def groups(self, agency_id: int) -> list[Group]:
        """Return the groups of agencies an agency is in: by region and level, and on each site of its region."""
        region_id, level = self.db.execute("SELECT region_id, level FROM agencies WHERE id = ?", [agency_id]).fetchone()
        by_region = (IN_REGION, region_id, level, region_id)
        found = [self._group(*key) for key in [by_region, *((OF_SITE, site, site) for site in self.sites(agency_id))]]
        return [group for group in found if agency_id in group.members]

    def seen_until(self, agency_id: int) -> str:
        """Return when a site of the agency was last crawled in good health, an empty text for never."""
        return max((self._last_healthy(site_id) for site_id in self.sites(agency_id)), default="")

    def _fetch_group(self, query: str, *arguments: object) -> Group:
        members = self._ids(query, *arguments)
        return Group(members, Counter(year for member in members for year in self.years(member)))

    def _fetch_last_healthy(self, site_id: str) -> str:
        return self.db.execute(LAST_HEALTHY, [site_id]).fetchone()[0] or ""

    def _ids(self, query: str, *arguments: object) -> frozenset[int]:
        return frozenset(row[0] for row in self.db.execute(query, list(arguments)).fetchall())


def settle(db: Database) -> None:
    """Find the reports that are missing, of all agencies: when a run has ended, or pages were read anew.

    A page that comes, goes or is read otherwise can count among agencies on any site.
    """
    around = Neighbourhood(db)
    stored: dict[int, set[int]] = {}
    for agency_id, year in db.execute(STORED, [RULE]).fetchall():
        stored.setdefault(agency_id, set()).add(year)
    having = {row[0] for row in db.execute("SELECT DISTINCT agency_id FROM reports").fetchall()}
    for agency_id in sorted(having | stored.keys()):
        found = dict(_missing(around, agency_id))
        for year in stored.get(agency_id, set()) | found.keys():
            keep(db, agency_id, year, (RULE,), found.get(year, ()))


def _missing(around: Neighbourhood, agency_id: int) -> Iterable[tuple[int, list[Placed]]]:
    """Yield each year of which an agency's report is missing, with the finding."""
    own, seen_until = around.years(agency_id), around.seen_until(agency_id)
    if not own:
        return
    groups = around.groups(agency_id)
    for year in sorted({year for group in groups for year in group.having} - own):
        if seen_until[:10] <= f"{year + 1}-{SEASON_ENDS}":
            continue
        counts = [(group.having[year], len(group.members) - 1) for group in groups]
        enough = [(having, all_) for having, all_ in counts if having >= LEAST and having * HALF >= all_]
        if enough:
            having, all_ = max(enough)
            within = min(own) < year < max(own)
            edge = f"its first is for {min(own)}" if year < min(own) else f"its last is for {max(own)}"
            when = "" if within else f"; {edge}"
            message = f"no report for {year}, which {having} of {all_} siblings have{when}"
            finding = Finding(RULE, "warning" if within else "info", message)
            yield year, [Placed(finding, site_id=around.sites(agency_id)[0])]
