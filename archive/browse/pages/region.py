"""A region: the regions in it, its agencies with their years, and how they compare in a year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from nianbao.archive.browse.changed_lines import make_change_entries
from nianbao.archive.browse.crumbs import make_region_crumbs
from nianbao.archive.browse.downloads.region_workbook import send_region_workbook
from nianbao.archive.browse.page import (
    NOT_IN_JSON,
    BrowsePage,
    Crumb,
    PageMoved,
    PageNotFound,
    PageRequest,
    RawAnswer,
)
from nianbao.archive.browse.remembered import (
    get_coverage_counts,
    get_figure_reader,
    get_region_tree,
    get_roster_regions,
)
from nianbao.archive.read_model.changes import select_changes_of_agencies
from nianbao.archive.read_model.overviews.body_sums import (
    GroupSum,
    Scope,
    find_own_report,
    select_scope,
    sum_groups,
)
from nianbao.archive.read_model.overviews.coverage import CoverageBoard, build_board
from nianbao.archive.read_model.overviews.measure_rows import MEASURES
from nianbao.archive.read_model.overviews.region_comparison import (
    MissingAgency,
    Standing,
    compare_agencies,
    compare_regions,
    select_missing_agencies,
)
from nianbao.archive.read_model.overviews.region_reports import (
    AgencyStrip,
    RegionReport,
    select_agency_ids,
    select_agency_strips,
    select_region_reports,
)
from nianbao.archive.read_model.regions import NOWHERE, RegionNode
from nianbao.archive.read_model.roster.counts import (
    RegionRoster,
    count_region_roster,
    mark_years,
    open_region_roster,
)
from nianbao.archive.read_model.roster.roster import Roster

if TYPE_CHECKING:
    from sqlite_utils import Database

STRIPS = 100  # agencies on a page
MOST_SIMILAR = 10  # regions that are suggested
ORDERS = ("received", "granted", "late", "missing")


@dataclass(frozen=True, slots=True)
class RegionPage:
    """What the page shows."""

    name: str
    code: str | None
    agencies: int  # of the region itself
    board: CoverageBoard  # of the regions in it
    years: tuple[int, ...]
    strips: list[AgencyStrip]
    year: int | None  # of the comparison
    order: str
    places: list[Standing]
    bodies: list[Standing]
    sums: list[GroupSum]  # of the region itself and all in it, side by side
    scope: Scope | None  # what the report of its government says that it holds
    roster: RegionRoster | None
    measures: tuple[str, ...] = field(metadata=NOT_IN_JSON)  # that have a page
    marks: dict[tuple[str, int], str] = field(metadata=NOT_IN_JSON)


def show_region(db: Database, request: PageRequest) -> BrowsePage | RawAnswer:
    """Show a region by its name; a code leads to the name."""
    region = find_requested_region(db, request)
    if region.name != request.path_values["region"]:
        raise PageMoved(request.to.region(region.name))
    year = request.get_number("year")
    if request.format == "csv":
        return _list_reports(db, request, region, year)
    if request.format == "atom":
        return _list_changes(db, request, region)
    if request.format == "xlsx":
        return _make_workbook(db, request, region, year)
    data = _make_data(db, request, region, year)
    shown_strips = data.strips[:STRIPS]
    title = region.name
    if region.name == NOWHERE:
        title = request.language("place.none")
    return BrowsePage(
        "region.html",
        title,
        replace(data, strips=shown_strips),
        crumbs=[
            Crumb(request.language("nav.coverage"), request.to.coverage()),
            *make_region_crumbs(db, request, region.above),
        ],
        more=len(data.strips) > len(shown_strips),
    )


def _make_workbook(
    db: Database, request: PageRequest, region: RegionNode, year: int | None
) -> RawAnswer:
    """Return the workbook of the region; the place of agencies of no known region has none."""
    if region.name == NOWHERE:
        path = f"{request.path}.xlsx"
        raise PageNotFound(request.language("error.no_page", path=path))
    counts = get_coverage_counts(db, request)
    board = build_board(counts, get_region_tree(db, request), region.name, "")
    return send_region_workbook(db, request, region.name, year, board.years)


def _make_data(
    db: Database, request: PageRequest, region: RegionNode, year: int | None
) -> RegionPage:
    """Return what the page shows, with one strip more than it shows if there are more."""
    counts = get_coverage_counts(db, request)
    board = build_board(counts, get_region_tree(db, request), region.name, "")
    if not year:
        year = board.years[0] if board.years else None
    order = _ranking_order(request)
    reports = _select_reports(db, request, region, year)
    agencies = 0
    strips: list[AgencyStrip] = []
    if _may_have_agencies(region):
        offset = (request.page - 1) * STRIPS
        agencies = counts.agencies_of_region.get(region.id, 0)
        strips = select_agency_strips(db, region.id, board.years, STRIPS + 1, offset)
    place_standings = _compare_places(db, request, region, board, reports, year)
    body_standings = _compare_bodies(db, region, reports, year)
    roster = _open_roster(db, request, region, year)
    region_roster: RegionRoster | None = None
    marks: dict[tuple[str, int], str] = {}
    if roster is not None and year is not None:
        regions = get_roster_regions(db, request)
        region_roster = count_region_roster(roster, regions, region.name, year)
        marks = mark_years(roster, region.name, board.years)
    own_report = find_own_report(reports, region.name)
    return RegionPage(
        name=region.name,
        code=region.code,
        agencies=agencies,
        board=board,
        years=board.years,
        strips=strips,
        year=year,
        order=order,
        places=_rank(place_standings, order),
        bodies=_rank(body_standings, order),
        sums=sum_groups(reports, region.name),
        scope=select_scope(db, own_report) if own_report else None,
        roster=region_roster,
        measures=MEASURES,
        marks=marks,
    )


def _open_roster(
    db: Database, request: PageRequest, region: RegionNode, year: int | None
) -> Roster | None:
    """Return who must publish in the region; None for what is in no region."""
    if year is None or region.name == NOWHERE:
        return None
    return open_region_roster(db, get_roster_regions(db, request), region.name)


def _may_have_agencies(region: RegionNode) -> bool:
    """Tell whether agencies can be in the region itself, not only in regions below it."""
    return region.id is not None or region.name == NOWHERE


def _select_reports(
    db: Database, request: PageRequest, region: RegionNode, year: int | None
) -> list[RegionReport]:
    """Return the reports of a year in the region and below it."""
    if not year:
        return []
    region_ids = get_region_tree(db, request).ids_within(region.name)
    return select_region_reports(db, get_figure_reader(db, request), region_ids, year)


def _compare_places(
    db: Database,
    request: PageRequest,
    region: RegionNode,
    board: CoverageBoard,
    reports: list[RegionReport],
    year: int | None,
) -> list[Standing]:
    """Return how the regions below the region compare."""
    tree = get_region_tree(db, request)
    missing = _count_missing(board, year)
    return compare_regions(reports, missing, tree, region.name)


def _compare_bodies(
    db: Database, region: RegionNode, reports: list[RegionReport], year: int | None
) -> list[Standing]:
    """Return how the agencies of the region itself compare."""
    missing: list[MissingAgency] = []
    if year and _may_have_agencies(region):
        missing = select_missing_agencies(db, region.id, year)
    name = None if region.name == NOWHERE else region.name
    return compare_agencies(reports, missing, name)


def find_requested_region(db: Database, request: PageRequest) -> RegionNode:
    """Return the region that the address names, by its name or code.

    Raises PageNotFound with similar regions for an unknown one.
    """
    name = request.path_values["region"]
    tree = get_region_tree(db, request)
    region = tree.find(name)
    if region is None:
        links = []
        for node in tree.find_similar(name)[:MOST_SIMILAR]:
            address = request.to.region(node.name)
            links.append(Crumb(node.name, address))
        raise PageNotFound(request.language("region.none", name=name), links)
    return region


def _ranking_order(request: PageRequest) -> str:
    order = request.get_text("by")
    if order in ORDERS:
        return order
    return ORDERS[0]


def _list_reports(
    db: Database, request: PageRequest, region: RegionNode, year: int | None
) -> BrowsePage:
    """Return the table of all reports in the region, to download."""
    reports = select_region_reports(
        db,
        get_figure_reader(db, request),
        get_region_tree(db, request).ids_within(region.name),
        year,
        request.limit + 1,
        request.offset,
    )
    rows = reports[: request.limit]
    more = len(reports) > request.limit
    return BrowsePage("region.html", region.name, None, rows=rows, more=more)


def _list_changes(db: Database, request: PageRequest, region: RegionNode) -> BrowsePage:
    """Return the feed of the latest changes in the region."""
    region_ids = get_region_tree(db, request).ids_within(region.name)
    agency_ids = select_agency_ids(db, region_ids)
    changes = select_changes_of_agencies(db, agency_ids, request.limit)
    entries = make_change_entries(db, changes, request)
    return BrowsePage("region.html", region.name, None, entries=entries)


def _count_missing(board: CoverageBoard, year: int | None) -> dict[str | None, int]:
    """Return the number of missing reports of each region in a year."""
    missing = {}
    for row in board.rows:
        for cell in row.cells:
            if cell.year == year:
                missing[row.name] = cell.count.missing
    return missing


def _rank(standings: Sequence[Standing], order: str) -> list[Standing]:
    """Return a ranking; unknown numbers come last."""

    def rank(standing: Standing) -> tuple[bool, float, str]:
        if order in ("late", "missing"):
            number = getattr(standing, order)
        else:
            number = getattr(standing.main, order)
        return number is None, -(number or 0), standing.short

    return sorted(standings, key=rank)
