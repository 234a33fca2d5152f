"""What an export of captures reads: the raw layer at one moment, run by run, in an order that
never differs.

The order is that of runs by their start, visits by their time, so the same archive gives the
same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nianbao.archive.errors import ArchiveError
from nianbao.archive.export import told
from nianbao.archive.raw import visits
from nianbao.archive.records import Finding
from nianbao.archive.transfer import intake
from nianbao.archive.transfer.merge import NOTES

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.records import Capture
    from nianbao.archive.store import Archive

POST = "#post-"  # in the address of a page that was asked for with a body, before the body's digest
_ORDER = (
    "runs.started_at, runs.uid, visits.visited_at, visits.url, visits.role, visits.id"
)
_ORIGINALS = f"""
CREATE TEMP TABLE originals AS
SELECT sha256, visit_id FROM (
    SELECT payload_sha256 AS sha256, visits.id AS visit_id,
           row_number() OVER (PARTITION BY payload_sha256 ORDER BY instr(url, '{POST}') > 0, {_ORDER}) AS place
    FROM visits JOIN runs ON runs.id = visits.run_id
    WHERE payload_sha256 IS NOT NULL AND outcome <> 'not_modified' AND status IS NOT NULL
) WHERE place = 1
"""
_ORIGINAL = (
    "SELECT visits.id, coalesce(json_extract(redirects, '$[#-1]'), url), visited_at FROM originals"
    " JOIN visits ON visits.id = originals.visit_id WHERE sha256 = ?"
)
_PAGES = (
    "SELECT coalesce(json_extract(redirects, '$[#-1]'), visits.url), visited_at, readings.title FROM versions"
    " JOIN visits ON visits.id = versions.first_visit_id LEFT JOIN readings ON readings.version_id = versions.id"
    " ORDER BY visited_at, visits.url, number"
)


@dataclass(frozen=True, slots=True)
class Original:
    """The visit whose record has a payload whole: its address and time."""

    visit_id: int
    url: str
    visited_at: str


@dataclass(frozen=True, slots=True)
class Source:
    """The archive at one moment. Made by :func:`opened`."""

    db: Database
    visits: int  # in all
    last_at: (
        str  # the last visit: what is dated is dated by it, so that it does not differ
    )

    def sites(self) -> list[told.Site]:
        """Return every site."""
        return [
            told.Site(**row)
            for row in intake.select_rows(
                self.db, f"{intake.SITE} ORDER BY sites.id", []
            )
        ]

    def runs(self) -> Iterator[tuple[int, told.Run]]:
        """Yield the runs with their ids."""
        for row in intake.select_rows(
            self.db, "SELECT * FROM runs ORDER BY started_at, uid", []
        ):
            run_id = row.pop("id")
            yield (
                run_id,
                told.Run(
                    **row, sites=self._site_runs(run_id), notes=self._notes(run_id)
                ),
            )

    def _site_runs(self, run_id: int) -> tuple[told.SiteRun, ...]:
        found = intake.select_rows(
            self.db,
            "SELECT * FROM site_runs WHERE run_id = ? ORDER BY site_id",
            [run_id],
        )
        return tuple(
            told.SiteRun(**{name: row[name] for name in row if name != "run_id"})
            for row in found
        )

    def _notes(self, run_id: int) -> tuple[told.Note, ...]:
        found = intake.select_rows(self.db, NOTES, [run_id])
        return tuple(
            told.Note(row.pop("site_id"), row.pop("url"), Finding(**row))
            for row in found
        )

    def captures(self, run_id: int) -> Iterator[tuple[int, Capture]]:
        """Yield the visits of a run with their ids. Raises PayloadDamaged."""
        chosen = f"SELECT visits.id FROM visits JOIN runs ON runs.id = run_id WHERE run_id = ? ORDER BY {_ORDER}"
        for (visit_id,) in self.db.execute(chosen, [run_id]):
            yield visit_id, visits.load_capture(self.db, visit_id)

    def original(self, sha256: str) -> Original:
        """Return the visit whose record has a payload whole."""
        row = self.db.execute(_ORIGINAL, [sha256]).fetchone()
        if row is None:
            raise ArchiveError(
                f"no visit has the payload {sha256} whole: see what `nianbao verify` says"
            )
        return Original(row[0], row[1].partition("#")[0], row[2])

    def pages(self) -> Iterator[tuple[str, str, str | None]]:
        """Yield the address, time and title at which each version of a report was seen first."""
        yield from self.db.execute(_PAGES)

    def put_line(self, line: str) -> None:
        """Keep a line of the index until it can be sorted."""
        self.db.execute("INSERT INTO temp.lines VALUES (?)", [line])

    def lines(self) -> Iterator[str]:
        """Yield the lines of the index in the order of their bytes."""
        for (line,) in self.db.execute(
            "SELECT line FROM temp.lines ORDER BY CAST(line AS BLOB)"
        ):
            yield line


@contextmanager
def opened(archive: Archive) -> Iterator[Source]:
    """Hold the archive as it is now; who writes to it meanwhile is not held up."""
    db = archive.db
    db.execute("BEGIN")
    try:
        db.execute(_ORIGINALS)
        db.execute("CREATE UNIQUE INDEX temp.originals_by_sha256 ON originals(sha256)")
        db.execute("CREATE TEMP TABLE lines (line TEXT NOT NULL)")
        count, last_at = db.execute(
            "SELECT count(*), max(visited_at) FROM visits"
        ).fetchone()
        yield Source(db, count, last_at or "1970-01-01T00:00:00.000Z")
    finally:
        db.rollback()
