"""Events of reports at an address that shows another one now: replaced, moved, new, returned.

Each stay ends and begins once, so each is told once, however often its run is finalized. What
another reading has changed is told as reread, and is no news.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nianbao.archive.events.page_events import PageEvent, write_event

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from sqlite_utils import Database

    from nianbao.archive.derived.stays import NewVersion, StayEnd

# Tell whether the feed has told of a version that shows another report than the one before it.
# Until schema 2 it was told as `changed`, without a version before it.
_IS_TOLD = """
SELECT 1 FROM changes
WHERE version_id = ?
  AND (kind IN ('new', 'returned', 'reread')
       OR kind = 'changed' AND previous_version IS NULL)
"""
# Return the last event of a version that says whether it stands at its address.
_LAST_EVENT = """
SELECT kind FROM changes
WHERE version_id = ?
  AND kind IN ('new', 'changed', 'reverted', 'returned', 'moved', 'replaced', 'vanished')
ORDER BY id DESC
LIMIT 1
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
    told_ids = _list_told(db, transitions)
    for end in stay_ends:
        if end.next_version_id in told_ids:
            continue
        _emit_end(db, run_id, end)
    for version in transitions:
        if version.version_id in told_ids or version.version_id in target_ids:
            continue
        kind = "new" if version.former_version_id is None else "returned"
        event = PageEvent(
            kind,
            run_id,
            version.document_id,
            version.version_id,
            previous_version_id=version.former_version_id,
        )
        write_event(db, event)


def _list_told(db: Database, transitions: Iterable[NewVersion]) -> set[int]:
    """Return the versions that the feed has told of."""
    told_ids: set[int] = set()
    for version in transitions:
        if db.execute(_IS_TOLD, [version.version_id]).fetchone():
            told_ids.add(version.version_id)
    return told_ids


def _emit_end(db: Database, run_id: int, end: StayEnd) -> None:
    """Emit that a report has left its address, unless that is told already."""
    last_event = db.execute(_LAST_EVENT, [end.stay.version_id]).fetchone()
    if last_event is not None and last_event[0] in ("moved", "replaced"):
        return
    event = PageEvent(
        "replaced" if end.target is None else "moved",
        run_id,
        end.stay.document_id,
        end.stay.version_id,
        target=end.target,
        next_version_id=end.next_version_id,
    )
    write_event(db, event)
