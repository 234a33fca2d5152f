"""How the regions below a region, and its agencies, compare by their reports of one year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from nianbao.archive.read_model.overviews.body_sums import GroupSum, sum_groups
from nianbao.archive.read_model.overviews.main_figures import MainFigures
from nianbao.archive.read_model.overviews.region_reports import LATE

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.read_model.overviews.region_reports import RegionReport
    from nianbao.archive.read_model.regions import RegionTree

MISSING = """
SELECT agencies.name, agencies.site_id
FROM agencies JOIN findings ON findings.agency_id = agencies.id
WHERE agencies.region_id IS ? AND findings.report_year = ? AND findings.rule = 'report.missing'
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """A region or an agency among others in a year; `agency` is None for a region.

    `main` is what an agency reports, or the own government of a region; `groups` are the sums of
    the other bodies in the region, which that may hold already.
    """

    region: str | None
    agency: str | None
    short: str
    reports: int
    late: int
    missing: int
    main: MainFigures
    site: str | None = None  # the site that an agency of no known region belongs to
    groups: tuple[GroupSum, ...] = ()

    @property
    def sums(self) -> dict[str, MainFigures]:
        """The main figures of each group of bodies."""
        return {group.group: group.main for group in self.groups}


class MissingAgency(NamedTuple):
    """An agency whose report of a year is missing."""

    name: str
    site: str | None  # the site that an agency of no known region belongs to


def select_missing_agencies(
    db: Database, region_id: int | None, year: int
) -> list[MissingAgency]:
    """Return the agencies of a region whose report of a year is missing."""
    rows = db.execute(MISSING, [region_id, year]).fetchall()
    return [MissingAgency(*row) for row in rows]


def compare_regions(
    reports: Sequence[RegionReport],
    missing: dict[str | None, int],
    tree: RegionTree,
    above: str,
) -> list[Standing]:
    """Return how the regions below a region compare, by the reports of one year.

    Reports of an unknown agency are left out. `missing` has the number of missing reports of
    each region.
    """
    standings = []
    for name, own_reports in group_by_child(reports, tree, above).items():
        short_name = tree.by_name[name].short
        count = missing.get(name, 0)
        standings.append(_sum_reports(name, short_name, own_reports, count))
    return standings


def group_by_child(
    reports: Sequence[RegionReport], tree: RegionTree, above: str | None
) -> dict[str, list[RegionReport]]:
    """Return the reports in each of the regions below a region, with all in it.

    Without a region, those in each of the topmost ones.

    Those of an unknown agency or year are left out.
    """
    child_of_region = {}
    children = tree.by_name[above].below if above else tree.top
    for child in children:
        for node in tree.walk(child):
            child_of_region[node.name] = child
    reports_of_child: dict[str, list[RegionReport]] = {}
    for report in reports:
        name = child_of_region.get(report.region or "")
        if name is not None and report.is_assigned:
            reports_of_child.setdefault(name, []).append(report)
    return reports_of_child


def _sum_reports(
    name: str, short_name: str, reports: Sequence[RegionReport], missing: int
) -> Standing:
    groups = sum_groups(reports, name)
    main = MainFigures()
    for group in groups:
        if group.group == "government":
            main = group.main
    late = 0
    for report in reports:
        late += LATE in report.findings
    return Standing(
        region=name,
        agency=None,
        short=short_name,
        reports=len(reports),
        late=late,
        missing=missing,
        main=main,
        groups=tuple(groups),
    )


def compare_agencies(
    reports: Sequence[RegionReport],
    missing: Sequence[MissingAgency],
    region: str | None,
) -> list[Standing]:
    """Return how the agencies of a region compare, by its reports of one year.

    `missing` has the agencies whose report is missing.
    """
    standings = []
    for agency in missing:
        standing = Standing(
            region=region,
            agency=agency.name,
            short=agency.name,
            reports=0,
            late=0,
            missing=1,
            main=MainFigures(),
            site=agency.site,
        )
        standings.append(standing)
    for report in reports:
        if report.region == region and report.agency is not None:
            standings.append(_make_agency_standing(report, report.agency))
    return standings


def _make_agency_standing(report: RegionReport, agency: str) -> Standing:
    return Standing(
        region=report.region,
        agency=agency,
        short=agency,
        reports=1,
        late=int(LATE in report.findings),
        missing=0,
        main=report.main_figures,
        site=report.agency_site,
    )
