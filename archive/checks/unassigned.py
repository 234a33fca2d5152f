"""Unassigned reports: those of which the agency or the year could not be read.

They stand in the archive like any other, with null in that place, and a warning says what is
missing. A person's decision or a better reader moves them to their place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nianbao.archive.derived.readings import write_findings
from nianbao.archive.finding_texts import make_finding
from nianbao.archive.records import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

    from nianbao.archive.derived.preferred_page import Carrier
    from nianbao.archive.derived.reports import ReportIdentity

RULE = "report.unassigned"

_STORED = """
SELECT version_id, message, parameters FROM findings WHERE document_id = ? AND rule = ?
"""
_DELETE = "DELETE FROM findings WHERE document_id = ? AND rule = ? AND version_id = ?"
# Return the last version of each unassigned report of a page.
_LAST_VERSIONS = """
SELECT report_pages.version_id
FROM report_pages
JOIN reports ON reports.id = report_pages.report_id
WHERE report_pages.document_id = ? AND reports.document_id IS NOT NULL
"""


def check_unassigned(
    db: Database, report: ReportIdentity, carriers: Sequence[Carrier]
) -> None:
    """Write the finding that says what is not known of a report."""
    for carrier in carriers:
        finding = describe_unassigned(report, carrier.url)
        where = [carrier.document_id, RULE]
        stored = db.execute(_STORED, where).fetchall()
        row = finding.to_row()
        if (carrier.version_id, row["message"], row["parameters"]) in stored:
            continue
        db.execute(_DELETE, [*where, carrier.version_id])
        write_findings(
            db,
            [finding],
            document_id=carrier.document_id,
            version_id=carrier.version_id,
        )


def describe_unassigned(report: ReportIdentity, url: str) -> Finding:
    """Return the finding of a report whose agency or year, or both, are not known."""
    missing: list[str] = []
    options: list[str] = []
    if report.agency_id is None:
        missing.append("agency")
        options.append("--agency NAME")
    if report.report_year is None:
        missing.append("year")
        options.append("--year YEAR")
    parameters = {
        "missing": missing,
        "url": url,
        "options": options,
    }
    return make_finding(
        RULE,
        "warning",
        parameters,
    )


def delete_obsolete_findings(db: Database, document_id: int) -> None:
    """Delete the findings on versions of a page that no longer stand for an unassigned report."""
    stored = db.execute(_STORED, [document_id, RULE]).fetchall()
    if not stored:
        return
    rows = db.execute(_LAST_VERSIONS, [document_id]).fetchall()
    last_ids = {version_id for (version_id,) in rows}
    for version_id, _, _ in stored:
        if version_id not in last_ids:
            db.execute(_DELETE, [document_id, RULE, version_id])
