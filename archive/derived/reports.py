"""Reports: agency and year, over every document that carries it.

:mod:`nianbao.archive.derived.preferred_page` says which of the documents stands for a report.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from nianbao.archive.derived.preferred_page import load_carriers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

    from nianbao.archive.derived.preferred_page import Carrier

_KEY = """
SELECT readings.title, readings.agency_id, readings.report_year
FROM documents
JOIN readings ON readings.version_id = documents.current_version_id
WHERE documents.id = ?
"""
_IDENTITY = """
SELECT id, agency_id, report_year, document_id FROM reports WHERE id = ?
"""
_REPORTS_OF_DOCUMENT = "SELECT report_id FROM report_pages WHERE document_id = ?"
_WRITE_REPORT = """
UPDATE reports
SET title = :title,
    region_id = :region_id,
    form = :form,
    published_on = :published_on,
    state = :state,
    version_id = :version_id,
    documents = :documents,
    versions = :versions
WHERE id = :id
"""
ENDED = (
    "moved",
    "replaced",
)  # a page that does not show the report, but another page may


class ReportKey(NamedTuple):
    """What a document is compared by with others: its title, and agency and year of its report."""

    title: str | None
    agency_id: int | None
    report_year: int | None


class ReportIdentity(NamedTuple):
    """A report by what it is known by: agency and year, or a page where one is not known."""

    id: int
    agency_id: int | None
    report_year: int | None
    document_id: int | None  # of an unassigned report


def load_key(db: Database, document_id: int) -> ReportKey | None:
    """Return title, agency and year of a document's current version.

    None while it has not been read, or when there is no such document.
    """
    row = db.execute(_KEY, [document_id]).fetchone()
    if row is None:
        return None
    return ReportKey(*row)


def load_identity(db: Database, report_id: int) -> ReportIdentity | None:
    """Return what a report is known by; None when there is no such report."""
    row = db.execute(_IDENTITY, [report_id]).fetchone()
    if row is None:
        return None
    return ReportIdentity(*row)


def list_reports_of_document(db: Database, document_id: int) -> list[int]:
    """Return the reports that a page shows or showed."""
    rows = db.execute(_REPORTS_OF_DOCUMENT, [document_id]).fetchall()
    return [report_id for (report_id,) in rows]


def derive_report(db: Database, report_id: int) -> list[Carrier]:
    """Derive the row of one report; return its pages, the preferred one first.

    A report that no page shows or showed is deleted.
    """
    carriers = load_carriers(db, report_id)
    if carriers:
        _write_report(db, report_id, carriers)
    else:
        db.execute("DELETE FROM reports WHERE id = ?", [report_id])
    return carriers


def _write_report(db: Database, report_id: int, carriers: Sequence[Carrier]) -> None:
    preferred = carriers[0]
    row = {
        "id": report_id,
        "title": preferred.title,
        "region_id": preferred.region_id,
        "form": preferred.form,
        "published_on": preferred.published_on,
        "state": _decide_state(carriers),
        "version_id": preferred.version_id,
        "documents": _count_pages(carriers),
        "versions": sum(carrier.versions for carrier in carriers),
    }
    db.execute(_WRITE_REPORT, row)


def _decide_state(carriers: Sequence[Carrier]) -> str:
    """Return the state of a report: present on a page, replaced on all, or vanished."""
    states = {carrier.state for carrier in carriers}
    if any(not carrier.gone for carrier in carriers):
        return "present"
    if states == {"replaced"}:
        return "replaced"
    return "vanished"


def _count_pages(carriers: Sequence[Carrier]) -> int:
    """Return how many pages a report has, without those that it left for another."""
    pages = [carrier for carrier in carriers if carrier.state not in ENDED]
    return max(1, len(pages))
