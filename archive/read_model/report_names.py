"""Which report each version of a page shows, and which one it shows now.

An address may show several reports one after the other. A version is compared with the one
before it of the same report only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nianbao.archive.read_model.documents import find_equal_version

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.read_model.documents import Document, DocumentVersion

REPORTS_OF_VERSIONS = """
SELECT versions.number, agencies.name, regions.name, agencies.site_id, reports.report_year,
       reports.ordinal
FROM versions
JOIN reports ON reports.id = versions.report_id
LEFT JOIN agencies ON agencies.id = reports.agency_id
LEFT JOIN regions ON regions.id = agencies.region_id
WHERE versions.document_id = ?
"""


@dataclass(frozen=True, slots=True)
class ReportName:
    """What a report is known by: agency and year; where one is not known, its place on a page."""

    agency: str | None
    region: str | None
    site: str | None  # the site that an agency of no known region belongs to
    report_year: int | None
    ordinal: int | None  # of an unassigned report, among those of its page

    @property
    def is_assigned(self) -> bool:
        """Whether agency and year are known."""
        return self.ordinal is None


class PageReports:
    """The reports that a page shows or showed, with the versions of each."""

    def __init__(self, document: Document, names: dict[int, ReportName]) -> None:
        self.document = document
        self._names = names
        self._versions: dict[ReportName, list[DocumentVersion]] = {}
        for version in document.versions:
            name = names[version.number]
            self._versions.setdefault(name, []).append(version)

    def get_name(self, version: DocumentVersion) -> ReportName:
        """Return what the report of a version is known by."""
        return self._names[version.number]

    def list_versions(self, name: ReportName) -> list[DocumentVersion]:
        """Return the versions that show a report, the first one first."""
        return self._versions.get(name, [])

    def find_former(self, version: DocumentVersion) -> DocumentVersion | None:
        """Return the version before a version that shows the same report; None without one."""
        former = None
        for other in self.list_versions(self.get_name(version)):
            if other.number < version.number:
                former = other
        return former

    def find_equal(self, version: DocumentVersion) -> DocumentVersion | None:
        """Return the first version before a version that says the same of the same report.

        None where the page says of the report what it never said before.
        """
        return find_equal_version(self.document, version)

    def find_successor(self, name: ReportName) -> DocumentVersion | None:
        """Return the version of another report that took the place of a report.

        None where the page shows the report now, or nothing took its place.
        """
        last = self.list_versions(name)[-1]
        for version in self.document.versions:
            if version.number > last.number:
                return version
        return None

    def get_state(self, name: ReportName) -> str:
        """Return the state of the page for a report: `replaced` where it shows another one."""
        if self.find_successor(name) is not None:
            return "replaced"
        return self.document.state


def load_page_reports(db: Database, document: Document) -> PageReports:
    """Return the reports of a page."""
    rows = db.execute(REPORTS_OF_VERSIONS, [document.id]).fetchall()
    names = {number: ReportName(*values) for number, *values in rows}
    return PageReports(document, names)
