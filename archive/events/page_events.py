"""Events of pages: new, changed, reverted, moved, vanished, returned, reread; written once each.

Most are emitted when a run has ended on a site, for only then is it known whether a page that is
missing stands elsewhere now. A line of the feed is never taken back or written twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nianbao.archive.clock import utc_now
from nianbao.archive.events.own_doing import is_end_own_doing, is_own_doing
from nianbao.archive.storage.rows import insert_row

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from sqlite_utils import Database

    from nianbao.archive.derived.presence import PresenceChange
    from nianbao.archive.derived.stays import NewVersion, Stay

UNTOLD = ("missed", "reused")  # changes of presence that are no news
_PAGE = "SELECT site_id, url FROM documents WHERE id = ?"
_VERSION_EVENT = """
SELECT 1 FROM changes
WHERE version_id = ? AND kind IN ('changed', 'reverted', 'reread')
"""
_RUN_EVENT = "SELECT 1 FROM changes WHERE document_id = ? AND kind = ? AND run_id = ?"
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


@dataclass(frozen=True, slots=True)
class PageEvent:
    """An event of a page: what the line of the feed is to say.

    `version_id` is the version that it is about; `target` where the report of a moved one stands
    now; `next_version_id` the version of another report that took its place;
    `previous_version_id` the version before it of the same report.
    """

    kind: str
    run_id: int
    document_id: int
    version_id: int | None
    target: Stay | None = None
    next_version_id: int | None = None
    previous_version_id: int | None = None


def write_event(db: Database, event: PageEvent) -> None:
    """Append one line to the feed."""
    site_id, url = db.execute(_PAGE, [event.document_id]).fetchone()
    moved_to = None
    moved_to_id = None
    next_version_id = event.next_version_id
    if event.target is not None:
        moved_to_id = event.target.document_id
        _, moved_to = db.execute(_PAGE, [moved_to_id]).fetchone()
        next_version_id = event.target.version_id
    previous_number = _load_number(db, event.previous_version_id)
    row = {
        "kind": event.kind,
        "occurred_at": utc_now(),
        "site_id": site_id,
        "url": url,
        "version": _load_number(db, event.version_id),
        "moved_to": moved_to,
        "next_version": _load_number(db, next_version_id),
        "previous_url": None if previous_number is None else url,
        "previous_version": previous_number,
        "document_id": event.document_id,
        "version_id": event.version_id,
        "moved_to_id": moved_to_id,
        "run_id": event.run_id,
    }
    insert_row(db, "changes", row)


def _load_number(db: Database, version_id: int | None) -> int | None:
    if version_id is None:
        return None
    row = db.execute(
        "SELECT number FROM versions WHERE id = ?", [version_id]
    ).fetchone()
    if row is None:
        return None
    return int(row[0])


def emit_page_events(
    db: Database, run_id: int, changes: Iterable[PresenceChange]
) -> None:
    """Emit the presence changes of a run that ended on a site, once for each page in the run."""
    for change in changes:
        if change.kind in UNTOLD:
            continue
        if _is_own_doing(db, run_id, change):
            continue
        key = [change.document_id, change.kind, run_id]
        if db.execute(_RUN_EVENT, key).fetchone() is None:
            event = PageEvent(
                change.kind,
                run_id,
                change.document_id,
                change.version_id,
                target=change.target,
            )
            write_event(db, event)


def _is_own_doing(db: Database, run_id: int, change: PresenceChange) -> bool:
    """Tell whether a change of presence only differs from what was told by another reading."""
    if change.kind in ("new", "returned"):
        return is_own_doing(db, change.version_id, run_id)
    target_id = change.target.document_id if change.target else None
    return is_end_own_doing(db, change.document_id, target_id, run_id)


def emit_version_events(
    db: Database, run_id: int, new_versions: Iterable[NewVersion]
) -> None:
    """Emit the versions in which a page changed its report, once for each version.

    A version with which a report returned after another one is changed too, if it differs from
    the last one before that.
    """
    for version in new_versions:
        previous_id: int | None = version.previous_version_id
        if version.is_transition:
            previous_id = version.former_version_id
            if previous_id is None or _has_equal_content(db, version, previous_id):
                continue
        if db.execute(_VERSION_EVENT, [version.version_id]).fetchone():
            continue
        event = PageEvent(
            "reverted" if version.is_reverted else "changed",
            run_id,
            version.document_id,
            version.version_id,
            previous_version_id=previous_id,
        )
        write_event(db, event)


def _has_equal_content(db: Database, version: NewVersion, other_id: int) -> bool:
    row = db.execute(
        "SELECT content_sha256 FROM versions WHERE id = ?", [other_id]
    ).fetchone()
    return bool(row[0] == version.content_sha256)


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
    if not _has_events(db, document_id):
        return
    versions = db.execute(_FINALIZED_VERSIONS, [document_id]).fetchall()
    reread_ids = set(version_ids)
    if versions and not reread_ids:
        current_id, _ = versions[-1]
        reread_ids.add(current_id)
    for version_id, version_run_id in versions:
        if version_id in reread_ids:
            run_id = reader_run_id or version_run_id
            write_event(db, PageEvent("reread", run_id, document_id, version_id))
    if reader_run_id is not None and not _has_versions(db, document_id):
        write_event(db, PageEvent("reread", reader_run_id, document_id, None))


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


def move_events(db: Database, document_id: int, target_id: int) -> None:
    """Link the lines of a document to another one, which is the same page."""
    (url,) = db.execute(
        "SELECT url FROM documents WHERE id = ?", [document_id]
    ).fetchone()
    (target,) = db.execute(
        "SELECT url FROM documents WHERE id = ?", [target_id]
    ).fetchone()
    _rename_announced(db, url, target)
    for column in ("document_id", "moved_to_id"):
        db.execute(
            f"UPDATE changes SET {column} = ? WHERE {column} = ?",
            [target_id, document_id],
        )


def rename_page(db: Database, document_id: int, target: str) -> None:
    """Note that a page, whose lines stay linked to it, is known by another address now."""
    (url,) = db.execute(
        "SELECT url FROM documents WHERE id = ?", [document_id]
    ).fetchone()
    _rename_announced(db, url, target)


def _rename_announced(db: Database, url: str, target: str) -> None:
    """Have what was told of reports stand at the address by which their page is known now."""
    db.execute(
        "UPDATE announced_reports SET last_url = ? WHERE last_url = ?", [target, url]
    )
    db.execute(
        """
        UPDATE OR IGNORE announced_reports
        SET identity = json_array(?, ordinal), url = ?
        WHERE url = ?
        """,
        [target, target, url],
    )


def relink_versions(db: Database, document_id: int) -> None:
    """Link the lines of a document to its versions after these were numbered otherwise.

    A line is about the version that has the number it states, however the versions were derived
    then.
    """
    db.execute(_RELINK_VERSIONS, [document_id])
