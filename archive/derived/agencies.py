"""Agencies: the bodies that issue reports, by full name, or by the printed one, and their
region.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nianbao.archive.storage.rows import insert_row

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.records import Agency

LAST_DIVISION = re.compile(r"[^省市州盟区县旗]{1,8}[市州盟区县旗]$")


def identify(db: Database, agency: Agency, site_id: str) -> int | None:
    """Return the id of the agency, new if need be; None when the page names none.

    The region is the resolved one. Where the reader could not tell, it is that of the site,
    unless the name begins with another region the archive knows (a report of 西霞县青石镇 that
    the site of another county carries too is still one agency).
    """
    name = agency.name or agency.printed
    if name is None:
        return None
    region_id = (
        _resolved_region(db, agency)
        or _named_region(db, name)
        or _site_region(db, site_id)
    )
    found = db.execute(
        "SELECT id FROM agencies WHERE name = ? AND region_id IS ?", [name, region_id]
    ).fetchone()
    if found:
        db.execute(
            "UPDATE agencies SET level = ? WHERE id = ? AND level IS NULL",
            [agency.level, found[0]],
        )
        return int(found[0])
    return insert_row(
        db, "agencies", {"name": name, "region_id": region_id, "level": agency.level}
    )


def _resolved_region(db: Database, agency: Agency) -> int | None:
    """Return the region that the reader found, as it was called and numbered in the report's
    year.
    """
    if agency.region is None:
        return None
    db.execute(
        "INSERT INTO regions (name, code, code_source) VALUES (?, ?, 'reader') ON CONFLICT (name) DO UPDATE"
        " SET code = excluded.code, code_source = 'reader' WHERE regions.code_source IS NOT 'site file'"
        " AND coalesce(regions.code, '') < coalesce(excluded.code, '')",
        [agency.region, agency.region_code],
    )
    return int(
        db.execute("SELECT id FROM regions WHERE name = ?", [agency.region]).fetchone()[
            0
        ]
    )


def _site_region(db: Database, site_id: str) -> int | None:
    region_id: int | None = db.execute(
        "SELECT region_id FROM sites WHERE id = ?", [site_id]
    ).fetchone()[0]
    return region_id


def _named_region(db: Database, name: str) -> int | None:
    """Return the one region of a site whose last part the name begins with (样例省北原市西霞县
    → 西霞县…).
    """
    regions = "SELECT DISTINCT regions.id, regions.name FROM regions JOIN sites ON sites.region_id = regions.id"
    fitting = [
        int(id_)
        for id_, region in db.execute(regions).fetchall()
        if name.startswith(_beginnings(region))
    ]
    return fitting[0] if len(fitting) == 1 else None


def _beginnings(region: str) -> tuple[str, ...]:
    part = LAST_DIVISION.search(region)
    return (part[0], region) if part else ()


def named_in(db: Database, region_id: int) -> list[int]:
    """Return the agencies elsewhere whose name begins with a region, one that a site has only
    now.
    """
    region = db.execute(
        "SELECT name FROM regions WHERE id = ?", [region_id]
    ).fetchone()[0]
    agencies = db.execute(
        "SELECT id, name FROM agencies WHERE region_id IS NOT ?", [region_id]
    ).fetchall()
    return [id_ for id_, name in agencies if name.startswith(_beginnings(region))]


def tidy(db: Database) -> None:
    """Delete agencies that no report names any longer, and regions of nobody."""
    db.execute(
        "DELETE FROM agencies WHERE id NOT IN (SELECT agency_id FROM readings WHERE agency_id IS NOT NULL)"
        " AND id NOT IN (SELECT agency_id FROM reports)"
        " AND id NOT IN (SELECT agency_id FROM findings WHERE agency_id IS NOT NULL)"
    )
    db.execute(
        "DELETE FROM regions WHERE id NOT IN (SELECT region_id FROM agencies WHERE region_id IS NOT NULL)"
        " AND id NOT IN (SELECT region_id FROM sites WHERE region_id IS NOT NULL)"
        " AND id NOT IN (SELECT region_id FROM reports WHERE region_id IS NOT NULL)"
    )
