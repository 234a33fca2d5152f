"""The crumbs of a page: the path from the country over regions and agency to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nianbao.archive.browse.page import Crumb, PageRequest
from nianbao.archive.browse.remembered import get_region_tree

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.read_model.report_names import ReportName


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
    db: Database,
    request: PageRequest,
    region: str | None,
    agency: str,
    site: str | None,
) -> list[Crumb]:
    """Return the path to an agency: its regions, itself."""
    crumbs = make_region_crumbs(db, request, region)
    crumbs.append(Crumb(agency, request.to.agency(region, agency, site)))
    return crumbs


def make_report_crumbs(
    db: Database, request: PageRequest, name: ReportName
) -> list[Crumb]:
    """Return the path to a report with itself.

    To one of unknown agency or year, the list of such reports.
    """
    if name.agency is None or name.report_year is None:
        text = request.language("unassigned.title")
        return [Crumb(text, request.to.unassigned())]
    crumbs = make_agency_crumbs(db, request, name.region, name.agency, name.site)
    address = request.to.report(
        name.region, name.agency, name.report_year, site=name.site
    )
    crumbs.append(Crumb(str(name.report_year), address))
    return crumbs
