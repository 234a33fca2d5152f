"""The table of grouped outcomes: review and litigation, three header rows over one row of
figures.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from nianbao.pipelines.reader.tables import digit_runs, numbers
from nianbao.pipelines.reader.tables.figures import Figures
from nianbao.pipelines.reader.tables.forms import Table
from nianbao.pipelines.reader.tables.html_grids import Cell, Grid, Row, stripped
from nianbao.pipelines.reader.tables.label_index import Index

_LEAST_OUTCOMES = 3  # columns of outcomes in the row that heads them


def split(grids: Iterable[Grid], labels: Index) -> Iterator[Grid]:
    """Yield each grid, cut where a table of grouped columns begins below other rows."""
    for grid in grids:
        start = next(
            (n for n, row in enumerate(grid) if n > 2 and _begins_single(row, labels)),
            None,
        )
        if start is None:
            yield grid
        else:
            above = {cell.core for cell in grid[start - 1]}
            cut = (
                start
                if all(above.isdisjoint(_groups(table)) for table in labels.single)
                else start - 1
            )
            yield grid[:cut]
            yield grid[cut:]


def _begins_single(row: Row, labels: Index) -> bool:
    if len(row) < _LEAST_OUTCOMES:
        return False
    cores = [cell.core for cell in row]
    return any(
        sum(map(_outcomes(table).__contains__, cores)) >= _LEAST_OUTCOMES
        for table in labels.single
    )


@cache
def _outcomes(table: Table) -> frozenset[str]:
    """Return what the columns of grouped outcomes are called, but for the last one, their total."""
    return frozenset(core for column in table.columns[:-1] for core in column.cores)


@cache
def _groups(table: Table) -> frozenset[str]:
    return frozenset(core for group in table.groups for core in group.cores)


def is_single(grid: Grid, table: Table) -> bool:
    """Tell whether a grid is the table of grouped outcomes: two of its outcomes and one of its
    groups.
    """
    cores = {cell.core for row in grid[:6] for cell in row}
    return len(cores & _outcomes(table)) >= 2 and not cores.isdisjoint(_groups(table))


def read(grid: Grid, table: Table, figures: Figures) -> None:
    """Add the one row of figures under the grouped columns to `figures`."""
    keys = [
        (group.key, column.key) for group in table.groups for column in table.columns
    ]
    number = _row_of_figures(grid, len(keys))
    if number is None:
        return
    header = [cell for row in grid[:number] for cell in row]
    values = _without_label(grid[number])
    placed = _grouped(table, header, values)
    if (
        len(values) == 1
        and values[0].start is None
        and (parts := digit_runs.cut(values[0].text, table, len(keys)))
    ):
        for (name, column), printed in zip(keys, parts, strict=True):
            figures.add(table, name, [(column, printed)], "assumed")
        return
    if placed is None and len(
        ordered := values if len(values) == len(keys) else stripped(values)
    ) == len(keys):
        placed = dict(zip(keys, (cell.text for cell in ordered), strict=True))
    if placed is None:
        figures.add_ragged(table, keys, [cell.text for cell in values])
        return
    for group in table.groups:
        figures.add(
            table,
            group.key,
            [(column.key, placed[group.key, column.key]) for column in table.columns],
        )


def _row_of_figures(grid: Grid, size: int) -> int | None:
    """Return the number of the first row with a number in it, or of a whole row printed empty."""
    stated = (n for n, row in enumerate(grid) if any(cell.is_number for cell in row))
    empty = (
        n
        for n, row in enumerate(grid)
        if len(row) == size and all(numbers.is_value(c.text) for c in row)
    )
    return next(stated, next(empty, None))


def _without_label(row: Row) -> Row:
    while row and not numbers.is_value(row[0].text):
        row = row[1:]
    return row


def _grouped(
    table: Table, header: Sequence[Cell], values: Row
) -> dict[tuple[str, str], str] | None:
    """Give each figure the group and outcome printed above it; None unless all find their own
    place.
    """
    placed: dict[tuple[str, str], str] = {}
    for cell in values:
        above = [head for head in header if head.overlaps(cell)]
        group = [g.key for g in table.groups for head in above if head.core in g.cores]
        outcome = [
            c.key for c in table.columns for head in above if head.core in c.cores
        ]
        if len(group) != 1 or len(outcome) != 1 or (group[0], outcome[0]) in placed:
            return None
        placed[group[0], outcome[0]] = cell.text
    return placed if len(placed) == len(table.groups) * len(table.columns) else None
