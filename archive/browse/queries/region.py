"""A region: its agencies with their years, and how the places or agencies in it compare."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING, Any

from nianbao.archive.browse.queries import figures
from nianbao.archive.browse.queries.figures import Main

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.browse.page import Ask
    from nianbao.archive.browse.queries.places import Places

AGENCIES = """
SELECT id, name, level FROM agencies WHERE region_id IS :region
ORDER BY CASE level WHEN 'province' THEN 0 WHEN 'prefecture' THEN 0 WHEN 'county' THEN 0 WHEN 'department' THEN 1
         WHEN 'township' THEN 2 ELSE 3 END, name
LIMIT :limit OFFSET :offset
"""
YEARS = """
SELECT agency_id, report_year, state, finding_rules, published_on FROM reports
WHERE agency_id IN (SELECT value FROM json_each(?))
UNION ALL
SELECT agency_id, report_year, 'missing', json_array(rule), NULL FROM findings
WHERE agency_id IN (SELECT value FROM json_each(?)) AND rule = 'report.missing'
"""
PANEL = """
SELECT agencies.name, regions.name, regions.code, agencies.level, reports.report_year, reports.title, reports.state,
       reports.published_on, reports.form, reports.finding_rules, figure_sets.cells
FROM json_each(:regions) AS wanted
CROSS JOIN reports ON reports.region_id IS wanted.value AND (:year IS NULL OR reports.report_year = :year)
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
IDS = """
SELECT id FROM agencies WHERE region_id IN (SELECT value FROM json_each(:regions))
OR region_id IS NULL AND EXISTS (SELECT 1 FROM json_each(:regions) WHERE value IS NULL)
"""
LATE, CHANGED = "report.late", "report.changed"


@dataclass(frozen=True, slots=True)
class Year:
    """How a year of an agency stands: present, vanished, missing or none; and what its report
    breaks.
    """

    year: int
    state: str
    late: bool
    changed: bool
    findings: int  # rules that are broken beside those two
    published_on: str | None


@dataclass(frozen=True, slots=True)
class Strip:
    """An agency with a year after the other."""

    agency: str
    level: str | None
    years: tuple[Year, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """A report with its main figures, as the table to download has it."""

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
    received: figures.Number
    carried_in: figures.Number
    granted: figures.Number
    answered: figures.Number
    carried_out: figures.Number
    reviews: figures.Number
    lawsuits: figures.Number


@dataclass(frozen=True, slots=True)
class Standing:
    """A place or an agency among others in a year: `agency` is None for a place."""

    region: str | None
    agency: str | None
    short: str
    reports: int
    late: int
    missing: int
    main: Main


def strips(
    db: Database, region_id: int | None, years: Sequence[int], limit: int, offset: int
) -> list[Strip]:
    """Return agencies of a region, the government first, with the years given."""
    wanted = {"region": region_id, "limit": limit, "offset": offset}
    agencies = db.execute(AGENCIES, wanted).fetchall()
    ids = json.dumps([id_ for id_, _, _ in agencies])
    found: dict[tuple[int, int], Year] = {}
    for agency_id, year, state, rules, published_on in db.execute(
        YEARS, [ids, ids]
    ).fetchall():
        found[agency_id, year] = _year(year, state, json.loads(rules), published_on)
    none = {year: Year(year, "none", False, False, 0, None) for year in years}
    return [
        Strip(
            agency, level, tuple(found.get((id_, year), none[year]) for year in years)
        )
        for id_, agency, level in agencies
    ]


def _year(year: int, state: str, rules: list[str], published_on: str | None) -> Year:
    others = (
        sum(rule not in (LATE, CHANGED) for rule in rules) if state != "missing" else 0
    )
    return Year(year, state, LATE in rules, CHANGED in rules, others, published_on)


def reports(
    db: Database,
    ask: Ask,
    regions: Sequence[int | None],
    year: int | None,
    limit: int = -1,
    offset: int = 0,
) -> list[Report]:
    """Return the reports of regions with their main figures, of one year or of all."""
    numbered = figures.wanted(db, ask)
    wanted = {
        "regions": json.dumps(list(regions)),
        "year": year,
        "limit": limit,
        "offset": offset,
    }
    found = []
    for row in db.execute(PANEL, wanted):
        main = figures.main_of(row[10], numbered)
        values: list[Any] = [*row[:9], tuple(json.loads(row[9])), *astuple(main)]
        found.append(Report(*values))
    return found


def agencies(db: Database, regions: Sequence[int | None]) -> list[int]:
    """Return the agencies of regions."""
    return [
        id_
        for (id_,) in db.execute(IDS, {"regions": json.dumps(list(regions))}).fetchall()
    ]


def standings(
    found: Sequence[Report], missing: dict[str | None, int], known: Places, above: str
) -> list[Standing]:
    """Return how the places below a region compare, by the reports of one year."""
    inner = {
        place.name: name
        for name in known.named[above].below
        for place in known.within(name)
    }
    totals: dict[str, Standing] = {}
    for report in found:
        name = inner.get(report.region or "")
        if name is not None:
            before = totals.get(name) or Standing(
                name, None, known.named[name].short, 0, 0, missing.get(name, 0), Main()
            )
            totals[name] = Standing(
                name,
                None,
                before.short,
                before.reports + 1,
                before.late + (LATE in report.findings),
                before.missing,
                before.main + _main(report),
            )
    return list(totals.values())


def missing(db: Database, region_id: int | None, year: int) -> list[str]:
    """Return the agencies of a region whose report of a year is missing."""
    return [name for (name,) in db.execute(MISSING, [region_id, year]).fetchall()]


def agency_standings(
    found: Sequence[Report], missing: Sequence[str], above: str | None
) -> list[Standing]:
    """Return how the agencies of a region compare, by its reports of one year."""
    lacking = [Standing(above, name, name, 0, 0, 1, Main()) for name in missing]
    return lacking + [
        Standing(
            report.region,
            report.agency,
            report.agency,
            1,
            int(LATE in report.findings),
            0,
            _main(report),
        )
        for report in found
        if report.region == above
    ]


def _main(report: Report) -> Main:
    return Main(*(getattr(report, name) for name in Main.__dataclass_fields__))
