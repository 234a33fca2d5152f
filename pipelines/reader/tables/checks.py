"""Checks: the arithmetic of the forms, as forms.yaml states it, and what the prose says against
the tables.

A check passes, fails, is assumed (it holds if a blank or a dash is 0, or on figures that are
assumed themselves), or cannot be made because a cell is missing, unaligned, or the sums hold
only if a blank is not 0. Only a failure is a finding; one on assumed figures is a warning,
because the assumption may be what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Literal

from nianbao.archive.records import Figure, Finding, Severity
from nianbao.pipelines.reader.tables import forms, numbers
from nianbao.pipelines.reader.tables.forms import Constraint, Table

Status = Literal["pass", "fail", "not_assessable", "assumed"]
Number = int | Decimal

_EXPRESSION = re.compile(
    r"\s*(\w+)\s*((?:\+\s*\w+\s*)*)(==|>=)\s*(\w+(?:\s*\+\s*\w+)*)\s*"
)
_SEVERITY: dict[str, Severity] = {"form": "error", "soft": "info", "text": "warning"}

Cells = Mapping[str, Figure]


@dataclass(slots=True)
class Check:
    """One constraint on one line of a table, and how it came out."""

    rule: str
    status: Status
    severity: Severity  # of a failure
    message: str
    table: str
    row: str | None = None
    column: str | None = None
    expected: str | None = None
    found: str | None = None

    def finding(self) -> Finding:
        """Return the finding that a failure is."""
        where = (self.table, self.row, self.column)
        return Finding(
            self.rule, self.severity, self.message, *where, self.expected, self.found
        )


def read(
    figures: Sequence[Figure],
    squeezed: str = "",
    year: int | None = None,
    level: str | None = None,
) -> list[Finding]:
    """Return a finding for every constraint that the figures break."""
    return [
        check.finding()
        for check in statuses(figures, squeezed, year, level)
        if check.status == "fail"
    ]


def statuses(
    figures: Sequence[Figure],
    squeezed: str = "",
    year: int | None = None,
    level: str | None = None,
) -> list[Check]:
    """Return how every constraint comes out that concerns the tables read.

    `squeezed` is the report's text without white space, `year` its report year and `level` the
    issuing agency's; what is not given is not checked.
    """
    grouped: dict[str, list[Figure]] = {}
    for figure in figures:
        grouped.setdefault(figure.table, []).append(figure)
    lines: dict[tuple[str, bool], dict[str, dict[str, Figure]]] = {}
    found: list[Check] = []
    for constraint in forms.load().constraints:
        for name in constraint.tables:
            if name not in grouped:
                continue
            if constraint.level == "text":
                found.extend(_stated(constraint, name, grouped[name], squeezed, year))
            elif constraint.limits:
                found.extend(_within(constraint, grouped[name], level))
            else:
                key = name, constraint.axis == "column"
                if key not in lines:
                    lines[key] = _lines(grouped[name], by_column=key[1])
                for line, cells in lines[key].items():
                    found += [
                        _check(constraint, _table(name), line, each, cells)
                        for each in constraint.expressions
                    ]
    return found


def _lines(
    figures: Sequence[Figure], *, by_column: bool
) -> dict[str, dict[str, Figure]]:
    """Return the figures of a table by column and row, or by row and column."""
    lines: dict[str, dict[str, Figure]] = {}
    for figure in figures:
        line, name = (
            (figure.column, figure.row) if by_column else (figure.row, figure.column)
        )
        lines.setdefault(line, {})[name] = figure
    return lines


def _check(
    constraint: Constraint, table: Table, line: str, expression: str, cells: Cells
) -> Check:
    left, relation, right, named = _parsed(expression, table)
    if not cells.keys() >= named:
        left, right = _present(left, cells, table), _present(right, cells, table)
    by_column = constraint.axis == "column"
    subject = left[0] if len(left) == 1 else None
    where = (table.id, subject if by_column else line, line if by_column else subject)
    severity = _SEVERITY[constraint.level]
    supposed = assumed = False
    for name in (*left, *right):
        figure = cells.get(name)
        if figure is None or not _is_usable(figure):
            return Check(
                constraint.id,
                "not_assessable",
                severity,
                f"{expression}: a cell is missing",
                *where,
            )
        if figure.value is None:
            supposed = True
        if figure.alignment == "assumed":
            assumed = True
    sides = _sum(left, cells), _sum(right, cells)
    if sides[0] == sides[1] if relation == "==" else sides[0] >= sides[1]:
        return Check(
            constraint.id,
            "assumed" if supposed or assumed else "pass",
            severity,
            expression,
            *where,
        )
    message = f"{expression}: {sides[0]} against {sides[1]} in {'column' if by_column else 'row'} {line}"
    status: Status = "not_assessable" if supposed else "fail"
    if assumed and severity == "error":
        severity = "warning"
    return Check(
        constraint.id, status, severity, message, *where, str(sides[1]), str(sides[0])
    )


def _is_usable(figure: Figure) -> bool:
    """Tell a number, or a blank or dash that can stand for 0, from what is neither."""
    if figure.alignment == "ragged":
        return False
    return (
        figure.value is not None
        or numbers.is_blank(figure.text)
        or numbers.is_dash(figure.text)
    )


def _sum(names: Sequence[str], cells: Cells) -> Number:
    """Add cells; a blank or a dash counts nothing."""
    total: Number = 0
    for name in names:
        value = cells[name].value
        if value is not None:
            total += value if isinstance(value, int) else Decimal(str(value))
    return total


def _present(names: Sequence[str], cells: Cells, table: Table) -> tuple[str, ...]:
    """Return the names of a sum; a heading with figures of its own stands for the leaves that
    it is printed without.
    """
    parents = _parents(table)
    found: dict[str, None] = {}
    for name in names:
        parent = parents.get(name)
        alone = name not in cells and parent in cells
        alone = alone and not any(
            other in cells for other in names if parents.get(other) == parent
        )
        found[parent if alone and parent else name] = None
    return tuple(found)


@cache
def _parents(table: Table) -> Mapping[str, str | None]:
    return {row.key: row.parent for row in table.rows}


@cache
def _parsed(
    expression: str, table: Table
) -> tuple[tuple[str, ...], str, tuple[str, ...], frozenset[str]]:
    """Return the names on the left of the relation, the relation, those on its right, and all
    of them.
    """
    match = _EXPRESSION.fullmatch(expression)
    if not match:
        raise ValueError(f"forms.yaml: cannot read the constraint {expression!r}")
    left, right = _names(match[1] + match[2], table), _names(match[4], table)
    return left, match[3], right, frozenset((*left, *right))


def _names(terms: str, table: Table) -> tuple[str, ...]:
    names: list[str] = []
    for term in terms.split("+"):
        name = term.strip()
        names.extend(
            [row.key for row in table.rows if row.leaf] if name == "leaves" else [name]
        )
    return tuple(names)


def _within(
    constraint: Constraint, figures: Sequence[Figure], level: str | None
) -> Iterator[Check]:
    """Hold amounts against what is plausible: their decimals, and the most that a level of
    government takes.
    """
    limits = constraint.limits
    for figure in figures:
        where = (figure.table, figure.row, figure.column)
        if figure.value is None or figure.alignment == "ragged":
            yield Check(constraint.id, "not_assessable", "info", "no amount", *where)
            continue
        decimals = len(figure.text.partition(".")[2].rstrip("万元"))
        most = limits.get(f"most_{level}")
        broken = decimals > limits["decimals"] or (
            most is not None and figure.value > most
        )
        message = f"{figure.text} in {limits['unit']} is not plausible; it may be in {limits['else']}"
        status: Status = (
            "fail" if broken else "assumed" if figure.alignment == "assumed" else "pass"
        )
        yield Check(constraint.id, status, "info", message, *where, None, figure.text)


def _stated(
    constraint: Constraint,
    table: str,
    figures: Sequence[Figure],
    squeezed: str,
    year: int | None,
) -> Iterator[Check]:
    """Hold the number that the prose states against the table's; nothing when the prose states
    none, or several.
    """
    row, column = constraint.against
    cells = {(figure.row, figure.column): figure for figure in figures}
    figure = cells.get((row, column))
    numbers_stated = set(_statements(constraint, squeezed, year))
    if not numbers_stated:
        return
    where = (table, row, column)
    if figure is None or figure.value is None or figure.alignment == "ragged":
        yield Check(
            constraint.id,
            "not_assessable",
            "warning",
            "the table's cell is missing",
            *where,
        )
        return
    allowed = {figure.value} | {
        figure.value + _value(cells.get((other, column)))
        for other in constraint.including
    }
    if numbers_stated & allowed:
        yield Check(
            constraint.id,
            "pass",
            "warning",
            f"the text and the table say {figure.value}",
            *where,
        )
    elif len(numbers_stated) == 1:
        (stated,) = numbers_stated
        message = f"the text says {stated}, the table {figure.value}"
        yield Check(
            constraint.id,
            "fail",
            "warning",
            message,
            *where,
            str(figure.value),
            str(stated),
        )
    else:
        yield Check(
            constraint.id,
            "not_assessable",
            "warning",
            f"the text says {sorted(numbers_stated)}",
            *where,
        )


def _value(figure: Figure | None) -> int | float:
    return figure.value if figure is not None and figure.value is not None else 0


def _statements(
    constraint: Constraint, squeezed: str, year: int | None
) -> Iterator[int]:
    """Yield the numbers that sentences state of this body and year."""
    pattern = constraint.pattern
    if pattern is None:
        return
    for match in pattern.finditer(squeezed):
        start = max(
            squeezed.rfind("。", 0, match.start()),
            squeezed.rfind(";", 0, match.start()),
            match.start() - 80,
        )
        sentence = squeezed[start + 1 : match.end()]
        if constraint.within and not constraint.within.search(sentence):
            continue
        if constraint.without and constraint.without.search(sentence):
            continue
        years = {int(found) for found in re.findall(r"(?<!\d)(20\d\d)年", sentence)}
        if years and year is not None and years != {year}:
            continue
        yield int(match[1])


@cache
def _table(name: str) -> Table:
    return next(
        table
        for group in forms.load().tables.values()
        for table in group
        if table.id == name
    )
