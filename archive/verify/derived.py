"""What follows from the visits, checked where it stands: version chains, reports, near-copies."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any

from nianbao.archive.maintenance.snapshot import Progress
from nianbao.archive.search.index_check import check_index
from nianbao.archive.verify.damage import REBUILD, Damage

if TYPE_CHECKING:
    from sqlite_utils import Database

SHOWN = (
    "SELECT sightings.document_id, sightings.visit_id, sightings.content_sha256, visits.payload_sha256,"
    " sightings.version_id FROM sightings JOIN visits ON visits.id = sightings.visit_id"
    " JOIN runs ON runs.id = visits.run_id"
    " WHERE sightings.effect = 'shown' AND sightings.document_id IS NOT NULL"
    " ORDER BY sightings.document_id, visits.visited_at, visits.payload_sha256, runs.uid, visits.id"
)
VERSIONS = (
    "SELECT document_id, id, number, content_sha256, payload_sha256, first_visit_id, last_visit_id FROM versions"
    " ORDER BY document_id, number"
)
DOCUMENTS = (
    "SELECT id, url, current_version_id, content_sha256 FROM documents ORDER BY id"
)

Row = tuple[Any, ...]


def chains(db: Database, progress: Progress) -> Iterator[Damage]:
    """Check each document's versions against its sightings, in the order of the visits."""
    shown, versions = (
        _Groups(db.conn.execute(SHOWN)),
        _Groups(db.conn.execute(VERSIONS)),
    )
    documents = db.execute(DOCUMENTS).fetchall()
    for done, (document_id, url, *current) in enumerate(documents):
        progress("documents", done, len(documents))
        chain = versions.of(document_id)
        yield from _chain(url, shown.of(document_id), chain)
        last = list(chain[-1][1::2][:2]) if chain else [None, None]
        if current != last:
            yield Damage(
                "document.current",
                "the document names another version as its current one",
                url,
                REBUILD,
            )


class _Groups:
    """Rows ordered by their first column, taken group by group in that order."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self._groups = groupby(rows, key=lambda row: row[0])
        self._next = self._step()

    def _step(self) -> tuple[int, list[Row]] | None:
        return next(((key, list(group)) for key, group in self._groups), None)

    def of(self, key: int) -> list[Row]:
        """Return the rows of a key; keys are asked for in growing order."""
        while self._next is not None and self._next[0] < key:
            self._next = self._step()
        return self._next[1] if self._next is not None and self._next[0] == key else []


def _chain(url: str, shown: list[Row], chain: list[Row]) -> Iterator[Damage]:
    numbers = [row[2] for row in chain]
    if numbers != list(range(1, len(chain) + 1)) or not chain:
        yield Damage(
            "version.gap",
            f"the version numbers are {numbers}, not 1 to {len(chain)}",
            url,
            REBUILD,
        )
    for before, after in pairwise(chain):
        if before[3] == after[3]:
            what = f"versions {before[2]} and {after[2]} have the same content"
            yield Damage("version.repeated", what, url, REBUILD)
    spans = [list(group) for _, group in groupby(shown, key=lambda row: row[2])]
    expected = [(span[0][2], span[0][3], span[0][1], span[-1][1]) for span in spans]
    if [row[3:] for row in chain] != expected:
        yield Damage(
            "version.chain", "the versions are not what the visits showed", url, REBUILD
        )
    elif [row[1] for row, span in zip(chain, spans, strict=True) for _ in span] != [
        row[4] for row in shown
    ]:
        yield Damage(
            "version.sighting",
            "a visit is counted to another version than it showed",
            url,
            REBUILD,
        )


UNREAD = (
    "SELECT documents.url, versions.number FROM versions JOIN documents ON documents.id = versions.document_id"
    " WHERE versions.id NOT IN (SELECT version_id FROM readings)"
)
LOST = (
    "SELECT agencies.name, carried.report_year FROM (SELECT agency_id, report_year FROM readings"
    " JOIN documents ON documents.current_version_id = readings.version_id"
    " WHERE agency_id IS NOT NULL AND report_year IS NOT NULL"
    " EXCEPT SELECT agency_id, report_year FROM reports) AS carried JOIN agencies ON agencies.id = carried.agency_id"
)
WRONG = (
    "SELECT agencies.name, reports.report_year FROM reports JOIN agencies ON agencies.id = reports.agency_id"
    " LEFT JOIN readings ON readings.version_id = reports.version_id"
    " LEFT JOIN documents ON documents.current_version_id = reports.version_id"
    " WHERE documents.id IS NULL OR (readings.agency_id, readings.report_year, readings.title, readings.form,"
    " readings.published_on) IS NOT"
    " (reports.agency_id, reports.report_year, reports.title, reports.form, reports.published_on)"
)
MISPLACED = (
    "SELECT one.url, other.url FROM near_copies JOIN documents AS one ON one.id = document_id"
    " JOIN documents AS other ON other.id = other_id WHERE one.url >= other.url"
)


def readings(db: Database) -> Iterator[Damage]:
    """Check that each version has a reading and each report is that of its readings."""
    for url, number in db.execute(UNREAD).fetchall():
        yield Damage(
            "reading.missing",
            "the version has no reading",
            f"{url}, version {number}",
            REBUILD,
        )
    for name, year in db.execute(LOST).fetchall():
        yield Damage(
            "report.missing",
            "pages carry the report, and it is not there",
            f"{name} {year}",
            REBUILD,
        )
    for name, year in db.execute(WRONG).fetchall():
        what = "the report is not what the page says that stands for it"
        yield Damage("report.wrong", what, f"{name} {year}", REBUILD)


def search_entries(db: Database) -> Iterator[Damage]:
    """Check that the search index has what the documents say."""
    for defect in check_index(db):
        yield Damage(defect.rule, defect.message, defect.where, REBUILD)


def near_copies(db: Database) -> Iterator[Damage]:
    """Check that two pages that are nearly alike are linked once, by the address that sorts
    first.
    """
    for url, other in db.execute(MISPLACED).fetchall():
        what = "the pair does not stand under the address that sorts first"
        yield Damage("near_copy.misplaced", what, f"{url}, {other}", REBUILD)
