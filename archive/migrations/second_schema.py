"""From schema 1 to schema 2: every report that was ever seen gets its row.

The tables are made by SQL (`m002_reports`); here the rows that follow from the readings are
derived: which report each version shows, the reports that an address had shown before another,
and those of unknown agency or year. What was read is not read again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nianbao.archive.derived import text_deltas, version_reports
from nianbao.archive.search import index as search_index
from nianbao.archive.update.documents import update_report

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.storage.snapshot import Progress

_DOCUMENTS = """
SELECT documents.id, count(*)
FROM documents
JOIN versions ON versions.document_id = documents.id
GROUP BY documents.id
ORDER BY documents.id
"""
# Return the reports whose rows are not what schema 1 had: those that it did not have, those of
# pages that show or showed another report too, and those of bodies of no known region.
_AFFECTED = """
SELECT id FROM reports WHERE document_id IS NOT NULL
UNION
SELECT report_id FROM report_pages
WHERE document_id IN (
    SELECT document_id FROM report_pages GROUP BY document_id HAVING count(*) > 1
)
UNION
SELECT reports.id FROM reports
JOIN agencies ON agencies.id = reports.agency_id
WHERE agencies.site_id IS NOT NULL
UNION
SELECT id FROM reports
WHERE NOT EXISTS (SELECT 1 FROM report_pages WHERE report_id = reports.id)
ORDER BY 1
"""
# Return the reports that are in the panel now and were not before.
_CAME_BACK = """
SELECT agencies.name, reports.report_year, documents.url
FROM reports
JOIN agencies ON agencies.id = reports.agency_id
LEFT JOIN regions ON regions.id = agencies.region_id
JOIN versions ON versions.id = reports.version_id
JOIN documents ON documents.id = versions.document_id
WHERE reports.document_id IS NULL
  AND json_array(agencies.name, regions.name, agencies.site_id, reports.report_year)
      NOT IN (SELECT identity FROM announced_reports)
ORDER BY agencies.name, reports.report_year
"""
_UNASSIGNED = "SELECT count(*) FROM reports WHERE document_id IS NOT NULL"
LONGEST_LIST = 10  # of the reports that a sentence names


@dataclass(frozen=True, slots=True)
class ReturnedReports:
    """The reports that schema 1 did not show: (agency, year, address), and those unassigned."""

    assigned: tuple[tuple[str, int, str], ...]
    unassigned: int

    @property
    def sentence(self) -> str:
        """Which reports came back, in words; empty when none did."""
        parts: list[str] = []
        if self.assigned:
            names = [f"{agency} {year}" for agency, year, _ in self.assigned]
            named = ", ".join(names[:LONGEST_LIST])
            if len(names) > LONGEST_LIST:
                named = f"{named}, …"
            parts.append(
                f"{len(names)} reports came back into the panel, whose addresses show"
                f" another report now or belong to another body: {named}."
            )
        if self.unassigned:
            parts.append(
                f"{self.unassigned} reports of unknown agency or year stand in it too."
            )
        if parts:
            parts.append("`nianbao changes --kind report_reread` lists them.")
        return " ".join(parts)


def derive_reports(db: Database, progress: Progress) -> None:
    """Derive which report each version shows, and the reports that follow from that.

    A part of the caller's transaction; it can be repeated.
    """
    documents = db.execute(_DOCUMENTS).fetchall()
    for count, (document_id, versions) in enumerate(documents):
        progress("reports of pages", count, len(documents))
        if versions > 1:
            text_deltas.restore_texts(db, document_id)
        version_reports.assign_versions(db, document_id)
        if versions > 1:
            text_deltas.shorten_texts(db, document_id)
        search_index.index_document(db, document_id)
    search_index.write_waiting_entries(db)
    report_ids = [report_id for (report_id,) in db.execute(_AFFECTED).fetchall()]
    for count, report_id in enumerate(report_ids):
        progress("reports", count, len(report_ids))
        update_report(db, report_id)


def list_returned_reports(db: Database) -> ReturnedReports:
    """Return the reports that the archive shows now and did not show before."""
    assigned = tuple(db.execute(_CAME_BACK).fetchall())
    unassigned = db.execute(_UNASSIGNED).fetchone()[0]
    return ReturnedReports(assigned, unassigned)
