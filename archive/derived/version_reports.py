"""Which report each version of a page shows: a report is an agency and a year, not an address.

Where agency and year are known, they are the report, whatever page shows it. Where one of them is
not, the report is known by its page: versions of that page of which the same is known, and whose
texts are alike, are versions of one such report, its `ordinal`-th on the page. It is never taken
for a version of another report.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from nianbao.archive.derived.near_duplicates import (
    THRESHOLD,
    make_shingles,
    measure_similarity,
)
from nianbao.archive.storage.rows import insert_row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

# Return the versions of a page with what is known of the report of each, in their order;
# versions that are to be deleted have no number any more.
_VERSIONS = """
SELECT versions.id, versions.content_sha256, versions.report_id, readings.agency_id,
       readings.report_year
FROM versions
JOIN readings ON readings.version_id = versions.id
WHERE versions.document_id = ? AND versions.number > 0
ORDER BY versions.number
"""
_TEXT = "SELECT text FROM readings WHERE version_id = ?"
_ASSIGNED_REPORT = """
SELECT id FROM reports WHERE agency_id = ? AND report_year = ? AND document_id IS NULL
"""
_UNASSIGNED_REPORT = "SELECT id FROM reports WHERE document_id = ? AND ordinal = ?"
_WRITE_KNOWN_PARTS = "UPDATE reports SET agency_id = ?, report_year = ? WHERE id = ?"
_PAGES = "SELECT report_id, version_id FROM report_pages WHERE document_id = ?"
_DELETE_PAGE = "DELETE FROM report_pages WHERE document_id = ? AND report_id = ?"
_WRITE_PAGE = """
INSERT OR REPLACE INTO report_pages (document_id, report_id, version_id) VALUES (?, ?, ?)
"""


class ReadVersion(NamedTuple):
    """A version of a page, and what is known of its report."""

    id: int
    content_sha256: str
    report_id: int | None  # as it is stored
    agency_id: int | None
    report_year: int | None

    @property
    def is_assigned(self) -> bool:
        """Whether agency and year are known."""
        return self.agency_id is not None and self.report_year is not None


@dataclass
class UnassignedReport:
    """The versions of a page that are one report of unknown agency or year."""

    ordinal: int
    agency_id: int | None
    report_year: int | None
    versions: list[ReadVersion] = field(default_factory=list)


class Assignment(NamedTuple):
    """What came of it when the versions of a page were assigned to reports."""

    report_ids: set[
        int
    ]  # the reports that the page showed before, and those it shows now
    is_changed: bool  # a version that was of a report is of another one now


def assign_versions(db: Database, document_id: int) -> Assignment:
    """Write which report each version of a page shows; the texts of the versions are whole."""
    rows = db.execute(_VERSIONS, [document_id]).fetchall()
    versions = [ReadVersion(*row) for row in rows]
    report_ids = _find_reports(db, document_id, versions)
    changed: list[tuple[int, int]] = []
    is_changed = False
    for version in versions:
        report_id = report_ids[version.id]
        if version.report_id != report_id:
            changed.append((report_id, version.id))
            is_changed = is_changed or version.report_id is not None
    db.conn.executemany("UPDATE versions SET report_id = ? WHERE id = ?", changed)
    return Assignment(_write_pages(db, document_id, report_ids), is_changed)


def _find_reports(
    db: Database, document_id: int, versions: Sequence[ReadVersion]
) -> dict[int, int]:
    """Return the report of each version, by version; a report that is new is added."""
    report_ids: dict[int, int] = {}
    unassigned: list[UnassignedReport] = []
    for version in versions:
        if version.is_assigned:
            report_ids[version.id] = _find_or_add_assigned(db, version)
        else:
            report = _match_unassigned(db, version, unassigned)
            report.versions.append(version)
    for report in unassigned:
        report_id = _find_or_add_unassigned(db, document_id, report)
        for version in report.versions:
            report_ids[version.id] = report_id
    return report_ids


def _find_or_add_assigned(db: Database, version: ReadVersion) -> int:
    values = [version.agency_id, version.report_year]
    row = db.execute(_ASSIGNED_REPORT, values).fetchone()
    if row is not None:
        return int(row[0])
    return _add_report(db, version, document_id=None, ordinal=None)


def _match_unassigned(
    db: Database, version: ReadVersion, reports: list[UnassignedReport]
) -> UnassignedReport:
    """Return the report of which a version is another state; a new one where there is none.

    The same must be known of both, and the text must be like that of its last version.
    """
    for report in reversed(reports):
        known_parts = (report.agency_id, report.report_year)
        if known_parts != (version.agency_id, version.report_year):
            continue
        if _are_alike(db, report.versions[-1], version):
            return report
    new_report = UnassignedReport(
        len(reports) + 1, version.agency_id, version.report_year
    )
    reports.append(new_report)
    return new_report


def _are_alike(db: Database, version: ReadVersion, other: ReadVersion) -> bool:
    if version.content_sha256 == other.content_sha256:
        return True
    texts: list[str] = []
    for version_id in (version.id, other.id):
        row = db.execute(_TEXT, [version_id]).fetchone()
        texts.append(row[0])
    shingles, other_shingles = (make_shingles(text) for text in texts)
    return measure_similarity(shingles, other_shingles) >= THRESHOLD


def _find_or_add_unassigned(
    db: Database, document_id: int, report: UnassignedReport
) -> int:
    row = db.execute(_UNASSIGNED_REPORT, [document_id, report.ordinal]).fetchone()
    if row is None:
        first = report.versions[0]
        return _add_report(db, first, document_id=document_id, ordinal=report.ordinal)
    report_id = int(row[0])
    db.execute(_WRITE_KNOWN_PARTS, [report.agency_id, report.report_year, report_id])
    return report_id


def _add_report(
    db: Database, version: ReadVersion, *, document_id: int | None, ordinal: int | None
) -> int:
    """Add a report; the rest of its row is written when it is derived."""
    row = {
        "agency_id": version.agency_id,
        "report_year": version.report_year,
        "document_id": document_id,
        "ordinal": ordinal,
        "state": "present",
        "version_id": version.id,
        "documents": 1,
        "versions": 1,
        "finding_rules": "[]",
    }
    return insert_row(db, "reports", row)


def _write_pages(
    db: Database, document_id: int, report_ids: dict[int, int]
) -> set[int]:
    """Write the last version of each report on a page, where that differs.

    Return the reports of before and of now.
    """
    last_versions: dict[int, int] = {}
    for version_id, report_id in report_ids.items():
        last_versions[report_id] = version_id
    stored: dict[int, int] = dict(db.execute(_PAGES, [document_id]).fetchall())
    for report_id, version_id in stored.items():
        if last_versions.get(report_id) != version_id:
            db.execute(_DELETE_PAGE, [document_id, report_id])
    for report_id, version_id in last_versions.items():
        if stored.get(report_id) != version_id:
            db.execute(_WRITE_PAGE, [document_id, report_id, version_id])
    return stored.keys() | last_versions.keys()
