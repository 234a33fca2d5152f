"""Amounts of money against what is plausible: 251000 万元 is no township's fees, but 元 may be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nianbao.archive.records import Figure
from nianbao.pipelines.reader.tables.constraints.check_results import (
    CheckResult,
    CheckStatus,
)
from nianbao.pipelines.reader.tables.forms import Constraint


def check_amounts(
    constraint: Constraint, figures: Sequence[Figure], level: str | None
) -> Iterator[CheckResult]:
    """Check the decimals of amounts, and the most that a level of government takes."""
    limits = constraint.limits
    for figure in figures:
        if figure.value is None or figure.alignment == "ragged":
            yield CheckResult(
                rule=constraint.id,
                status="not_assessable",
                severity="info",
                table=figure.table,
                row=figure.row,
                column=figure.column,
            )
            continue
        _, _, fraction = figure.text.partition(".")
        decimals = len(fraction.rstrip("万元"))
        most = limits.get(f"most_{level}")
        is_too_high = most is not None and figure.value > most
        status: CheckStatus = "pass"
        if is_too_high or decimals > limits["decimals"]:
            status = "fail"
        elif figure.alignment == "assumed":
            status = "assumed"
        yield CheckResult(
            rule=constraint.id,
            status=status,
            severity="info",
            table=figure.table,
            row=figure.row,
            column=figure.column,
            found=figure.text,
            parameters={
                "amount": figure.text,
                "unit": limits["unit"],
                "other_unit": limits["else"],
            },
        )
