"""The archive: one SQLite file, opened to read or to write.

Everything that changes goes through :meth:`Archive.transaction`; what belongs together is written
together or not at all, so a kill at any moment leaves whole visits and whole versions.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
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
from nianbao.archive.events import feed, finding_events, page_events, report_events
from nianbao.archive.migrations.migrate import (
    MigrationReport,
    migrate_archive,
    require_migratable,
)
from nianbao.archive.raw import (
    blobs,
    decisions,
    discoveries,
    recognitions,
    repack,
    runs,
    seals,
    visits,
)
from nianbao.archive.raw.decisions import Decision
from nianbao.archive.raw.discoveries import SiteDiscovery
from nianbao.archive.raw.recognitions import StoredRecognition, UnrecognizedPayload
from nianbao.archive.raw.runs import ArchivedSite
from nianbao.archive.raw.visits import Visit
from nianbao.archive.read_model.api import ArchiveTables
from nianbao.archive.read_model.crawls import pace, site_health
from nianbao.archive.read_model.crawls.visit_history import (
    AddressHistory,
    select_address_histories,
)
from nianbao.archive.records import Capture, Finding, Hints, Note, Reading
from nianbao.archive.search import index as search_index
from nianbao.archive.search import query as search_query
from nianbao.archive.search.query_reading import QueryReading, read_query
from nianbao.archive.storage import connection
from nianbao.archive.storage.snapshot import Progress
from nianbao.archive.update import decisions as decision_update
from nianbao.archive.update import volatile_parameters
from nianbao.archive.update.sites import end_site_run, refinalize_site
from nianbao.archive.update.visits import apply_reading, apply_visit

# Select the addresses of a site's documents, each as it was last asked for.
REPORT_ADDRESSES = """
SELECT (SELECT visits.url FROM sightings
        JOIN visits ON visits.id = sightings.visit_id
        WHERE sightings.document_id = documents.id
        ORDER BY visits.visited_at DESC, visits.id DESC
        LIMIT 1)
FROM documents
WHERE site_id = ?
ORDER BY url
"""
UNFINISHED_SITES = """
SELECT site_id FROM site_runs WHERE run_id = ? AND ended_at IS NULL ORDER BY site_id
"""


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

    def __exit__(self, *_: object) -> None:
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
        """Resume the crawl that was cut off with the same settings, or start one.

        Returns the run's id. Other crawls that were cut off are ended.
        """
        with self.transaction() as db:
            run_id = runs.find_unfinished_run(db, settings)
            if run_id is None:
                self._abandon_runs()
                run_id = runs.begin_run(db, "crawl", software_version, settings)
            return run_id

    def _abandon_runs(self) -> None:
        """End the runs that were cut off and will not be resumed; emit what they found."""
        query = "SELECT id FROM runs WHERE ended_at IS NULL"
        for (run_id,) in self.db.execute(query).fetchall():
            for site_id in self.unfinished_sites(run_id):
                self.end_site(run_id, site_id, "abandoned", None, lists_whole=False)
            self.end_run(run_id, "abandoned", {})

    def store_cell_labels(self, labels: Iterable[Sequence[str]]) -> None:
        """Store the cells of the forms.

        Each is table, row, column, row as printed, column as printed, and kind: a `cell` is to
        be filled in, an `optional` one may be left out, a `heading` is of a row that only heads
        others.
        """
        with self.transaction() as db:
            form_cells.write_cells(db, labels)
            seals.seal_subject(db, seals.CELLS)

    def begin_sites(self, run_id: int, sites: list[ArchivedSite]) -> None:
        """Write the sites a run is about to crawl."""
        with self.transaction() as db:
            for site in sites:
                if runs.begin_site(db, run_id, site):
                    pending.mark_region_unread(db, site.id)

    def site_ids(self) -> list[str]:
        """Return the sites that the archive knows."""
        rows = self.db.execute("SELECT id FROM sites ORDER BY id")
        return [site_id for (site_id,) in rows.fetchall()]

    def unfinished_sites(self, run_id: int) -> list[str]:
        """Return the sites that the run has not ended on."""
        rows = self.db.execute(UNFINISHED_SITES, [run_id])
        return [site_id for (site_id,) in rows.fetchall()]

    def end_site(
        self,
        run_id: int,
        site_id: str,
        reason: str,
        links: int | None,
        *,
        lists_whole: bool,
    ) -> None:
        """End a run on a site: judge its health, decide presence, emit what was found.

        `links` is how many links its lists named, None when that is not known; `lists_whole`
        says whether every list was read to its end.
        """
        with self.transaction() as db:
            healthy, findings = site_health.judge_site_run(
                db, run_id, site_id, reason, links, lists_whole=lists_whole
            )
            runs.end_site(db, run_id, site_id, reason, links, healthy=healthy)
            for finding in findings:
                readings.write_run_finding(db, finding, run_id, site_id, None)
            for url in site_health.find_false_validators(db, run_id, site_id):
                finding = site_health.make_validator_finding(url)
                home = urljoin(url, "/")
                readings.write_run_finding(db, finding, run_id, site_id, home)
            end_site_run(db, run_id, site_id, healthy=healthy)
            finding_events.emit_finding_events(db, site_id, whole=False)
        self.repack(site_id)

    def end_run(self, run_id: int, reason: str, counts: Mapping[str, Any]) -> None:
        """End a run: find missing reports, emit events, and bring the search index in order."""
        self.find_missing_reports()
        self.emit_finding_events()
        self.emit_report_events()
        with self.transaction() as db:
            search_index.rebuild_stale_index(db)
        with self.transaction() as db:
            runs.end_run(db, run_id, reason, counts)
            seals.seal_feed(db)
        self.repack()

    def find_missing_reports(self) -> None:
        """Find the reports that are missing where most siblings have theirs."""
        with self.transaction() as db:
            missing_reports.check_missing_reports(db)

    def emit_finding_events(self) -> None:
        """Emit the findings that opened and closed, one transaction for each site concerned."""
        for site_id in finding_events.list_unannounced_sites(self.db):
            with self.transaction() as db:
                finding_events.emit_finding_events(db, site_id, whole=True)
        with self.transaction() as db:
            # what was found about an address before it showed a report
            page_events.relink_events(db)

    def emit_report_events(self) -> None:
        """Emit what has changed of the reports since this was done last."""
        with self.transaction() as db:
            report_events.emit_report_events(db)

    def repack(self, site_id: str | None = None) -> None:
        """Train a dictionary for a site, or for all, if it is time; pack earlier payloads with it.

        It is done in transactions of its own, some payloads in each; within another transaction
        nothing is done.
        """
        if not self.db.conn.in_transaction:
            repack.repack_payloads(self.transaction, site_id)

    def store_discovery(self, discovery: SiteDiscovery) -> None:
        """Store what a search of a site found."""
        with self.transaction() as db:
            discoveries.store_discovery(db, discovery)

    def discoveries(self) -> list[SiteDiscovery]:
        """Return what every search of a site found, the earliest first."""
        return list(discoveries.list_discoveries(self.db))

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

    def store_failure(self, run_id: int, site_id: str, finding: Finding) -> None:
        """Store that a page could not be read, in the place of what was noted of it before."""
        with self.transaction() as db:
            pending.write_failure(db, finding, run_id, site_id)

    def find_failure(self, url: str, payloads: str) -> str | None:
        """Return how a reader has failed on a page; None where it has not.

        `payloads` are what :func:`nianbao.archive.derived.pending.name_payloads` returns.
        """
        return pending.find_failure(self.db, url, payloads)

    def unread_visits(
        self, reader_version: str, *, with_failed: bool = False
    ) -> list[int]:
        """Return the visits whose page this reader is to read.

        These were cut off or read by another reader; `with_failed`, those too that this reader
        failed on.
        """
        return pending.list_unread_visits(
            self.db, reader_version, with_failed=with_failed
        )

    def mark_unread(self, where: str = "1") -> int:
        """Mark pages to be read again; return how many.

        `where` is an SQL condition on documents and readings. What was read stays in place until
        it is read again. Raises ArchiveError for a condition that SQLite refuses.
        """
        with self.transaction() as db:
            return pending.mark_unread(db, where)

    def store_recognitions(self, recognized: Iterable[StoredRecognition]) -> int:
        """Store what OCR recognised in payloads; return of how many it was not here.

        The pages that have them are unread afterwards.
        """
        with self.transaction() as db:
            digests: list[str] = []
            for recognition in recognized:
                if recognitions.store_recognition(db, recognition):
                    digests.append(recognition.payload_sha256)
            if digests:
                pending.mark_recognized_unread(db, digests)
            return len(digests)

    def page_recognitions(
        self, sha256: str, hints: Hints
    ) -> tuple[StoredRecognition, ...]:
        """Return what OCR recognised of a page with this payload. Raises PayloadDamaged."""
        return recognitions.load_page_recognitions(self.db, sha256, hints)

    def unrecognized_payloads(self) -> list[UnrecognizedPayload]:
        """Return the payloads in which page images may stand that OCR has not recognised."""
        return recognitions.list_unrecognized(self.db)

    def store_decision(self, decision: Decision) -> Decision:
        """Store what a person decided; return it with its time and uid. Raises ValueError.

        The pages that it is about are unread afterwards; :func:`pipelines.catch_up.catch_up`
        reads them, as `nianbao assign` does.
        """
        with self.transaction() as db:
            return decision_update.store_decision(db, decision) or decision

    def decisions(self) -> list[Decision]:
        """Return everything that was ever decided by a person, the earliest first."""
        return decisions.list_decisions(self.db)

    def standing_decisions(self) -> list[Decision]:
        """Return the decisions that hold: the latest about each subject, if it decides anything."""
        return decisions.list_standing_decisions(self.db)

    def clear_derived(self) -> None:
        """Empty the derived tables; raw rows, findings noted in a run and the feed stay."""
        with self.transaction() as db:
            rebuild.clear_derived(db)

    def finalize(self, run_id: int | None = None) -> None:
        """Bring in order what depends on several documents, after pages were read outside a run.

        Findings that opened and closed are emitted; with `run_id`, of a run that goes on, they
        are emitted when that run ends.
        """
        with self.transaction() as db:
            page_events.relink_events(db)
        site_ids = presence.list_unsettled_sites(self.db)
        for site_id in site_ids[:-1]:
            with self.transaction() as db:
                refinalize_site(db, site_id)
        with self.transaction() as db:
            search_index.rebuild_stale_index(db)
        # Until all is told, the last site counts as unsettled: what a kill leaves is no damage.
        with self.transaction() as db:
            for site_id in site_ids[-1:]:
                refinalize_site(db, site_id)
            agencies.delete_unused_agencies(db)
            if run_id is None:
                self._tell_all(db)

    def _tell_all(self, db: Database) -> None:
        """Emit what pages that were read outside a run have changed, and seal the feed."""
        self.find_missing_reports()
        self.emit_finding_events()
        self.emit_report_events()
        seals.seal_feed(db)

    def visit(self, visit_id: int) -> Visit:
        """Return one visit; raise KeyError when there is none."""
        return visits.load_visit(self.db, visit_id)

    def payload(self, sha256: str) -> bytes:
        """Return the bytes with this digest; raise KeyError or PayloadDamaged."""
        return blobs.load_payload(self.db, sha256)

    def latest_payload_visit(self, url: str) -> Visit | None:
        """Return the latest visit to an address that has a payload: what validators are about."""
        return visits.find_latest_payload_visit(self.db, url)

    def visit_in_run(self, run_id: int, url: str, site_id: str) -> Visit | None:
        """Return the visit the run already made to an address, unless it was a failure worth
        trying again; one of the site goes before those of others.
        """
        return visits.find_visit_in_run(self.db, run_id, url, site_id)

    def site_paces(self) -> dict[str, float]:
        """Return the seconds from request to request in the last crawl of each site."""
        return pace.select_paces(self.db)

    def redirected_visits(self, run_id: int) -> list[tuple[str, int]]:
        """Return the visits of a run that redirects led elsewhere: final address and id."""
        return visits.find_redirected_in_run(self.db, run_id)

    def capture(self, visit_id: int) -> Capture:
        """Return a visit as it was handed in, with its payload.

        Raises KeyError when there is no such visit, PayloadDamaged when its payload is not whole.
        """
        return visits.load_capture(self.db, visit_id)

    def has_failed_in_run(self, run_id: int, url: str) -> bool:
        """Tell whether the run asked for an address in vain, or was refused it."""
        return visits.has_failed_in_run(self.db, run_id, url)

    def volatile_parameters(self, site_id: str) -> frozenset[str]:
        """Return which parameters of a site's addresses name the visit and not the page."""
        if not volatile_parameters.may_have_volatile_names(self.db, site_id):
            return frozenset()
        visits = volatile_parameters.load_shown_addresses(self.db, site_id)
        return volatile_parameters.find_volatile_names(visits)

    def report_addresses(self, site_id: str) -> list[str]:
        """Return every address of the site that ever showed a report, as it was last asked for."""
        rows = self.db.execute(REPORT_ADDRESSES, [site_id])
        return [url for (url,) in rows.fetchall()]

    def search(
        self, query: search_query.Query, limit: int = search_query.PAGE, offset: int = 0
    ) -> list[search_query.SearchHit]:
        """Return some of the documents that a query finds, in its order.

        `search(Query("行政复议", year=2021))` finds reports on 2021, and so does
        `search(Query("行政复议 2021"))`: names and years among the words are filters, as
        :meth:`read_query` says, unless the query is `literal`.
        """
        filters = self.read_query(query).query
        return search_query.search(self.db, filters, limit, offset)

    def read_query(self, query: search_query.Query) -> QueryReading:
        """Return what names and years among the words of a query are read as."""
        return read_query(self.db, query)

    def address_history(
        self, site_id: str, before_run: int | None = None
    ) -> dict[str, AddressHistory]:
        """Return what the runs before one know of every address of a site, by canonical address."""
        parameters = self.volatile_parameters(site_id)
        return select_address_histories(self.db, site_id, before_run, parameters)

    def changes(
        self, since: int = 0, limit: int = -1, kinds: Sequence[str] = ()
    ) -> Iterator[feed.Change]:
        """Yield the change feed after a cursor, oldest first.

        Raises ValueError for a kind that there is not.
        """
        return feed.iterate_changes(self.db, since, limit, kinds)

    def follow(
        self,
        since: int = 0,
        kinds: Sequence[str] = (),
        wait: Callable[[float], object] = time.sleep,
    ) -> Iterator[feed.Change]:
        """Yield the change feed after a cursor, and go on with what comes, without end.

        `wait` lets seconds pass.
        """
        return feed.follow_changes(self.db, since, kinds, wait)
