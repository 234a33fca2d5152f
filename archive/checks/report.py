"""Checks of a report against the year before, its other pages and versions, and its deadline.

Each finding is about an agency and a year, but for the one that says that these are not known.
:func:`check_report` keeps those of one report true and is called whenever its pages or what they
say changes; those about reports that are missing are found when a run has ended
(:mod:`nianbao.archive.checks.missing_reports`).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from nianbao.archive.checks import (
    deadlines,
    missing_reports,
    pages,
    unassigned,
    year_to_year,
)
from nianbao.archive.checks.findings import LocatedFinding, replace_findings
from nianbao.archive.derived.preferred_page import load_carriers
from nianbao.archive.derived.reports import ReportIdentity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlite_utils import Database

    from nianbao.archive.checks.year_to_year import LinkCells
    from nianbao.archive.derived.preferred_page import Carrier

_OWN_RULES = (
    "report.late",
    "report.changed",
    "report.reverted",
    "report.contradicted",
)
# Return the reports of an agency for a year, the one before and the one after.
_REPORTS_AROUND = """
SELECT reports.report_year, reports.id, reports.version_id, versions.document_id,
       reports.finding_rules
FROM reports
JOIN versions ON versions.id = reports.version_id
WHERE reports.agency_id = :agency
  AND reports.report_year BETWEEN :year - 1 AND :year + 1
  AND reports.document_id IS NULL
"""
NO_REPORT = 0  # the id of none
_ALL_REPORTS = "SELECT id, agency_id, report_year, document_id FROM reports"
# Return each agency and year of which there is a finding and no report.
_WITHOUT_REPORT = """
SELECT agency_id, report_year FROM findings
WHERE agency_id IS NOT NULL
EXCEPT
SELECT agency_id, report_year FROM reports
"""
_RULES_OF_UNASSIGNED = """
SELECT DISTINCT rule FROM findings
WHERE version_id = (SELECT version_id FROM reports WHERE id = ?)
  AND agency_id IS NULL AND severity <> 'info'
ORDER BY rule
"""
# Return the rules that a report breaks, in itself and among others.
_BROKEN_RULES = """
SELECT rule FROM findings
WHERE version_id = ? AND agency_id IS NULL AND severity <> 'info'
UNION
SELECT rule FROM findings
WHERE agency_id = ? AND report_year = ? AND severity <> 'info'
ORDER BY rule
"""


class NeighbourReport(NamedTuple):
    """A report as it stands."""

    year: int
    id: int
    version_id: int
    document_id: int
    finding_rules: str


class ReportNeighbours:
    """The reports of an agency around a year, and their cells that the links are about."""

    def __init__(self, db: Database, agency_id: int, report_year: int) -> None:
        self._db = db
        self._cells: dict[int, LinkCells] = {}
        values = {"agency": agency_id, "year": report_year}
        rows = db.execute(_REPORTS_AROUND, values).fetchall()
        self.reports: dict[int, NeighbourReport] = {}
        for row in rows:
            report = NeighbourReport(*row)
            self.reports[report.year] = report

    def check_links(self, report_year: int) -> Iterator[LocatedFinding]:
        """Yield where a report does not follow from the one of the year before."""
        report = self.reports.get(report_year)
        previous = self.reports.get(report_year - 1)
        if report is None or previous is None:
            return
        findings = year_to_year.check_links(
            self._load_cells(report.version_id), self._load_cells(previous.version_id)
        )
        for finding in findings:
            yield LocatedFinding(
                finding, document_id=report.document_id, version_id=report.version_id
            )

    def _load_cells(self, version_id: int) -> LinkCells:
        if version_id not in self._cells:
            self._cells[version_id] = year_to_year.load_link_cells(self._db, version_id)
        return self._cells[version_id]


def check_report(
    db: Database, report: ReportIdentity, carriers: Sequence[Carrier]
) -> None:
    """Make the findings about a report true, and those of the next year that rest on it.

    `carriers` are the pages of the report, the preferred one first. Of a report whose agency or
    year is not known nothing can be said but that.
    """
    if report.agency_id is None or report.report_year is None:
        unassigned.check_unassigned(db, report, carriers)
        _write_rules_of_unassigned(db, report.id)
    else:
        _check_assigned(db, report.id, report.agency_id, report.report_year, carriers)


def _check_assigned(
    db: Database,
    report_id: int,
    agency_id: int,
    report_year: int,
    carriers: Sequence[Carrier],
) -> None:
    neighbours = ReportNeighbours(db, agency_id, report_year)
    rules = [*_OWN_RULES, *year_to_year.RULES]
    if carriers:
        rules.append(missing_reports.RULE)
    findings = [
        *_check_carriers(db, report_id, carriers, report_year),
        *neighbours.check_links(report_year),
    ]
    replace_findings(db, agency_id, report_year, rules, findings)
    _write_rules(db, agency_id, neighbours.reports.get(report_year))

    next_year = report_year + 1
    if next_year in neighbours.reports:
        next_findings = neighbours.check_links(next_year)
        replace_findings(db, agency_id, next_year, year_to_year.RULES, next_findings)
        _write_rules(db, agency_id, neighbours.reports[next_year])


def check_all_reports(db: Database) -> None:
    """Work out every finding about a report among others anew."""
    for row in db.execute(_ALL_REPORTS).fetchall():
        report = ReportIdentity(*row)
        check_report(db, report, load_carriers(db, report.id))
    for agency_id, report_year in db.execute(_WITHOUT_REPORT).fetchall():
        _check_assigned(db, NO_REPORT, agency_id, report_year, [])
    missing_reports.check_missing_reports(db)


def _check_carriers(
    db: Database, report_id: int, carriers: Sequence[Carrier], report_year: int
) -> Iterator[LocatedFinding]:
    """Yield what is found on the pages of a report: late, changed, contradicted."""
    if not carriers:
        return
    preferred = carriers[0]
    due = deadlines.find_deadline(preferred.agency or "", preferred.level, report_year)
    late = deadlines.check_deadline(
        db, due, report_year, preferred.published_on, report_id
    )
    if late is not None:
        yield LocatedFinding(
            late, document_id=preferred.document_id, version_id=preferred.version_id
        )
    yield from pages.check_versions(db, report_id, carriers)
    yield from pages.check_contradictions(db, carriers)


def _write_rules_of_unassigned(db: Database, report_id: int) -> None:
    """Write which rules a report breaks whose agency or year is not known."""
    rows = db.execute(_RULES_OF_UNASSIGNED, [report_id]).fetchall()
    rules_json = json.dumps([rule for (rule,) in rows], ensure_ascii=False)
    db.execute(
        "UPDATE reports SET finding_rules = ? WHERE id = ? AND finding_rules <> ?",
        [rules_json, report_id, rules_json],
    )


def _write_rules(db: Database, agency_id: int, report: NeighbourReport | None) -> None:
    """Write which rules a report breaks, in itself and among others."""
    if report is None:
        return
    values = [report.version_id, agency_id, report.year]
    rows = db.execute(_BROKEN_RULES, values).fetchall()
    rules = [rule for (rule,) in rows]
    rules_json = json.dumps(rules, ensure_ascii=False)
    if rules_json != report.finding_rules:
        db.execute(
            "UPDATE reports SET finding_rules = ? WHERE id = ?", [rules_json, report.id]
        )
