"""The frontier of a search: the pages that it may visit, the likeliest one first."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from enum import IntEnum

from nianbao.spiders.discovery.start_address import fold_address
from nianbao.spiders.discovery.steps import Step


class Priority(IntEnum):
    """What is visited first. Points of a link are added to it."""

    WAY_ROUND = 0  # entrances, the map of a site
    PART = 40  # a frame of a page that has links of its own
    GATE = 60  # links to open government information
    SHOWN = 120  # what a page shows in its own place: frames of a frameset
    BEHIND = 140  # the rows of a page that names columns too
    COLUMN = 160  # links that are named as columns
    ROWS = 220  # the rows of a page that is named as a column
    REDIRECT = 260


class Frontier:
    """Keeps the pages to visit, each address once."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, str, Step]] = []
        self._number = 0  # of two that are as likely the first one goes first
        self._addresses: set[str] = set()  # of pages that were visited or are waiting
        self._pages: set[str] = set()  # the same, without what their forms differ in

    def add(self, step: Step, address: str, priority: int) -> None:
        """Take a page that a link leads to, unless it is here under one of its addresses."""
        if fold_address(address) not in self._pages:
            self.add_form(step, address, priority)

    def add_form(self, step: Step, address: str, priority: int) -> None:
        """Take a page, also where only the form of its address is new: where a page sends on."""
        if address in self._addresses:
            return
        self.mark(address)
        self._number += 1
        heapq.heappush(self._heap, (-priority, self._number, address, step))

    def has(self, address: str) -> bool:
        """Tell whether a page was visited or is waiting."""
        return address in self._addresses

    def mark(self, address: str) -> None:
        """Remember an address as visited."""
        self._addresses.add(address)
        self._pages.add(fold_address(address))

    def pop(self, is_wanted: Callable[[Step, int], bool]) -> Step | None:
        """Return the likeliest page that is wanted; None where no other is."""
        while self._heap:
            priority, _, _, step = heapq.heappop(self._heap)
            if is_wanted(step, -priority):
                return step
        return None
