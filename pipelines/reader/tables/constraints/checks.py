"""Checks: the arithmetic of the forms, as forms.yaml states it, and the prose against the tables.

A check passes, fails, is assumed (it holds if a blank or a dash is 0, or on figures that are
assumed themselves), or is not assessable: a cell is missing or not aligned, or the sums would
hold only if a blank is not 0. Only a failure is a finding; one on assumed figures is a warning,
because the assumption may be what is wrong.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from nianbao.archive.records import Figure, Finding
from nianbao.pipelines.reader.tables.constraints.amounts import check_amounts
from nianbao.pipelines.reader.tables.constraints.check_results import CheckResult
from nianbao.pipelines.reader.tables.constraints.expressions import (
    LineCells,
    check_expression,
    holds,
    list_exact_sum,
)
from nianbao.pipelines.reader.tables.constraints.statements import check_statement
from nianbao.pipelines.reader.tables.forms import FormTable, get_table, load_forms

FiguresByTable: TypeAlias = dict[str, list[Figure]]
LinesByName: TypeAlias = Mapping[str, LineCells]


def find_violations(
    figures: Sequence[Figure],
    squeezed: str = "",
    year: int | None = None,
    level: str | None = None,
) -> list[Finding]:
    """Return a finding for every constraint that the figures break."""
    findings: list[Finding] = []
    for result in run_checks(figures, squeezed, year, level, with_sums_that_hold=False):
        if result.status == "fail":
            findings.append(result.to_finding())
    return findings


def run_checks(
    figures: Sequence[Figure],
    squeezed: str = "",
    year: int | None = None,
    level: str | None = None,
    *,
    with_sums_that_hold: bool = True,
) -> list[CheckResult]:
    """Return how every constraint comes out that concerns the tables of the figures.

    `squeezed` is the report's text without white space, `year` its report year and `level` the
    issuing agency's level; what needs one of them is not checked without it.
    `with_sums_that_hold` says whether the sums of whole lines that are right have a result too.
    """
    figures_by_table: FiguresByTable = defaultdict(list)
    for figure in figures:
        figures_by_table[figure.table].append(figure)
    lines = _TableLines(figures_by_table)
    results: list[CheckResult] = []
    for constraint in load_forms().constraints:
        for table_id in constraint.tables:
            if table_id not in figures_by_table:
                continue
            table_figures = figures_by_table[table_id]
            if constraint.level == "text":
                results += check_statement(
                    constraint, table_id, table_figures, squeezed, year
                )
                continue
            if constraint.limits:
                results += check_amounts(constraint, table_figures, level)
                continue
            table = get_table(table_id)
            for line, cells in lines.get(table_id, constraint.axis).items():
                expressions: Sequence[str] = constraint.expressions
                if not with_sums_that_hold:
                    expressions = _select_open(expressions, table, cells)
                for expression in expressions:
                    results.append(
                        check_expression(constraint, table, line, expression, cells)
                    )
    return results


def find_exact_sums(figures: Sequence[Figure]) -> Iterator[tuple[Figure, ...]]:
    """Yield the figures of each sum of the forms that holds with a number in every cell."""
    figures_by_table: FiguresByTable = defaultdict(list)
    for figure in figures:
        figures_by_table[figure.table].append(figure)
    lines = _TableLines(figures_by_table)
    for constraint in load_forms().constraints:
        for table_id in constraint.tables:
            if table_id not in figures_by_table:
                continue
            table = get_table(table_id)
            for cells in lines.get(table_id, constraint.axis).values():
                for expression in constraint.expressions:
                    terms = list_exact_sum(expression, table, cells)
                    if terms:
                        yield terms


def _select_open(
    expressions: Sequence[str], table: FormTable, cells: LineCells
) -> list[str]:
    """Return the expressions that do not hold on a line, or may not."""
    return [item for item in expressions if not holds(item, table, cells)]


class _TableLines:
    """The figures of each table by row and by column, sorted when they are first needed."""

    def __init__(self, figures_by_table: FiguresByTable) -> None:
        self._figures_by_table = figures_by_table
        self._lines: dict[tuple[str, str], LinesByName] = {}

    def get(self, table_id: str, axis: str) -> LinesByName:
        """Return each row with its cells by column, or each column with its cells by row."""
        key = (table_id, axis)
        if key not in self._lines:
            figures = self._figures_by_table[table_id]
            if axis == "column":
                self._lines[key] = _group_by_column(figures)
            else:
                self._lines[key] = _group_by_row(figures)
        return self._lines[key]


def _group_by_row(figures: Sequence[Figure]) -> LinesByName:
    rows: defaultdict[str, dict[str, Figure]] = defaultdict(dict)
    for figure in figures:
        rows[figure.row][figure.column] = figure
    return rows


def _group_by_column(figures: Sequence[Figure]) -> LinesByName:
    columns: defaultdict[str, dict[str, Figure]] = defaultdict(dict)
    for figure in figures:
        columns[figure.column][figure.row] = figure
    return columns
