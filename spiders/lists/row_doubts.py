"""Rows of a list that may be no report: how many are asked for, and what becomes of the list.

A list whose rows have other words than reports have is read whole if a report stands behind one
of them; else it is a list that names no report.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from nianbao.archive.finding_texts import make_finding
from nianbao.archive.records import Finding, Severity

MOST_DOUBTFUL_ROWS = 40  # of one list, on all its pages, that are asked for


@dataclass(slots=True)
class RowDoubts:
    """The doubtful rows of one list."""

    row_count: int = 0  # that were asked for
    waiting: set[str] = field(default_factory=set)  # addresses without an answer
    has_report: bool = False  # whether a report stands behind one of them
    withheld: tuple[str, Finding] | None = (
        None  # that the list names no report, and where
    )

    @property
    def has_room(self) -> bool:
        """Whether one more row may be asked for."""
        return self.row_count < MOST_DOUBTFUL_ROWS

    @property
    def is_open(self) -> bool:
        """Whether it may still turn out that the list names a report."""
        return self.has_report or bool(self.waiting)

    def add(self, address: str) -> None:
        """Take in a row that is asked for."""
        self.row_count += 1
        self.waiting.add(address)

    def withhold(self, url: str, finding: Finding) -> None:
        """Keep the finding that the list names no report until all rows have an answer."""
        if not self.has_report:
            self.withheld = (url, finding)

    def settle(self, address: str, *, is_report: bool) -> tuple[str, Finding] | None:
        """Take in an answer; return the finding that was withheld where no row is a report."""
        self.waiting.discard(address)
        self.has_report = self.has_report or is_report
        if self.waiting or self.has_report:
            return None
        withheld, self.withheld = self.withheld, None
        return withheld


def describe_rows_left(url: str, count: int, *, names_reports: bool) -> Finding:
    """Return the finding on rows that are not asked for: the list has too many of other words."""
    severity: Severity = "info" if names_reports else "warning"
    parameters = {
        "url": url,
        "count": count,
        "most": MOST_DOUBTFUL_ROWS,
    }
    return make_finding(
        "list.rows_left",
        severity,
        parameters,
    )
