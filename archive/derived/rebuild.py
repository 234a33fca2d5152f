"""The derived layer as a whole: emptied, so that it can be built anew from what was seen.

Afterwards every page that the archive holds is unread
(:func:`nianbao.archive.derived.pending.list_unread_visits`) and every site unsettled
(:func:`nianbao.archive.derived.presence.list_unsettled_sites`).
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
    "report_pages",
    "reports",
    "figure_sets",
    "readings",
    "sightings",
    "versions",
    "documents",
    "agencies",
)

# Delete the regions that no site file and no site names.
_DELETE_REGIONS = """
DELETE FROM regions
WHERE code_source IS NOT 'site file'
  AND id NOT IN (SELECT region_id FROM sites WHERE region_id IS NOT NULL)
"""
# Select the visits that need no reading: they found nothing.
_MISSES = """
WHERE role = 'report' AND outcome IN ('not_found', 'soft_404')
ORDER BY visited_at, id
"""


def clear_derived(db: Database) -> None:
    """Empty the derived tables; write the observations of the visits that need no reading."""
    db.execute("PRAGMA defer_foreign_keys = ON")
    db.execute("DELETE FROM findings WHERE visit_id IS NOT NULL OR run_id IS NULL")
    search_index.clear_index(db)
    for table in TABLES:
        db.execute(f"DELETE FROM {table}")
    db.execute(_DELETE_REGIONS)
    db.execute("UPDATE sites SET unsettled = 1")
    for visit in visits.select_visits(db, _MISSES, []):
        observations.record_miss(db, visit)
