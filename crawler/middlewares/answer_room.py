"""The room for answers: so many bytes of them a process holds at a time, whatever servers send."""

from __future__ import annotations

import asyncio
import gc
from collections import deque
from time import monotonic
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from collections.abc import Callable

    from scrapy.http import Request

MOST_HELD = 64 * 1024 * 1024  # bytes of all answers of the process, while there is room
# Bytes of an answer that is taken only where there is room. Nearly all pages are shorter; those
# of sixteen sites that are just shorter take no more than a third of the room besides.
LARGE = 1024 * 1024
MOST_SECONDS = (
    600.0  # that an answer waits for room: as long as some dozen readings take
)
SECONDS_BETWEEN_LOOKS = 0.2
SECONDS_BETWEEN_COLLECTIONS = 10.0


class AnswerRoom:
    """The bytes of the answers that a process has, and the requests that wait for room.

    A request lives as long as its answer is needed.
    """

    def __init__(self) -> None:
        self.sizes: WeakKeyDictionary[Request, int] = WeakKeyDictionary()
        self._waiting: deque[Request] = deque()
        self._collected_at = 0.0  # by the monotonic clock

    @property
    def held(self) -> int:
        """The bytes of all answers, with those that are still to come of requests that waited."""
        return sum(self.sizes.values())

    @property
    def most_unpacked(self) -> int:
        """The bytes to which an answer may be unpacked now; a small one has room always."""
        return max(LARGE, MOST_HELD - self.held)

    def fits(self, request: Request, size: int) -> bool:
        """Tell whether an answer fits beside the others; one alone always does."""
        others = self.held - self.sizes.get(request, 0)
        return not others or others + size <= MOST_HELD

    def admits(self, request: Request, size: int) -> bool:
        """Tell whether an answer fits that is only beginning: those that wait come first."""
        is_kept = request in self.sizes
        return self.fits(request, size) and (is_kept or not self._waiting)

    async def wait(
        self, request: Request, size: int, is_wanted: Callable[[], bool]
    ) -> None:
        """Wait until an answer fits, one after the other, and keep the room for it.

        Returns early when it is not wanted any more, and in the end whether it fits or not.
        """
        self._waiting.append(request)
        seconds = 0.0
        try:
            while is_wanted() and seconds < MOST_SECONDS:
                if self._waiting[0] is request and self.fits(request, size):
                    break
                await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
                seconds += SECONDS_BETWEEN_LOOKS
                if self._waiting[0] is request:
                    self._collect_garbage()
        finally:
            self._waiting.remove(request)
        self.sizes[request] = size

    def _collect_garbage(self) -> None:
        """Let requests go that only the tracebacks of failed tries keep, now and then."""
        if monotonic() - self._collected_at > SECONDS_BETWEEN_COLLECTIONS:
            gc.collect()
            self._collected_at = monotonic()
