"""What a site is made of: the reports of the archive, and the pages that links lead to.

It is kept in a temporary database, which spills to disk: memory does not grow with the site.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nianbao.archive.browse.addresses import Addresses
from nianbao.archive.checks.missing_reports import RULE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlite_utils import Database

SECOND = 19  # characters of a moment that tells any two versions apart
TABLES = """
CREATE TABLE pages (
    number INTEGER PRIMARY KEY, file TEXT NOT NULL UNIQUE,
    language TEXT NOT NULL, address TEXT NOT NULL, suffix TEXT NOT NULL);
CREATE TABLE moments (
    address TEXT NOT NULL, moment TEXT NOT NULL, PRIMARY KEY (address, moment)
) WITHOUT ROWID;
CREATE TABLE missing_reports (address TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE carriers (document TEXT PRIMARY KEY, report TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE files (name TEXT PRIMARY KEY, sha256 TEXT NOT NULL) WITHOUT ROWID;
"""
# Each report with the first visits of its versions on the page that stands for it; whether that
# page has shown no other report.
REPORTS = """
SELECT regions.name, agencies.name, reports.report_year, agencies.site_id, visited_at,
       documents.url, NOT EXISTS (
         SELECT 1 FROM versions AS others WHERE others.document_id = standing.document_id
         AND others.report_id IS NOT reports.id)
FROM reports
JOIN agencies ON agencies.id = reports.agency_id
LEFT JOIN regions ON regions.id = agencies.region_id
JOIN versions AS standing ON standing.id = reports.version_id
JOIN documents ON documents.id = standing.document_id
JOIN versions ON versions.document_id = standing.document_id
 AND versions.report_id = reports.id
JOIN visits ON visits.id = versions.first_visit_id
WHERE reports.document_id IS NULL
"""
MISSING = """
SELECT regions.name, agencies.name, findings.report_year, agencies.site_id
FROM findings
JOIN agencies ON agencies.id = findings.agency_id
LEFT JOIN regions ON regions.id = agencies.region_id
WHERE findings.rule = ?
"""
DOCUMENTS = """
SELECT documents.url, visited_at
FROM documents
JOIN versions ON versions.document_id = documents.id
JOIN visits ON visits.id = versions.first_visit_id
"""
ADD_PAGE = """
INSERT OR IGNORE INTO pages (file, language, address, suffix) VALUES (?, ?, ?, ?)
"""
PLAIN = Addresses("/")


@dataclass(frozen=True, slots=True)
class SitePage:
    """A page of the site: its file, and its address as a server has it."""

    number: int
    file: str
    language: str
    address: str
    suffix: str


class LinkBook:
    """The reports that have pages, and the pages to make, in the order they were met."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.executescript(TABLES)
        self._db.execute("BEGIN")

    def close(self) -> None:
        """Remove the database."""
        self._db.close()

    def enter_archive(self, db: Database) -> None:
        """Enter the reports and documents of the archive, with the moments of their versions."""
        for *values, visited_at, url, is_carrier in db.execute(REPORTS):
            report = _name_report(values)
            self._add_moment(report, visited_at)
            if is_carrier:
                document = PLAIN.document(url)
                self._insert("carriers", document, report)
        for url, visited_at in db.execute(DOCUMENTS):
            self._add_moment(PLAIN.document(url), visited_at)

        for values in db.execute(MISSING, [RULE]):
            report = _name_report(values)
            self._insert("missing_reports", report)

    def _add_moment(self, address: str, visited_at: str) -> None:
        second = visited_at[:SECOND]
        self._insert("moments", address, f"{second}Z")

    def _insert(self, table: str, *values: str) -> None:
        marks = ", ".join("?" * len(values))
        query = f"INSERT OR IGNORE INTO {table} VALUES ({marks})"
        self._db.execute(query, values)

    def list_reports(self) -> Iterator[str]:
        """Yield the address of each report."""
        query = "SELECT DISTINCT address FROM moments WHERE address LIKE '/report/%'"
        for (report,) in self._db.execute(query):
            yield report

    def list_moments(self, address: str) -> list[str]:
        """Return the moments of the versions of a report or document, in order.

        There are none for an address at which the archive has neither.
        """
        query = "SELECT moment FROM moments WHERE address = ? ORDER BY moment"
        return [moment for (moment,) in self._db.execute(query, [address])]

    def is_missing(self, address: str) -> bool:
        """Tell whether a finding says that a report is missing: it has a page that says so."""
        query = "SELECT 1 FROM missing_reports WHERE address = ?"
        return self._db.execute(query, [address]).fetchone() is not None

    def find_report(self, document: str) -> str:
        """Return the address of the report that a document stands for; else its own.

        A document that has shown several reports has a page of its own.
        """
        query = "SELECT report FROM carriers WHERE document = ?"
        row = self._db.execute(query, [document]).fetchone()
        if row is None:
            return document
        return str(row[0])

    def add_page(self, file: str, language: str, address: str, suffix: str) -> None:
        """Note a page that a link leads to; one that is noted already is left as it is."""
        values = (
            file,
            language,
            address,
            suffix,
        )
        self._db.execute(ADD_PAGE, values)

    def count_pages(self) -> int:
        """Return how many pages there are, made or not."""
        query = "SELECT count(*) FROM pages"
        (count,) = self._db.execute(query).fetchone()
        return int(count)

    def iterate_pages(self) -> Iterator[SitePage]:
        """Yield every page, those too that are added meanwhile."""
        number = 0
        query = "SELECT * FROM pages WHERE number > ? ORDER BY number LIMIT 1"
        while row := self._db.execute(query, [number]).fetchone():
            page = SitePage(*row)
            number = page.number
            yield page

    def add_file(self, name: str, sha256: str) -> None:
        """Note a file of the site that is written, by its path in it."""
        self._insert("files", name, sha256)

    def iterate_files(self) -> Iterator[tuple[str, str]]:
        """Yield path and SHA-256 of every file that is written, in order."""
        query = "SELECT name, sha256 FROM files ORDER BY name"
        yield from self._db.execute(query)


def _name_report(values: Sequence[Any]) -> str:
    """Return the address of a report by region, agency, year and the agency's site."""
    region, agency, year, site = values
    return PLAIN.report(region, agency, year, site=site)
