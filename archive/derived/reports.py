"""Reports: agency × year, over every document that carries it; `preference` says which stands
for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from nianbao.archive.checks import report as report_checks
from nianbao.archive.derived import near_duplicates, preferred_page

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.derived.preferred_page import Carrier

UPSERT = """
INSERT INTO reports (title, report_year, agency_id, region_id, form, published_on, state, version_id, documents,
                     versions, finding_rules)
VALUES (:title, :report_year, :agency_id, :region_id, :form, :published_on, :state, :version_id, :documents,
        :versions, '[]')
ON CONFLICT (agency_id, report_year) DO UPDATE
SET title = excluded.title, region_id = excluded.region_id, form = excluded.form,
    published_on = excluded.published_on, state = excluded.state, version_id = excluded.version_id,
    documents = excluded.documents, versions = excluded.versions
"""


class Key(NamedTuple):
    """What a document is compared by with others: its title, and agency and year of its report."""

    title: str | None
    agency_id: int | None
    report_year: int | None


def key_of(db: Database, document_id: int) -> Key | None:
    """Return title, agency and year of the document's current version, None while it has not
    been read.
    """
    row = db.execute(
        "SELECT readings.title, readings.agency_id, readings.report_year FROM documents"
        " JOIN readings ON readings.version_id = documents.current_version_id WHERE documents.id = ?",
        [document_id],
    ).fetchone()
    return Key(*row) if row else None


def refresh(db: Database, key: Key | None) -> None:
    """Lay out anew one report, what is found of it among others, and the near-copies of its
    pages.
    """
    if key is None:
        return
    near_duplicates.refresh(db, *key)
    if key.agency_id is None or key.report_year is None:
        return
    carriers = preferred_page.carriers(db, key.agency_id, key.report_year)
    _lay_out(db, key.agency_id, key.report_year, carriers)
    report_checks.refresh(db, key.agency_id, key.report_year, carriers)


def _lay_out(
    db: Database, agency_id: int, report_year: int, carriers: list[Carrier]
) -> None:
    key = [agency_id, report_year]
    if not carriers:
        db.execute("DELETE FROM reports WHERE agency_id = ? AND report_year = ?", key)
        return
    first = carriers[0]
    row = {
        "title": first.title,
        "report_year": report_year,
        "agency_id": agency_id,
        "region_id": first.region_id,
        "form": first.form,
        "published_on": first.published_on,
        "state": "vanished" if all(carrier.gone for carrier in carriers) else "present",
        "version_id": first.version_id,
        "documents": sum(carrier.state != "moved" for carrier in carriers),
        "versions": sum(carrier.versions for carrier in carriers),
    }
    db.execute(UPSERT, row)
