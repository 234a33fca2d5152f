"""The drawings: measures of a region over the years, its bodies side by side, an agency among
its siblings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nianbao.archive.browse.formats import get_environment
from nianbao.archive.browse.region_charts.colours import Theme, write_rules
from nianbao.archive.browse.region_charts.panels import (
    Panel,
    PanelPlace,
    ValueSeries,
    lay_out_panel,
)
from nianbao.archive.read_model.overviews.measure_rows import (
    FigureRow,
    find_sibling_median,
    list_bodies,
    list_years,
    sum_by_group,
    tabulate_region,
)
from nianbao.archive.read_model.regions import NOWHERE

if TYPE_CHECKING:
    from nianbao.archive.browse.languages import Language
    from nianbao.archive.read_model.overviews.measure_rows import BodyKey
    from nianbao.archive.read_model.overviews.region_reports import RegionReport
    from nianbao.archive.read_model.regions import RegionTree

WIDTH = 640
MARGIN = 10.0
HEAD = 44.0  # title and key
FOOT = 24.0
ONE_HEIGHT = 220.0  # of a panel that stands alone
COLUMNS = 4  # of small panels
SMALL_HEIGHT = 96.0
MOST_BODIES = 60
KEY_GAP = 26  # the square of a colour, and room behind its name
MOST_KEY_LETTERS = 30
LATIN_WIDTH, HAN_WIDTH = 5, 10
MEDIAN_PART = 2  # its colour
BELOW_HEAD = 16.0  # small panels have no key above them
MOST_LETTERS = 13


@dataclass(frozen=True, slots=True)
class ChartKey:
    """What a colour is."""

    part: int
    name: str
    x: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart with everything that its template draws."""

    title: str
    width: int
    height: float
    keys: tuple[ChartKey, ...]
    panels: tuple[Panel, ...]
    note: str
    light: str
    dark: str


@dataclass(frozen=True, slots=True)
class ChartMaker:
    """Draws a measure of the reports of a region, in a language, for a screen."""

    reports: Sequence[RegionReport]
    region: str  # NOWHERE: of one agency in no known region
    measure: str
    language: Language
    theme: Theme

    def draw_region(self) -> str:
        """Return the measure over the years: the government's own, beside sums of the others."""
        years = list_years(self.reports)
        lines = []
        rows = sum_by_group(self.reports, self.region, self.measure, years)
        for part, (group, row) in enumerate(rows.items()):
            name = self.language.word("sums", group)
            lines.append(self._make_series(name, years, row, part))
        place = self._place_one()
        panels = [lay_out_panel("", years, None, lines, place)] if lines else []
        note = self.language("chart.sums_note")
        return self._render(self.region, lines, panels, note)

    def draw_bodies(self) -> str:
        """Return a small panel of each body of the region itself, each to its own scale."""
        own_reports = self._list_own_reports()
        rows = []
        for (name, _), row in list_bodies(own_reports, self.measure).items():
            rows.append((name, row))
        return self._draw_small(rows, list_years(own_reports))

    def draw_places(self, tree: RegionTree) -> str:
        """Return a small panel of the government of each region in the region."""
        years = list_years(self.reports)
        all_rows = tabulate_region(self.reports, tree, self.region, self.measure, years)
        rows = []
        for row in all_rows:
            if row.bodies == "government" and row.region != self.region:
                rows.append((row.region or "", row.figures))
        return self._draw_small(rows, years)

    def _draw_small(
        self, rows: Sequence[tuple[str, FigureRow]], years: Sequence[int]
    ) -> str:
        """Return a small panel for each row, by its name."""
        panels = []
        for number, (name, row) in enumerate(rows[:MOST_BODIES]):
            bars = self._make_series(name, years, row, 0)
            place = _place_small(number)
            title = _shorten(name.removeprefix(self.region))
            panels.append(lay_out_panel(title, years, bars, [], place))
        note = self.language("chart.own_scale")
        if len(rows) > MOST_BODIES:
            note = self.language("chart.more", n=len(rows) - MOST_BODIES)
        return self._render(self.region, [], panels, note)

    def draw_siblings(self, agency: BodyKey) -> str:
        """Return an agency's figures, with the median of its siblings as a line."""
        own_reports = self._list_own_reports()
        years = list_years(own_reports)
        row = list_bodies(own_reports, self.measure).get(agency)
        series = []
        panels = []
        if row is not None:
            medians = find_sibling_median(
                own_reports, self.region, agency, self.measure
            )
            bars = self._make_series(agency[0], years, row, 0)
            name = self.language("chart.median")
            line = self._make_series(name, years, medians, MEDIAN_PART)
            series = [bars, line]
            panels = [lay_out_panel("", years, bars, [line], self._place_one())]
        note = self.language("chart.median_note")
        return self._render(agency[0], series, panels, note)

    def _list_own_reports(self) -> list[RegionReport]:
        """Return the reports of bodies of the region itself."""
        region = None if self.region == NOWHERE else self.region
        return [one for one in self.reports if one.region == region]

    def _make_series(
        self, name: str, years: Sequence[int], row: FigureRow, part: int
    ) -> ValueSeries:
        values = [figure.value for figure in row]
        hints = []
        for year, figure in zip(years, row, strict=True):
            text = self.language(
                "chart.hint",
                name=name,
                year=str(year),
                value=str(figure.value),
                n=figure.reports,
            )
            hints.append(text)
        return ValueSeries(name, values, hints, part)

    def _place_one(self) -> PanelPlace:
        return PanelPlace(MARGIN, HEAD, WIDTH - 2 * MARGIN, ONE_HEIGHT)

    def _render(
        self,
        subject: str,
        series: Sequence[ValueSeries],
        panels: Sequence[Panel],
        note: str,
    ) -> str:
        light, dark = write_rules(self.theme)
        measure = self.language.word("sums", self.measure)
        bottom = max([panel.y + panel.height for panel in panels], default=HEAD)
        drawing = Drawing(
            title=f"{subject} · {measure}",
            width=WIDTH,
            height=bottom + FOOT,
            keys=tuple(_make_keys(series)),
            panels=tuple(panels),
            note=note if panels else self.language("chart.none"),
            light=light,
            dark=dark,
        )
        template = get_environment().get_template("chart.svg.html")
        return template.render(drawing=drawing, t=self.language)


def _make_keys(series: Sequence[ValueSeries]) -> list[ChartKey]:
    keys = []
    x = MARGIN
    for one in series:
        name = _shorten(one.name, MOST_KEY_LETTERS)
        keys.append(ChartKey(one.part, name, x))
        x += KEY_GAP + _measure_text(name)
    return keys


def _measure_text(text: str) -> int:
    """Return about how wide a text is; a Chinese letter is twice as wide as a Latin one."""
    width = 0
    for letter in text:
        width += LATIN_WIDTH if letter.isascii() else HAN_WIDTH
    return width


def _place_small(number: int) -> PanelPlace:
    """Return the place of a small panel by its number, from 0."""
    row, column = divmod(number, COLUMNS)
    step = (WIDTH - MARGIN) / COLUMNS
    x = MARGIN + column * step
    y = HEAD - BELOW_HEAD + row * (SMALL_HEIGHT + MARGIN)
    return PanelPlace(round(x, 1), y, round(step - MARGIN, 1), SMALL_HEIGHT)


def _shorten(name: str, most: int = MOST_LETTERS) -> str:
    """Return a name that has room: as a rule that above a small panel."""
    if len(name) <= most:
        return name
    return f"{name[: most - 1]}…"
