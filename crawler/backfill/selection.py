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
    """Captures to take in: those whose bytes are at hand, and those to fetch; all are counted."""

    counts: Counter[str] = field(default_factory=Counter)
    at_hand: list[IndexCapture] = field(default_factory=list)
    new: list[IndexCapture] = field(default_factory=list)


def choose_captures(
    captures: Iterable[IndexCapture], holdings: SiteHoldings, folder: WorkFolder
) -> Choice:
    """Return which captures are to be taken in, the earliest of each address first."""
    choice = Choice()
    new_digests: set[str] = set()
    for url, line in sorted(_sort_by_address(captures).items()):
        moments = holdings.moments.get(url, [])
        for capture in _collapse(line, moments, folder, choice.counts):
            digest = capture.digest or ""
            is_at_hand = digest in holdings.places or digest in new_digests
            if is_at_hand or folder.find_same(digest) is not None:
                choice.at_hand.append(capture)
                continue
            choice.new.append(capture)
            if digest:
                new_digests.add(digest)
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
    counts: Counter[str],
) -> list[IndexCapture]:
    """Return the captures of an address that are new, and not the same as what stood before."""
    instants = {moment.visited_at for moment in moments}
    wanted = []
    previous: frozenset[str] = frozenset()
    position = 0
    for capture in captures:
        while position < len(moments) and (
            moments[position].visited_at <= capture.visited_at
        ):
            previous = moments[position].digests
            position += 1
        is_note = (capture.url, capture.timestamp) in folder.notes
        if capture.visited_at in instants or is_note:
            counts[KNOWN] += 1
        elif capture.digest in previous:
            counts[SAME] += 1
        else:
            wanted.append(capture)
        if capture.digest:
            previous = frozenset((capture.digest,))
    return wanted


def _is_other_kind(mime: str) -> bool:
    kind = mime.lower()
    return kind.startswith(OTHER_KINDS) or kind in SCRIPTS
