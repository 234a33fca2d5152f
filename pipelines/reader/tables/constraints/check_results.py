"""What a check gives: the rule, how it came out, and the cell that it is about."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from nianbao.archive.finding_texts import Parameters, make_finding
from nianbao.archive.records import Finding, Severity

CheckStatus = Literal["pass", "fail", "not_assessable", "assumed"]
SEVERITIES: dict[str, Severity] = {"form": "error", "soft": "info", "text": "warning"}


@dataclass(slots=True)
class CheckResult:
    """One constraint on one line of a table, and how it came out.

    `parameters` are those of the finding of a failure.
    """

    rule: str
    status: CheckStatus
    severity: Severity  # of a failure
    table: str
    row: str | None = None
    column: str | None = None
    expected: str | None = None
    found: str | None = None
    parameters: Parameters = field(default_factory=dict)

    def to_finding(self) -> Finding:
        """Return the finding for a failure."""
        return make_finding(
            self.rule,
            self.severity,
            self.parameters,
            table=self.table,
            row=self.row,
            column=self.column,
            expected=self.expected,
            found=self.found,
        )
