"""Print measures over the years: a table for each, regions or agencies below one another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nianbao.archive.read_model.overviews.measure_rows import MEDIAN
from nianbao.archive.read_model.panel.measures import load_measures
from nianbao.crawler.commands.terminal.console import make_table, quote
from nianbao.crawler.language import choose_language, translate_word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console
    from rich.text import Text

    from nianbao.archive.read_model.overviews.measure_rows import MeasureRow, Number

NO_FIGURE = "–"


def print_rows(out: Console, rows: Sequence[MeasureRow]) -> None:
    """Print the rows of each measure, with the sum over the years at the end of each."""
    if not rows:
        out.print("No report has such a figure.")
        return
    for measure in dict.fromkeys(row.measure for row in rows):
        out.print(quote(_name_measure(measure)), style="bold")
        measure_rows = [row for row in rows if row.measure == measure]
        _print_table(out, measure_rows)


def _name_measure(key: str) -> str:
    for measure in load_measures():
        if measure.key == key:
            return measure.zh if choose_language() == "zh" else measure.en
    return key


def _print_table(out: Console, rows: Sequence[MeasureRow]) -> None:
    is_of_agencies = any(row.agency for row in rows)
    head = ("agency",) if is_of_agencies else ("region", "bodies")
    years = sorted({year for row in rows for year in row.years})
    table = make_table(*head, *map(str, years), "total")
    for row in rows:
        figures = dict(zip(row.years, row.figures, strict=True))
        cells: list[Text | str | None] = []
        if is_of_agencies:
            cells.append(_name_agency(row))
        else:
            cells += [quote(row.region), translate_word(row.bodies or NO_FIGURE)]
        for year in years:
            figure = figures.get(year)
            cells.append(_write_number(figure.value if figure else None))
        total = None if row.agency == MEDIAN else row.total
        table.add_row(*cells, _write_number(total))
    out.print(table)


def _name_agency(row: MeasureRow) -> Text | str | None:
    if row.agency == MEDIAN:
        return translate_word("median of siblings")
    return quote(row.agency)


def _write_number(value: Number | None) -> str:
    if value is None:
        return NO_FIGURE
    return f"{value:g}" if isinstance(value, float) else str(value)
