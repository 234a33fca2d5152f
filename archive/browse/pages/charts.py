"""Charts as SVG, to embed anywhere: these answers alone may be read by pages of other hosts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nianbao.archive.browse.page import PageNotFound, PageRequest, RawAnswer
from nianbao.archive.browse.pages.region import find_requested_region
from nianbao.archive.browse.pages.report import find_requested_agency
from nianbao.archive.browse.region_charts.drawing import ChartMaker
from nianbao.archive.browse.remembered import get_figure_reader, get_region_tree
from nianbao.archive.checks.deadlines import GOVERNMENTS
from nianbao.archive.read_model.overviews.body_sums import GROUPS, find_group
from nianbao.archive.read_model.overviews.region_reports import select_region_reports
from nianbao.archive.read_model.regions import NOWHERE

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.browse.region_charts.colours import Theme
    from nianbao.archive.read_model.overviews.region_reports import RegionReport
    from nianbao.archive.read_model.regions import RegionNode

SVG = "image/svg+xml; charset=utf-8"
EMBEDDED = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
}


def send_region_chart(db: Database, request: PageRequest) -> RawAnswer:
    """Answer a measure of a region over the years: `/region/REGION/received.svg`."""
    region = find_charted_region(db, request)
    reports = _select_own_reports(db, request, region)
    reports += _select_governments_below(db, request, region)
    maker = _make_maker(request, region.name, reports)
    return _answer(maker.draw_region())


def send_bodies_chart(db: Database, request: PageRequest) -> RawAnswer:
    """Answer a small panel of each body: `/region/REGION/bodies-received.svg`."""
    region = find_charted_region(db, request)
    reports = _select_own_reports(db, request, region)
    maker = _make_maker(request, region.name, reports)
    return _answer(maker.draw_bodies())


def send_places_chart(db: Database, request: PageRequest) -> RawAnswer:
    """Answer a small panel of each region in a region: `/region/REGION/places-received.svg`."""
    region = find_charted_region(db, request)
    tree = get_region_tree(db, request)
    reports = _select_governments_below(db, request, region)
    maker = _make_maker(request, region.name, reports)
    return _answer(maker.draw_places(tree))


def send_siblings_chart(db: Database, request: PageRequest) -> RawAnswer:
    """Answer an agency among its siblings: `/agency/REGION/AGENCY/received.svg`."""
    agency = find_requested_agency(db, request)
    region = get_region_tree(db, request).find(agency.region or NOWHERE)
    reports: list[RegionReport] = []
    if region is not None:
        reports = _select_own_reports(db, request, region)
    if agency.region is None:
        # what is in no known region has no siblings
        own = (agency.name, agency.site)
        reports = [one for one in reports if (one.agency, one.agency_site) == own]
    maker = _make_maker(request, agency.region or NOWHERE, reports)
    return _answer(maker.draw_siblings((agency.name, agency.site)))


def find_charted_region(db: Database, request: PageRequest) -> RegionNode:
    """Return the region of a chart; what is in no region has none."""
    region = find_requested_region(db, request)
    if region.name == NOWHERE:
        raise PageNotFound(request.language("error.no_page", path=request.path))
    return region


def _select_governments_below(
    db: Database, request: PageRequest, region: RegionNode
) -> list[RegionReport]:
    """Return the reports of the governments of the regions in a region, of all years.

    Where nobody knows a body's level, its name tells a government.
    """
    region_ids = get_region_tree(db, request).ids_within(region.name)
    below = [one for one in region_ids if one != region.id]
    reader = get_figure_reader(db, request)
    reports = []
    for report in select_region_reports(db, reader, below, None, levels=GOVERNMENTS):
        if find_group(report, report.region or "") == "government":
            reports.append(report)
    return reports


def _select_own_reports(
    db: Database, request: PageRequest, region: RegionNode
) -> list[RegionReport]:
    """Return the reports of a region's own bodies, of all years, the government's first."""
    if region.id is None and region.name != NOWHERE:
        return []
    reports = select_region_reports(
        db, get_figure_reader(db, request), [region.id], None
    )

    def rank(report: RegionReport) -> tuple[int, str]:
        group = find_group(report, region.name)
        return GROUPS.index(group), report.agency or ""

    return sorted(reports, key=rank)


def _make_maker(
    request: PageRequest, region: str, reports: list[RegionReport]
) -> ChartMaker:
    theme: Theme = ""
    if request.get_text("theme") in ("light", "dark"):
        theme = "dark" if request.get_text("theme") == "dark" else "light"
    return ChartMaker(
        reports=reports,
        region=region,
        measure=request.path_values["measure"],
        language=request.language,
        theme=theme,
    )


def _answer(drawing: str) -> RawAnswer:
    return RawAnswer(drawing.encode(), SVG, EMBEDDED)
