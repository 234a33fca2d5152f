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
_WRITE_REPORT = """
INSERT INTO reports (title, report_year, agency_id, region_id, form, published_on, state,
                     version_id, documents, versions, finding_rules)
VALUES (:title, :report_year, :agency_id, :region_id, :form, :published_on, :state,
        :version_id, :documents, :versions, '[]')
ON CONFLICT (agency_id, report_year) DO UPDATE
SET title = excluded.title,
    region_id = excluded.region_id,
    form = excluded.form,
    published_on = excluded.published_on,
    state = excluded.state,
    version_id = excluded.version_id,
    documents = excluded.documents,
    versions = excluded.versions
"""


class ReportKey(NamedTuple):
    """What a document is compared by with others: its title, and agency and year of its report."""

    title: str | None
    agency_id: int | None
    report_year: int | None


def load_key(db: Database, document_id: int) -> ReportKey | None:
    """Return title, agency and year of a document's current version.

    None while it has not been read, or when there is no such document.
    """
    row = db.execute(_KEY, [document_id]).fetchone()
    if row is None:
        return None
    return ReportKey(*row)


def derive_report(db: Database, agency_id: int, report_year: int) -> list[Carrier]:
    """Derive the row of one report; return the pages that carry it, the preferred one first."""
    carriers = load_carriers(db, agency_id, report_year)
    if carriers:
        _write_report(db, agency_id, report_year, carriers)
    else:
        db.execute(
            "DELETE FROM reports WHERE agency_id = ? AND report_year = ?",
            [agency_id, report_year],
        )
    return carriers


def _write_report(
    db: Database, agency_id: int, report_year: int, carriers: Sequence[Carrier]
) -> None:
    preferred = carriers[0]
    state = "present"
    if all(carrier.gone for carrier in carriers):
        state = "vanished"
    row = {
        "title": preferred.title,
        "report_year": report_year,
        "agency_id": agency_id,
        "region_id": preferred.region_id,
        "form": preferred.form,
        "published_on": preferred.published_on,
        "state": state,
        "version_id": preferred.version_id,
        "documents": sum(carrier.state != "moved" for carrier in carriers),
        "versions": sum(carrier.versions for carrier in carriers),
    }
    db.execute(_WRITE_REPORT, row)
