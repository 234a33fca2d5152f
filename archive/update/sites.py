"""A site on which a run has ended: what is present, moved or vanished, and the events of that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nianbao.archive.derived import presence
from nianbao.archive.events import page_events
from nianbao.archive.update.documents import update_report_of_document

if TYPE_CHECKING:
    from sqlite_utils import Database


def finalize_site(db: Database, run_id: int, site_id: str, *, healthy: bool) -> None:
    """Decide what a run found of a site's documents, and emit the events of its pages.

    Only a healthy run can find a document missing. Finalizing a run again emits what was not
    emitted yet.
    """
    presences = presence.load_presences(db, run_id, site_id)
    vanish_after = presence.load_vanish_after(db, run_id, site_id)
    changes = presence.decide_changes(
        presences, is_healthy=healthy, vanish_after=vanish_after
    )
    for change in changes:
        presence.apply_change(db, change)
        for document_id in change.changed_documents:
            update_report_of_document(db, document_id)
    presence.reset_misses(db, presences)
    page_events.emit_page_events(db, run_id, site_id, changes)


def refinalize_site(db: Database, site_id: str) -> None:
    """Finalize all ended runs of a site again, from what the archive knows of them now."""
    for document_id in presence.reset_site(db, site_id):
        update_report_of_document(db, document_id)
    for run_id, is_healthy in presence.list_ended_runs(db, site_id):
        finalize_site(db, run_id, site_id, healthy=is_healthy)
    presence.mark_settled(db, site_id)
