"""Findings about a report among others: where they belong, and how they are kept true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nianbao.archive.records import FINDING_COLUMNS, Finding

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from sqlite_utils import Database


@dataclass(frozen=True, slots=True)
class LocatedFinding:
    """A finding with the page, version or site it is about."""

    finding: Finding
    document_id: int | None = None
    version_id: int | None = None
    site_id: str | None = None

    def to_row(self) -> tuple[Any, ...]:
        """Return the values of _COLUMNS."""
        return (
            *self.finding.to_row().values(),
            self.document_id,
            self.version_id,
            self.site_id,
        )


_COLUMNS = (*FINDING_COLUMNS, "document_id", "version_id", "site_id")
_NAMES = ", ".join(f'"{name}"' for name in _COLUMNS)
_MARKS = ", ".join("?" * len(_COLUMNS))
_FINDINGS = f"SELECT id, {_NAMES} FROM findings WHERE agency_id = ? AND report_year = ?"
_INSERT = (
    f"INSERT INTO findings (agency_id, report_year, {_NAMES}) VALUES (?, ?, {_MARKS})"
)


def replace_findings(
    db: Database,
    agency_id: int,
    report_year: int,
    rules: Collection[str],
    findings: Iterable[LocatedFinding],
) -> None:
    """Make the findings of some rules about a report these; rows that are right are left alone."""
    stored_ids: dict[tuple[Any, ...], int] = {}
    stored_rows = db.execute(_FINDINGS, [agency_id, report_year]).fetchall()
    for finding_id, *values in stored_rows:
        rule = values[0]
        if rule in rules:
            stored_ids[tuple(values)] = finding_id
    rows = dict.fromkeys(finding.to_row() for finding in findings)
    for row in stored_ids.keys() - rows.keys():
        db.execute("DELETE FROM findings WHERE id = ?", [stored_ids[row]])
    for row in rows:
        if row not in stored_ids:
            db.execute(_INSERT, [agency_id, report_year, *row])
