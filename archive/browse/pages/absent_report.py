"""The page of a report that the archive has not: what is known of its absence, and by what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nianbao.archive.browse.crumbs import make_agency_crumbs
from nianbao.archive.browse.page import BrowsePage, PageRequest
from nianbao.archive.checks.missing_reports import RULE
from nianbao.archive.read_model.findings import select_report_findings
from nianbao.archive.read_model.regions import NOWHERE
from nianbao.archive.read_model.roster.bodies import RosterBody
from nianbao.archive.read_model.roster.roster import (
    Roster,
    select_years,
)
from nianbao.archive.read_model.roster.scope import NO_REGION, find_region

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.read_model.agencies import AgencyEntry
    from nianbao.archive.read_model.rows import RosterRow
    from nianbao.archive.records import Finding


@dataclass(frozen=True, slots=True)
class AbsentReport:
    """What the page shows. `names` are siblings that have the report, as the finding names them."""

    name: str
    site: str | None  # the site that a body of no known region belongs to
    body: RosterRow
    as_of: str
    finding: Finding | None
    names: tuple[str, ...]
    years: tuple[int, ...]  # of which there is a report


def show_absent_report(
    db: Database, request: PageRequest, agency: AgencyEntry | None
) -> BrowsePage | None:
    """Return the page of a report that is not there; None for a body or year of no roster.

    `agency` is that of the address, None where the archive has no report of it at all.
    """
    year = int(request.path_values["year"])
    place = request.path_values["region"]
    name = request.path_values["agency"]
    region = NO_REGION if place == NOWHERE else find_region(db, place)
    if region is None:
        return None
    roster = Roster(db, [region])
    if year not in select_years(db, roster.as_of):
        return None

    def is_asked_for(body: RosterBody) -> bool:
        if agency is None:
            return name == body.name
        return agency.id in body.agency_ids

    rows = [row for _, row in roster.list_body_rows([year], is_asked_for)]
    if not rows or rows[0].state == "published":
        return None
    site = agency.site if agency else None
    finding = _find_finding(db, agency, year)
    parameters = (finding.parameters if finding else None) or {}
    data = AbsentReport(
        name=name,
        site=site,
        body=rows[0],
        as_of=roster.as_of,
        finding=finding,
        names=tuple(parameters.get("names", ())),
        years=agency.years if agency else (),
    )
    crumbs = make_agency_crumbs(db, request, rows[0].region, name, site)
    if agency is None:
        crumbs = crumbs[:-1]
    return BrowsePage("absent.html", f"{name} {year}", data, crumbs=crumbs)


def _find_finding(
    db: Database, agency: AgencyEntry | None, year: int
) -> Finding | None:
    """Return the finding that the report is missing, where there is one."""
    if agency is None:
        return None
    for finding in select_report_findings(db, agency.id, year):
        if finding.rule == RULE:
            return finding
    return None
