"""The derived layer as a whole: emptied, so that it can be built anew from what was seen.

Afterwards every page that the archive holds is unread
(:func:`nianbao.archive.derived.observations.pending`) and every site unsettled
(:func:`nianbao.archive.events.page_events.unsettled`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nianbao.archive.derived import observations
from nianbao.archive.raw import visits
from nianbao.archive.search import index as search_index

if TYPE_CHECKING:
    from sqlite_utils import Database

TABLES = (
    "near_copies",
    "reports",
    "figure_sets",
    "readings",
    "sightings",
    "versions",
    "documents",
    "agencies",
)


def clear(db: Database) -> None:
    """Empty the derived tables and take in again the visits that need no reading."""
    db.execute("PRAGMA defer_foreign_keys = ON")
    db.execute("DELETE FROM findings WHERE visit_id IS NOT NULL OR run_id IS NULL")
    search_index.clear(db)
    for table in TABLES:
        db.execute(f"DELETE FROM {table}")
    db.execute(
        "DELETE FROM regions WHERE code_source IS NOT 'site file' AND id NOT IN"
        " (SELECT region_id FROM sites WHERE region_id IS NOT NULL)"
    )
    db.execute("UPDATE sites SET unsettled = 1")
    missed = "WHERE role = 'report' AND outcome IN ('not_found', 'soft_404') ORDER BY visited_at, id"
    for visit in visits.select_visits(db, missed, []):
        observations.take_in(db, visit)
