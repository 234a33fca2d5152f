"""The main figures of many reports at once: requests, reviews and lawsuits, on whatever form.

They are measures of the wide panel, and equal to those. The panel takes every cell of a report
out of its stored runs; here only the few that are wanted are looked at, which takes about 20 µs
a report.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from nianbao.archive.derived.figures import unpack_cell
from nianbao.archive.derived.form_cells import load_places
from nianbao.archive.read_model.panel.measures import (
    TOTAL,
    CellSum,
    load_parts_of_totals,
)
from nianbao.archive.read_model.panel.reader import add_up, choose_tables

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.derived.form_cells import CellPlace

Number = int | float | None
Runs = Mapping[int, Sequence[Any]]  # stored cells by the number of the first


@dataclass(frozen=True, slots=True)
class MainFigures:
    """The main figures of a report, or of several together; None where they are not known.

    Each is the measure of its name in the wide panel.
    """

    received: Number = None  # requests, in the year
    carried_in: Number = None  # from the year before
    granted: Number = None  # in full
    answered: Number = None  # all results
    carried_out: Number = None  # to the next year
    reviews: Number = None
    lawsuits: Number = None
    reviews_corrected: Number = None  # those that the body lost
    lawsuits_corrected: Number = None

    @property
    def values(self) -> tuple[Number, ...]:
        """The figures in the order of `KEYS`."""
        values: tuple[Number, ...] = _take_values(self)
        return values

    def __add__(self, other: MainFigures) -> MainFigures:
        return MainFigures(*map(_add_numbers, self.values, other.values))


KEYS = tuple(field.name for field in fields(MainFigures))
_take_values = attrgetter(*KEYS)


def _add_numbers(first: Number, second: Number) -> Number:
    if first is None:
        return second
    if second is None:
        return first
    return first + second


class _NumberedCell(NamedTuple):
    """A cell by its number, and the numbers of the cells that its total is the sum of."""

    number: int | None
    parts: tuple[int | None, ...]


_NumberedSum = tuple[_NumberedCell, ...]
_Plan = tuple[tuple[_NumberedSum, ...], ...]  # of each main figure, sums to try


class MainFigureReader:
    """Takes the main figures out of stored cells; `places` has the forms' cells by number."""

    def __init__(self, places: Mapping[int, CellPlace]) -> None:
        self._places = places
        self._numbers = {place: number for number, place in places.items()}
        self._list_tables = lru_cache(maxsize=4096)(self._find_tables)
        self._plan = lru_cache(maxsize=256)(self._make_plan)

    def read(self, form: str | None, stored_cells: str | None) -> MainFigures:
        """Return the main figures of a report on a form; `stored_cells` as `figure_sets` has."""
        if not stored_cells:
            return MainFigures()
        runs = {}
        tables: set[str] = set()
        for first, run in json.loads(stored_cells).items():
            runs[int(first)] = run
            tables |= self._list_tables(int(first), len(run))
        values = []
        for sums in self._plan(form, frozenset(tables)):
            values.append(_read_first_whole(sums, runs))
        return MainFigures(*values)

    def _find_tables(self, first: int, length: int) -> frozenset[str]:
        """Return the tables of the forms that cells of a run stand in."""
        tables = set()
        for number in range(first, first + length):
            if number in self._places:
                table, _, _ = self._places[number]
                tables.add(table)
        return frozenset(tables)

    def _make_plan(self, form: str | None, tables: frozenset[str]) -> _Plan:
        """Return for each main figure the sums of cells that tell it."""
        plan: dict[str, tuple[_NumberedSum, ...]] = {}
        for measure, table in choose_tables(form, tables):
            if measure.key in KEYS:
                sums = measure.sources[table] if table else ()
                plan[measure.key] = tuple(
                    self._number_sum(table or "", one) for one in sums
                )
        return tuple(plan[key] for key in KEYS)

    def _number_sum(self, table: str, cell_sum: CellSum) -> _NumberedSum:
        part_columns = load_parts_of_totals().get(table, ())
        cells = []
        for row, column in cell_sum:
            number = self._numbers.get((table, row, column))
            names = part_columns if column == TOTAL else ()
            parts = [self._numbers.get((table, row, name)) for name in names]
            cells.append(_NumberedCell(number, tuple(parts)))
        return tuple(cells)


def _read_first_whole(sums: Iterable[_NumberedSum], runs: Runs) -> Number:
    """Return the first sum of which every cell has a number."""
    for cells in sums:
        total = add_up(_read_cell(cell, runs) for cell in cells)
        if total is not None:
            return total
    return None


def _read_cell(cell: _NumberedCell, runs: Runs) -> Number:
    """Return the number of a cell, or of a total without one the sum of its parts."""
    value = _find_value(cell.number, runs)
    if value is None and cell.parts:
        return add_up(_find_value(part, runs) for part in cell.parts)
    return value


def _find_value(number: int | None, runs: Runs) -> Number:
    if number is None:
        return None
    for first, run in runs.items():
        if 0 <= number - first < len(run):
            value, _ = unpack_cell(run[number - first])
            return value
    return None


def open_figure_reader(db: Database) -> MainFigureReader:
    """Return the reader of main figures for an archive."""
    return MainFigureReader(load_places(db, ()))
