"""The importer: each page of an import goes the way of a crawled one, with its own time.

What the archive has is passed over, so an import that was cut off is resumed by starting it
again. A page is stored when the reader finds a report in it; what is missing or blocked, when its
address ever showed a report. With `keep_all` the rest is stored too, in the role `other`, from
which nothing is derived.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urldefrag

from nianbao.archive.clock import is_in_future
from nianbao.archive.derived.pending import FAILED_FOR_GOOD
from nianbao.archive.raw import seals
from nianbao.archive.raw.blobs import payload_digest
from nianbao.archive.raw.site_hosts import derive_site_hosts
from nianbao.archive.records import Capture
from nianbao.archive.transfer import imports
from nianbao.crawler.archived_sites import find_site_clash
from nianbao.crawler.imports.captures import (
    UnusablePage,
    add_list_hints,
    find_stored_address,
    make_capture,
)
from nianbao.crawler.imports.digests import DIGEST_KINDS, normalize_digest
from nianbao.crawler.imports.items import (
    ClashingSiteItem,
    DamagedItem,
    ImportItem,
    OwnRecognitionItem,
    OwnRecordItem,
    OwnVisitItem,
    PageItem,
    RefusedItem,
    RevisitItem,
    find_instant,
)
from nianbao.crawler.imports.own_records import (
    OpenRuns,
    OwnSites,
    PayloadMissing,
    store_own_recognition,
    store_own_record,
    store_own_visit,
)
from nianbao.crawler.imports.site_index import Owner, SiteIndex
from nianbao.crawler.imports.spill_file import SpillFile
from nianbao.crawler.settings import VERSION
from nianbao.pipelines.ingest import (
    Ingest,
    QueuedPage,
    ReadingQueue,
    VisitReading,
)
from nianbao.pipelines.process_pool import CannotBegin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from nianbao.archive import Archive
    from nianbao.archive.records import Reading
    from nianbao.pipelines.reading_pool import PageReaders

MOST_REFUSALS = 200  # refusals that are printed one by one; all are counted
# of payloads that revisit records may name without saying where they were seen
MOST_DIGESTS = 1_000_000
# as the reader of files gives them
DIGESTS_OF_NOTHING = tuple(
    normalize_digest(f"{kind}:{hashlib.new(kind).hexdigest()}") for kind in DIGEST_KINDS
)
IN_FUTURE = (
    "says that it was seen in the future: the clock was wrong there, or is wrong here"
)
# kinds of what is passed over
OTHER_SITES = "of other sites"
CLASHING_SITES = "of sites whose id is another site's here"
NO_REPORT = "pages that are no report"
NO_PAYLOAD = "revisits of a payload that is not at hand"


@dataclass
class ImportResult:
    """What an import took in, and what not and why."""

    visits: int = 0  # new ones
    reports: int = 0  # of them pages that hold a report
    duplicates: int = 0  # visits that the archive had already
    own_records: int = 0  # sites, runs and decisions of an archive like this one
    skips: Counter[str] = field(default_factory=Counter)  # by kind
    refusal_count: int = 0
    refusals: list[str] = field(default_factory=list)
    # what should have worked and did not
    failures: list[str] = field(default_factory=list)

    @property
    def has_found_any(self) -> bool:
        """Whether there was anything that an archive takes in, new or not."""
        return bool(self.visits or self.duplicates or self.own_records)

    def refuse(self, item: RefusedItem) -> None:
        """Take note of something that is not taken in."""
        message = f"{item.where}: {item.reason}"
        self.refusal_count += 1
        if isinstance(item, (DamagedItem, ClashingSiteItem)):
            self.failures.append(message)
        elif len(self.refusals) < MOST_REFUSALS:
            self.refusals.append(message)

    def to_json(self) -> dict[str, Any]:
        """Return the result under the keys that are promised to programs."""
        return {
            "visits": self.visits,
            "reports": self.reports,
            "known": self.duplicates,
            "passed": dict(self.skips),
            "refused": self.refusal_count,
            "refusals": self.refusals,
            "failed": self.failures,
        }


@dataclass(frozen=True, slots=True)
class OwnedCapture:
    """A capture and whose it is."""

    capture: Capture
    owner: Owner


class Importer:
    """Takes items into an archive; :meth:`finish` takes in what had to wait and ends the run.

    `on_pass` is called with each capture that holds no report and is not kept.
    """

    def __init__(
        self,
        archive: Archive,
        pool: PageReaders,
        site_index: SiteIndex,
        settings: Mapping[str, Any],
        *,
        keep_all: bool,
        own_sites: OwnSites,
        on_pass: Callable[[Capture], None] | None = None,
    ) -> None:
        self.archive = archive
        self.own_sites = own_sites
        self.open_runs = OpenRuns()
        self.site_index = site_index
        self.settings = settings
        self.keep_all = keep_all
        self.on_pass = on_pass
        self.ingest = Ingest(archive, pool)
        self.queue: ReadingQueue[OwnedCapture] = ReadingQueue(self.ingest)
        self.result = ImportResult()
        self.run_id: int | None = None
        self.begun_sites: set[str] = set()
        # whether each site that owns pages is the archive's site of this id
        self.fitting_sites: dict[str, bool] = {}
        self.deferred: SpillFile[Capture | RevisitItem | OwnVisitItem] = SpillFile()
        # until the payloads are here
        self.recognitions: SpillFile[OwnRecognitionItem] = SpillFile()
        # digests as files write them → digests of the payloads in the archive
        self.digests: dict[str, str] = {}

    def take_in(self, items: Iterable[ImportItem]) -> None:
        """Take in what files hold. Raises ArchiveError."""
        for item in items:
            if isinstance(item, RefusedItem):
                self.result.refuse(item)
            elif is_in_future(find_instant(item)):
                self.result.refuse(RefusedItem(item.where, IN_FUTURE))
            elif isinstance(item, OwnRecordItem):
                self._take_own_record(item)
            elif isinstance(item, OwnRecognitionItem):
                self.recognitions.add(item)
            elif isinstance(item, OwnVisitItem):
                self._take_own_visit(item, is_last_chance=False)
            elif imports.has_visit(self.archive.db, item.url, item.visited_at):
                self.result.duplicates += 1
            elif isinstance(item, RevisitItem):
                self.deferred.add(item)
            else:
                self._take_page(item)

    def finish(self) -> ImportResult:
        """Take in what had to wait for other captures, and end the run. Raises ArchiveError."""
        self._store_readings(self.queue.take_all())
        waiting = self.deferred
        self.deferred = SpillFile()
        for item in waiting.items():
            if isinstance(item, OwnVisitItem):
                self._take_own_visit(item, is_last_chance=True)
            elif isinstance(item, RevisitItem):
                self._take_revisit(item)
        self._store_readings(self.queue.take_all())
        for spill_file in (waiting, self.deferred):
            for item in spill_file.items():
                if isinstance(item, Capture):
                    self._take_miss(item)
            spill_file.close()
        self._end_own_records()
        self._end_run()
        return self.result

    def close(self) -> None:
        """Forget what waits: of an import that has not ended."""
        self.deferred.close()
        self.recognitions.close()

    def _end_run(self) -> None:
        if self.run_id is None:
            # an import that was cut off when everything was taken in
            self.run_id = imports.find_unfinished_import(self.archive.db, self.settings)
        if self.run_id is not None:
            counts = {"visits": self.result.visits, "reports": self.result.reports}
            imports.end_import(self.archive, self.run_id, counts)

    # ---- records of an archive like this one

    def _take_own_record(self, item: OwnRecordItem) -> None:
        self._count_own_record(
            store_own_record(self.archive, item, self.own_sites, self.open_runs)
        )

    def _count_own_record(self, refusal: RefusedItem | None) -> None:
        if refusal is None:
            self.result.own_records += 1
        else:
            self.result.refuse(refusal)

    def _take_own_visit(self, item: OwnVisitItem, *, is_last_chance: bool) -> None:
        """Store a visit; one whose payload is missing waits until the rest is taken in."""
        if item.visit.site in self.own_sites.refused_ids:
            self.result.skips[CLASHING_SITES] += 1
            return
        try:
            result = store_own_visit(self.archive, item, self.own_sites)
        except PayloadMissing:
            if is_last_chance:
                self.result.skips[NO_PAYLOAD] += 1
            else:
                self.deferred.add(item)
            return
        if isinstance(result, RefusedItem):
            self.result.refuse(result)
        elif result:
            self.result.visits += 1
        else:
            self.result.duplicates += 1

    def _end_own_records(self) -> None:
        """Fill in the hosts that older exports do not name; say which sites were not met.

        The runs that came with an export end here, as they did there.
        """
        with self.archive.transaction() as db:
            if self.own_sites.lacks_hosts:
                for site_id in derive_site_hosts(db):
                    seals.seal_subject(db, f"site {site_id}")
            self.open_runs.end_all(db)
        for item in self.recognitions.items():
            self._count_own_record(store_own_recognition(self.archive, item))
        for site_id in self.own_sites.list_unused_renames():
            self.result.failures.append(f"--rename: no export has a site {site_id}")

    # ---- pages

    def _take_page(self, page: PageItem) -> None:
        """Make a page a capture and take that in."""
        owner = self.site_index.find_owner(page.url)
        if owner is None:
            self.result.skips[OTHER_SITES] += 1
            return
        if not self._fits(owner):
            self.result.skips[CLASHING_SITES] += 1
            return
        capture = self._make_capture(page, owner)
        if capture is None:
            return
        self._take_capture(capture, owner)
        if page.digest is not None and capture.payload is not None:
            self._remember_digest(page.digest, capture.payload)

    def _fits(self, owner: Owner) -> bool:
        """Tell whether the archive has no other site under the id of an owner; say so once."""
        site_id = owner.site.id
        if site_id not in self.fitting_sites:
            clash = find_site_clash(self.archive, owner.site)
            self.fitting_sites[site_id] = clash is None
            if clash is not None:
                self.result.failures.append(clash)
        return self.fitting_sites[site_id]

    def _make_capture(self, page: PageItem, owner: Owner) -> Capture | None:
        """Return a page as a capture; None where it was refused."""
        try:
            return make_capture(page, owner)
        except UnusablePage as error:
            self.result.refuse(RefusedItem(page.where, str(error)))
            return None

    def _remember_digest(self, file_digest: str, payload: bytes) -> None:
        if len(self.digests) < MOST_DIGESTS:
            self.digests.setdefault(file_digest, payload_digest(payload))

    def _take_capture(self, capture: Capture, owner: Owner) -> None:
        """Store a capture whose content is known; have others read first."""
        db = self.archive.db
        # the address was put into its usual form, so it is looked up once more
        if imports.has_visit(db, capture.url, capture.visited_at):
            self.result.duplicates += 1
            return
        payload = capture.payload
        if capture.outcome != "fetched" or payload is None:
            self.deferred.add(capture)
            return
        sha256 = payload_digest(payload)
        list_hints = imports.find_list_hints(db, capture.url, sha256)
        if list_hints is not None:
            capture = add_list_hints(capture, list_hints)
        effect = imports.observed_effect(db, capture.url, sha256)
        if effect == "shown":
            self._store_capture(capture, owner)
        elif effect == "not_a_report":
            self._store_other(capture, owner, NO_REPORT)
        else:
            page = self.ingest.make_page(capture, payload)
            failure = self.archive.find_failure(page.url, page.payload_names)
            if failure == FAILED_FOR_GOOD:
                self._store_capture(capture, owner)
                return
            self.queue.add(OwnedCapture(capture, owner), page)
            self._store_readings(self.queue.take_surplus())

    def _read_as_listed(
        self, queued: QueuedPage[OwnedCapture], reading: Reading
    ) -> bool:
        """Have a page read again with what our lists say of its content; tell whether they do.

        The earliest visit says how a version is read: without that, a capture older than ours
        would take the list's date from it.
        """
        capture = queued.item.capture
        if capture.hints.list_title is not None:
            return False
        list_hints = imports.find_list_hints(
            self.archive.db,
            capture.url,
            payload_digest(queued.page.payload),
            reading.content_sha256,
        )
        if list_hints is None:
            return False
        capture = add_list_hints(capture, list_hints)
        page = self.ingest.make_page(capture, queued.page.payload)
        self.queue.add(OwnedCapture(capture, queued.item.owner), page)
        return True

    def _store_readings(self, pages: Iterator[QueuedPage[OwnedCapture]]) -> None:
        for queued in pages:
            self._store_reading(queued)

    def _store_reading(self, queued: QueuedPage[OwnedCapture]) -> None:
        """Store a page with its reading when that is a report."""
        capture = queued.item.capture
        owner = queued.item.owner
        try:
            reading = queued.future.result()
        except CannotBegin:
            raise
        except Exception as error:  # noqa: BLE001
            # whatever a reader raises, the page is stored unread
            self._store_unread(queued, error)
            return
        if not reading.is_report:
            self._store_other(capture, owner, NO_REPORT)
            return
        if self._read_as_listed(queued, reading):
            return
        visit = self._store_capture(capture, owner)
        if visit is None:
            return
        self.result.reports += 1
        visit_id, needs_reading = visit
        if needs_reading:
            self.ingest.store_reading(VisitReading(visit_id, reading))

    def _store_unread(self, queued: QueuedPage[OwnedCapture], error: Exception) -> None:
        """Store a page that could not be read: whether it holds a report is not known."""
        visit = self._store_capture(queued.item.capture, queued.item.owner)
        if visit is not None and self.run_id is not None:
            message = self.ingest.note_failure(self.run_id, queued.page, error)
        else:
            message = self.ingest.describe_failure(queued.page, error).message
        self.result.failures.append(message)

    # ---- what names another capture, and what is missing

    def _take_revisit(self, item: RevisitItem) -> None:
        """Take in a capture that has the payload of another one."""
        owner = self.site_index.find_owner(item.url)
        sha256 = self._find_payload(item)
        if owner is None or sha256 is None:
            self.result.skips[NO_PAYLOAD] += 1
            return
        if not self._fits(owner):
            self.result.skips[CLASHING_SITES] += 1
            return
        payload = self.archive.payload(sha256)
        # payloads of the archive have no content encoding any more
        headers = tuple(
            pair for pair in item.headers if pair[0].lower() != "content-encoding"
        )
        page = PageItem(
            item.where,
            item.url,
            item.visited_at,
            200,
            headers,
            payload,
            seen_by=item.seen_by,
        )
        capture = self._make_capture(page, owner)
        if capture is None:
            return
        if item.not_modified and capture.outcome == "fetched":
            self._take_not_modified(capture, owner, sha256)
        else:
            self._take_capture(replace(capture, status=item.status), owner)

    def _find_payload(self, item: RevisitItem) -> str | None:
        """Return the digest of a revisit's payload; None where the archive does not have it.

        It is looked up by address and second of the capture that has it, else by its digest. An
        answer 304 that names neither (its digest is then that of nothing) is about the capture
        before it.
        """
        db = self.archive.db
        sha256 = None
        if item.of_url and item.of_time:
            address = find_stored_address(urldefrag(item.of_url).url)
            sha256 = imports.find_payload_at(db, address, item.of_time[:19])
        if sha256 is None and item.digest:
            sha256 = self.digests.get(item.digest)
        names_none = item.of_time is None and item.digest in (None, *DIGESTS_OF_NOTHING)
        if sha256 is None and item.not_modified and names_none:
            address = find_stored_address(item.url)
            sha256 = imports.find_payload_before(db, address, item.visited_at)
        if sha256 is None or not imports.has_payload(db, sha256):
            return None
        return sha256

    def _take_not_modified(self, capture: Capture, owner: Owner, sha256: str) -> None:
        """Store a visit whose answer was 304."""
        capture = replace(
            capture,
            outcome="not_modified",
            payload=None,
            payload_sha256=sha256,
            status=304,
        )
        effect = imports.observed_effect(self.archive.db, capture.url, sha256)
        if effect == "shown":
            self._store_capture(capture, owner)
        else:
            self._store_other(capture, owner, NO_REPORT)

    def _take_miss(self, capture: Capture) -> None:
        """Store what stood in the place of a page, where that ever was a report's."""
        owner = self.site_index.find_owner(capture.url)
        if owner is None:
            return
        if imports.observed_effect(self.archive.db, capture.url) == "shown":
            self._store_capture(capture, owner)
        else:
            kind = f"{capture.outcome} where no report is known"
            self._store_other(capture, owner, kind)

    # ---- storing

    def _store_other(self, capture: Capture, owner: Owner, kind: str) -> None:
        """Store what holds no report where all is to be kept; else pass it over."""
        if self.keep_all:
            self._store_capture(replace(capture, role="other"), owner)
        else:
            self.result.skips[kind] += 1
            if self.on_pass is not None:
                self.on_pass(capture)

    def _store_capture(self, capture: Capture, owner: Owner) -> tuple[int, bool] | None:
        """Store a visit; return its id and whether it is to be read, or None for a duplicate."""
        if imports.has_visit(self.archive.db, capture.url, capture.visited_at):
            self.result.duplicates += 1
            return None
        if self.run_id is None:
            self.run_id = imports.begin_import(self.archive, VERSION, self.settings)
        if owner.site.id not in self.begun_sites:
            self.archive.begin_sites(self.run_id, [owner.site])
            self.begun_sites.add(owner.site.id)
        self.result.visits += 1
        return self.ingest.store_capture(self.run_id, capture)
