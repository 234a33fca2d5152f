"""Which captures of an index are wanted: what the archive has is not asked for again.

Captures of one address are collapsed by digest, as indexes do it; but what we saw ourselves counts
with them. An index that has A, then A again, would hide the second one, and if we saw B between
the two, the page went from A to B and back.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nianbao.archive.addresses import canonicalize

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nianbao.crawler.backfill.holdings import Moment, SiteHoldings
    from nianbao.crawler.backfill.index_lines import IndexCapture
    from nianbao.crawler.backfill.work_folder import WorkFolder

# kinds of content that never hold a report
OTHER_KINDS = ("image/", "audio/", "video/", "font/", "text/css", "text/javascript")
SCRIPTS = ("application/javascript", "application/x-javascript", "application/json")

# what becomes of captures, in the words of the summary
KNOWN = "known"
SAME = "unchanged"
HELD = "held"
NEW = "new"


@dataclass
class Choice:
    """Captures to take in: those whose bytes are at hand, and those to fetch; all are counted.

    `stand_ins` are captures that were left out for the same bytes at the same address: they are
    asked for where the one before them is not given.
    """

    counts: Counter[str] = field(default_factory=Counter)
    at_hand: list[IndexCapture] = field(default_factory=list)
    new: list[IndexCapture] = field(default_factory=list)
    stand_ins: dict[IndexCapture, list[IndexCapture]] = field(default_factory=dict)


def choose_captures(
    captures: Iterable[IndexCapture], holdings: SiteHoldings, folder: WorkFolder
) -> Choice:
    """Return which captures are to be taken in, the earliest of each address first."""
    choice = Choice()
    captures_to_take: list[IndexCapture] = []
    for url, line in sorted(_sort_by_address(captures).items()):
        captures_to_take += _collapse(
            line, holdings.moments.get(url, []), folder, choice
        )
    # a revisit has no bytes of its own to give to others
    with_bytes = [one for one in captures_to_take if not one.is_revisit]
    sources = {one.digest: one for one in reversed(with_bytes)}
    for capture in captures_to_take:
        digest = capture.digest or ""
        source = sources.get(digest, capture)
        is_here = digest in holdings.places or folder.find_same(digest) is not None
        if is_here or source is not capture:
            choice.at_hand.append(capture)
        else:
            choice.new.append(capture)
    choice.counts[HELD] = len(choice.at_hand)
    choice.counts[NEW] = len(choice.new)
    return choice


def _sort_by_address(
    captures: Iterable[IndexCapture],
) -> dict[str, list[IndexCapture]]:
    """Return the captures of pages by address, the earliest first, one for each second."""
    addresses: dict[str, dict[str, IndexCapture]] = defaultdict(dict)
    for capture in captures:
        if capture.is_page and not _is_other_kind(capture.mime):
            captures_by_time = addresses[canonicalize(capture.url)]
            captures_by_time.setdefault(capture.timestamp, capture)
    return {
        url: [captures_by_time[key] for key in sorted(captures_by_time)]
        for url, captures_by_time in addresses.items()
    }


def _collapse(
    captures: list[IndexCapture],
    moments: list[Moment],
    folder: WorkFolder,
    choice: Choice,
) -> list[IndexCapture]:
    """Return the captures of an address that are new, and not the same as what stood before."""
    instants = {moment.visited_at for moment in moments}
    captures_to_take: list[IndexCapture] = []
    timeline = _Timeline(moments)
    for capture in captures:
        timeline.go_on(capture.visited_at)
        if capture.visited_at in instants:
            choice.counts[KNOWN] += 1
            timeline.add(capture.digest)
        elif folder.is_settled(capture):
            choice.counts[KNOWN] += 1
            # nobody has the bytes of one that was not given: what stood before still does
            if folder.is_given(capture):
                timeline.replace(capture.digest)
        elif capture.digest in timeline.digests:
            choice.counts[SAME] += 1
            last = captures_to_take[-1] if captures_to_take else None
            if last is not None and last.digest == capture.digest:
                choice.stand_ins.setdefault(last, []).append(capture)
        else:
            captures_to_take.append(capture)
            timeline.replace(capture.digest)
    return captures_to_take


class _Timeline:
    """What an address shows, by the digests of its bytes, as time goes on."""

    def __init__(self, moments: list[Moment]) -> None:
        self.digests: frozenset[str] = frozenset()
        self._moments = moments
        self._position = 0

    def go_on(self, instant: str) -> None:
        """Go on to what we saw last until an instant."""
        while (
            self._position < len(self._moments)
            and self._moments[self._position].visited_at <= instant
        ):
            self.digests = self._moments[self._position].digests
            self._position += 1

    def add(self, digest: str | None) -> None:
        """Note one more digest of the same bytes."""
        if digest:
            self.digests |= {digest}

    def replace(self, digest: str | None) -> None:
        """Note that other bytes stand there; without a digest it is not known which."""
        self.digests = frozenset((digest,)) if digest else frozenset()


def _is_other_kind(mime: str) -> bool:
    kind = mime.lower()
    return kind.startswith(OTHER_KINDS) or kind in SCRIPTS
