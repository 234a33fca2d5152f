"""Events of reports at an address that shows another one now: replaced, moved, new, returned.

Each stay ends and begins once, so each is told once, however often its run is finalized. What
another reading has changed is told as reread, and is no news.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nianbao.archive.events.own_doing import is_own_doing
from nianbao.archive.events.page_events import PageEvent, write_event

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from sqlite_utils import Database

    from nianbao.archive.derived.stays import NewVersion, Stay, StayEnd

# Tell whether schema 1 has told of a version: as `changed`, whatever it shows.
_IS_TOLD_BY_SCHEMA_1 = """
SELECT 1 FROM changes
WHERE version_id = ? AND kind = 'changed' AND previous_version IS NULL
"""
_IS_TOLD = "SELECT 1 FROM changes WHERE version_id = ? AND kind = ?"
# Tell whether the feed has told that a stay has ended: that the report was replaced, or that it
# moved, and did not come back since. Where it went may be known later only, by a late capture; by
# another reading it is no news.
_IS_END_TOLD = """
SELECT 1 FROM changes AS ended
WHERE version_id = :version
  AND (kind = 'replaced'
       AND (:kind = 'replaced'
            OR EXISTS (SELECT 1 FROM changes AS rereading
                       WHERE rereading.document_id IN (:page, :target)
                         AND rereading.kind = 'reread'))
       OR kind = 'moved'
       AND (run_id = :run
            OR NOT EXISTS (SELECT 1 FROM changes AS back
                           WHERE back.version_id = :version AND back.kind = 'returned'
                             AND back.id > ended.id)))
"""
# Tell whether the feed has told that something stands at a page: by a line about the version, or by
# one about a report that has moved there.
_IS_TARGET_TOLD = """
SELECT 1 FROM changes
WHERE version_id = :version
  AND kind IN ('new', 'changed', 'reverted', 'returned', 'reread')
UNION ALL
SELECT 1 FROM changes WHERE moved_to_id = :page AND kind = 'moved'
"""


def emit_stay_events(
    db: Database,
    run_id: int,
    stay_ends: Iterable[StayEnd],
    transitions: Iterable[NewVersion],
    target_ids: Collection[int],
) -> None:
    """Emit the stays that ended in a run on a site, then those that began.

    `target_ids` are the versions to which a report has moved: they are no news of their own.
    """
    for end in stay_ends:
        _emit_end(db, run_id, end)
    for version in transitions:
        if version.version_id not in target_ids:
            _emit_begin(db, run_id, version)


def emit_untold_targets(db: Database, run_id: int, targets: Iterable[Stay]) -> None:
    """Emit as new what reports have moved to, where no line tells that move.

    The end of the stay was told before, when less was known of where the report went.
    """
    for target in sorted(targets):
        values = {"version": target.version_id, "page": target.document_id}
        if db.execute(_IS_TARGET_TOLD, values).fetchone() is None:
            event = PageEvent("new", run_id, target.document_id, target.version_id)
            write_event(db, event)


def select_news(db: Database, versions: Iterable[NewVersion]) -> list[NewVersion]:
    """Return those of the versions that began in a run of which the feed may have to tell."""
    news: list[NewVersion] = []
    for version in versions:
        version_id = version.version_id
        if db.execute(_IS_TOLD_BY_SCHEMA_1, [version_id]).fetchone():
            continue
        if not is_own_doing(db, version_id):
            news.append(version)
    return news


def _emit_begin(db: Database, run_id: int, version: NewVersion) -> None:
    """Emit that a page shows another report, unless that is told already."""
    kind = "new" if version.former_version_id is None else "returned"
    if db.execute(_IS_TOLD, [version.version_id, kind]).fetchone():
        return
    event = PageEvent(
        kind,
        run_id,
        version.document_id,
        version.version_id,
        previous_version_id=version.former_version_id,
    )
    write_event(db, event)


def _emit_end(db: Database, run_id: int, end: StayEnd) -> None:
    """Emit that a report has left its address, unless that is told already."""
    kind = "replaced" if end.target is None else "moved"
    values = {
        "version": end.stay.version_id,
        "page": end.stay.document_id,
        "target": end.target.document_id if end.target else None,
        "kind": kind,
        "run": run_id,
    }
    if db.execute(_IS_END_TOLD, values).fetchone():
        return
    event = PageEvent(
        kind,
        run_id,
        end.stay.document_id,
        end.stay.version_id,
        target=end.target,
        next_version_id=end.next_version_id,
    )
    write_event(db, event)
