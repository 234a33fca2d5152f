"""Expressions of forms.yaml, such as "total == natural_person + org_other", on lines of figures.

A line is a row with its cells by column, or a column with its cells by row.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import NamedTuple, TypeAlias

from nianbao.archive.records import Figure
from nianbao.pipelines.reader.tables import numbers
from nianbao.pipelines.reader.tables.constraints.check_results import (
    SEVERITIES,
    CheckResult,
    CheckStatus,
)
from nianbao.pipelines.reader.tables.forms import Constraint, FormTable

Names: TypeAlias = tuple[str, ...]
Number: TypeAlias = int | Decimal
LineCells: TypeAlias = Mapping[str, Figure]

_EXPRESSION = re.compile(
    r"\s*(\w+)\s*((?:\+\s*\w+\s*)*)(==|>=)\s*(\w+(?:\s*\+\s*\w+)*)\s*"
)
_LEAVES = "leaves"  # stands for all rows that the form marks as leaves


class _Expression(NamedTuple):
    """The names that are added on each side of a relation."""

    summands: Names  # on the left
    relation: str  # == or >=
    limits: Names  # on the right
    names: frozenset[str]  # on both sides


def holds(expression: str, table: FormTable, cells: LineCells) -> bool:
    """Tell whether an expression holds on a line that has all its figures."""
    parsed = _parse_expression(expression, table)
    left = _add_figures(parsed.summands, cells)
    right = _add_figures(parsed.limits, cells)
    if left is None or right is None:
        return False
    return _compare(left, parsed.relation, right)


def list_exact_sum(
    expression: str, table: FormTable, cells: LineCells
) -> tuple[Figure, ...]:
    """Return the figures of an equation that holds on a line, each with a number; else none."""
    parsed = _parse_expression(expression, table)
    names = parsed.summands + parsed.limits
    if parsed.relation != "==" or not cells.keys() >= parsed.names:
        return ()
    figures = tuple(cells[name] for name in names)
    if any(figure.value is None for figure in figures):
        return ()
    return figures if holds(expression, table, cells) else ()


def check_expression(
    constraint: Constraint,
    table: FormTable,
    line: str,
    expression: str,
    cells: LineCells,
) -> CheckResult:
    """Return whether an expression of a constraint holds on a line of a table."""
    parsed = _parse_expression(expression, table)
    summands = parsed.summands
    limits = parsed.limits
    if not cells.keys() >= parsed.names:
        summands = _replace_missing_leaves(summands, cells, table)
        limits = _replace_missing_leaves(limits, cells, table)
    row, column = _locate_finding(constraint, line, summands)
    severity = SEVERITIES[constraint.level]
    result = CheckResult(
        rule=constraint.id,
        status="not_assessable",
        severity=severity,
        table=table.id,
        row=row,
        column=column,
    )
    left = _add_figures(summands, cells)
    right = _add_figures(limits, cells)
    if left is None or right is None:
        return result
    figures = [cells[name] for name in summands + limits]
    has_blanks = any(figure.value is None for figure in figures)
    has_assumed = any(figure.alignment == "assumed" for figure in figures)
    if _compare(left, parsed.relation, right):
        return replace(result, status=_judge_sum(has_blanks or has_assumed))
    if has_assumed and severity == "error":
        severity = "warning"
    return replace(
        result,
        status="not_assessable" if has_blanks else "fail",
        severity=severity,
        expected=str(right),
        found=str(left),
        parameters={
            "expression": expression,
            "left": left,
            "right": right,
            "axis": constraint.axis,
            "line": line,
        },
    )


def _judge_sum(is_assumed: bool) -> CheckStatus:
    """Return how a sum that holds comes out: on blanks or assumed figures it is assumed."""
    if is_assumed:
        return "assumed"
    return "pass"


def _locate_finding(
    constraint: Constraint, line: str, summands: Names
) -> tuple[str | None, str | None]:
    """Return the row and the column that a check is about.

    Across the line it is the name on the left, if that is a single one.
    """
    subject = None
    if len(summands) == 1:
        subject = summands[0]
    if constraint.axis == "column":
        return subject, line
    return line, subject


def _add_figures(names: Names, cells: LineCells) -> Number | None:
    """Add the figures of one side; None when one is missing or not aligned.

    A blank or a dash counts nothing.
    """
    total: Number = 0
    for name in names:
        figure = cells.get(name)
        if figure is None:
            return None
        value = figure.value
        if isinstance(value, int):
            total += value
        elif value is not None:
            total += Decimal(str(value))
        elif not _is_blank(figure):
            return None
    return total


def _is_blank(figure: Figure) -> bool:
    """Tell a blank or dash, which can stand for 0, from what is no number."""
    if figure.alignment == "ragged":
        return False
    return numbers.is_blank(figure.text) or numbers.is_dash(figure.text)


def _compare(left_sum: Number, relation: str, right_sum: Number) -> bool:
    if relation == "==":
        return left_sum == right_sum
    return left_sum >= right_sum


def _replace_missing_leaves(names: Names, cells: LineCells, table: FormTable) -> Names:
    """Return the names of a sum, with a heading in place of leaves that are not printed.

    A heading (六、其他处理) may be printed with figures of its own and without its leaves.
    """
    parents = _map_parents(table)
    parents_with_leaves: set[str | None] = set()
    for name in names:
        if name in cells:
            parents_with_leaves.add(parents.get(name))
    summands: dict[str, None] = {}
    for name in names:
        parent = parents.get(name)
        if name in cells or parent is None:
            summands[name] = None
        elif parent in cells and parent not in parents_with_leaves:
            summands[parent] = None
        else:
            summands[name] = None
    return tuple(summands)


@cache
def _map_parents(table: FormTable) -> Mapping[str, str | None]:
    return {row.key: row.parent for row in table.rows}


@cache
def _parse_expression(expression: str, table: FormTable) -> _Expression:
    """Parse an expression. Raises ValueError for one that forms.yaml may not have."""
    match = _EXPRESSION.fullmatch(expression)
    if not match:
        raise ValueError(f"forms.yaml: cannot read the constraint {expression!r}")
    summands = _parse_terms(match[1] + match[2], table)
    limits = _parse_terms(match[4], table)
    return _Expression(
        summands=summands,
        relation=match[3],
        limits=limits,
        names=frozenset(summands + limits),
    )


def _parse_terms(terms: str, table: FormTable) -> Names:
    names: list[str] = []
    for term in terms.split("+"):
        name = term.strip()
        if name == _LEAVES:
            names += [row.key for row in table.rows if row.is_leaf]
        else:
            names.append(name)
    return tuple(names)
