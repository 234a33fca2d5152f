"""Events of pages: new, changed, moved, vanished, returned, reread; written once each, in order.

Most are emitted when a run has ended on a site, for only then is it known whether a page that is
missing stands elsewhere now. A line of the feed is never taken back or written twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nianbao.archive.clock import utc_now
from nianbao.archive.storage.rows import insert_row

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from sqlite_utils import Database

    from nianbao.archive.derived.presence import PresenceChange

_VERSION_EVENT = """
SELECT 1 FROM changes WHERE version_id = ? AND kind IN ('changed', 'reread')
"""
_RUN_EVENT = "SELECT 1 FROM changes WHERE document_id = ? AND kind = ? AND run_id = ?"
# Return the versions that began in a run on a site, but for the first of a document: that it is
# new is told already.
_NEW_VERSIONS = """
SELECT versions.document_id, versions.id
FROM visits
JOIN sightings ON sightings.visit_id = visits.id
JOIN versions ON versions.id = sightings.version_id AND versions.first_visit_id = visits.id
JOIN documents ON documents.id = versions.document_id
WHERE visits.run_id = ? AND visits.site_id = ? AND versions.number > 1
ORDER BY documents.url, number
"""
# Return the versions of a document whose first run has ended on the site, each with that run.
_FINALIZED_VERSIONS = """
SELECT versions.id, visits.run_id
FROM versions
JOIN visits ON visits.id = first_visit_id
JOIN site_runs ON site_runs.run_id = visits.run_id AND site_runs.site_id = visits.site_id
WHERE versions.document_id = ? AND site_runs.ended_at IS NOT NULL
ORDER BY number
"""
_RELINK_DOCUMENTS = """
UPDATE changes
SET document_id = (SELECT id FROM documents WHERE url = changes.url),
    moved_to_id = (SELECT id FROM documents WHERE url = changes.moved_to)
WHERE document_id IS NULL AND url IN (SELECT url FROM documents)
"""
_RELINK_LOST_VERSIONS = """
UPDATE changes
SET version_id = (
    SELECT id FROM versions
    WHERE versions.document_id = changes.document_id AND versions.number = changes.version
)
WHERE version_id IS NULL AND version IS NOT NULL
"""
_RELINK_VERSIONS = """
UPDATE changes
SET version_id = (
    SELECT id FROM versions
    WHERE versions.document_id = changes.document_id AND versions.number = changes.version
)
WHERE document_id = ? AND version IS NOT NULL
"""


def write_event(
    db: Database,
    kind: str,
    run_id: int,
    document_id: int,
    *,
    version_id: int | None,
    target_id: int | None = None,
) -> None:
    """Append one line to the feed, unless it is there.

    `target_id` is the document that a moved one stands at now.
    """
    if _is_written(db, kind, run_id, document_id, version_id):
        return
    document = db.execute(
        "SELECT site_id, url FROM documents WHERE id = ?", [document_id]
    ).fetchone()
    version = db.execute(
        "SELECT number FROM versions WHERE id = ?", [version_id]
    ).fetchone()
    target = db.execute(
        "SELECT url FROM documents WHERE id = ?", [target_id]
    ).fetchone()
    site_id, url = document
    row = {
        "kind": kind,
        "occurred_at": utc_now(),
        "site_id": site_id,
        "url": url,
        "version": version[0] if version else None,
        "moved_to": target[0] if target else None,
        "document_id": document_id,
        "version_id": version_id,
        "moved_to_id": target_id,
        "run_id": run_id,
    }
    insert_row(db, "changes", row)


def _is_written(
    db: Database, kind: str, run_id: int, document_id: int, version_id: int | None
) -> bool:
    """Tell whether the feed has an event: of a version once, of a document once in a run."""
    if kind == "reread":
        return False
    if kind == "changed":
        row = db.execute(_VERSION_EVENT, [version_id]).fetchone()
    else:
        row = db.execute(_RUN_EVENT, [document_id, kind, run_id]).fetchone()
    return row is not None


def emit_page_events(
    db: Database, run_id: int, site_id: str, changes: Iterable[PresenceChange]
) -> None:
    """Emit the events of a run that ended on a site: its presence changes, then new versions."""
    for change in changes:
        if change.kind != "missed":
            write_event(
                db,
                change.kind,
                run_id,
                change.document_id,
                version_id=change.version_id,
                target_id=change.target_id,
            )
    new_versions = db.execute(_NEW_VERSIONS, [run_id, site_id]).fetchall()
    for document_id, version_id in new_versions:
        write_event(db, "changed", run_id, document_id, version_id=version_id)


def emit_reread_events(
    db: Database,
    document_id: int,
    version_ids: Collection[int],
    reader_run_id: int | None,
) -> None:
    """Emit that another reading has changed a document, unless nothing is told of it yet.

    `version_ids` are the versions that say something else; where there are none, the reading
    has only removed versions, and the current one is emitted. A document that has no version
    any longer is emitted without one.

    `reader_run_id` is the run of the visit that was read. When nothing was read, an event
    belongs to the run of its version.
    """
    versions = db.execute(_FINALIZED_VERSIONS, [document_id]).fetchall()
    reread_ids = set(version_ids)
    if versions and not reread_ids:
        current_id, _ = versions[-1]
        reread_ids.add(current_id)
    for version_id, version_run_id in versions:
        if version_id in reread_ids:
            run_id = reader_run_id or version_run_id
            write_event(db, "reread", run_id, document_id, version_id=version_id)
    if reader_run_id is not None and not _has_versions(db, document_id):
        _emit_reread_document(db, document_id, reader_run_id)


def _emit_reread_document(db: Database, document_id: int, run_id: int) -> None:
    """Emit that a document has no version any longer, if the feed has told of it."""
    if _has_events(db, document_id):
        write_event(db, "reread", run_id, document_id, version_id=None)


def _has_versions(db: Database, document_id: int) -> bool:
    row = db.execute(
        "SELECT 1 FROM versions WHERE document_id = ?", [document_id]
    ).fetchone()
    return row is not None


def _has_events(db: Database, document_id: int) -> bool:
    row = db.execute(
        "SELECT 1 FROM changes WHERE document_id = ? LIMIT 1", [document_id]
    ).fetchone()
    return row is not None


def relink_events(db: Database) -> None:
    """Link the lines whose documents and versions were derived anew, or came later, to these."""
    db.execute(_RELINK_DOCUMENTS)
    db.execute(_RELINK_LOST_VERSIONS)


def relink_versions(db: Database, document_id: int) -> None:
    """Link the lines of a document to its versions after these were numbered otherwise.

    A line is about the version that has the number it states, however the versions were derived
    then.
    """
    db.execute(_RELINK_VERSIONS, [document_id])
