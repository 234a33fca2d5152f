"""An agency over the years: its reports, what is missing, late or changed, its figures, where
they do not link up.
"""

from __future__ import annotations

import json
from dataclasses import InitVar, dataclass
from typing import TYPE_CHECKING, NamedTuple

from nianbao.archive.browse import charts
from nianbao.archive.checks import year_to_year
from nianbao.archive.derived import figures

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.read_model.reports import Named

LATE, MISSING, CHANGED = "report.late", "report.missing", "report.changed"

REPORTS = """
SELECT reports.report_year, reports.title, reports.form, reports.published_on, reports.state, reports.documents,
       reports.versions, reports.finding_rules, reports.version_id, documents.url
FROM reports
JOIN versions ON versions.id = reports.version_id
JOIN documents ON documents.id = versions.document_id
WHERE reports.agency_id = ? ORDER BY reports.report_year
"""
NOTED = """
SELECT report_year, rule, severity, message FROM findings
WHERE agency_id = ? ORDER BY report_year, rule, message
"""
PRINTED = """
SELECT agency_printed, min(report_year), max(report_year) FROM readings
WHERE agency_id = ? AND agency_printed IS NOT NULL GROUP BY agency_printed ORDER BY 2, 1
"""
CHANGES = """
SELECT changes.id, changes.kind, changes.occurred_at, readings.report_year, documents.title, changes.url
FROM readings
JOIN versions ON versions.id = readings.version_id
JOIN documents ON documents.current_version_id = versions.id
JOIN changes ON changes.document_id = documents.id
WHERE readings.agency_id = ? AND changes.finding_id IS NULL ORDER BY changes.id DESC LIMIT ?
"""
LATEST = 50  # changes that are told


@dataclass(frozen=True, slots=True)
class Noted:
    """A finding about the report of a year among others."""

    report_year: int
    rule: str
    severity: str
    message: str


@dataclass(frozen=True, slots=True)
class Year:
    """A year of the strip. `state`: present, vanished, missing (others have it), none (nobody
    knows of one).
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
    url: str | None  # of the page that stands for the report
    note: str | None  # what is said of a missing or late report


@dataclass(frozen=True, slots=True)
class Change:
    """A line of the feed about one of the agency's pages."""

    id: int
    kind: str
    occurred_at: str
    report_year: int | None
    title: str | None
    url: str


@dataclass(frozen=True, slots=True)
class Printed:
    """A name under which reports were issued, with the first and last year of those."""

    name: str
    first_year: int | None
    last_year: int | None


@dataclass(frozen=True, slots=True)
class Panel:
    """A cell of the agency's panel: one number of one year's report."""

    report_year: int
    table: str
    row: str
    column: str
    row_label: str
    column_label: str
    value: float | None
    text: str
    alignment: str


@dataclass
class AgencyShown:
    """An agency as its page shows it; `charts` draw the figures."""

    name: str
    region: str | None
    level: str | None
    years: tuple[Year, ...]
    printed: tuple[Printed, ...]
    breaks: tuple[Noted, ...]
    changes: tuple[Change, ...]
    drawn: InitVar[list[charts.Chart]]

    def __post_init__(self, drawn: list[charts.Chart]) -> None:
        self.charts = drawn


def shown(db: Database, agency: Named) -> AgencyShown:
    """Return an agency with its years and charts."""
    noted = [Noted(*row) for row in db.execute(NOTED, [agency.id]).fetchall()]
    reports = {
        row[0]: _Report(*row) for row in db.execute(REPORTS, [agency.id]).fetchall()
    }
    told = [*reports, *(one.report_year for one in noted if one.rule == MISSING)]
    span = range(min(told), max(told) + 1) if told else range(0)
    breaks = tuple(one for one in noted if one.rule in year_to_year.RULES)
    broken: dict[int, list[str]] = {}
    for one in breaks:
        broken.setdefault(one.report_year, []).append(one.rule)
    cells = {
        year: figures.load_figures(db, report.version_id)
        for year, report in reports.items()
    }
    return AgencyShown(
        name=agency.name,
        region=agency.region,
        level=agency.level,
        years=tuple(_year(year, reports.get(year), noted) for year in span),
        printed=tuple(
            Printed(*row) for row in db.execute(PRINTED, [agency.id]).fetchall()
        ),
        breaks=breaks,
        changes=tuple(
            Change(*row) for row in db.execute(CHANGES, [agency.id, LATEST]).fetchall()
        ),
        drawn=charts.draw(cells, list(span), broken),
    )


class _Report(NamedTuple):
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


def _year(year: int, report: _Report | None, noted: list[Noted]) -> Year:
    own = [one for one in noted if one.report_year == year]
    rules = {one.rule for one in own}
    note = next((one.message for one in own if one.rule in (LATE, MISSING)), None)
    if report is None:
        state = "missing" if MISSING in rules else "none"
        return Year(year, state, False, False, None, None, None, 0, 0, (), None, note)
    return Year(
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
        note=note,
    )


PANEL = """
SELECT reports.report_year, figures."table", figures."row", figures."column", row_label, column_label, value, text,
       alignment
FROM reports JOIN figures ON figures.version_id = reports.version_id
WHERE reports.agency_id = ? ORDER BY reports.report_year DESC LIMIT ? OFFSET ?
"""


def panel(db: Database, agency: Named, limit: int, offset: int) -> list[Panel]:
    """Return every figure of the agency's reports, the newest year first."""
    return [
        Panel(*row) for row in db.execute(PANEL, [agency.id, limit, offset]).fetchall()
    ]
