"""The agencies and reports of a region: year by year, as a table, and compared in one year."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING, Any

from nianbao.archive.read_model.main_figures import (
    MainFigures,
    Number,
    extract_main_figures,
)

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.read_model.regions import RegionTree

LATE, CHANGED = "report.late", "report.changed"

AGENCIES = """
SELECT id, name, level FROM agencies WHERE region_id IS :region
ORDER BY CASE level WHEN 'province' THEN 0 WHEN 'prefecture' THEN 0 WHEN 'county' THEN 0
                    WHEN 'department' THEN 1 WHEN 'township' THEN 2 ELSE 3 END, name
LIMIT :limit OFFSET :offset
"""
YEARS = """
SELECT agency_id, report_year, state, finding_rules, published_on FROM reports
WHERE agency_id IN (SELECT value FROM json_each(?))
UNION ALL
SELECT agency_id, report_year, 'missing', json_array(rule), NULL FROM findings
WHERE agency_id IN (SELECT value FROM json_each(?)) AND rule = 'report.missing'
"""
REPORTS = """
SELECT agencies.name, regions.name, regions.code, agencies.level, reports.report_year,
       reports.title, reports.state, reports.published_on, reports.form, reports.finding_rules,
       figure_sets.cells
FROM json_each(:regions) AS wanted
CROSS JOIN reports
  ON reports.region_id IS wanted.value AND (:year IS NULL OR reports.report_year = :year)
JOIN agencies ON agencies.id = reports.agency_id
LEFT JOIN regions ON regions.id = reports.region_id
LEFT JOIN readings ON readings.version_id = reports.version_id
LEFT JOIN figure_sets ON figure_sets.reading_id = readings.id
LIMIT :limit OFFSET :offset
"""
MISSING = """
SELECT agencies.name FROM agencies JOIN findings ON findings.agency_id = agencies.id
WHERE agencies.region_id IS ? AND findings.report_year = ? AND findings.rule = 'report.missing'
"""
AGENCY_IDS = """
SELECT id FROM agencies WHERE region_id IN (SELECT value FROM json_each(:regions))
OR region_id IS NULL AND EXISTS (SELECT 1 FROM json_each(:regions) WHERE value IS NULL)
"""


@dataclass(frozen=True, slots=True)
class StripYear:
    """A year of an agency: its state is present, vanished, missing or none."""

    year: int
    state: str
    late: bool
    changed: bool
    findings: int  # rules that its report breaks beside those two
    published_on: str | None


@dataclass(frozen=True, slots=True)
class AgencyStrip:
    """An agency with one year after the other."""

    agency: str
    level: str | None
    years: tuple[StripYear, ...]


@dataclass(frozen=True, slots=True)
class RegionReport:
    """A report with its main figures, as a line of a table to download."""

    agency: str
    region: str | None
    region_code: str | None
    level: str | None
    report_year: int
    title: str | None
    state: str
    published_on: str | None
    form: str | None
    findings: tuple[str, ...]
    received: Number
    carried_in: Number
    granted: Number
    answered: Number
    carried_out: Number
    reviews: Number
    lawsuits: Number

    @property
    def main_figures(self) -> MainFigures:
        """The main figures together."""
        return MainFigures(
            received=self.received,
            carried_in=self.carried_in,
            granted=self.granted,
            answered=self.answered,
            carried_out=self.carried_out,
            reviews=self.reviews,
            lawsuits=self.lawsuits,
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """A region or an agency among others in a year; `agency` is None for a region."""

    region: str | None
    agency: str | None
    short: str
    reports: int
    late: int
    missing: int
    main: MainFigures


# --- the years of agencies --------------------------------------------------------------


def select_agency_strips(
    db: Database, region_id: int | None, years: Sequence[int], limit: int, offset: int
) -> list[AgencyStrip]:
    """Return agencies of a region with some years each, the government first."""
    arguments = {"region": region_id, "limit": limit, "offset": offset}
    agencies = db.execute(AGENCIES, arguments).fetchall()
    strip_years = _select_strip_years(db, [agency_id for agency_id, _, _ in agencies])
    strips = []
    for agency_id, agency, level in agencies:
        agency_years = []
        for year in years:
            no_report = StripYear(year, "none", False, False, 0, None)
            agency_years.append(strip_years.get((agency_id, year), no_report))
        strips.append(AgencyStrip(agency, level, tuple(agency_years)))
    return strips


def _select_strip_years(
    db: Database, agency_ids: list[int]
) -> dict[tuple[int, int], StripYear]:
    """Return the years of some agencies that have a report, or miss one, by agency and year."""
    ids = json.dumps(agency_ids)
    strip_years = {}
    for row in db.execute(YEARS, [ids, ids]).fetchall():
        agency_id, year, state, rules, published_on = row
        strip_years[agency_id, year] = _make_strip_year(
            year, state, json.loads(rules), published_on
        )
    return strip_years


def _make_strip_year(
    year: int, state: str, rules: list[str], published_on: str | None
) -> StripYear:
    other_rules = [rule for rule in rules if rule not in (LATE, CHANGED)]
    return StripYear(
        year=year,
        state=state,
        late=LATE in rules,
        changed=CHANGED in rules,
        findings=0 if state == "missing" else len(other_rules),
        published_on=published_on,
    )


# --- the reports ------------------------------------------------------------------------


def select_region_reports(
    db: Database,
    main_cells: dict[int, str],
    region_ids: Sequence[int | None],
    year: int | None,
    limit: int = -1,
    offset: int = 0,
) -> list[RegionReport]:
    """Return the reports of regions with their main figures, of one year or of all.

    `main_cells` is what :func:`~nianbao.archive.read_model.main_figures.find_main_cells` returns.
    """
    arguments = {
        "regions": json.dumps(list(region_ids)),
        "year": year,
        "limit": limit,
        "offset": offset,
    }
    reports = []
    for row in db.execute(REPORTS, arguments):
        *place, finding_rules, stored_cells = row
        main_figures = extract_main_figures(stored_cells, main_cells)
        findings = tuple(json.loads(finding_rules))
        values: list[Any] = [*place, findings, *astuple(main_figures)]
        reports.append(RegionReport(*values))
    return reports


def select_agency_ids(db: Database, region_ids: Sequence[int | None]) -> list[int]:
    """Return the ids of the agencies of regions."""
    arguments = {"regions": json.dumps(list(region_ids))}
    rows = db.execute(AGENCY_IDS, arguments).fetchall()
    return [agency_id for (agency_id,) in rows]


def select_missing_agencies(
    db: Database, region_id: int | None, year: int
) -> list[str]:
    """Return the agencies of a region whose report of a year is missing."""
    rows = db.execute(MISSING, [region_id, year]).fetchall()
    return [name for (name,) in rows]


# --- how they compare -------------------------------------------------------------------


def compare_regions(
    reports: Sequence[RegionReport],
    missing: dict[str | None, int],
    tree: RegionTree,
    above: str,
) -> list[Standing]:
    """Return how the regions below a region compare, by the reports of one year.

    `missing` has the number of missing reports of each region.
    """
    child_of_region = {}
    for child in tree.by_name[above].below:
        for node in tree.walk(child):
            child_of_region[node.name] = child
    totals: dict[str, Standing] = {}
    for report in reports:
        name = child_of_region.get(report.region or "")
        if name is None:
            continue
        total = totals.get(name)
        if total is None:
            total = Standing(
                region=name,
                agency=None,
                short=tree.by_name[name].short,
                reports=0,
                late=0,
                missing=missing.get(name, 0),
                main=MainFigures(),
            )
        totals[name] = _add_report(total, report)
    return list(totals.values())


def _add_report(total: Standing, report: RegionReport) -> Standing:
    return Standing(
        region=total.region,
        agency=None,
        short=total.short,
        reports=total.reports + 1,
        late=total.late + (LATE in report.findings),
        missing=total.missing,
        main=total.main + report.main_figures,
    )


def compare_agencies(
    reports: Sequence[RegionReport], missing: Sequence[str], region: str | None
) -> list[Standing]:
    """Return how the agencies of a region compare, by its reports of one year.

    `missing` has the names of the agencies whose report is missing.
    """
    standings = []
    for name in missing:
        standing = Standing(
            region=region,
            agency=name,
            short=name,
            reports=0,
            late=0,
            missing=1,
            main=MainFigures(),
        )
        standings.append(standing)
    for report in reports:
        if report.region == region:
            standings.append(_make_agency_standing(report))
    return standings


def _make_agency_standing(report: RegionReport) -> Standing:
    return Standing(
        region=report.region,
        agency=report.agency,
        short=report.agency,
        reports=1,
        late=int(LATE in report.findings),
        missing=0,
        main=report.main_figures,
    )
