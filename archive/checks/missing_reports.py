"""Reports that are missing: years that one of several siblings lacks.

Siblings are the agencies of one region and level, or of one region on its own site. A year is
looked at once the season for its reports has ended and a site that carries the agency was crawled
in good health after that. The archive says what it has not; whether the report was never
published, or stands where the crawl does not look, it cannot know.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from nianbao.archive.checks.deadlines import SEASON_ENDS
from nianbao.archive.checks.findings import LocatedFinding, replace_findings
from nianbao.archive.finding_texts import make_finding
from nianbao.archive.records import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlite_utils import Database

    from nianbao.archive.records import Severity

RULE = "report.missing"
FEWEST_SIBLINGS = 3  # that have the year: fewer prove no habit
MOST_NAMES = 10  # of siblings, as evidence

_YEARS = "SELECT agency_id, report_year FROM reports WHERE document_id IS NULL"
# Return the sites that carry or carried a report of an agency.
_SITES = """
SELECT DISTINCT reports.agency_id, documents.site_id
FROM reports
JOIN report_pages ON report_pages.report_id = reports.id
JOIN documents ON documents.id = report_pages.document_id
WHERE reports.document_id IS NULL
ORDER BY documents.site_id
"""
_AGENCIES = """
SELECT id, name, region_id, level FROM agencies
WHERE id IN (SELECT agency_id FROM reports WHERE document_id IS NULL)
"""
_REGIONS = "SELECT id, region_id FROM sites WHERE region_id IS NOT NULL"
# Return when each site was last crawled in good health.
_LAST_HEALTHY = """
SELECT site_id, max(ended_at)
FROM site_runs
WHERE healthy AND ended_at IS NOT NULL
GROUP BY site_id
"""
_STORED_FINDINGS = """
SELECT agency_id, report_year, severity, message, parameters, site_id
FROM findings
WHERE rule = ?
"""

GroupKey = tuple[str, int, str]  # "level" or "site", the region, which level or site
AgencyYear = tuple[int, int]
# Severity, message, parameters and site.
FindingValues = tuple[str, str, str | None, str | None]


class AgencyKind(NamedTuple):
    """An agency: its name, and what makes it and others siblings."""

    name: str
    region_id: int | None
    level: str | None


class SiblingGroup(NamedTuple):
    """Siblings: the agencies, and how many of them have a report for each year."""

    agency_ids: tuple[int, ...]
    reports: Counter[int]


class SiblingShare(NamedTuple):
    """How many of an agency's siblings have the report of a year, and the group they are in."""

    with_report: int
    siblings: int
    group: SiblingGroup


class AgencyIndex:
    """All agencies with their years, sites and groups, fetched at once.

    One by one each agency takes some queries.
    """

    def __init__(self, db: Database) -> None:
        # Of each agency the years it has a report for, and the sites that carry its reports.
        self.years = _group_rows(db, _YEARS)
        self.sites = _group_rows(db, _SITES)
        self._last_healthy = _map_rows(db, _LAST_HEALTHY)  # site → instant
        self._site_regions = _map_rows(db, _REGIONS)  # site → region
        self._agencies: dict[int, AgencyKind] = {}
        for agency_id, *values in db.execute(_AGENCIES).fetchall():
            self._agencies[agency_id] = AgencyKind(*values)
        self._groups = self._build_groups()

    def _build_groups(self) -> dict[GroupKey, SiblingGroup]:
        members: dict[GroupKey, list[int]] = {}
        for agency_id in self._agencies:
            for key in self._list_keys(agency_id):
                members.setdefault(key, []).append(agency_id)
        groups: dict[GroupKey, SiblingGroup] = {}
        for key, agency_ids in members.items():
            reports: Counter[int] = Counter()
            for agency_id in agency_ids:
                reports.update(self.years[agency_id])
            groups[key] = SiblingGroup(tuple(agency_ids), reports)
        return groups

    def _list_keys(self, agency_id: int) -> Iterator[GroupKey]:
        _, region_id, level = self._agencies[agency_id]
        if region_id is None:
            return
        if level is not None:
            yield "level", region_id, level
        for site_id in self.sites.get(agency_id, ()):
            if self._site_regions.get(site_id) == region_id:
                yield "site", region_id, site_id

    def list_groups(self, agency_id: int) -> list[SiblingGroup]:
        """Return the groups of siblings an agency is in.

        By region and level, and on each site of its region.
        """
        return [self._groups[key] for key in self._list_keys(agency_id)]

    def list_names(self, group: SiblingGroup, year: int) -> list[str]:
        """Return the names of some of a group that have the report of a year, in order."""
        names = [
            self._agencies[agency_id].name
            for agency_id in group.agency_ids
            if year in self.years[agency_id]
        ]
        return sorted(names)[:MOST_NAMES]

    def find_last_healthy(self, agency_id: int) -> str:
        """Return when a site of an agency was last crawled in good health, "" for never."""
        instants = [
            self._last_healthy.get(site_id, "")
            for site_id in self.sites.get(agency_id, ())
        ]
        return max(instants, default="")


def _map_rows(db: Database, query: str) -> dict[str, Any]:
    """Return the second column of a query by its first, which is a key."""
    rows = db.execute(query).fetchall()
    return dict(rows)


def _group_rows(db: Database, query: str) -> dict[int, list[Any]]:
    """Return the second column of a query by its first."""
    groups: dict[int, list[Any]] = {}
    for key, value in db.execute(query).fetchall():
        groups.setdefault(key, []).append(value)
    return groups


def check_missing_reports(db: Database) -> None:
    """Find the reports that are missing, of all agencies.

    To be called when a run has ended or pages were read anew: a page that comes, goes or is read
    otherwise can count among agencies on any site.
    """
    index = AgencyIndex(db)
    findings: dict[AgencyYear, LocatedFinding] = {}
    for agency_id in index.years:
        for year, finding in _find_missing_years(index, agency_id):
            findings[agency_id, year] = finding
    stored_findings = _load_findings(db)
    keys = stored_findings.keys() | findings.keys()
    for key in sorted(keys):
        current = [findings[key]] if key in findings else []
        stored_values = stored_findings.get(key, [])
        if stored_values != _to_values(current):
            replace_findings(db, *key, (RULE,), current)


def _load_findings(db: Database) -> dict[AgencyYear, list[FindingValues]]:
    """Return the values of the findings that are stored, by agency and year."""
    findings: dict[AgencyYear, list[FindingValues]] = {}
    rows = db.execute(_STORED_FINDINGS, [RULE]).fetchall()
    for agency_id, year, *values in rows:
        key = (agency_id, year)
        findings.setdefault(key, []).append(tuple(values))
    return findings


def _to_values(findings: Sequence[LocatedFinding]) -> list[FindingValues]:
    values: list[FindingValues] = []
    for located in findings:
        row = located.finding.to_row()
        values.append(
            (row["severity"], row["message"], row["parameters"], located.site_id)
        )
    return values


def _find_missing_years(
    index: AgencyIndex, agency_id: int
) -> Iterator[tuple[int, LocatedFinding]]:
    """Yield each year of which an agency's report is missing, with the finding."""
    own_years = set(index.years[agency_id])
    groups = index.list_groups(agency_id)
    last_healthy = index.find_last_healthy(agency_id)
    sibling_years: set[int] = set()
    for group in groups:
        sibling_years.update(group.reports)
    for year in sorted(sibling_years - own_years):
        if last_healthy[:10] <= f"{year + 1}-{SEASON_ENDS}":
            continue
        share = _find_largest_share(groups, year)
        if share is not None:
            names = index.list_names(share.group, year)
            finding = _describe_missing(year, share, names, own_years)
            first_site = index.sites[agency_id][0]
            yield year, LocatedFinding(finding, site_id=first_site)


def _find_largest_share(
    groups: Sequence[SiblingGroup], year: int
) -> SiblingShare | None:
    """Return the largest share of siblings with a report; None where it is not most of them."""
    shares: list[SiblingShare] = []
    for group in groups:
        with_report = group.reports[year]
        siblings = len(group.agency_ids) - 1
        if with_report < FEWEST_SIBLINGS:
            continue
        if 2 * with_report > siblings:
            shares.append(SiblingShare(with_report, siblings, group))
    return max(shares, key=lambda share: share[:2], default=None)


def _describe_missing(
    year: int, share: SiblingShare, names: list[str], own_years: set[int]
) -> Finding:
    """Return the finding; its evidence is how many siblings have the report, and some names."""
    first_year, last_year = min(own_years), max(own_years)
    severity: Severity = "info"
    parameters: dict[str, Any] = {
        "case": "between",
        "year": year,
        "with_report": share.with_report,
        "siblings": share.siblings,
        "names": names,
    }
    if year < first_year:
        parameters |= {
            "case": "before_first",
            "first_year": first_year,
        }
    elif year > last_year:
        parameters |= {
            "case": "after_last",
            "last_year": last_year,
        }
    else:
        severity = "warning"
    return make_finding(
        RULE,
        severity,
        parameters,
    )
