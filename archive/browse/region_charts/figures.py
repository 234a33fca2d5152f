"""The figures of a chart: of a region's bodies by year, and of an agency beside its siblings.

The siblings of an agency are the bodies of its kind in its region: departments beside
departments, townships beside townships.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from nianbao.archive.browse.region_charts.panels import Number
from nianbao.archive.read_model.overviews.body_sums import (
    GROUPS,
    BodyGroup,
    find_group,
    sum_groups,
)

if TYPE_CHECKING:
    from nianbao.archive.read_model.overviews.region_reports import RegionReport

MEASURES = ("received", "granted", "answered", "reviews", "lawsuits")
FEWEST_SIBLINGS = 3  # of fewer a median says nothing
BodyKey = tuple[str, str | None]  # name, and the site of one of no known region


@dataclass(frozen=True, slots=True)
class YearFigure:
    """A figure of a year, and of how many reports it is."""

    value: Number | None
    reports: int


NO_FIGURE = YearFigure(None, 0)
FigureRow = tuple[YearFigure, ...]


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
    reports: Sequence[RegionReport], region: str, measure: str
) -> dict[BodyGroup, FigureRow]:
    """Return the sums of a measure by kind of body, year by year; kinds without one left out."""
    by_year: dict[int, list[RegionReport]] = defaultdict(list)
    for report in reports:
        # what does not print the figure is no part of the sum
        has_figure = getattr(report, measure) is not None
        if report.report_year is not None and has_figure:
            by_year[report.report_year].append(report)
    figures: dict[tuple[BodyGroup, int], YearFigure] = {}
    years = list_years(reports)
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
    groups: dict[BodyKey, BodyGroup] = {}
    for report in reports:
        if report.agency is not None:
            key = (report.agency, report.agency_site)
            groups[key] = find_group(report, region)
    siblings = []
    for key, row in list_bodies(reports, measure).items():
        if key != agency and groups[key] == groups.get(agency):
            siblings.append(row)
    medians = []
    for index, _ in enumerate(list_years(reports)):
        values = []
        for row in siblings:
            values.append(row[index].value)
        medians.append(_find_median(values))
    return tuple(medians)


def _find_median(values: Sequence[Number | None]) -> YearFigure:
    numbers = [value for value in values if value is not None]
    if len(numbers) < FEWEST_SIBLINGS:
        return YearFigure(None, len(numbers))
    return YearFigure(median(numbers), len(numbers))
