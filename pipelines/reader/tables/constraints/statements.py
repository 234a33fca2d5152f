"""Statements of the prose against the tables.

The prose says 收到政府信息公开申请12件, and the cell of the table is 11.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from nianbao.archive.records import Figure
from nianbao.pipelines.reader.rules import load_rules
from nianbao.pipelines.reader.tables.constraints.check_results import CheckResult
from nianbao.pipelines.reader.tables.forms import CellKey, Constraint

_RULES = load_rules("tables")
_SENTENCE_ENDS = ("。", ";")
_LONGEST_START = 80  # characters of a sentence before the statement

_Cells = Mapping[CellKey, Figure]


def check_statement(
    constraint: Constraint,
    table_id: str,
    figures: Sequence[Figure],
    squeezed: str,
    year: int | None,
) -> list[CheckResult]:
    """Compare the number that the prose states with the one in the table.

    Returns nothing when the prose states none. Several different numbers are not assessable,
    unless one of them is that of the table.
    """
    stated_numbers = set(_extract_numbers(constraint, squeezed, year))
    if not stated_numbers:
        return []
    row, column = constraint.against
    cells: dict[CellKey, Figure] = {}
    for other_figure in figures:
        cells[other_figure.row, other_figure.column] = other_figure
    figure = cells.get((row, column))
    result = CheckResult(
        rule=constraint.id,
        status="not_assessable",
        severity="warning",
        table=table_id,
        row=row,
        column=column,
    )
    if figure is None or figure.value is None:
        return [result]
    if figure.alignment == "ragged":
        return [result]
    if stated_numbers & _list_right_numbers(constraint, figure.value, cells):
        result.status = "pass"
    elif len(stated_numbers) == 1:
        (number,) = stated_numbers
        result.status = "fail"
        result.parameters = {"text_number": number, "table_number": figure.value}
        result.expected = str(figure.value)
        result.found = str(number)
    return [result]


def _list_right_numbers(
    constraint: Constraint, value: int | float, cells: _Cells
) -> set[int | float]:
    """Return the cell's number, and its sums with the rows that the prose may count in."""
    right_numbers = {value}
    column = constraint.against[1]
    for row in constraint.including:
        other = cells.get((row, column))
        if other is not None and other.value is not None:
            right_numbers.add(value + other.value)
    return right_numbers


def _extract_numbers(
    constraint: Constraint, squeezed: str, year: int | None
) -> Iterator[int]:
    """Yield the numbers that sentences state for this body and this year."""
    if constraint.pattern is None:
        return
    for match in constraint.pattern.finditer(squeezed):
        start = _find_sentence_start(squeezed, match.start())
        sentence = squeezed[start : match.end()]
        if constraint.within and not constraint.within.search(sentence):
            continue
        if constraint.without and constraint.without.search(sentence):
            continue
        years = set(map(int, _RULES.year.pattern.findall(sentence)))
        if years and year is not None and years != {year}:
            continue
        yield int(match[1])


def _find_sentence_start(squeezed: str, position: int) -> int:
    """Return where the sentence begins that a position is in, at most 79 characters before."""
    starts = [squeezed.rfind(mark, 0, position) for mark in _SENTENCE_ENDS]
    return max(*starts, position - _LONGEST_START) + 1
