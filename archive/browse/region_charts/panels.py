"""Panels of a chart: bars and lines over the same years, to one scale.

A year without a figure has no bar, and a line is broken there: never a zero.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

TOP, BOTTOM = 30.0, 16.0  # room for the title above and the years below
GAP = 0.3  # of a year's width, between bars
MOST_LABELS = 9  # years that are written in full

Number = int | float
Values = Sequence[Number | None]


@dataclass(frozen=True, slots=True)
class ValueSeries:
    """Figures by year; `hints` say in words what each is."""

    name: str
    values: Values
    hints: Sequence[str]
    part: int  # the number of its colour


@dataclass(frozen=True, slots=True)
class PanelBar:
    """A bar."""

    part: int
    x: float
    y: float
    width: float
    height: float
    hint: str


@dataclass(frozen=True, slots=True)
class PanelPoint:
    """A figure of a line."""

    x: float
    y: float
    hint: str


@dataclass(frozen=True, slots=True)
class PanelLine:
    """A line in the pieces that a year without a figure breaks it into."""

    part: int
    pieces: tuple[str, ...]  # points of a polyline
    points: tuple[PanelPoint, ...]


@dataclass(frozen=True, slots=True)
class YearLabel:
    """A year below a panel."""

    x: float
    text: str


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel at its place in the drawing."""

    title: str
    x: float
    y: float
    width: float
    height: float
    base: float
    highest: str  # of all figures, in digits
    bars: tuple[PanelBar, ...]
    lines: tuple[PanelLine, ...]
    labels: tuple[YearLabel, ...]


@dataclass(frozen=True, slots=True)
class PanelPlace:
    """Where a panel stands, and how large it is."""

    x: float
    y: float
    width: float
    height: float


class _Scale:
    """Turns years and figures into places in a panel."""

    def __init__(self, place: PanelPlace, year_count: int, highest: Number) -> None:
        self.step = place.width / max(year_count, 1)
        self.base = place.height - BOTTOM
        self.highest = highest or 1

    def find_x(self, index: int) -> float:
        return round((index + 0.5) * self.step, 1)

    def find_y(self, value: Number) -> float:
        share = max(value, 0) / self.highest
        return round(self.base - share * (self.base - TOP), 1)


def lay_out_panel(
    title: str,
    years: Sequence[int],
    bars: ValueSeries | None,
    lines: Sequence[ValueSeries],
    place: PanelPlace,
) -> Panel:
    """Lay out a panel; the highest figure is as high as there is room."""
    all_series = list(lines)
    if bars is not None:
        all_series.append(bars)
    highest = max(_list_numbers(all_series), default=0)
    scale = _Scale(place, len(years), highest)
    return Panel(
        title=title,
        x=place.x,
        y=place.y,
        width=place.width,
        height=place.height,
        base=scale.base,
        highest=_write_number(highest),
        bars=tuple(_lay_out_bars(bars, scale)),
        lines=tuple(_lay_out_line(line, scale) for line in lines),
        labels=tuple(_label_years(years, scale)),
    )


def _list_numbers(all_series: Sequence[ValueSeries]) -> Iterator[Number]:
    for series in all_series:
        for value in series.values:
            if value is not None:
                yield value


def _write_number(value: Number) -> str:
    if isinstance(value, float) and not value.is_integer():
        return f"{value:,.1f}"
    return f"{int(value):,}"


def _lay_out_bars(bars: ValueSeries | None, scale: _Scale) -> Iterator[PanelBar]:
    if bars is None:
        return
    width = scale.step * (1 - GAP)
    for index, value in enumerate(bars.values):
        if value is None:
            continue
        y = scale.find_y(value)
        yield PanelBar(
            part=bars.part,
            x=round(scale.find_x(index) - width / 2, 1),
            y=y,
            width=round(width, 1),
            height=round(scale.base - y, 1),
            hint=bars.hints[index],
        )


def _lay_out_line(line: ValueSeries, scale: _Scale) -> PanelLine:
    pieces: list[list[str]] = [[]]
    points = []
    for index, value in enumerate(line.values):
        if value is None:
            pieces.append([])
            continue
        x = scale.find_x(index)
        y = scale.find_y(value)
        points.append(PanelPoint(x, y, line.hints[index]))
        pieces[-1].append(f"{x},{y}")
    polylines = []
    for piece in pieces:
        if len(piece) > 1:
            polylines.append(" ".join(piece))
    return PanelLine(line.part, tuple(polylines), tuple(points))


def _label_years(years: Sequence[int], scale: _Scale) -> Iterator[YearLabel]:
    is_short = len(years) > MOST_LABELS or scale.step < 30
    for index, year in enumerate(years):
        text = str(year)
        if is_short:
            text = f"’{year % 100:02}"
        yield YearLabel(scale.find_x(index), text)
