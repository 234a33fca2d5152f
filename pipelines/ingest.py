"""Ingest: the one way of a page into the archive, whoever fetched it.

A capture is stored, its payload is read in a reading process, the reading is stored or the
failure noted. The item pipelines do it page by page; :class:`ReadingQueue` does it in a plain
loop (catching up, a re-read, a merge, an import), with some pages being read while others are
stored.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Generic, TypeVar

from nianbao.archive.clock import CHINA
from nianbao.archive.derived.pending import name_payloads
from nianbao.archive.finding_texts import make_finding
from nianbao.archive.raw.blobs import payload_digest
from nianbao.archive.records import Capture, Hints
from nianbao.pipelines import reader
from nianbao.pipelines.reading_pool import (
    PageToRead,
    explain_failure,
    is_fault_of_page,
)

if TYPE_CHECKING:
    from concurrent.futures import Future

    from nianbao.archive import Archive
    from nianbao.archive.raw.visits import Visit
    from nianbao.archive.records import Finding, Reading
    from nianbao.pipelines.reading_pool import PageReaders

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class UnreadPage:
    """A payload with what is known of it before it is read."""

    site: str
    url: str
    payload: bytes = field(repr=False)
    hints: Hints
    visited_on: date  # a day in China; nothing on the page was published later
    # the payloads of its further pages, where the report is in several
    further_pages: tuple[bytes, ...] = field(default=(), repr=False)
    # what OCR recognised in its images, or in it, as JSON
    recognitions: tuple[str, ...] = field(default=(), repr=False)

    @property
    def payload_names(self) -> str:
        """What the page is known by beside its address, where it was not read."""
        digest = payload_digest(self.payload)
        return name_payloads(digest, self.hints.further_pages)


@dataclass(frozen=True, slots=True)
class UnreadVisit:
    """A visit that is stored, and its page, which is still to be read."""

    visit_id: int
    page: UnreadPage


@dataclass(frozen=True, slots=True)
class VisitReading:
    """A visit that is stored, and what the reader made of its page."""

    visit_id: int
    reading: Reading


class Ingest:
    """Takes pages into an archive. Methods that write raise ArchiveError."""

    def __init__(self, archive: Archive, pool: PageReaders) -> None:
        self.archive = archive
        self.pool = pool

    def store_capture(self, run_id: int, capture: Capture) -> tuple[int, bool]:
        """Store a visit and its payload; return the visit's id and whether it is to be read."""
        return self.archive.store_capture(run_id, capture)

    def unread_visit(self, visit_id: int, capture: Capture) -> UnreadVisit:
        """Return a visit that was just stored, for reading.

        The payload of a page that has not changed is the one that the archive has.
        """
        if capture.payload is None:
            return self.load_unread_visit(visit_id)
        page = self.make_page(capture, capture.payload)
        return UnreadVisit(visit_id, page)

    def load_unread_visit(self, visit_id: int) -> UnreadVisit:
        """Return a visit for reading, with the payload that the archive has."""
        visit = self.archive.visit(visit_id)
        if visit.payload_sha256 is None:
            raise ValueError(f"visit {visit_id} has no payload to read")
        payload = self.archive.payload(visit.payload_sha256)
        return UnreadVisit(visit_id, self.make_page(visit, payload))

    def make_page(self, source: Capture | Visit, payload: bytes) -> UnreadPage:
        """Return a payload for reading, with what is stored already: its further pages, and what
        OCR recognised of it.
        """
        digests = source.hints.further_pages or ()
        recognized = self.archive.page_recognitions(
            payload_digest(payload), source.hints
        )
        return replace(
            _make_page(source, payload),
            further_pages=tuple(map(self.archive.payload, digests)),
            recognitions=tuple(recognition.text for recognition in recognized),
        )

    def submit(self, page: UnreadPage) -> Future[Reading]:
        """Give a page to the reading processes."""
        return self.pool.submit(
            PageToRead(
                page.payload,
                page.url,
                page.hints,
                page.visited_on,
                page.further_pages,
                page.recognitions,
            )
        )

    def store_reading(self, visit_reading: VisitReading) -> None:
        """Store what the reader made of a page; a new version when its content is new."""
        self.archive.store_reading(visit_reading.visit_id, visit_reading.reading)

    def note_failure(self, run_id: int, page: UnreadPage, error: BaseException) -> str:
        """Note that a page could not be read, and return the message. The page stays stored."""
        finding = self.describe_failure(page, error)
        self.archive.store_failure(run_id, page.site, finding)
        return finding.message

    def describe_failure(self, page: UnreadPage, error: BaseException) -> Finding:
        """Return the finding for a page that could not be read.

        The page is read at the next chance only where it may have been another that ended its
        process.
        """
        payloads = page.payload_names
        earlier = self.archive.find_failure(page.url, payloads)
        is_final = is_fault_of_page(error, is_second=earlier is not None)
        parameters = {
            # pending.FAILED_FOR_GOOD, pending.FAILED_ONCE
            "case": "page" if is_final else "page_once",
            "url": page.url,
            "payloads": payloads,
            "reader_version": reader.READER_VERSION,
            "reason": explain_failure(error),
        }
        return make_finding("reader.failed", "error", parameters)


def _make_page(source: Capture | Visit, payload: bytes) -> UnreadPage:
    """Return a payload for reading, with what its capture or visit tells of it."""
    visited_at = datetime.fromisoformat(source.visited_at)
    return UnreadPage(
        site=source.site,
        url=source.final_url,
        payload=payload,
        hints=source.hints,
        visited_on=visited_at.astimezone(CHINA).date(),
    )


@dataclass(frozen=True, slots=True)
class QueuedPage(Generic[Item]):
    """A page that is being read; `item` is what the caller knows it by."""

    item: Item
    page: UnreadPage
    future: Future[Reading]


class ReadingQueue(Generic[Item]):
    """Pages that are being read by other processes, in the order in which they came.

    A caller adds a page, then stores what :meth:`take_surplus` gives back; so a bounded number
    of pages is in memory, and no reading process waits for the archive.
    """

    def __init__(self, ingest: Ingest) -> None:
        self._ingest = ingest
        self._pages: deque[QueuedPage[Item]] = deque()

    def add(self, item: Item, page: UnreadPage) -> None:
        """Give a page to the reading processes."""
        future = self._ingest.submit(page)
        self._pages.append(QueuedPage(item, page, future))

    def take_surplus(self) -> Iterator[QueuedPage[Item]]:
        """Yield the oldest pages, until no more are in the queue than the readers want."""
        while len(self._pages) > self._ingest.pool.pages_ahead:
            yield self._pages.popleft()

    def take_all(self) -> Iterator[QueuedPage[Item]]:
        """Yield all pages, the oldest first."""
        while self._pages:
            yield self._pages.popleft()
