"""Own doing: what a version is taken for, since it was read otherwise, is no news of its page.

Another reading is told as `reread`. What follows from it (that a version is one of another report
now, that a report stood elsewhere) is not told again in the words that tell what bodies did.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

# Tell whether a version of a page was read otherwise, or one of a page that moved to it.
_IS_REREAD = """
SELECT 1
FROM versions
JOIN changes ON changes.document_id = versions.document_id AND changes.kind = 'reread'
WHERE versions.id = :version
UNION ALL
SELECT 1
FROM versions
JOIN changes AS move ON move.moved_to_id = versions.document_id AND move.kind = 'moved'
JOIN changes ON changes.document_id = move.document_id AND changes.kind = 'reread'
WHERE versions.id = :version
"""
# Tell whether the feed has told of a version, or that a report has moved to it.
_IS_TOLD = """
SELECT 1 FROM changes
WHERE version_id = :version
  AND kind IN ('new', 'changed', 'reverted', 'returned', 'reread')
  AND (:run IS NULL OR run_id = :run)
UNION ALL
SELECT 1
FROM versions
JOIN changes ON changes.moved_to_id = versions.document_id
            AND changes.next_version = versions.number
WHERE versions.id = :version AND changes.kind = 'moved'
  AND (:run IS NULL OR changes.run_id = :run)
"""
# Tell whether the feed has told how a page went in a run, and one of the pages was read otherwise.
_IS_END_TOLD = """
SELECT 1
FROM changes AS ended
JOIN changes AS rereading
    ON rereading.document_id IN (ended.document_id, ended.moved_to_id, :target)
WHERE ended.document_id = :document
  AND ended.run_id = :run
  AND ended.kind IN ('moved', 'vanished')
  AND rereading.kind = 'reread'
"""


def is_own_doing(db: Database, version_id: int, run_id: int | None = None) -> bool:
    """Tell whether a version was told, and something on its page was read otherwise.

    With `run_id`, whether it was told as something that this run found.
    """
    if db.execute(_IS_REREAD, {"version": version_id}).fetchone() is None:
        return False
    values = {"version": version_id, "run": run_id}
    return db.execute(_IS_TOLD, values).fetchone() is not None


def is_end_own_doing(
    db: Database, document_id: int, target_id: int | None, run_id: int
) -> bool:
    """Tell whether it was told how a page went in a run, where that looks otherwise now.

    `target_id` is the page that it has moved to as it is read now.
    """
    values = {"document": document_id, "target": target_id, "run": run_id}
    return db.execute(_IS_END_TOLD, values).fetchone() is not None
