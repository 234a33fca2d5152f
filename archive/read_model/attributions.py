"""Whose report a version is and on which year: what says so, and what a person decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nianbao.archive.derived.decided import BASIS
from nianbao.archive.raw.decisions import find_version_decisions

if TYPE_CHECKING:
    from sqlite_utils import Database

BASES = "SELECT agency_basis, year_basis FROM readings WHERE version_id = ?"


@dataclass(frozen=True, slots=True)
class AppliedDecision:
    """What a person decided about a version or its address, and why. None: not decided."""

    decided_at: str | None
    reason: str
    agency: str | None
    region: str | None
    report_year: int | None


@dataclass(frozen=True, slots=True)
class VersionBases:
    """What says whose report a version is, and on which year: page, list, column, site, decision.

    None where it is not known.
    """

    agency: str | None
    year: str | None
    decisions: tuple[AppliedDecision, ...]


def load_bases(db: Database, version_id: int) -> VersionBases:
    """Return the bases of a version's reading, with the decisions where one is a basis."""
    agency_basis, year_basis = db.execute(BASES, [version_id]).fetchone()
    decisions: tuple[AppliedDecision, ...] = ()
    if BASIS in (agency_basis, year_basis):
        decisions = _load_decisions(db, version_id)
    return VersionBases(agency_basis, year_basis, decisions)


def _load_decisions(db: Database, version_id: int) -> tuple[AppliedDecision, ...]:
    decisions = []
    for decision in find_version_decisions(db, version_id):
        if decision is None:
            continue
        applied = AppliedDecision(
            decided_at=decision.decided_at,
            reason=decision.reason,
            agency=decision.agency,
            region=decision.region,
            report_year=decision.report_year,
        )
        decisions.append(applied)
    return tuple(decisions)
