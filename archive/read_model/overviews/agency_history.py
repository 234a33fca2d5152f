"""The history of an agency: its reports year by year, what is missing, late or changed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from nianbao.archive.checks import year_to_year
from nianbao.archive.derived.figures import load_figures
from nianbao.archive.records import read_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlite_utils import Database

    from nianbao.archive.read_model.agencies import AgencyEntry
    from nianbao.archive.records import Figure

LATE, MISSING, CHANGED = "report.late", "report.missing", "report.changed"
LATEST_CHANGES = 50

REPORTS = """
SELECT reports.report_year, reports.title, reports.form, reports.published_on, reports.state,
       reports.documents, reports.versions, reports.finding_rules, reports.version_id,
       documents.url
FROM reports
JOIN versions ON versions.id = reports.version_id
JOIN documents ON documents.id = versions.document_id
WHERE reports.agency_id = ? AND reports.document_id IS NULL ORDER BY reports.report_year
"""
FINDINGS = """
SELECT report_year, rule, severity, message, parameters FROM findings
WHERE agency_id = ? ORDER BY report_year, rule, message
"""
PRINTED_NAMES = """
SELECT agency_printed, min(report_year), max(report_year) FROM readings
WHERE agency_id = ? AND agency_printed IS NOT NULL GROUP BY agency_printed ORDER BY 2, 1
"""
CHANGES = """
SELECT changes.id, changes.kind, changes.occurred_at, readings.report_year, readings.title,
       changes.url, changes.version
FROM readings
JOIN changes ON changes.version_id = readings.version_id
WHERE readings.agency_id = ? AND changes.finding_id IS NULL
  AND changes.announced_report_id IS NULL
ORDER BY changes.id DESC LIMIT ?
"""
FIGURES = """
SELECT reports.report_year, figures."table", figures."row", figures."column",
       row_label, column_label, value, text, alignment,
       documents.url, versions.number, versions.payload_sha256
FROM reports
JOIN versions ON versions.id = reports.version_id
JOIN documents ON documents.id = versions.document_id
JOIN figures ON figures.version_id = reports.version_id
WHERE reports.agency_id = ?
ORDER BY reports.report_year IS NULL, reports.report_year DESC, reports.id LIMIT ? OFFSET ?
"""


@dataclass(frozen=True, slots=True)
class AgencyFinding:
    """A finding about the report of a year among the agency's others."""

    report_year: int
    rule: str
    severity: str
    message: str
    parameters: Mapping[str, Any] | None  # what `message` is made of


@dataclass(frozen=True, slots=True)
class AgencyYear:
    """A year of the agency.

    `state` is present, replaced (its pages show other reports now), vanished, missing (others
    have a report), or none (no report is known).
    """

    report_year: int
    state: str
    late: bool
    changed: bool
    published_on: str | None
    title: str | None
    form: str | None
    pages: int
    versions: int
    rules: tuple[str, ...]
    url: str | None  # of the preferred page
    note: str | None  # the message about a missing or late report


@dataclass(frozen=True, slots=True)
class AgencyChange:
    """A change of one of the agency's pages."""

    id: int
    kind: str
    occurred_at: str
    report_year: int | None
    title: str | None
    url: str
    version: int | None


@dataclass(frozen=True, slots=True)
class PrintedName:
    """A name under which reports were issued, with the first and last year of those."""

    name: str
    first_year: int | None
    last_year: int | None


@dataclass(frozen=True, slots=True)
class AgencyFigure:
    """A cell of one year's report of the agency; the year is None where it is not known."""

    report_year: int | None
    table: str
    row: str
    column: str
    row_label: str
    column_label: str
    value: float | None
    text: str
    alignment: str
    url: str  # of the page it was read from
    version: int
    payload_sha256: str


@dataclass(frozen=True, slots=True)
class AgencyHistory:
    """An agency with its years. `figures` has the figures of each year that has a report."""

    name: str
    region: str | None
    site: str | None  # the site that an agency of no known region belongs to
    level: str | None
    years: tuple[AgencyYear, ...]
    printed_names: tuple[PrintedName, ...]
    notes: dict[int, AgencyFinding]  # by year, on a report that is late or missing
    breaks: tuple[
        AgencyFinding, ...
    ]  # where figures do not follow from the year before
    changes: tuple[AgencyChange, ...]
    figures: dict[int, tuple[Figure, ...]]


class _YearReport(NamedTuple):
    report_year: int
    title: str | None
    form: str | None
    published_on: str | None
    state: str
    pages: int
    versions: int
    rules: str
    version_id: int
    url: str


def select_agency_history(db: Database, agency: AgencyEntry) -> AgencyHistory:
    """Return an agency with its years, from the first to the last that anything is known of."""
    rows = db.execute(FINDINGS, [agency.id]).fetchall()
    findings: list[AgencyFinding] = []
    for row in rows:
        values = [*row[:-1], read_json(row[-1])]
        findings.append(AgencyFinding(*values))
    reports = {}
    for row in db.execute(REPORTS, [agency.id]).fetchall():
        reports[row[0]] = _YearReport(*row)
    figures = {}
    for year, report in reports.items():
        figures[year] = load_figures(db, report.version_id)
    breaks = [finding for finding in findings if finding.rule in year_to_year.RULES]
    printed_names = db.execute(PRINTED_NAMES, [agency.id]).fetchall()
    changes = db.execute(CHANGES, [agency.id, LATEST_CHANGES]).fetchall()
    return AgencyHistory(
        name=agency.name,
        region=agency.region,
        site=agency.site,
        level=agency.level,
        years=tuple(_list_years(reports, findings)),
        printed_names=tuple(PrintedName(*row) for row in printed_names),
        breaks=tuple(breaks),
        notes={
            finding.report_year: finding
            for finding in reversed(findings)
            if finding.rule in (LATE, MISSING)
        },
        changes=tuple(AgencyChange(*row) for row in changes),
        figures=figures,
    )


def _list_years(
    reports: dict[int, _YearReport], findings: list[AgencyFinding]
) -> list[AgencyYear]:
    missing = [finding.report_year for finding in findings if finding.rule == MISSING]
    edge_years = [*reports, *missing]
    if not edge_years:
        return []
    years = []
    for year in range(min(edge_years), max(edge_years) + 1):
        year_findings = [finding for finding in findings if finding.report_year == year]
        years.append(_make_year(year, reports.get(year), year_findings))
    return years


def _make_year(
    year: int, report: _YearReport | None, findings: list[AgencyFinding]
) -> AgencyYear:
    rules = {finding.rule for finding in findings}
    if report is None:
        return _make_year_without_report(year, rules, _find_note(findings))
    return AgencyYear(
        report_year=year,
        state=report.state,
        late=LATE in rules,
        changed=CHANGED in rules,
        published_on=report.published_on,
        title=report.title,
        form=report.form,
        pages=report.pages,
        versions=report.versions,
        rules=tuple(json.loads(report.rules)),
        url=report.url,
        note=_find_note(findings),
    )


def _make_year_without_report(
    year: int, rules: set[str], note: str | None
) -> AgencyYear:
    return AgencyYear(
        report_year=year,
        state="missing" if MISSING in rules else "none",
        late=False,
        changed=False,
        published_on=None,
        title=None,
        form=None,
        pages=0,
        versions=0,
        rules=(),
        url=None,
        note=note,
    )


def _find_note(findings: list[AgencyFinding]) -> str | None:
    for finding in findings:
        if finding.rule in (LATE, MISSING):
            return finding.message
    return None


def select_agency_figures(
    db: Database, agency: AgencyEntry, limit: int, offset: int
) -> list[AgencyFigure]:
    """Return every figure of the agency's reports, the newest year first."""
    arguments = [agency.id, limit, offset]
    rows = db.execute(FIGURES, arguments).fetchall()
    return [AgencyFigure(*row) for row in rows]
