"""A measure over the years: of a region's bodies, of the regions in it, of an agency's siblings.

The siblings of an agency are the bodies of its kind in its region: departments beside
departments, townships beside townships.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import TYPE_CHECKING

from nianbao.archive.read_model.overviews.body_sums import (
    GROUPS,
    BodyGroup,
    find_group,
    sum_groups,
)
from nianbao.archive.read_model.overviews.region_comparison import group_by_child

if TYPE_CHECKING:
    from nianbao.archive.read_model.overviews.region_reports import RegionReport
    from nianbao.archive.read_model.regions import RegionTree

Number = int | float
MEASURES = (
    "received",
    "granted",
    "answered",
    "reviews",
    "reviews_corrected",
    "lawsuits",
    "lawsuits_corrected",
)
MEDIAN = "median"
FEWEST_SIBLINGS = 3  # of fewer a median says nothing
BodyKey = tuple[str, str | None]  # name, and the site of one of no known region


@dataclass(frozen=True, slots=True)
class YearFigure:
    """A figure of a year, and of how many reports it is."""

    value: Number | None
    reports: int


NO_FIGURE = YearFigure(None, 0)
FigureRow = tuple[YearFigure, ...]


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """A measure of the bodies of a kind in a region, or of an agency; a figure for each year.

    `agency` is MEDIAN for that of an agency's siblings.
    """

    region: str | None
    bodies: BodyGroup | None
    agency: str | None
    measure: str
    years: tuple[int, ...]
    figures: FigureRow

    @property
    def total(self) -> Number | None:
        """The figures that are known, added up over the years."""
        numbers = [one.value for one in self.figures if one.value is not None]
        return sum(numbers) if numbers else None


@dataclass(frozen=True, slots=True)
class MeasureLine:
    """A figure of a row, as a line of a table for programs; `reports` are those it is of."""

    region: str | None
    bodies: BodyGroup | None
    agency: str | None
    report_year: int
    measure: str
    value: Number | None
    reports: int


def list_years(reports: Sequence[RegionReport]) -> tuple[int, ...]:
    """Return the years from the first report to the last, those without one too."""
    years = []
    for report in reports:
        if report.report_year is not None:
            years.append(report.report_year)
    if not years:
        return ()
    return tuple(range(min(years), max(years) + 1))


def sum_by_group(
    reports: Sequence[RegionReport],
    region: str,
    measure: str,
    years: Sequence[int],
) -> dict[BodyGroup, FigureRow]:
    """Return the sums of a measure by kind of body, year by year; kinds without one left out."""
    by_year: dict[int, list[RegionReport]] = defaultdict(list)
    for report in reports:
        # what does not print the figure is no part of the sum
        has_figure = getattr(report, measure) is not None
        if report.report_year is not None and has_figure:
            by_year[report.report_year].append(report)
    figures: dict[tuple[BodyGroup, int], YearFigure] = {}
    for year in years:
        for group in sum_groups(by_year[year], region):
            value = getattr(group.main, measure)
            figure = YearFigure(value, group.reports)
            figures[group.group, year] = figure
    rows = {}
    for name in GROUPS:
        row = []
        for year in years:
            row.append(figures.get((name, year), NO_FIGURE))
        if _has_value(row):
            rows[name] = tuple(row)
    return rows


def _has_value(row: Sequence[YearFigure]) -> bool:
    return any(figure.value is not None for figure in row)


def list_bodies(
    reports: Sequence[RegionReport], measure: str
) -> dict[BodyKey, FigureRow]:
    """Return a measure of each body, year by year, in the order of the reports."""
    years = list_years(reports)
    values: dict[BodyKey, dict[int, Number | None]] = defaultdict(dict)
    for report in reports:
        if report.agency is not None and report.report_year is not None:
            key = (report.agency, report.agency_site)
            values[key][report.report_year] = getattr(report, measure)
    rows = {}
    for key, own_values in values.items():
        row = []
        for year in years:
            value = own_values.get(year)
            row.append(YearFigure(value, 1))
        if _has_value(row):
            rows[key] = tuple(row)
    return rows


def find_sibling_median(
    reports: Sequence[RegionReport], region: str, agency: BodyKey, measure: str
) -> FigureRow:
    """Return the median of an agency's siblings, year by year; None of fewer than three."""
    bodies = list_bodies(reports, measure)
    siblings = []
    for key in _list_siblings(reports, region, agency):
        if key in bodies:
            siblings.append(bodies[key])
    medians = []
    for index, _ in enumerate(list_years(reports)):
        values = []
        for row in siblings:
            values.append(row[index].value)
        medians.append(_find_median(values))
    return tuple(medians)


def _list_siblings(
    reports: Sequence[RegionReport], region: str, agency: BodyKey
) -> list[BodyKey]:
    groups = _find_groups(reports, region)
    siblings = []
    for key, group in groups.items():
        if key != agency and group == groups.get(agency):
            siblings.append(key)
    return siblings


def _find_groups(
    reports: Sequence[RegionReport], region: str
) -> dict[BodyKey, BodyGroup]:
    """Return which kind of body each agency is."""
    groups: dict[BodyKey, BodyGroup] = {}
    for report in reports:
        if report.agency is not None:
            key = (report.agency, report.agency_site)
            groups[key] = find_group(report, region)
    return groups


def _find_median(values: Sequence[Number | None]) -> YearFigure:
    numbers = [value for value in values if value is not None]
    if len(numbers) < FEWEST_SIBLINGS:
        return YearFigure(None, len(numbers))
    return YearFigure(median(numbers), len(numbers))


# --- rows of a table --------------------------------------------------------------------


def tabulate_region(
    reports: Sequence[RegionReport],
    tree: RegionTree,
    region: str | None,
    measure: str,
    years: Sequence[int],
) -> list[MeasureRow]:
    """Return the rows of a region's own bodies by kind, then those of each region in it.

    Without a region, those of each of the topmost ones.

    `reports` are all in the region. Rows of one region are never to be added up: the report of
    a government may hold the figures of its other bodies.
    """
    rows = []
    places = group_by_child(reports, tree, region)
    if region is not None:
        own_reports = [report for report in reports if report.region == region]
        places = {region: own_reports, **places}
    for name, place_reports in places.items():
        sums = sum_by_group(place_reports, name, measure, years)
        for group, figures in sums.items():
            row = MeasureRow(name, group, None, measure, tuple(years), figures)
            rows.append(row)
    return rows


def tabulate_siblings(
    reports: Sequence[RegionReport], region: str, agency: BodyKey, measure: str
) -> list[MeasureRow]:
    """Return the rows of an agency, of the median of its siblings, and of each of those.

    `reports` are those of the bodies of the region itself.
    """
    years = list_years(reports)
    bodies = list_bodies(reports, measure)
    group = _find_groups(reports, region).get(agency)
    medians = find_sibling_median(reports, region, agency, measure)
    rows = []
    if agency in bodies:
        own_row = MeasureRow(region, group, agency[0], measure, years, bodies[agency])
        rows.append(own_row)
    if _has_value(medians):
        rows.append(MeasureRow(region, group, MEDIAN, measure, years, medians))
    for key in _list_siblings(reports, region, agency):
        if key in bodies:
            row = MeasureRow(region, group, key[0], measure, years, bodies[key])
            rows.append(row)
    return rows


def select_years(rows: Sequence[MeasureRow], years: Sequence[int]) -> list[MeasureRow]:
    """Return the rows with some of their years alone, without those that have no figure then."""
    selected = []
    for row in rows:
        pairs = []
        for year, figure in zip(row.years, row.figures, strict=True):
            if year in years:
                pairs.append((year, figure))
        figures = tuple(figure for _, figure in pairs)
        if _has_value(figures):
            own_years = tuple(year for year, _ in pairs)
            selected.append(replace(row, years=own_years, figures=figures))
    return selected


def list_lines(rows: Sequence[MeasureRow]) -> list[MeasureLine]:
    """Return the figures of rows, a line each; without those that no report has."""
    lines = []
    for row in rows:
        for year, figure in zip(row.years, row.figures, strict=True):
            if figure.value is not None:
                line = MeasureLine(
                    region=row.region,
                    bodies=row.bodies,
                    agency=row.agency,
                    report_year=year,
                    measure=row.measure,
                    value=figure.value,
                    reports=figure.reports,
                )
                lines.append(line)
    return lines
