"""Backfill of one target: its captures are listed, chosen, fetched into a file of records.

No archive is open for that, so that a crawl can go on meanwhile.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nianbao.crawler.backfill.holdings import CapturePlace
from nianbao.crawler.backfill.records import CaptureGone, fetch_record, make_revisit
from nianbao.crawler.backfill.selection import Choice, choose_captures

if TYPE_CHECKING:
    from nianbao.crawler.backfill.client import Client
    from nianbao.crawler.backfill.holdings import SiteHoldings
    from nianbao.crawler.backfill.index import Index, IndexQuery
    from nianbao.crawler.backfill.index_lines import IndexCapture
    from nianbao.crawler.backfill.services import WebArchive
    from nianbao.crawler.backfill.targets import BackfillTarget
    from nianbao.crawler.backfill.work_folder import WorkFolder

MOST_MESSAGES = 200  # of captures that were not given; all are counted
# is called with what is being done, how much of it is finished, and how much there is
Progress = Callable[[str, int, int], None]

FETCHED = "fetched"
GONE = "gone"
LEFT = "left"
DIFFERENT = "different"
OTHER_SITES = "other_sites"


@dataclass
class FetchResult:
    """What became of captures."""

    counts: Counter[str] = field(default_factory=Counter)
    gone: list[str] = field(
        default_factory=list
    )  # captures that were not given, and why

    def note_gone(self, capture: IndexCapture, reason: str) -> None:
        """Take note of a capture that was not given."""
        self.counts[GONE] += 1
        if len(self.gone) < MOST_MESSAGES:
            self.gone.append(f"capture {capture.url} of {capture.visited_at}: {reason}")


@dataclass(frozen=True, slots=True)
class Backfill:
    """Fetches the captures of one target from a service, and says in `result` what became of them.

    Methods raise ServiceTrouble; what was fetched before is kept.
    """

    service: WebArchive
    client: Client
    index: Index
    target: BackfillTarget
    folder: WorkFolder
    holdings: SiteHoldings
    progress: Progress
    result: FetchResult

    def choose(self, years: frozenset[int]) -> Choice:
        """Ask the index; return which captures are to be taken in."""
        queries = self.target.list_queries(self.holdings.report_addresses, years)
        choice = choose_captures(
            self._list_captures(queries), self.holdings, self.folder
        )
        self.result.counts += choice.counts
        return choice

    def _list_captures(self, queries: list[IndexQuery]) -> Iterator[IndexCapture]:
        name = f"{self.target.name}: index"
        for number, query in enumerate(queries):
            self.progress(name, number, len(queries))
            for capture in self.index.captures(query, self.folder):
                if self.target.site_index.find_owner(capture.url) is None:
                    self.result.counts[OTHER_SITES] += 1
                else:
                    yield capture
        self.progress(name, len(queries), len(queries))

    def fetch(self, choice: Choice, most: int | None) -> None:
        """Fetch what is new, at most so many captures; refer to what is at hand."""
        wanted = choice.new if most is None else choice.new[:most]
        self.result.counts[LEFT] += len(choice.new) - len(wanted)
        name = f"{self.target.name}: captures"
        for number, capture in enumerate(wanted):
            self.progress(name, number, len(wanted))
            self._fetch_capture(capture)
        self.progress(name, len(wanted), len(wanted))
        for capture in choice.at_hand:
            self._refer(capture)

    def _fetch_capture(self, capture: IndexCapture) -> None:
        try:
            record = fetch_record(self.service, self.client, capture)
        except CaptureGone as error:
            self.result.note_gone(capture, str(error))
            self.folder.store_capture(capture, "gone", reason=str(error))
            return
        self.result.counts[FETCHED] += 1
        if not record.has_digest:
            self.result.counts[DIFFERENT] += 1
        self.folder.store_capture(
            capture, "fetched", record.data, has_digest=record.has_digest
        )

    def _refer(self, capture: IndexCapture) -> None:
        """Store a capture whose bytes are at hand; one whose bytes were left waits as they do."""
        place = self.holdings.places.get(capture.digest or "")
        note = self.folder.find_same(capture.digest)
        if place is None and note is not None:
            place = CapturePlace(note.url, note.visited_at)
        if place is None:
            self.result.counts[LEFT] += 1
            return
        source = self.service.replay_address(capture.url, capture.timestamp)
        self.folder.store_capture(capture, "same", make_revisit(capture, place, source))
