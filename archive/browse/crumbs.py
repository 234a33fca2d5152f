"""The crumbs of a page: the path from the country over regions and agency to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nianbao.archive.browse.page import Crumb, PageRequest
from nianbao.archive.browse.remembered import get_region_tree

if TYPE_CHECKING:
    from sqlite_utils import Database


def make_region_crumbs(
    db: Database, request: PageRequest, region: str | None
) -> list[Crumb]:
    """Return the path to a region with itself; nothing for an unknown one."""
    crumbs = []
    for node in get_region_tree(db, request).path_to(region):
        address = request.to.region(node.name)
        crumbs.append(Crumb(node.short, address))
    return crumbs


def make_agency_crumbs(
    db: Database, request: PageRequest, region: str | None, agency: str
) -> list[Crumb]:
    """Return the path to an agency: its regions, itself."""
    crumbs = make_region_crumbs(db, request, region)
    crumbs.append(Crumb(agency, request.to.agency(region, agency)))
    return crumbs


def make_report_crumbs(
    db: Database,
    request: PageRequest,
    region: str | None,
    agency: str | None,
    year: int | None,
) -> list[Crumb]:
    """Return the path to a report with itself; nothing when agency or year is unknown."""
    if not agency or not year:
        return []
    crumbs = make_agency_crumbs(db, request, region, agency)
    address = request.to.report(region, agency, year)
    crumbs.append(Crumb(str(year), address))
    return crumbs
