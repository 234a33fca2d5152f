"""What follows from the visits, checked: version chains, reports, near-duplicates."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from nianbao.archive.search.index_check import check_index
from nianbao.archive.storage.snapshot import Progress
from nianbao.archive.verify.damage import REBUILD, RESTORE, Damage

if TYPE_CHECKING:
    from sqlite_utils import Database

OBSERVATIONS = """
SELECT sightings.document_id, sightings.visit_id, sightings.content_sha256,
       visits.payload_sha256, sightings.version_id
FROM sightings
JOIN visits ON visits.id = sightings.visit_id
JOIN runs ON runs.id = visits.run_id
WHERE sightings.effect = 'shown' AND sightings.document_id IS NOT NULL
ORDER BY sightings.document_id, visits.visited_at, visits.payload_sha256, runs.uid,
         visits.id
"""
VERSIONS = """
SELECT document_id, id, number, content_sha256, payload_sha256, first_visit_id,
       last_visit_id
FROM versions
ORDER BY document_id, number
"""
DOCUMENTS = """
SELECT id, url, current_version_id, content_sha256 FROM documents ORDER BY id
"""
VERSIONS_WITHOUT_READING = """
SELECT documents.url, versions.number
FROM versions
JOIN documents ON documents.id = versions.document_id
WHERE versions.id NOT IN (SELECT version_id FROM readings)
"""
MISSING_REPORTS = """
SELECT agencies.name, carried.report_year
FROM (SELECT agency_id, report_year FROM readings
      WHERE agency_id IS NOT NULL AND report_year IS NOT NULL
      EXCEPT
      SELECT agency_id, report_year FROM reports) AS carried
JOIN agencies ON agencies.id = carried.agency_id
"""
# Select the versions that have been read and are of no report, or of another than they say.
VERSIONS_ASTRAY = """
SELECT documents.url, versions.number
FROM versions
JOIN documents ON documents.id = versions.document_id
JOIN readings ON readings.version_id = versions.id
LEFT JOIN reports ON reports.id = versions.report_id
WHERE reports.id IS NULL
   OR (reports.agency_id, reports.report_year) IS NOT (readings.agency_id, readings.report_year)
   OR reports.document_id <> documents.id
"""
# Select the pages whose list of reports is not what their versions show.
PAGES_ASTRAY = """
WITH shown AS (
    SELECT document_id, report_id, id
    FROM versions
    WHERE report_id IS NOT NULL
      AND number = (SELECT max(number) FROM versions AS other
                    WHERE other.document_id = versions.document_id
                      AND other.report_id = versions.report_id)
),
different AS (
    SELECT * FROM (SELECT * FROM shown EXCEPT SELECT * FROM report_pages)
    UNION
    SELECT * FROM (SELECT * FROM report_pages EXCEPT SELECT * FROM shown)
)
SELECT DISTINCT documents.url
FROM different
JOIN documents ON documents.id = different.document_id
"""
WRONG_REPORTS = """
SELECT agencies.name, reports.report_year
FROM reports
LEFT JOIN agencies ON agencies.id = reports.agency_id
LEFT JOIN readings ON readings.version_id = reports.version_id
LEFT JOIN report_pages ON report_pages.version_id = reports.version_id
                      AND report_pages.report_id = reports.id
WHERE report_pages.report_id IS NULL
   OR (readings.agency_id, readings.report_year, readings.title, readings.form,
       readings.published_on)
      IS NOT (reports.agency_id, reports.report_year, reports.title, reports.form,
              reports.published_on)
"""
MISPLACED_NEAR_DUPLICATES = """
SELECT one.url, other.url
FROM near_copies
JOIN documents AS one ON one.id = document_id
JOIN documents AS other ON other.id = other_id
WHERE one.url >= other.url
"""


# Select the cells of bodies' own rows whose labels are not those that the reading gave them. In
# an early archive all cells count as such, until a crawl writes which ones the forms prescribe.
CELLS_ASTRAY = """
SELECT "table", "row", "column"
FROM form_cells AS cell
WHERE kind = 'local'
  AND EXISTS (SELECT 1 FROM form_cells WHERE kind <> 'local')
  AND (row_label <> "row"
       OR column_label <> "column"
          AND NOT EXISTS (SELECT 1 FROM form_cells AS other
                          WHERE other."table" = cell."table"
                            AND other."column" = cell."column"
                            AND other.column_label = cell.column_label
                            AND other.kind <> 'local'))
"""

Row = tuple[Any, ...]


class ObservationRow(NamedTuple):
    """A row of OBSERVATIONS: what a visit showed of a document."""

    document_id: int
    visit_id: int
    content_sha256: str
    payload_sha256: str
    version_id: int | None


class DerivedVersion(NamedTuple):
    """A row of VERSIONS."""

    document_id: int
    id: int
    number: int
    content_sha256: str
    payload_sha256: str
    first_visit_id: int
    last_visit_id: int


class _RowsByDocument:
    """Rows in the order of their documents, taken document by document in that order."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self._groups = groupby(rows, key=_document_of)
        self._document_id: int | None = None
        self._rows: list[Row] = []
        self._step()

    def _step(self) -> None:
        for document_id, rows in self._groups:
            self._document_id = document_id
            self._rows = list(rows)
            return
        self._document_id = None

    def take_rows(self, document_id: int) -> list[Row]:
        """Return the rows of a document; documents are asked for in growing order of ids."""
        while self._document_id is not None and self._document_id < document_id:
            self._step()
        if self._document_id != document_id:
            return []
        return self._rows


def _document_of(row: Row) -> int:
    return int(row[0])


def check_version_chains(db: Database, progress: Progress) -> Iterator[Damage]:
    """Check each document's versions against its observations, in the order of the visits."""
    observations_by_document = _RowsByDocument(db.conn.execute(OBSERVATIONS))
    versions_by_document = _RowsByDocument(db.conn.execute(VERSIONS))
    documents = db.execute(DOCUMENTS).fetchall()
    for number, (document_id, url, version_id, content_sha256) in enumerate(documents):
        progress("documents", number, len(documents))
        rows = observations_by_document.take_rows(document_id)
        observations = [ObservationRow(*row) for row in rows]
        rows = versions_by_document.take_rows(document_id)
        versions = [DerivedVersion(*row) for row in rows]
        yield from _check_numbers(url, versions)
        yield from _check_observations(url, versions, observations)
        yield from _check_current_version(url, versions, version_id, content_sha256)


def _check_numbers(url: str, versions: list[DerivedVersion]) -> Iterator[Damage]:
    """Check that versions are numbered from 1 and that each differs from the one before."""
    numbers = [version.number for version in versions]
    if not versions or numbers != list(range(1, len(versions) + 1)):
        what = f"the version numbers are {numbers}, not 1 to {len(versions)}"
        yield Damage("version.gap", what, url, REBUILD)
    for before, after in pairwise(versions):
        if before.content_sha256 == after.content_sha256:
            what = f"versions {before.number} and {after.number} have the same content"
            yield Damage("version.repeated", what, url, REBUILD)


def _check_observations(
    url: str, versions: list[DerivedVersion], observations: list[ObservationRow]
) -> Iterator[Damage]:
    """Check that the versions are the spans of equal content that the visits showed."""
    spans = _group_by_content(observations)
    if len(spans) != len(versions):
        what = "the versions are not what the visits showed"
        yield Damage("version.chain", what, url, REBUILD)
        return
    is_counted_right = True
    for version, span in zip(versions, spans, strict=True):
        if not _is_span(version, span):
            what = "the versions are not what the visits showed"
            yield Damage("version.chain", what, url, REBUILD)
            return
        for observation in span:
            if observation.version_id != version.id:
                is_counted_right = False
    if not is_counted_right:
        what = "a visit is counted to another version than it showed"
        yield Damage("version.sighting", what, url, REBUILD)


def _group_by_content(
    observations: list[ObservationRow],
) -> list[list[ObservationRow]]:
    """Return the observations in spans of equal content."""
    spans: list[list[ObservationRow]] = []
    for observation in observations:
        if spans and spans[-1][0].content_sha256 == observation.content_sha256:
            spans[-1].append(observation)
        else:
            spans.append([observation])
    return spans


def _is_span(version: DerivedVersion, span: list[ObservationRow]) -> bool:
    """Tell whether a version is what a span of observations showed."""
    first, last = span[0], span[-1]
    return version[3:] == (
        first.content_sha256,
        first.payload_sha256,
        first.visit_id,
        last.visit_id,
    )


def _check_current_version(
    url: str,
    versions: list[DerivedVersion],
    version_id: int | None,
    content_sha256: str | None,
) -> Iterator[Damage]:
    """Check that a document names its last version, with its content, as the current one."""
    last: tuple[int | None, str | None] = (None, None)
    if versions:
        last = (versions[-1].id, versions[-1].content_sha256)
    if (version_id, content_sha256) != last:
        what = "the document names another version as its current one"
        yield Damage("document.current", what, url, REBUILD)


def check_readings(db: Database) -> Iterator[Damage]:
    """Check that each version has a reading and each report is that of its readings."""
    for url, number in db.execute(VERSIONS_WITHOUT_READING).fetchall():
        where = f"{url}, version {number}"
        yield Damage("reading.missing", "the version has no reading", where, REBUILD)
    for url, number in db.execute(VERSIONS_ASTRAY).fetchall():
        what = "the version is not counted to the report that it shows"
        yield Damage("version.report", what, f"{url}, version {number}", REBUILD)
    for (url,) in db.execute(PAGES_ASTRAY).fetchall():
        what = "the reports of the page are not those of its versions"
        yield Damage("report.pages", what, url, REBUILD)
    for name, year in db.execute(MISSING_REPORTS).fetchall():
        what = "pages carry the report, and it is not there"
        yield Damage("report.missing", what, f"{name} {year}", REBUILD)
    for name, year in db.execute(WRONG_REPORTS).fetchall():
        what = "the report is not what the page says that stands for it"
        yield Damage("report.wrong", what, f"{name} {year}", REBUILD)


def check_cells(db: Database) -> Iterator[Damage]:
    """Check the labels of the cells of rows that bodies added to the forms."""
    for place in db.execute(CELLS_ASTRAY).fetchall():
        what = "the cell has another label than its row and column"
        yield Damage("form_cell.label", what, ", ".join(place), RESTORE)


def check_search_entries(db: Database, *, each_posting: bool) -> Iterator[Damage]:
    """Check that the search index has what the documents say."""
    for fault in check_index(db, each_posting=each_posting):
        yield Damage(fault.rule, fault.message, fault.where, REBUILD)


def check_near_duplicates(db: Database) -> Iterator[Damage]:
    """Check that two near-duplicates are linked once, by the address that sorts first."""
    for url, other_url in db.execute(MISPLACED_NEAR_DUPLICATES).fetchall():
        what = "the pair does not stand under the address that sorts first"
        yield Damage("near_copy.misplaced", what, f"{url}, {other_url}", REBUILD)
