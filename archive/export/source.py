"""What an export of captures reads: the raw layer at one moment, run by run.

Runs come in the order of their start, visits in the order of their time, so the same archive
gives the same bytes.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nianbao.archive.errors import ArchiveError
from nianbao.archive.export.metadata import (
    DecisionRecord,
    DiscoveryRecord,
    NoteRecord,
    RecognitionRecord,
    RunRecord,
    SiteRecord,
    SiteRunRecord,
)
from nianbao.archive.raw import decisions, discoveries, recognitions, visits
from nianbao.archive.records import Finding
from nianbao.archive.transfer import intake
from nianbao.archive.transfer.merge import NOTES

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.records import Capture
    from nianbao.archive.store import Archive

# In the address of a page that was asked for with a body, before the body's digest.
POST = "#post-"
NO_VISIT = "1970-01-01T00:00:00.000Z"  # the time of an archive without visits
_RUNS = "SELECT * FROM runs ORDER BY started_at, uid"
_SITE_RUNS = "SELECT * FROM site_runs WHERE run_id = ? ORDER BY site_id"
_ORDER = (
    "runs.started_at, runs.uid, visits.visited_at, visits.url, visits.role, visits.id"
)
_VISITS = f"""
SELECT visits.id
FROM visits
JOIN runs ON runs.id = run_id
WHERE run_id = ?
ORDER BY {_ORDER}
"""
_ORIGINALS = f"""
CREATE TEMP TABLE originals AS
SELECT sha256, visit_id FROM (
    SELECT
        payload_sha256 AS sha256,
        visits.id AS visit_id,
        row_number() OVER (
            PARTITION BY payload_sha256
            ORDER BY instr(url, '{POST}') > 0, {_ORDER}
        ) AS place
    FROM visits
    JOIN runs ON runs.id = visits.run_id
    WHERE payload_sha256 IS NOT NULL
        AND outcome <> 'not_modified'
        AND status IS NOT NULL
)
WHERE place = 1
"""
_ORIGINAL = """
SELECT visits.id, coalesce(json_extract(redirects, '$[#-1]'), url), visited_at
FROM originals
JOIN visits ON visits.id = originals.visit_id
WHERE sha256 = ?
"""
_PAGES = """
SELECT
    coalesce(json_extract(redirects, '$[#-1]'), visits.url),
    visited_at,
    readings.title
FROM versions
JOIN visits ON visits.id = versions.first_visit_id
LEFT JOIN readings ON readings.version_id = versions.id
ORDER BY visited_at, visits.url, number
"""


@dataclass(frozen=True, slots=True)
class OriginalVisit:
    """The visit whose record has a payload whole: its address and time."""

    visit_id: int
    url: str
    visited_at: str


@dataclass(frozen=True, slots=True)
class CaptureSource:
    """The archive at one moment. Made by :func:`open_source`."""

    db: Database
    visits: int  # in all
    # The last visit. What an export dates has this date, so that it does not differ.
    last_at: str

    def sites(self) -> list[SiteRecord]:
        """Return every site."""
        return [SiteRecord(**row) for row in intake.list_sites(self.db)]

    def decisions(self) -> list[DecisionRecord]:
        """Return every decision of a person, the earliest first."""
        records: list[DecisionRecord] = []
        for decision in decisions.list_decisions(self.db):
            records.append(DecisionRecord(**dataclasses.asdict(decision)))
        return records

    def discoveries(self) -> Iterator[DiscoveryRecord]:
        """Yield what every search of a site found, the earliest first."""
        for discovery in discoveries.list_discoveries(self.db):
            yield DiscoveryRecord(discovery)

    def recognitions(self) -> Iterator[RecognitionRecord]:
        """Yield what OCR recognised, in the order of the payloads. Raises PayloadDamaged."""
        for recognition in recognitions.list_recognitions(self.db):
            yield RecognitionRecord(**dataclasses.asdict(recognition))

    def runs(self) -> Iterator[tuple[int, RunRecord]]:
        """Yield the runs with their ids."""
        for row in intake.select_rows(self.db, _RUNS, []):
            run_id = row.pop("id")
            sites = self._site_runs(run_id)
            notes = self._notes(run_id)
            yield run_id, RunRecord(**row, sites=sites, notes=notes)

    def _site_runs(self, run_id: int) -> tuple[SiteRunRecord, ...]:
        site_runs = []
        for row in intake.select_rows(self.db, _SITE_RUNS, [run_id]):
            del row["run_id"]
            site_runs.append(SiteRunRecord(**row))
        return tuple(site_runs)

    def _notes(self, run_id: int) -> tuple[NoteRecord, ...]:
        notes = []
        for row in intake.select_rows(self.db, NOTES, [run_id]):
            site_id = row.pop("site_id")
            url = row.pop("url")
            finding = Finding.from_row(list(row.values()))
            notes.append(NoteRecord(site_id, url, finding))
        return tuple(notes)

    def captures(self, run_id: int) -> Iterator[tuple[int, Capture]]:
        """Yield the visits of a run with their ids. Raises PayloadDamaged."""
        for (visit_id,) in self.db.execute(_VISITS, [run_id]):
            yield visit_id, visits.load_capture(self.db, visit_id)

    def find_original(self, sha256: str) -> OriginalVisit:
        """Return the visit whose record has a payload whole. Raises ArchiveError."""
        row = self.db.execute(_ORIGINAL, [sha256]).fetchone()
        if row is None:
            raise ArchiveError(
                f"no visit has the payload {sha256} whole: see what `nianbao verify` says"
            )
        visit_id, url, visited_at = row
        return OriginalVisit(visit_id, url.partition("#")[0], visited_at)

    def pages(self) -> Iterator[tuple[str, str, str | None]]:
        """Yield address, time and title of the first visit of each version of a report."""
        for row in self.db.execute(_PAGES):  # noqa: UP028
            yield row  # a cursor of a closed archive cannot be closed

    def store_line(self, line: str) -> None:
        """Store a line of the index until all lines can be sorted."""
        self.db.execute("INSERT INTO temp.lines VALUES (?)", [line])

    def sorted_lines(self) -> Iterator[str]:
        """Yield the lines of the index in the order of their bytes."""
        query = "SELECT line FROM temp.lines ORDER BY CAST(line AS BLOB)"
        for (line,) in self.db.execute(query):
            yield line


@contextmanager
def open_source(archive: Archive) -> Iterator[CaptureSource]:
    """Yield the archive as it is now; a crawl may go on writing to it."""
    db = archive.db
    db.execute("BEGIN")
    try:
        db.execute(_ORIGINALS)
        db.execute("CREATE UNIQUE INDEX temp.originals_by_sha256 ON originals(sha256)")
        db.execute("CREATE TEMP TABLE lines (line TEXT NOT NULL)")
        query = "SELECT count(*), max(visited_at) FROM visits"
        count, last_at = db.execute(query).fetchone()
        yield CaptureSource(db, count, last_at or NO_VISIT)
    finally:
        db.rollback()
