"""Agencies: the bodies that issue reports, by full name or by the printed one, and region.

A name is unique in its region only. Where no region is known the body belongs to the site that
was visited: two sites mean two bodies until a region is known.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nianbao.archive.storage.rows import insert_row

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.records import Agency

LAST_DIVISION = re.compile(r"[^省市州盟区县旗]{1,8}[市州盟区县旗]$")

# Write a region as a reader resolved it. What a site file says of it is not overwritten, nor a
# later code by an earlier one.
_WRITE_REGION = """
INSERT INTO regions (name, code, code_source) VALUES (?, ?, 'reader')
ON CONFLICT (name) DO UPDATE
SET code = excluded.code, code_source = 'reader'
WHERE regions.code_source IS NOT 'site file'
  AND coalesce(regions.code, '') < coalesce(excluded.code, '')
"""
_AGENCY = """
SELECT id FROM agencies WHERE name = ? AND region_id IS ? AND site_id IS ?
"""
_REGIONS_OF_SITES = """
SELECT DISTINCT regions.id, regions.name
FROM regions
JOIN sites ON sites.region_id = regions.id
"""
_DELETE_UNUSED_AGENCIES = """
DELETE FROM agencies
WHERE id NOT IN (SELECT agency_id FROM readings WHERE agency_id IS NOT NULL)
  AND id NOT IN (SELECT agency_id FROM reports WHERE agency_id IS NOT NULL)
  AND id NOT IN (SELECT agency_id FROM findings WHERE agency_id IS NOT NULL)
"""
_DELETE_UNUSED_REGIONS = """
DELETE FROM regions
WHERE id NOT IN (SELECT region_id FROM agencies WHERE region_id IS NOT NULL)
  AND id NOT IN (SELECT region_id FROM sites WHERE region_id IS NOT NULL)
  AND id NOT IN (SELECT region_id FROM reports WHERE region_id IS NOT NULL)
"""


def resolve_agency(db: Database, agency: Agency, site_id: str) -> int | None:
    """Return the id of an agency, adding it if need be; None when the page names none.

    The region is the one that the reader resolved. Where it could not, it is that of the site,
    unless the name begins with another region the archive knows: a report of 西霞县青石镇 that
    the site of another county carries too is still that of one agency. An agency of no known
    region is the site's own.
    """
    name = agency.name or agency.printed
    if name is None:
        return None
    region_id = _resolve_region(db, agency, name, site_id)
    owner_id = site_id if region_id is None else None
    row = db.execute(_AGENCY, [name, region_id, owner_id]).fetchone()
    if row is None:
        values = {
            "name": name,
            "region_id": region_id,
            "level": agency.level,
            "site_id": owner_id,
        }
        return insert_row(db, "agencies", values)
    agency_id = int(row[0])
    db.execute(
        "UPDATE agencies SET level = ? WHERE id = ? AND level IS NULL",
        [agency.level, agency_id],
    )
    return agency_id


def _resolve_region(
    db: Database, agency: Agency, name: str, site_id: str
) -> int | None:
    if agency.region is not None:
        return _write_region(db, agency.region, agency.region_code)
    region_id = _find_region_of_name(db, name)
    if region_id is None:
        region_id = db.execute(
            "SELECT region_id FROM sites WHERE id = ?", [site_id]
        ).fetchone()[0]
    return region_id


def _write_region(db: Database, name: str, code: str | None) -> int:
    """Return the id of a region, as it was called and numbered in the report's year."""
    db.execute(_WRITE_REGION, [name, code])
    row = db.execute("SELECT id FROM regions WHERE name = ?", [name]).fetchone()
    return int(row[0])


def _find_region_of_name(db: Database, name: str) -> int | None:
    """Return the region of a site that a name begins with; None unless exactly one fits.

    The last part of the region is enough: 西霞县… for 样例省北原市西霞县.
    """
    region_ids: list[int] = []
    for region_id, region in db.execute(_REGIONS_OF_SITES).fetchall():
        if name.startswith(_list_beginnings(region)):
            region_ids.append(int(region_id))
    if len(region_ids) == 1:
        return region_ids[0]
    return None


def _list_beginnings(region: str) -> tuple[str, ...]:
    """Return what the name of an agency in a region can begin with."""
    division = LAST_DIVISION.search(region)
    if division is None:
        return ()
    return (division[0], region)


def find_agencies_of_region_name(db: Database, region_id: int) -> list[int]:
    """Return the agencies of other regions whose name begins with that of a region.

    They were counted elsewhere while no site had the region.
    """
    region = db.execute(
        "SELECT name FROM regions WHERE id = ?", [region_id]
    ).fetchone()[0]
    beginnings = _list_beginnings(region)
    rows = db.execute(
        "SELECT id, name FROM agencies WHERE region_id IS NOT ?", [region_id]
    ).fetchall()
    return [agency_id for agency_id, name in rows if name.startswith(beginnings)]


def delete_unused_agencies(db: Database) -> None:
    """Delete agencies that no report names any longer, and regions that nothing names."""
    db.execute(_DELETE_UNUSED_AGENCIES)
    db.execute(_DELETE_UNUSED_REGIONS)
