"""Charts: what an agency reported over the years, as small bars that are drawn here and need
nothing to run.

A year of which nothing is known has no bar; where the figures of a year do not follow from
those of the year before, a break stands between the two. `charts.yaml` says which cells a chart
is made of.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from nianbao.archive.browse.tables import Name
from nianbao.archive.derived.form_cells import CellPlace
from nianbao.archive.records import Figure

SERIES = Path(__file__).with_name("charts.yaml")
WIDTH, HEIGHT = 300, 112  # of a chart, in units of the drawing
TOP, BOTTOM = 18, 20  # kept for the numbers above the bars and the years below
GAP = 0.3  # of a year's width
ROUND = 4  # decimals of a sum of amounts: reports print four

Number = int | float
Broken = Mapping[int, Sequence[str]]  # report year → rules


@dataclass(frozen=True, slots=True)
class Series:
    """A part of a chart: its numbers by year, None where the report of the year does not tell."""

    name: Name
    values: tuple[Number | None, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    part: int
    year: int
    value: Number
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Tick:
    """A year below the bars: where its middle is, the sum of its parts and where that is
    written.
    """

    year: int
    x: float
    total: Number | None
    y: float

    @property
    def short(self) -> str:
        """The sum in as few digits as fit above a bar; the table has all of them."""
        if self.total is None or isinstance(self.total, int):
            return "" if self.total is None else str(self.total)
        return f"{self.total:.0f}" if self.total >= 100 else f"{self.total:.3g}"


@dataclass(frozen=True, slots=True)
class Break:
    """A year whose figures do not follow from the year before; `x` is between the two."""

    year: int
    x: float
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    key: str
    name: Name
    years: tuple[int, ...]
    parts: tuple[Series, ...]
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    breaks: tuple[Break, ...]
    width: int = WIDTH
    height: int = HEIGHT
    base: int = HEIGHT - BOTTOM


def draw(
    reports: Mapping[int, Iterable[Figure]], years: Sequence[int], broken: Broken
) -> list[Chart]:
    """Draw the charts of which something is known in one of the years."""
    cells = {
        year: {
            (figure.table, figure.row, figure.column): figure.value
            for figure in figures
        }
        for year, figures in reports.items()
    }
    found = []
    for spec in specs():
        parts = tuple(
            Series(
                Name(part["zh"], part["en"]),
                tuple(_sum(part["cells"], cells.get(year, {})) for year in years),
            )
            for part in spec["parts"]
        )
        known = tuple(
            part for part in parts if any(value is not None for value in part.values)
        )
        if known:
            rules = {year: _about(spec, broken.get(year, ())) for year in years}
            found.append(
                chart(spec["key"], Name(spec["zh"], spec["en"]), years, known, rules)
            )
    return found


def chart(
    key: str, name: Name, years: Sequence[int], parts: Sequence[Series], broken: Broken
) -> Chart:
    """Lay out one chart: its parts stacked, the highest year as high as there is room."""
    told = [[part.values[index] for part in parts] for index in range(len(years))]
    highest = max(sum(value or 0 for value in values) for values in told) or 1
    step, base, room = WIDTH / len(years), HEIGHT - BOTTOM, HEIGHT - BOTTOM - TOP
    bars, ticks, breaks = [], [], []
    for index, year in enumerate(years):
        y = float(base)
        for number, part in enumerate(parts):
            value = part.values[index]
            if value:
                height = max(value, 0) / highest * room
                y -= height
                x = index * step + step * GAP / 2
                bars.append(
                    Bar(
                        number,
                        year,
                        value,
                        round(x, 1),
                        round(y, 1),
                        round(step * (1 - GAP), 1),
                        round(height, 1),
                    )
                )
        ticks.append(
            Tick(
                year,
                round((index + 0.5) * step, 1),
                _total(told[index]),
                round(y - 4, 1),
            )
        )
        if broken.get(year):
            breaks.append(Break(year, round(index * step, 1), tuple(broken[year])))
    return Chart(
        key, name, tuple(years), tuple(parts), tuple(bars), tuple(ticks), tuple(breaks)
    )


def _total(values: Sequence[Number | None]) -> Number | None:
    """Return the sum of all parts, None where one of them is not known."""
    known = [value for value in values if value is not None]
    return _rounded(sum(known)) if len(known) == len(values) else None


def _sum(
    tables: Mapping[str, Sequence[Sequence[str]]],
    cells: Mapping[CellPlace, Number | None],
) -> Number | None:
    for table, lists in tables.items():
        for names in lists:
            values = [cells.get((table, *name.split("."))) for name in names]  # type: ignore[arg-type]
            known = [value for value in values if value is not None]
            if len(known) == len(values):
                return _rounded(sum(known))
    return None


def _rounded(value: Number) -> Number:
    return round(value, ROUND) if isinstance(value, float) else value


BREAKS = {  # rule of :mod:`nianbao.archive.checks.year_to_year` → the charts it is about
    "req.chain": ("received", "carried"),
    "a1_2021.stock": ("normative",),
    "a5_2019.stock": ("permits", "penalties"),
}


def _about(spec: Mapping[str, Any], rules: Sequence[str]) -> list[str]:
    return [rule for rule in rules if spec["key"] in BREAKS.get(rule, ())]


@cache
def specs() -> list[dict[str, Any]]:
    """Return the charts as `charts.yaml` has them."""
    loaded: list[dict[str, Any]] = YAML(typ="safe").load(SERIES)
    return loaded
