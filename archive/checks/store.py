"""Findings about a report among others: where they stand, and how they are kept true."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING

from nianbao.archive.records import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlite_utils import Database


@dataclass(frozen=True, slots=True)
class Placed:
    """A finding with the page, version or site it is about."""

    finding: Finding
    document_id: int | None = None
    version_id: int | None = None
    site_id: str | None = None


COLUMNS = (*Finding.__dataclass_fields__, "document_id", "version_id", "site_id")
NAMES = ", ".join(f'"{name}"' for name in COLUMNS)


def keep(
    db: Database,
    agency_id: int,
    report_year: int,
    rules: Sequence[str],
    found: Iterable[Placed],
) -> None:
    """Make the findings of some rules about a report those that were found; what stands is left
    alone.
    """
    rows = db.execute(
        f"SELECT id, {NAMES} FROM findings WHERE agency_id = ? AND report_year = ?",
        [agency_id, report_year],
    ).fetchall()
    stored = {row[1:]: row[0] for row in rows if row[1] in rules}
    wanted = dict.fromkeys(
        (*astuple(one.finding), one.document_id, one.version_id, one.site_id)
        for one in found
    )
    for row in stored.keys() - wanted.keys():
        db.execute("DELETE FROM findings WHERE id = ?", [stored[row]])
    for row in wanted:
        if row not in stored:
            db.execute(
                f"INSERT INTO findings (agency_id, report_year, {NAMES})"
                f" VALUES (?, ?, {', '.join('?' * len(COLUMNS))})",
                [agency_id, report_year, *row],
            )
