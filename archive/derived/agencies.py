"""Agencies: the bodies that issue reports, by full name or by the printed one, and region.

A name is unique in its region only. Where no region is known the body belongs to the site that
was visited: two sites mean two bodies until a region is known.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from nianbao.archive.derived.decided import Body, join_body
from nianbao.archive.storage.rows import insert_row

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.records import Agency

LAST_DIVISION = re.compile(r"[^省市州盟区县旗]{1,8}[市州盟区县旗]$")
DIVISION_END = re.compile(r"[市州盟区县旗]")

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
SELECT DISTINCT regions.name, regions.code, regions.id
FROM regions
JOIN sites ON sites.region_id = regions.id
"""
_REGION_OF_SITE = """
SELECT regions.name, regions.code, regions.id
FROM sites
JOIN regions ON regions.id = sites.region_id
WHERE sites.id = ?
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


class ResolvedRegion(NamedTuple):
    """A region that a body belongs to; `id` is None where it is not looked up yet."""

    name: str
    code: str | None
    id: int | None = None


def resolve_agency(db: Database, agency: Agency, site_id: str) -> int | None:
    """Return the id of an agency, adding it if need be; None when the page names none.

    The region is the one that the reader resolved, by its latest name. Where it could not, it is
    that of the site, unless the name begins with another region the archive knows: a report of
    西霞县青石镇 that the site of another county carries too is still that of one agency. An agency
    of no known region is the site's own. One that a person decided to be another is that one.
    """
    name = agency.latest_name or agency.name or agency.printed
    if name is None:
        return None
    level = agency.level
    region = _resolve_region(db, agency, name, site_id)
    if region is None:
        return _find_or_add(db, name, None, site_id, level)
    joined = join_body(db, Body(name, region.name))
    if joined != (name, region.name):
        # The level is what readings of that body say, whichever of the two comes first.
        name, level = joined.name, None
        region = ResolvedRegion(joined.region, None)
    region_id = region.id or _write_region(db, region)
    return _find_or_add(db, name, region_id, None, level)


def _find_or_add(
    db: Database,
    name: str,
    region_id: int | None,
    site_id: str | None,
    level: str | None,
) -> int:
    row = db.execute(_AGENCY, [name, region_id, site_id]).fetchone()
    if row is None:
        values = {
            "name": name,
            "region_id": region_id,
            "level": level,
            "site_id": site_id,
        }
        return insert_row(db, "agencies", values)
    agency_id = int(row[0])
    db.execute(
        "UPDATE agencies SET level = ? WHERE id = ? AND level IS NULL",
        [level, agency_id],
    )
    return agency_id


def _resolve_region(
    db: Database, agency: Agency, name: str, site_id: str
) -> ResolvedRegion | None:
    if agency.latest_region is not None:
        return ResolvedRegion(agency.latest_region, agency.latest_region_code)
    if agency.region is not None:
        return ResolvedRegion(agency.region, agency.region_code)
    region = _find_region_of_name(db, name)
    if region is not None:
        return region
    row = db.execute(_REGION_OF_SITE, [site_id]).fetchone()
    if row is None:
        return None
    return ResolvedRegion(*row)


def _write_region(db: Database, region: ResolvedRegion) -> int:
    """Return the id of a region, adding it if need be."""
    db.execute(_WRITE_REGION, [region.name, region.code])
    query = "SELECT id FROM regions WHERE name = ?"
    return int(db.execute(query, [region.name]).fetchone()[0])


def _find_region_of_name(db: Database, name: str) -> ResolvedRegion | None:
    """Return the region of a site that a name begins with; None unless exactly one fits.

    The last part of the region is enough: 西霞县… for 样例省北原市西霞县. Most names without a
    region (教育局) begin with no division of any, and the sites need not be looked through.
    """
    if DIVISION_END.search(name) is None:
        return None
    regions: list[ResolvedRegion] = []
    for row in db.execute(_REGIONS_OF_SITES).fetchall():
        region = ResolvedRegion(*row)
        if name.startswith(_list_beginnings(region.name)):
            regions.append(region)
    if len(regions) == 1:
        return regions[0]
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
