"""Measures out of the stored cells of a report, each with the cells that it was taken from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from nianbao.archive.derived.figures import name_status, unpack_cell
from nianbao.archive.derived.form_cells import CellPlace
from nianbao.archive.derived.preferred_page import TABLE_PREFIXES
from nianbao.archive.read_model.panel.measures import (
    PLUS,
    TOTAL,
    CellName,
    CellSum,
    Measure,
    load_measures,
    load_parts_of_totals,
)

if TYPE_CHECKING:
    from nianbao.archive.records import Figure

Number = int | float
EXACT = "exact"
MISSING = "missing"
NOT_FILLED_IN = ("blank", MISSING)  # of a cell in which nothing is printed
# Forms that a body had to use as they are: a table of theirs that is not there is missing.
NATIONAL_FORMS = ("g2014", "g2019", "g2021")


class PanelCell(NamedTuple):
    """A cell of a report: its number if it has one, and its status as figures have it."""

    value: Number | None
    status: str

    @property
    def is_unread(self) -> bool:
        """Whether something is printed there of which no number was read."""
        return self.value is None and self.status not in NOT_FILLED_IN


class MeasureValue(NamedTuple):
    """A number or None, and from which cells; no cells where the form has none for it."""

    value: Number | None
    source: str | None


class TableChoice(NamedTuple):
    """A measure, and the table that it is read from; None where no form prints it."""

    measure: Measure
    table: str | None


NOT_PRINTED = MeasureValue(None, None)
NO_CELL = PanelCell(None, MISSING)
TableCells = Mapping[CellName, PanelCell]
ReportCells = Mapping[str, TableCells]


class MeasureReader:
    """Reads all measures of a report. `places` has the cells of the forms by their number."""

    def __init__(self, places: Mapping[int, CellPlace]) -> None:
        self._places = places

    def read(self, form: str | None, stored_cells: str | None) -> list[MeasureValue]:
        """Return the measures of a report, in the order of their columns.

        `stored_cells` are those of a row of `figure_sets`, None where it has none.
        """
        tables = self._collect_cells(stored_cells)
        choices = choose_tables(form, frozenset(tables))
        return [_read_choice(choice, tables) for choice in choices]

    def _collect_cells(
        self, stored_cells: str | None
    ) -> dict[str, dict[CellName, PanelCell]]:
        """Return the cells of a report by table, row and column."""
        tables: dict[str, dict[CellName, PanelCell]] = {}
        if not stored_cells:
            return tables
        runs: dict[str, list[Any]] = json.loads(stored_cells)
        for first_id, run in runs.items():
            for cell_id, raw_cell in enumerate(run, start=int(first_id)):
                place = self._places.get(cell_id)
                if place is None:
                    continue  # a row of the body's own making
                table, row, column = place
                tables.setdefault(table, {})[row, column] = _unpack(raw_cell)
        return tables


def read_figures(
    form: str | None, figures: Iterable[Figure]
) -> dict[str, Number | None]:
    """Return the measures that a report's figures tell, by the key of the measure."""
    tables: dict[str, dict[CellName, PanelCell]] = {}
    for figure in figures:
        status = name_status(figure.value, figure.text, figure.alignment)
        cell = PanelCell(figure.value, status)
        tables.setdefault(figure.table, {})[figure.row, figure.column] = cell
    values = {}
    for choice in choose_tables(form, frozenset(tables)):
        values[choice.measure.key] = _read_choice(choice, tables).value
    return values


def _unpack(raw_cell: Any) -> PanelCell:
    value, alignment = unpack_cell(raw_cell)
    text = raw_cell[1] if isinstance(raw_cell, list) else ""
    return PanelCell(value, name_status(value, text, alignment))


@lru_cache(maxsize=1024)
def choose_tables(form: str | None, tables: frozenset[str]) -> tuple[TableChoice, ...]:
    """Return for each measure the table that it is read from.

    A table of the report's own form goes before one of another form that stands there too.
    """
    prefix = TABLE_PREFIXES.get(form or "", form or "")
    choices = []
    for measure in load_measures():
        table = _choose_table(measure, prefix, tables)
        choices.append(TableChoice(measure, table))
    return tuple(choices)


def _choose_table(measure: Measure, prefix: str, tables: frozenset[str]) -> str | None:
    own_table = None
    present_tables = []
    for table in measure.sources:
        is_own = table.startswith(f"{prefix}.")
        if is_own and table in tables:
            return table
        if is_own and prefix in NATIONAL_FORMS:
            own_table = table
        if table in tables:
            present_tables.append(table)
    if own_table is not None or not present_tables:
        return own_table
    return present_tables[0]


def _read_choice(choice: TableChoice, tables: ReportCells) -> MeasureValue:
    measure, table = choice
    if table is None:
        return NOT_PRINTED
    return _read_measure(measure, table, tables.get(table, {}))


def _read_measure(measure: Measure, table: str, cells: TableCells) -> MeasureValue:
    """Return the first sum of a measure's that is whole, else what is printed of one.

    Where a cell of a sum is printed and was not read, no later one stands in for it.
    """
    best = None
    for cell_sum in measure.sources[table]:
        names = _expand_totals(table, cell_sum, cells)
        parts = [cells.get(name, NO_CELL) for name in names]
        statuses = tuple(part.status for part in parts)
        source = name_source(table, names, statuses)
        value = add_up(part.value for part in parts)
        if value is not None:
            return MeasureValue(value, source)
        if any(part.is_unread for part in parts):
            return MeasureValue(None, source)
        is_printed = any(status != MISSING for status in statuses)
        if best is None or is_printed:
            best = MeasureValue(None, source)
    return best or NOT_PRINTED


def _expand_totals(table: str, cell_sum: CellSum, cells: TableCells) -> CellSum:
    """Return the cells of a sum, the parts of a total in the place of one that is not filled in.

    What is printed and could not be read is not worked out: it may be another number.
    """
    part_columns = load_parts_of_totals().get(table, ())
    names: list[CellName] = []
    for row, column in cell_sum:
        total = cells.get((row, column), NO_CELL)
        parts = [(row, part) for part in part_columns]
        is_empty = total.value is None and not total.is_unread
        if column == TOTAL and is_empty and _are_whole(parts, cells):
            names += parts
        else:
            names.append((row, column))
    return tuple(names)


def _are_whole(names: list[CellName], cells: TableCells) -> bool:
    if not names:
        return False
    return all(cells.get(name, NO_CELL).value is not None for name in names)


def add_up(values: Iterable[Number | None]) -> Number | None:
    """Return the sum of numbers; None where one of them is not known."""
    total: Number = 0
    for value in values:
        if value is None:
            return None
        total += value
    return total


@lru_cache(maxsize=8192)
def name_source(table: str, names: CellSum, statuses: tuple[str, ...]) -> str:
    """Return the name of cells, each that is not exact with its status.

    >>> name_source("g2021.requests", (("granted", "total"),), ("blank",))
    'g2021.requests: granted.total (blank)'
    """
    cells = []
    for (row, column), status in zip(names, statuses, strict=True):
        mark = "" if status == EXACT else f" ({status})"
        cells.append(f"{row}.{column}{mark}")
    return f"{table}: {PLUS.join(cells)}"
