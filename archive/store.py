"""The archive: one SQLite file, opened to read or to write.

Everything that changes goes through :meth:`Archive.transaction`; what belongs together is written
together or not at all, so a kill at any moment leaves whole visits and whole versions.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Any
from urllib.parse import urljoin

from sqlite_utils import Database

from nianbao.archive.checks import missing_reports
from nianbao.archive.derived import (
    agencies,
    form_cells,
    pending,
    presence,
    readings,
    rebuild,
)
from nianbao.archive.events import feed, finding_events, page_events
from nianbao.archive.maintenance.snapshot import Progress
from nianbao.archive.migrations.migrate import (
    MigrationReport,
    migrate_archive,
    require_migratable,
)
from nianbao.archive.raw import blobs, repack, visits
from nianbao.archive.raw.visits import ArchivedSite, Visit
from nianbao.archive.read_model.api import ArchiveTables
from nianbao.archive.read_model.crawls import site_health
from nianbao.archive.read_model.crawls.visit_history import (
    AddressHistory,
    select_address_histories,
)
from nianbao.archive.records import Capture, Note, Reading
from nianbao.archive.search import index as search_index
from nianbao.archive.search import query as search_query
from nianbao.archive.storage import connection
from nianbao.archive.update.sites import finalize_site, refinalize_site
from nianbao.archive.update.visits import apply_reading, apply_visit


class Archive(ArchiveTables):
    """An archive file. `Archive(path)` reads; :meth:`create` opens it to write.

    Raises ArchiveMissing, NotAnArchive, ArchiveTooNew; to write also ArchiveBusy,
    ArchiveUnwritable, ArchiveFull, each with the path and what to do.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.migration: MigrationReport | None = None  # what opening it to write did
        self._lock: IO[str] | None = None
        self.db: Database = connection.open_reader(self.path)

    @classmethod
    def create(cls, path: str | Path, progress: Progress | None = None) -> Archive:
        """Open an archive to write, making the file when there is none. One writer at a time.

        An archive of an earlier version is brought to the newest schema first: `migration` then
        says what was done, and `progress` is called with the name of a step, what is done of it
        and what there is.
        """
        archive = cls.__new__(cls)
        archive.path = Path(path)
        archive.db, archive._lock = connection.open_writer(
            archive.path, require_migratable
        )
        try:
            archive.migration = migrate_archive(archive.path, archive.db, progress)
        except BaseException:
            archive.close()
            raise
        return archive

    def close(self) -> None:
        """Close the file and let another writer in."""
        self.db.conn.close()
        if self._lock is not None:
            self._lock.close()

    def __enter__(self) -> Archive:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[Database]:
        """Write all of the block or nothing of it; the outermost block commits."""
        with connection.translate_errors(self.path):
            if self.db.conn.in_transaction:
                yield self.db
                return
            self.db.execute("BEGIN IMMEDIATE")
            try:
                yield self.db
                search_index.write_waiting_entries(self.db)
                self.db.execute("COMMIT")
            except BaseException:
                self.db.rollback()
                raise

    # --- runs -------------------------------------------------------------------------------

    def begin_run(self, software_version: str, settings: Mapping[str, Any]) -> int:
        """Go on with the crawl that was cut off with the same settings, or start one; return
        its id.
        """
        with self.transaction() as db:
            run_id = visits.find_unfinished_run(db, settings)
            if run_id is None:
                self._abandon()
                run_id = visits.begin_run(db, "crawl", software_version, settings)
            return run_id

    def _abandon(self) -> None:
        """End crawls that were cut off and will not be gone on with; announce what they found."""
        open_runs = self.db.execute(
            "SELECT id FROM runs WHERE ended_at IS NULL"
        ).fetchall()
        for (run_id,) in open_runs:
            for site_id in self.unfinished_sites(run_id):
                self.end_site(run_id, site_id, "abandoned", None, lists_whole=False)
            self.end_run(run_id, "abandoned", {})

    def store_cell_labels(self, labels: Iterable[Sequence[str]]) -> None:
        """Write the forms' cells: table, row, column, row as printed, column as printed, and
        their kind.

        `cell`: to be filled in; `optional`: may be left out; `heading`: of a row that only
        heads others.
        """
        with self.transaction() as db:
            form_cells.write_cells(db, labels)

    def begin_sites(self, run_id: int, sites: list[ArchivedSite]) -> None:
        """Write the sites a run is about to crawl."""
        with self.transaction() as db:
            for site in sites:
                if visits.begin_site(db, run_id, site):
                    pending.mark_region_unread(db, site.id)

    def site_ids(self) -> list[str]:
        """Return the sites that the archive knows."""
        return [
            row[0]
            for row in self.db.execute("SELECT id FROM sites ORDER BY id").fetchall()
        ]

    def unfinished_sites(self, run_id: int) -> list[str]:
        """Return the sites that the run has not ended on."""
        rows = self.db.execute(
            "SELECT site_id FROM site_runs WHERE run_id = ? AND ended_at IS NULL ORDER BY site_id",
            [run_id],
        )
        return [row[0] for row in rows.fetchall()]

    def end_site(
        self,
        run_id: int,
        site_id: str,
        reason: str,
        links: int | None,
        *,
        lists_whole: bool,
    ) -> None:
        """End a run on a site, judge its health, announce what was found: pages and findings."""
        with self.transaction() as db:
            healthy, findings = site_health.judge_site_run(
                db, run_id, site_id, reason, links, lists_whole=lists_whole
            )
            visits.end_site(db, run_id, site_id, reason, links, healthy=healthy)
            for finding in findings:
                readings.write_run_finding(db, finding, run_id, site_id, None)
            for url in site_health.find_false_validators(db, run_id, site_id):
                readings.write_run_finding(
                    db,
                    site_health.make_validator_finding(url),
                    run_id,
                    site_id,
                    urljoin(url, "/"),
                )
            finalize_site(db, run_id, site_id, healthy=healthy)
            finding_events.emit_finding_events(db, site_id, whole=False)
        self.repack(site_id)

    def end_run(self, run_id: int, reason: str, counts: Mapping[str, Any]) -> None:
        """End a run, when what is missing is known, what it found is announced and the search
        index is in order.
        """
        self.find_missing_reports()
        self.emit_finding_events()
        with self.transaction() as db:
            search_index.rebuild_stale_index(db)
        with self.transaction() as db:
            visits.end_run(db, run_id, reason, counts)
        self.repack()

    def find_missing_reports(self) -> None:
        """Find the reports that are missing where most siblings have theirs."""
        with self.transaction() as db:
            missing_reports.check_missing_reports(db)

    def emit_finding_events(self) -> None:
        """Announce the findings that opened and closed, a site a transaction, on the sites
        where that may be so.
        """
        for site_id in finding_events.list_unannounced_sites(self.db):
            with self.transaction() as db:
                finding_events.emit_finding_events(db, site_id, whole=True)
        with self.transaction() as db:
            page_events.relink_events(
                db
            )  # what was found about an address before it showed a report

    def repack(self, site_id: str | None = None) -> None:
        """Train a dictionary for a site, or for all, if it is time, and pack the payloads that
        came before it.

        In transactions of their own, some payloads each; within another transaction nothing is
        done.
        """
        if not self.db.conn.in_transaction:
            repack.repack_payloads(self.transaction, site_id)

    # --- visits and what they show ----------------------------------------------------------

    def store_capture(self, run_id: int, capture: Capture) -> tuple[int, bool]:
        """Store a visit with its payload; return its id and whether the page is still to be read.

        A payload that was read before at the same address, and an answer without one, need no
        reading.
        """
        with self.transaction() as db:
            visit = visits.store_visit(db, run_id, capture)
            return visit.id, apply_visit(db, visit)

    def store_reading(self, visit_id: int, reading: Reading) -> None:
        """Store what a reader made of the page a visit fetched, for the first time or again."""
        with self.transaction() as db:
            apply_reading(db, visits.load_visit(db, visit_id), reading)

    def store_note(self, run_id: int, note: Note) -> None:
        """Store a finding about a site in a run, once, however often a resumed run makes it."""
        with self.transaction() as db:
            readings.write_run_finding(db, note.finding, run_id, note.site, note.url)

    def unread_visits(self, reader_version: str) -> list[int]:
        """Return the visits whose page this reader is to read: cut off, failed, or read by
        another reader.
        """
        return pending.list_unread_visits(self.db, reader_version)

    def mark_unread(self, where: str = "1") -> int:
        """Mark readings to be made anew, all or those of an SQL condition on documents and
        readings; return how many.

        What was read stays in place until it is read again. Raises ArchiveError for a condition
        SQLite refuses.
        """
        with self.transaction() as db:
            return pending.mark_unread(db, where)

    def clear_derived(self) -> None:
        """Empty the derived tables; raw rows, findings noted in a run and the feed stay."""
        with self.transaction() as db:
            rebuild.clear_derived(db)

    def finalize(self, run_id: int | None = None) -> None:
        """Bring in order what depends on several documents, after pages were read behind their
        run's back.

        Findings that opened and closed are announced; with `run_id`, of a run that goes on,
        when that ends.
        """
        with self.transaction() as db:
            page_events.relink_events(db)
        for site_id in presence.list_unsettled_sites(self.db):
            with self.transaction() as db:
                refinalize_site(db, site_id)
        with self.transaction() as db:
            agencies.delete_unused_agencies(db)
            search_index.rebuild_stale_index(db)
        if run_id is None:
            self.find_missing_reports()
            self.emit_finding_events()

    def visit(self, visit_id: int) -> Visit:
        """Return one visit; raise KeyError when there is none."""
        return visits.load_visit(self.db, visit_id)

    def payload(self, sha256: str) -> bytes:
        """Return the bytes with this digest; raise KeyError or PayloadDamaged."""
        return blobs.load_payload(self.db, sha256)

    def latest_payload_visit(self, url: str) -> Visit | None:
        """Return the latest visit to an address that has a payload: what validators are about."""
        return next(
            visits.select_visits(
                self.db,
                "WHERE url = ? AND payload_sha256 IS NOT NULL AND outcome IN ('fetched', 'not_modified')"
                " ORDER BY visited_at DESC, id DESC LIMIT 1",
                [url],
            ),
            None,
        )

    def visit_in_run(self, run_id: int, url: str) -> Visit | None:
        """Return the visit the run already made to an address, unless it was a failure worth
        trying again.
        """
        return next(
            visits.select_visits(
                self.db,
                "WHERE run_id = ? AND url = ? AND outcome IN ('fetched', 'not_modified', 'not_found', 'soft_404')"
                " ORDER BY id DESC LIMIT 1",
                [run_id, url],
            ),
            None,
        )

    def has_failed_in_run(self, run_id: int, url: str) -> bool:
        """Tell whether the run asked for an address in vain, or was refused it."""
        return (
            self.db.execute(
                "SELECT 1 FROM visits WHERE run_id = ? AND url = ? AND outcome IN"
                " ('http_error', 'network_error', 'blocked', 'refused_by_robots', 'refused_by_boundary') LIMIT 1",
                [run_id, url],
            ).fetchone()
            is not None
        )

    def report_addresses(self, site_id: str) -> list[str]:
        """Return every address of the site that ever showed a report, as it was last asked for."""
        rows = self.db.execute(
            "SELECT (SELECT visits.url FROM sightings JOIN visits ON visits.id = sightings.visit_id"
            " WHERE sightings.document_id = documents.id ORDER BY visits.visited_at DESC, visits.id DESC LIMIT 1)"
            " FROM documents WHERE site_id = ? ORDER BY url",
            [site_id],
        )
        return [row[0] for row in rows.fetchall()]

    def search(
        self, query: search_query.Query, limit: int = search_query.PAGE, offset: int = 0
    ) -> list[search_query.SearchHit]:
        """Return a page of the documents that a query finds, newest first:
        `search(Query("行政复议", year=2021))`.
        """
        return search_query.search(self.db, query, limit, offset)

    def address_history(
        self, site_id: str, before_run: int | None = None
    ) -> dict[str, AddressHistory]:
        """Return what is known of every address of a site, by its canonical form, from the runs
        before one.
        """
        return select_address_histories(self.db, site_id, before_run)

    def changes(
        self, since: int = 0, limit: int = -1, kinds: Sequence[str] = ()
    ) -> Iterator[feed.Change]:
        """Yield the change feed after a cursor, oldest first; raise ValueError for a kind that
        there is not.
        """
        return feed.iterate_changes(self.db, since, limit, kinds)

    def follow(
        self,
        since: int = 0,
        kinds: Sequence[str] = (),
        wait: Callable[[float], object] = time.sleep,
    ) -> Iterator[feed.Change]:
        """Yield the change feed after a cursor, and go on with what comes, without end; `wait`
        lets seconds pass.
        """
        return feed.follow_changes(self.db, since, kinds, wait)
