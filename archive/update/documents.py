"""A document and the reports it carries, brought up to date in all layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nianbao.archive.checks import report as report_checks
from nianbao.archive.checks import unassigned
from nianbao.archive.derived import documents, near_duplicates, presence, reports
from nianbao.archive.events import page_events
from nianbao.archive.search import index as search_index

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.derived.readings import FreshReading


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
    if derivation.assignment.is_changed:
        # where its reports went and came from is to be decided anew
        presence.mark_document_unsettled(db, document_id)
    if not derivation.chain.spans:
        documents.delete_document(db, document_id)
    unassigned.delete_obsolete_findings(db, document_id)
    key = reports.load_key(db, document_id)
    for former_or_present in dict.fromkeys((key, derivation.key_before)):
        if former_or_present is not None:
            near_duplicates.derive_near_duplicates(db, former_or_present)
    for report_id in sorted(derivation.assignment.report_ids):
        update_report(db, report_id)
    search_index.index_document(db, document_id, fresh.reading if fresh else None)


def update_reports_of_document(db: Database, document_id: int) -> None:
    """Bring up to date the reports that a document shows or showed."""
    key = reports.load_key(db, document_id)
    if key is not None:
        near_duplicates.derive_near_duplicates(db, key)
    for report_id in reports.list_reports_of_document(db, document_id):
        update_report(db, report_id)


def update_report(db: Database, report_id: int) -> None:
    """Derive one report anew; then check it."""
    report = reports.load_identity(db, report_id)
    if report is None:
        return
    carriers = reports.derive_report(db, report_id)
    report_checks.check_report(db, report, carriers)
