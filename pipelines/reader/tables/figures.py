"""The figures of a report as they are collected: one for each cell of the form.

With them go the findings on rows whose cells have no sure place.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeAlias

from nianbao.archive.finding_texts import make_finding
from nianbao.archive.records import Alignment, Figure, Finding
from nianbao.pipelines.reader.tables import numbers
from nianbao.pipelines.reader.tables.forms import (
    FormLabel,
    FormTable,
    get_table,
    get_tables,
    prints_label,
)

FigureKey: TypeAlias = tuple[str, str, str]  # table, row and column

_SHORTEST_ROW = 4  # characters of a row or column that shows that a table is printed
_SHORTEST_GROUP = 5
_MOST_ROWS_ALONE = 3  # rows missing of a table that have a finding each
_LONGEST_LAST_ROW = 60  # characters in which the figures of the last row stand
_FIGURE = re.compile(r"\d(?![.)\d]|$)|\d$")  # no number of a row
_LEAST_ROWS = 4  # rows that are enough without a column
_MOST_LOST = 2  # cells of a row of zeros, or gained
TOTAL = "total"  # the column that is the sum of the others


@dataclass(slots=True)
class Figures:
    """The figures of a report so far, the first one of each cell, and the findings on rows."""

    cells: dict[FigureKey, Figure] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def add_row(
        self,
        table: FormTable,
        row: str,
        cells: Sequence[tuple[str, str]],
        alignment: Alignment = "exact",
    ) -> None:
        """Add one row of (column key, text) pairs, unless one of its cells is there already."""
        keys = [(table.id, row, column) for column, _ in cells]
        if not self.cells.keys().isdisjoint(keys):
            return
        for key, (_, cell_text) in zip(keys, cells, strict=True):
            figure = _make_figure(*key, cell_text, alignment)
            self.cells[key] = figure
            is_open = figure.value is None and alignment != "ragged"
            if is_open and not _is_stated(figure):
                self.findings.append(_describe_unread_cell(figure))

    def add_ragged_row(
        self,
        table: FormTable,
        keys: Sequence[tuple[str, str]],
        cell_texts: Sequence[str],
        foreign_column: str = "",
        labels: int = 1,
    ) -> None:
        """Add a row whose cells cannot be assigned to its (row, column) keys, with a finding.

        The first figure gets the text of all cells, none gets a value. A row of nothing but
        zeros is taken for zeros, assumed, where a total proves that; not so below a
        `foreign_column`, which is printed above the row and belongs to another year's form, nor
        where several `labels` stand before the row, or the label of a group.
        """
        for row, column in keys:
            if (table.id, row, column) in self.cells:
                return
        row_text = " | ".join(cell_texts)
        is_of_one_row = not foreign_column and labels == 1
        if is_of_one_row and _are_proven_zeros(table, keys, cell_texts):
            for row, column in keys:
                self.add_row(table, row, [(column, "0")], "assumed")
        else:
            remaining_text = row_text
            for row, column in keys:
                self.add_row(table, row, [(column, remaining_text)], "ragged")
                remaining_text = ""
        self.findings.append(
            _describe_ragged_row(
                table, keys, len(cell_texts), row_text, foreign_column, labels
            )
        )


def _is_stated(figure: Figure) -> bool:
    """Tell whether a cell that is no number is printed empty or as a dash."""
    return numbers.is_blank(figure.text) or numbers.is_dash(figure.text)


def _describe_unread_cell(figure: Figure) -> Finding:
    case = "no_number"
    if numbers.is_not_read(figure.text):
        case = "not_read"
    return make_finding(
        "cell.not_read",
        "warning",
        {"case": case, "text": " ".join(figure.text.split())},
        table=figure.table,
        row=figure.row,
        column=figure.column,
        found=figure.text,
    )


def _are_proven_zeros(
    table: FormTable, keys: Sequence[tuple[str, str]], cell_texts: Sequence[str]
) -> bool:
    """Tell whether a row has nothing but zeros in a table with totals, and lost or gained few.

    Without a total a lost cell can hold anything; 25 zeros behind 其他 are of a table that was
    turned.
    """
    names = {row.key for row in table.rows if row.is_heading}
    if not names.isdisjoint(row for row, _ in keys):
        return False
    if all(column != TOTAL for _, column in keys):
        return False
    is_near = abs(len(cell_texts) - len(keys)) <= _MOST_LOST
    return is_near and _are_zeros(cell_texts)


def _are_zeros(cell_texts: Sequence[str]) -> bool:
    """Tell whether all cells that are not blank are zero, and one is."""
    has_zero = False
    for cell_text in cell_texts:
        if numbers.is_blank(cell_text):
            continue
        if numbers.parse_number(cell_text) != 0:
            return False
        has_zero = True
    return has_zero


def _describe_ragged_row(
    table: FormTable,
    keys: Sequence[tuple[str, str]],
    size: int,
    row_text: str,
    foreign_column: str,
    labels: int,
) -> Finding:
    row_name = None
    row_names = {row for row, _ in keys}
    if len(row_names) == 1:
        row_name = keys[0][0]
    expected = None
    found = None
    parameters: dict[str, Any] = {
        "text": row_text,
    }
    if not foreign_column:
        expected = str(len(keys))
        found = str(size)
    if labels > 1:
        parameters |= {
            "case": "labels",
            "labels": labels,
        }
    elif foreign_column:
        parameters |= {
            "case": "foreign_column",
            "column": foreign_column,
        }
    else:
        parameters |= {
            "case": "cells",
            "cells": size,
            "expected": len(keys),
        }
    return make_finding(
        "row.ragged",
        "warning",
        parameters,
        table=table.id,
        row=row_name,
        expected=expected,
        found=found,
    )


@lru_cache(maxsize=16384)
def _make_figure(
    table: str, row: str, column: str, cell_text: str, alignment: Alignment
) -> Figure:
    """Return a figure; the zeros and blanks of most cells of most reports are one object each."""
    number = None
    if alignment != "ragged":
        number = numbers.parse_number(cell_text)
    return Figure(table, row, column, number, cell_text, alignment)


def find_missing_rows(figures: Figures) -> Iterator[Finding]:
    """Yield a finding for each row of the form that a table with figures lacks."""
    rows_of_tables: defaultdict[str, set[str]] = defaultdict(set)
    for table_id, row, _ in figures.cells:
        rows_of_tables[table_id].add(row)
    for table_id, keys in rows_of_tables.items():
        table = get_table(table_id)
        missing: list[FormLabel] = []
        for label in table.groups or table.rows:
            if label.key in keys or label.is_heading or label.is_optional:
                continue
            missing.append(label)
        if len(missing) > _MOST_ROWS_ALONE:
            yield _describe_missing_rows(table_id, missing)
        else:
            for label in missing:
                yield _describe_missing_rows(table_id, [label])


def _describe_missing_rows(table_id: str, labels: Sequence[FormLabel]) -> Finding:
    row = None
    if len(labels) == 1:
        row = labels[0].key
    return make_finding(
        "row.missing",
        "warning",
        {"rows": [label.cores[0] for label in labels]},
        table=table_id,
        row=row,
        expected=str(len(labels)),
    )


def find_empty_tables(figures: Figures) -> Iterator[Finding]:
    """Yield a finding for each table all of whose cells are printed empty."""
    filled: dict[str, bool] = {}
    for (table_id, _, _), figure in figures.cells.items():
        if not filled.get(table_id):
            is_blank = numbers.is_blank(figure.text)
            filled[table_id] = not is_blank or figure.alignment == "ragged"
    for table_id, is_filled in filled.items():
        if not is_filled:
            yield _describe_empty_table(table_id)


def _describe_empty_table(table_id: str) -> Finding:
    return make_finding(
        "table.empty",
        "warning",
        {"table": table_id},
        table=table_id,
    )


def find_unread_tables(
    generation: str, squeezed: str, figures: Figures
) -> Iterator[Finding]:
    """Yield a finding for each table that the text prints but that gave no figures."""
    tables_with_figures = {table for table, _, _ in figures.cells}
    row_cores: set[str] = set()
    for table in get_tables(generation):
        if table.id in tables_with_figures:
            for row in table.rows:
                row_cores.update(row.cores)
    for table in get_tables(generation):
        if table.id in tables_with_figures:
            continue
        if not _is_printed(table, squeezed, row_cores):
            continue
        if _is_printed_empty(table, squeezed):
            yield _describe_empty_table(table.id)
        else:
            yield make_finding(
                "tables.unread", "warning", {"table": table.id}, table=table.id
            )


def _is_printed(table: FormTable, squeezed: str, other_rows: set[str]) -> bool:
    """Tell whether a text prints a table.

    It does when it prints a group of the table, four of its rows, or a row and a column.
    `other_rows` are the cores of rows of other tables: they say nothing of this one.
    """
    plain = squeezed.replace("、", "").replace("/", "")
    if table.groups:
        return prints_label(table.groups, plain, _SHORTEST_GROUP)
    rows = 0
    for row in table.rows:
        for core in row.cores:
            if len(core) < _SHORTEST_ROW or core in other_rows:
                continue
            rows += core in plain
    if rows == 0:
        return False
    if rows >= _LEAST_ROWS:
        return True
    return prints_label(table.figure_columns, plain, _SHORTEST_ROW)


def _is_printed_empty(table: FormTable, squeezed: str) -> bool:
    """Tell whether no digits stand between and right behind the rows that a text prints."""
    plain = squeezed.replace("、", "")
    starts: list[int] = []
    for row in table.rows:
        for core in row.cores:
            if len(core) >= _SHORTEST_ROW and core in plain:
                starts.append(plain.index(core))
    if len(starts) < 2:
        return False
    part = plain[min(starts) : max(starts) + _LONGEST_LAST_ROW]
    return _FIGURE.search(part) is None
