"""A document and the reports it carries, brought up to date in all layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nianbao.archive.checks import report as report_checks
from nianbao.archive.derived import documents, near_duplicates, reports
from nianbao.archive.events import page_events
from nianbao.archive.search import index as search_index

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.derived.readings import FreshReading
    from nianbao.archive.derived.reports import ReportKey


def update_document(
    db: Database,
    document_id: int,
    fresh: FreshReading | None = None,
    *,
    is_read_again: bool = False,
) -> None:
    """Derive a document anew, emit what was read otherwise, and update what rests on it.

    That is the reports that it carried and carries, and its entry in the search index. `fresh`
    is what a page has just been read as; `is_read_again` says that it had been read before.
    """
    derivation = documents.derive_document(
        db, document_id, fresh, is_read_again=is_read_again
    )
    if derivation.chain.is_renumbered:
        page_events.relink_versions(db, document_id)
    if derivation.is_reread:
        run_id = fresh.visit.run_id if fresh else None
        page_events.emit_reread_events(db, document_id, derivation.reread_ids, run_id)
    if not derivation.chain.spans:
        documents.delete_document(db, document_id)
    key = reports.load_key(db, document_id)
    update_report(db, key)
    if derivation.key_before != key:
        update_report(db, derivation.key_before)
    search_index.index_document(db, document_id, fresh.reading if fresh else None)


def update_report_of_document(db: Database, document_id: int) -> None:
    """Bring up to date the report that a document carries now, if any."""
    update_report(db, reports.load_key(db, document_id))


def update_report(db: Database, key: ReportKey | None) -> None:
    """Derive one report and the near-duplicates of its pages anew; then check it."""
    if key is None:
        return
    near_duplicates.derive_near_duplicates(db, key)
    if key.agency_id is None or key.report_year is None:
        return
    carriers = reports.derive_report(db, key.agency_id, key.report_year)
    report_checks.check_report(db, key.agency_id, key.report_year, carriers)
