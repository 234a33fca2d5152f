"""The regions of the sites."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

_REGIONS = """
SELECT sites.id, regions.name, regions.code
FROM sites JOIN regions ON regions.id = sites.region_id
"""


def select_site_regions(db: Database) -> dict[str, tuple[str, str | None]]:
    """Return the full name and the code of each site's region, by the site's id."""
    rows = db.execute(_REGIONS).fetchall()
    return {site_id: (name, code) for site_id, name, code in rows}
