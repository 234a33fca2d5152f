"""Backfill of one target: its captures are listed, chosen, fetched into a file of records.

No archive is open for that, so that a crawl can go on meanwhile.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nianbao.crawler.backfill.client import AddressTrouble, ServiceTrouble
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

MOST_TROUBLES = 5  # captures one after the other without an answer that counts
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
    # captures that were not given, and why
    gone: list[str] = field(default_factory=list)
    last_reason: str = ""  # why the last of them was not

    @property
    def asked(self) -> int:
        """How many captures the service was asked for."""
        return self.counts[FETCHED] + self.counts[GONE]

    def note_gone(self, capture: IndexCapture, reason: str) -> None:
        """Take note of a capture that was not given."""
        self.counts[GONE] += 1
        self.last_reason = reason
        if len(self.gone) < MOST_MESSAGES:
            self.gone.append(f"capture {capture.url} of {capture.visited_at}: {reason}")


@dataclass(slots=True)
class Backfill:
    """Fetches the captures of one target from a service, and says in `result` what became of them.

    `limit` is how many captures may be asked for, with those that `result` has already. Methods
    raise ServiceTrouble, and AddressTrouble where only this target cannot be gone on with; what
    was fetched before is kept.
    """

    service: WebArchive
    client: Client
    index: Index
    target: BackfillTarget
    folder: WorkFolder
    holdings: SiteHoldings
    progress: Progress
    result: FetchResult
    limit: int | None
    fetched_count: int = 0  # of this target
    gone_count: int = 0
    trouble_count: int = 0  # captures one after the other without an answer that counts

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

    def fetch(self, choice: Choice) -> int:
        """Fetch what is new, and refer to what is at hand; return how many captures were left."""
        captures = [*choice.new, *choice.at_hand]
        name = f"{self.target.name}: captures"
        rest = 0
        trouble: ServiceTrouble | AddressTrouble | None = None
        for number, capture in enumerate(captures):
            self.progress(name, number, len(captures))
            if number >= len(choice.new) and self._refer(capture):
                continue
            if trouble is not None or not self._may_ask():
                rest += 1
                continue
            try:
                self._fetch_any([capture, *choice.stand_ins.get(capture, ())])
                self._require_answers()
            except ServiceTrouble as error:
                rest += 1
                trouble = error
            except AddressTrouble as error:
                trouble = error
        self.progress(name, len(captures), len(captures))
        self.result.counts[LEFT] += rest
        if trouble is not None:
            raise trouble
        self._require_captures()
        return rest

    def _may_ask(self) -> bool:
        return self.limit is None or self.result.asked < self.limit

    def _require_answers(self) -> None:
        """Raise AddressTrouble where one capture after the other gives no answer that counts."""
        if self.trouble_count >= MOST_TROUBLES:
            raise AddressTrouble(
                f"{self.trouble_count} captures one after the other were not given:"
                f" {self.result.last_reason}"
            )

    def _require_captures(self) -> None:
        """Raise AddressTrouble where many captures were asked for and none was given."""
        if self.gone_count >= MOST_TROUBLES and not self.fetched_count:
            raise AddressTrouble(
                f"none of {self.gone_count} captures was given: {self.result.last_reason}"
            )

    def _fetch_any(self, captures: list[IndexCapture]) -> None:
        """Fetch the first of some captures that is given."""
        for capture in captures:
            if not self._may_ask() or self._fetch_capture(capture):
                return

    def _fetch_capture(self, capture: IndexCapture) -> bool:
        """Fetch a capture; note the reason and return False where it is not given."""
        try:
            record = fetch_record(self.service, self.client, capture)
        except (CaptureGone, AddressTrouble) as error:
            is_gone = isinstance(error, CaptureGone)
            self.trouble_count = 0 if is_gone else self.trouble_count + 1
            self.gone_count += 1
            self.result.note_gone(capture, str(error))
            self.folder.store_capture(capture, "gone", reason=str(error))
            return False
        self.trouble_count = 0
        self.fetched_count += 1
        self.result.counts[FETCHED] += 1
        if not record.has_digest:
            self.result.counts[DIFFERENT] += 1
        self.folder.store_capture(
            capture, "fetched", record.data, has_digest=record.has_digest
        )
        return True

    def _refer(self, capture: IndexCapture) -> bool:
        """Store a capture as one of bytes that are at hand; return False where they are not."""
        place = self.holdings.places.get(capture.digest or "")
        note = self.folder.find_same(capture.digest)
        if place is None and note is not None:
            place = CapturePlace(note.url, note.visited_at)
        if place is None:
            return False
        source = self.service.replay_address(capture.url, capture.timestamp)
        self.folder.store_capture(capture, "same", make_revisit(capture, place, source))
        return True
