"""The agencies and reports of a region: year by year, and as a table."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nianbao.archive.read_model.overviews.main_figures import (
    MainFigureReader,
    MainFigures,
    Number,
)

if TYPE_CHECKING:
    from sqlite_utils import Database


LATE, CHANGED = "report.late", "report.changed"

AGENCIES = """
SELECT id, name, level, site_id FROM agencies WHERE region_id IS :region
ORDER BY CASE level WHEN 'province' THEN 0 WHEN 'prefecture' THEN 0 WHEN 'county' THEN 0
                    WHEN 'department' THEN 1 WHEN 'township' THEN 2 ELSE 3 END, name, site_id
LIMIT :limit OFFSET :offset
"""
YEARS = """
SELECT agency_id, report_year, state, finding_rules, published_on FROM reports
WHERE agency_id IN (SELECT value FROM json_each(?)) AND document_id IS NULL
UNION ALL
SELECT agency_id, report_year, 'missing', json_array(rule), NULL FROM findings
WHERE agency_id IN (SELECT value FROM json_each(?)) AND rule = 'report.missing'
"""
REPORTS = """
SELECT agencies.name, regions.name, regions.code, agencies.level, reports.report_year,
       reports.title, reports.state, reports.published_on, reports.form,
       documents.site_id, documents.url, agencies.site_id,
       versions.number, versions.payload_sha256,
       readings.form, reports.finding_rules, figure_sets.cells
FROM json_each(:regions) AS wanted
CROSS JOIN reports
  ON reports.region_id IS wanted.value AND (:year IS NULL OR reports.report_year = :year)
JOIN versions ON versions.id = reports.version_id
JOIN documents ON documents.id = versions.document_id
LEFT JOIN agencies ON agencies.id = reports.agency_id
LEFT JOIN regions ON regions.id = reports.region_id
LEFT JOIN readings ON readings.version_id = reports.version_id
LEFT JOIN figure_sets ON figure_sets.reading_id = readings.id
WHERE :levels IS NULL OR agencies.level IS NULL
   OR agencies.level IN (SELECT value FROM json_each(:levels))
LIMIT :limit OFFSET :offset
"""
AGENCY_IDS = """
SELECT id FROM agencies WHERE region_id IN (SELECT value FROM json_each(:regions))
OR region_id IS NULL AND EXISTS (SELECT 1 FROM json_each(:regions) WHERE value IS NULL)
"""


@dataclass(frozen=True, slots=True)
class StripYear:
    """A year of an agency: its state is present, replaced, vanished, missing or none."""

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
    site: str | None  # the site that an agency of no known region belongs to


@dataclass(frozen=True, slots=True)
class RegionReport:
    """A report with its main figures, as a line of a table to download.

    Where it could not be read whose report it is, or of which year, that is None.
    """

    agency: str | None
    region: str | None
    region_code: str | None
    level: str | None
    report_year: int | None
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
    reviews_corrected: Number
    lawsuits_corrected: Number
    site: str
    url: str
    agency_site: str | None  # the site that an agency of no known region belongs to
    version: int  # of the page at the address
    payload_sha256: str

    @property
    def is_assigned(self) -> bool:
        """Whether agency and year are known."""
        return self.agency is not None and self.report_year is not None

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
            reviews_corrected=self.reviews_corrected,
            lawsuits_corrected=self.lawsuits_corrected,
        )


# --- the years of agencies --------------------------------------------------------------


def select_agency_strips(
    db: Database, region_id: int | None, years: Sequence[int], limit: int, offset: int
) -> list[AgencyStrip]:
    """Return agencies of a region with some years each, the government first."""
    arguments = {"region": region_id, "limit": limit, "offset": offset}
    agencies = db.execute(AGENCIES, arguments).fetchall()
    agency_ids = [agency_id for agency_id, *_ in agencies]
    strip_years = _select_strip_years(db, agency_ids)
    strips = []
    for agency_id, agency, level, site in agencies:
        agency_years = []
        for year in years:
            no_report = StripYear(year, "none", False, False, 0, None)
            agency_years.append(strip_years.get((agency_id, year), no_report))
        strips.append(AgencyStrip(agency, level, tuple(agency_years), site))
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
    figure_reader: MainFigureReader,
    region_ids: Sequence[int | None],
    year: int | None,
    limit: int = -1,
    offset: int = 0,
    levels: Collection[str] | None = None,
) -> list[RegionReport]:
    """Return the reports of regions with their main figures, of one year or of all.

    Those of unknown agency or year are among them; with `levels` only bodies of those levels,
    or of none that is known, are.
    """
    arguments = {
        "regions": json.dumps(list(region_ids)),
        "year": year,
        "limit": limit,
        "offset": offset,
        "levels": None if levels is None else json.dumps(sorted(levels)),
    }
    reports = []
    for row in db.execute(REPORTS, arguments):
        fields = row[:9]
        place = row[9:14]
        form, finding_rules, stored_cells = row[14:]
        main_figures = figure_reader.read(form, stored_cells)
        findings = tuple(json.loads(finding_rules))
        values: list[Any] = [*fields, findings, *main_figures.values, *place]
        reports.append(RegionReport(*values))
    return reports


def select_agency_ids(db: Database, region_ids: Sequence[int | None]) -> list[int]:
    """Return the ids of the agencies of regions."""
    arguments = {"regions": json.dumps(list(region_ids))}
    rows = db.execute(AGENCY_IDS, arguments).fetchall()
    return [agency_id for (agency_id,) in rows]
