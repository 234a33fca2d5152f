"""Charts of what an agency reported over the years: small bars, drawn here without any script.

A year without figures has no bar. Where the figures of a year do not follow from those of the
year before, a break is between the two. `charts.yaml` says which measures a chart is made of.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from nianbao.archive.browse.drawn_tables import BilingualName

SPECS = Path(__file__).with_name("charts.yaml")
WIDTH, HEIGHT = 300, 112  # of a chart, in units of the drawing
TOP, BOTTOM = 18, 20  # room for the numbers above the bars and the years below
BASE = HEIGHT - BOTTOM
GAP = 0.3  # of a year's width
DECIMALS = 4  # of a sum of amounts: reports print four
# rule of :mod:`nianbao.archive.checks.year_to_year` → the charts it is about
CHARTS_OF_RULE = {
    "req.chain": ("received", "carried"),
    "a1_2021.stock": ("normative",),
    "a5_2019.stock": ("permits", "penalties"),
}

Number = int | float
Values = Sequence[Number | None]
MeasureValues = Mapping[str, Number | None]  # by the key of the measure
BrokenYears = Mapping[int, Sequence[str]]  # report year → rules


@dataclass(frozen=True, slots=True)
class ChartSeries:
    """A part of a chart: its numbers by year, None where the report of the year has none."""

    name: BilingualName
    values: tuple[Number | None, ...]


@dataclass(frozen=True, slots=True)
class ChartBar:
    """The bar of a part in a year: a rectangle of the drawing."""

    part: int
    year: int
    value: Number
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class ChartTick:
    """A year below the bars: the middle of it, the sum of its parts and where that is written."""

    year: int
    x: float
    total: Number | None
    y: float

    @property
    def short(self) -> str:
        """The sum in as few digits as fit above a bar; the table has all of them."""
        if self.total is None:
            return ""
        if isinstance(self.total, int):
            return str(self.total)
        if self.total >= 100:
            return f"{self.total:.0f}"
        return f"{self.total:.3g}"


@dataclass(frozen=True, slots=True)
class ChartBreak:
    """A year whose figures do not follow from the year before; `x` is between the two."""

    year: int
    x: float
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart with everything that its template draws."""

    key: str
    name: BilingualName
    years: tuple[int, ...]
    parts: tuple[ChartSeries, ...]
    bars: tuple[ChartBar, ...]
    ticks: tuple[ChartTick, ...]
    breaks: tuple[ChartBreak, ...]
    width: int = WIDTH
    height: int = HEIGHT
    base: int = BASE


def draw_charts(
    measures: Mapping[int, MeasureValues], years: Sequence[int], broken: BrokenYears
) -> list[Chart]:
    """Draw the charts that have a number in one of the years.

    `measures` has those of each year's report, `broken` the rules that a year breaks.
    """
    charts = []
    for spec in load_chart_specs():
        parts = _make_series(spec, years, measures)
        if not parts:
            continue
        name = BilingualName(spec["zh"], spec["en"])
        breaks = _select_breaks(spec, broken)
        charts.append(lay_out_chart(spec["key"], name, years, parts, breaks))
    return charts


def _make_series(
    spec: Mapping[str, Any],
    years: Sequence[int],
    measures: Mapping[int, MeasureValues],
) -> list[ChartSeries]:
    """Return the parts of a chart, without those that have no number in any year."""
    parts = []
    for part in spec["parts"]:
        values = []
        for year in years:
            values.append(_find_first(part["measures"], measures.get(year, {})))
        if any(value is not None for value in values):
            name = BilingualName(part["zh"], part["en"])
            parts.append(ChartSeries(name, tuple(values)))
    return parts


def _find_first(names: Sequence[str], measures: MeasureValues) -> Number | None:
    """Return the first measure of some that a report has; None without one."""
    for name in names:
        value = measures.get(name)
        if value is not None:
            return value
    return None


def _sum_values(values: Values) -> Number | None:
    """Return the sum; None when one of the values is unknown."""
    total: Number = 0
    for value in values:
        if value is None:
            return None
        total += value
    if isinstance(total, float):
        return round(total, DECIMALS)
    return total


def _select_breaks(spec: Mapping[str, Any], broken: BrokenYears) -> BrokenYears:
    """Return the rules that a chart is about, by year."""
    breaks = {}
    for year, rules in broken.items():
        breaks[year] = [
            rule for rule in rules if spec["key"] in CHARTS_OF_RULE.get(rule, ())
        ]
    return breaks


def lay_out_chart(
    key: str,
    name: BilingualName,
    years: Sequence[int],
    parts: Sequence[ChartSeries],
    broken: BrokenYears,
) -> Chart:
    """Lay out one chart: its parts stacked, the highest year as high as there is room."""
    part_values = [part.values for part in parts]
    year_values = list(zip(*part_values, strict=True))
    highest = max(sum(value or 0 for value in values) for values in year_values) or 1
    step = WIDTH / len(years)
    bars: list[ChartBar] = []
    ticks = []
    breaks = []
    for index, year in enumerate(years):
        x_start = index * step
        year_bars = _stack_bars(year, year_values[index], x_start, step, highest)
        bars += year_bars
        top = _top_of_bars(year_values[index], highest)
        ticks.append(
            ChartTick(
                year=year,
                x=round((index + 0.5) * step, 1),
                total=_sum_values(year_values[index]),
                y=round(top - 4, 1),
            )
        )
        if broken.get(year):
            rules = tuple(broken[year])
            breaks.append(ChartBreak(year, round(x_start, 1), rules))
    return Chart(
        key=key,
        name=name,
        years=tuple(years),
        parts=tuple(parts),
        bars=tuple(bars),
        ticks=tuple(ticks),
        breaks=tuple(breaks),
    )


def _stack_bars(
    year: int,
    values: Values,
    x_start: float,
    step: float,
    highest: Number,
) -> list[ChartBar]:
    """Return the bars of a year, one above the other."""
    bars = []
    y = float(BASE)
    for part, value in enumerate(values):
        if not value:
            continue
        height = _bar_height(value, highest)
        y -= height
        bar = ChartBar(
            part=part,
            year=year,
            value=value,
            x=round(x_start + step * GAP / 2, 1),
            y=round(y, 1),
            width=round(step * (1 - GAP), 1),
            height=round(height, 1),
        )
        bars.append(bar)
    return bars


def _top_of_bars(values: Values, highest: Number) -> float:
    y = float(BASE)
    for value in values:
        if value:
            y -= _bar_height(value, highest)
    return y


def _bar_height(value: Number, highest: Number) -> float:
    return max(value, 0) / highest * (BASE - TOP)


@cache
def load_chart_specs() -> list[dict[str, Any]]:
    """Return the charts as `charts.yaml` has them."""
    specs: list[dict[str, Any]] = YAML(typ="safe").load(SPECS)
    return specs
