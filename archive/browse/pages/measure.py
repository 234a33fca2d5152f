"""A measure over the years: of a region's bodies by kind, and of each region in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nianbao.archive.browse.crumbs import make_region_crumbs
from nianbao.archive.browse.page import NOT_IN_JSON, BrowsePage, PageRequest
from nianbao.archive.browse.pages.charts import find_charted_region
from nianbao.archive.browse.remembered import get_figure_reader, get_region_tree
from nianbao.archive.read_model.overviews.measure_rows import (
    MEASURES,
    MeasureRow,
    list_lines,
    list_years,
    select_years,
    tabulate_region,
)
from nianbao.archive.read_model.overviews.region_reports import select_region_reports

if TYPE_CHECKING:
    from sqlite_utils import Database


@dataclass(frozen=True, slots=True)
class MeasurePage:
    """What the page shows: `rows` are never to be added up; see `tabulate_region`."""

    region: str
    measure: str
    years: tuple[int, ...]
    rows: list[MeasureRow]
    measures: tuple[str, ...] = field(metadata=NOT_IN_JSON)  # that there are pages of
    has_places: bool = field(
        metadata=NOT_IN_JSON
    )  # whether regions in it have a figure


def show_measure(db: Database, request: PageRequest) -> BrowsePage:
    """Show a measure of a region, `/region/REGION/received`, of all years or some."""
    region = find_charted_region(db, request)
    measure = request.path_values["measure"]
    tree = get_region_tree(db, request)
    reader = get_figure_reader(db, request)
    region_ids = tree.ids_within(region.name)
    reports = select_region_reports(db, reader, region_ids, None)
    years = _choose_years(request, list_years(reports))
    all_rows = tabulate_region(reports, tree, region.name, measure, list_years(reports))
    rows = select_years(all_rows, years)
    name = request.language.word("sums", measure)
    return BrowsePage(
        "measure.html",
        f"{region.name} · {name}",
        MeasurePage(
            region=region.name,
            measure=measure,
            measures=MEASURES,
            years=years,
            rows=rows,
            has_places=any(row.region != region.name for row in rows),
        ),
        rows=list_lines(rows),
        crumbs=make_region_crumbs(db, request, region.name),
    )


def _choose_years(request: PageRequest, years: tuple[int, ...]) -> tuple[int, ...]:
    first = request.get_number("first_year")
    last = request.get_number("last_year")
    chosen = []
    for year in years:
        if (first is None or year >= first) and (last is None or year <= last):
            chosen.append(year)
    return tuple(chosen)
