"""Taking in: each page of an import goes the way of a crawled one: identified, read, stored
with its own time.

What is known is passed over, so an import that was cut off is gone on with by starting it
again. A page is kept when the reader finds a report in it; what is missing or blocked when its
address ever showed one. With `keep_all` the rest is kept too, in the role `other`, of which
nothing is derived.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from nianbao.archive.clock import CHINA
from nianbao.archive.raw.blobs import payload_digest
from nianbao.archive.records import Capture, Finding, Note
from nianbao.archive.transfer import imports
from nianbao.crawler.imports import own
from nianbao.crawler.imports.belonging import Belonging, Owner
from nianbao.crawler.imports.captures import Maker, Unusable
from nianbao.crawler.imports.items import Again, Damaged, Item, Own, Page, Refused, Told
from nianbao.crawler.imports.later import Later
from nianbao.crawler.settings import VERSION
from nianbao.pipelines.read import PAGES_AHEAD
from nianbao.pipelines.readers import Readers, said

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from concurrent.futures import Future

    from nianbao.archive import Archive
    from nianbao.archive.records import Reading

MOST_SAID = 200  # refusals that are told one by one; all are counted
# of payloads that revisit records may name without saying where they were seen
MOST_DIGESTS = 1_000_000


@dataclass
class Taken:
    """What an import did: what was taken in, what not and why."""

    visits: int = 0  # new ones
    reports: int = 0  # of them pages that hold a report
    known: int = 0  # visits that were here already
    passed: Counter[str] = field(
        default_factory=Counter
    )  # what was not taken in, by kind
    refused: int = 0
    refusals: list[str] = field(default_factory=list)
    failed: list[str] = field(
        default_factory=list
    )  # what should have worked and did not

    def refuse(self, item: Refused) -> None:
        """Take note of something that was not taken in."""
        told = f"{item.where}: {item.reason}"
        self.refused += 1
        if isinstance(item, Damaged):
            self.failed.append(told)
        elif len(self.refusals) < MOST_SAID:
            self.refusals.append(told)


class Taker:
    """Takes items into an archive; :meth:`finish` takes in what had to wait and ends the run."""

    def __init__(
        self,
        archive: Archive,
        readers: Readers,
        belonging: Belonging,
        settings: Mapping[str, Any],
        *,
        keep_all: bool,
    ) -> None:
        self.archive, self.readers, self.belonging = archive, readers, belonging
        self.settings, self.keep_all = settings, keep_all
        self.maker, self.taken = Maker(), Taken()
        self.run_id: int | None = None
        self.begun: set[str] = set()  # sites
        self.ahead: deque[tuple[Capture, Owner, Future[Reading]]] = deque()
        self.later: Later[Capture | Again | Own] = Later()
        self.digests: dict[str, str] = {}  # as files write them → of the payloads kept

    def take(self, items: Iterable[Item]) -> None:
        """Take in what a file holds. Raises ArchiveError."""
        for item in items:
            if isinstance(item, Refused):
                self.taken.refuse(item)
            elif isinstance(item, Told):
                self._refused(own.tell(self.archive, item))
            elif isinstance(item, Own):
                self._own(item, last=False)
            elif imports.has_visit(self.archive.db, item.url, item.visited_at):
                self.taken.known += 1
            elif isinstance(item, Again):
                self.later.put(item)
            else:
                self._page(item)

    def finish(self) -> Taken:
        """Take in what had to wait for other captures, and end the run. Raises ArchiveError."""
        self._store(0)
        waiting, self.later = self.later, Later()
        for item in waiting.take():
            if isinstance(item, Own):
                self._own(item, last=True)
            elif isinstance(item, Again):
                self._again(item)
        self._store(0)
        for later in (waiting, self.later):
            for item in later.take():
                if isinstance(item, Capture):
                    self._miss(item)
            later.close()
        if self.run_id is None:  # of one that was cut off when all was taken in
            self.run_id = imports.find_unfinished_import(self.archive.db, self.settings)
        if self.run_id is not None:
            imports.end_import(
                self.archive,
                self.run_id,
                {"visits": self.taken.visits, "reports": self.taken.reports},
            )
        return self.taken

    def _refused(self, item: Refused | None) -> None:
        if item is not None:
            self.taken.refuse(item)

    def _own(self, item: Own, *, last: bool) -> None:
        try:
            found = own.take(self.archive, item)
        except own.Missing:
            if last:
                self.taken.passed["revisits of a payload that is not at hand"] += 1
            else:
                self.later.put(item)
            return
        if isinstance(found, Refused):
            self.taken.refuse(found)
        elif found:
            self.taken.visits += 1
        else:
            self.taken.known += 1

    def _page(self, page: Page) -> None:
        """Judge a page; read it unless it is known what it says."""
        owner = self.belonging.of(page.url)
        if owner is None:
            self.taken.passed["of other sites"] += 1
            return
        try:
            capture = self.maker.capture(page, owner)
        except Unusable as error:
            self.taken.refuse(Refused(page.where, str(error)))
            return
        self._judged(capture, owner)
        if (
            page.digest is not None
            and capture.payload is not None
            and len(self.digests) < MOST_DIGESTS
        ):
            self.digests.setdefault(page.digest, payload_digest(capture.payload))

    def _judged(self, capture: Capture, owner: Owner) -> None:
        if imports.has_visit(
            self.archive.db, capture.url, capture.visited_at
        ):  # its address was put into its usual form
            self.taken.known += 1
        elif capture.outcome != "fetched" or capture.payload is None:
            self.later.put(capture)
        else:
            effect = imports.observed_effect(
                self.archive.db, capture.url, payload_digest(capture.payload)
            )
            if effect == "shown":
                self._keep(capture, owner)
            elif effect == "not_a_report":
                self._keep_other(capture, owner, "pages that are no report")
            else:
                self.ahead.append((capture, owner, self._reading(capture)))
                self._store(PAGES_AHEAD)

    def _reading(self, capture: Capture) -> Future[Reading]:
        visited_on = datetime.fromisoformat(capture.visited_at).astimezone(CHINA).date()
        payload = capture.payload or b""
        return self.readers.submit(
            payload, url=capture.final_url, hints=capture.hints, visited_on=visited_on
        )

    def _store(self, most: int) -> None:
        """Store what was read, until no more than so many pages are ahead."""
        while len(self.ahead) > most:
            capture, owner, future = self.ahead.popleft()
            try:
                reading = future.result()
            except Exception as error:  # noqa: BLE001 — whatever a reader raises, the page is kept unread
                self._unread(capture, owner, error)
                continue
            if not reading.is_report:
                self._keep_other(capture, owner, "pages that are no report")
            elif (kept := self._keep(capture, owner)) is not None:
                self.taken.reports += 1
                if kept[1]:
                    self.archive.store_reading(kept[0], reading)

    def _unread(self, capture: Capture, owner: Owner, error: Exception) -> None:
        """Keep a page that could not be read: whether it holds a report is not known. It is
        read at the next chance.
        """
        kept = self._keep(capture, owner)
        message = f"{capture.url}: {said(error)}. The page is stored and will be read at the next crawl."
        if kept is not None and self.run_id is not None:
            finding = Finding("reader.failed", "error", message)
            self.archive.store_note(
                self.run_id, Note(capture.site, capture.url, finding)
            )
        self.taken.failed.append(message)

    def _again(self, item: Again) -> None:
        """Take in a capture that found what another one has."""
        db, owner = self.archive.db, self.belonging.of(item.url)
        sha256 = (
            imports.find_payload_at(db, item.of_url, item.of_time[:19])
            if item.of_url and item.of_time
            else None
        )
        sha256 = sha256 or (self.digests.get(item.digest) if item.digest else None)
        if owner is None or sha256 is None or not imports.has_payload(db, sha256):
            self.taken.passed["revisits of a payload that is not at hand"] += 1
            return
        payload = self.archive.payload(sha256)
        headers = tuple(
            pair for pair in item.headers if pair[0].lower() != "content-encoding"
        )  # what is kept is unpacked
        page = Page(item.where, item.url, item.visited_at, 200, headers, payload)
        try:
            capture = self.maker.capture(page, owner)
        except Unusable as error:
            self.taken.refuse(Refused(item.where, str(error)))
            return
        capture = replace(capture, status=item.status)
        if item.not_modified and capture.outcome == "fetched":
            same = imports.observed_effect(db, capture.url, sha256) == "shown"
            capture = replace(
                capture,
                outcome="not_modified",
                payload=None,
                payload_sha256=sha256,
                status=304,
            )
            if same:
                self._keep(capture, owner)
            else:
                self._keep_other(capture, owner, "pages that are no report")
        else:
            self._judged(capture, owner)

    def _miss(self, capture: Capture) -> None:
        """Take in what stood in the place of a page, where that ever was a report's."""
        owner = self.belonging.of(capture.url)
        if owner is None:
            return
        if imports.observed_effect(self.archive.db, capture.url) == "shown":
            self._keep(capture, owner)
        else:
            self._keep_other(
                capture, owner, f"{capture.outcome} where no report is known"
            )

    def _keep_other(self, capture: Capture, owner: Owner, kind: str) -> None:
        if self.keep_all:
            self._keep(replace(capture, role="other"), owner)
        else:
            self.taken.passed[kind] += 1

    def _keep(self, capture: Capture, owner: Owner) -> tuple[int, bool] | None:
        """Store a visit; return its id and whether it is to be read, or None when it was here
        already.
        """
        if imports.has_visit(self.archive.db, capture.url, capture.visited_at):
            self.taken.known += 1
            return None
        if self.run_id is None:
            self.run_id = imports.begin_import(self.archive, VERSION, self.settings)
        if owner.site.id not in self.begun:
            self.archive.begin_sites(self.run_id, [owner.site])
            self.begun.add(owner.site.id)
        self.taken.visits += 1
        return self.archive.store_capture(self.run_id, capture)
