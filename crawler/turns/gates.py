"""Gates: one request at a time to an address, whatever names, ports and schemes lead to it.

A name waits at the gates of all its addresses, IPv4 and IPv6, and of its other form with or
without `www.`. So names that have one address in common wait for one another: governments on one
platform, and all that a content delivery network (CDN) answers for.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import ip_address
from time import monotonic
from typing import TYPE_CHECKING

from nianbao.spiders.own_hosts import fold_host

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Sequence

# seconds after which a waiting request looks whether the crawl is being stopped
LOOK_UP = 0.5
# seconds between two requests that a slow host can bring about
LONGEST_REST = 60.0


@dataclass
class AddressGate:
    """The way to one address: it lets one request through, then rests. Times are seconds."""

    number: int = 0  # in the order in which they were made
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    delay: float = 0.0  # the longest that one of its hosts wants
    pace: float = 0.0  # how long its answers take lately
    free_at: float = 0.0  # by the monotonic clock

    async def wait_until_free(self, is_wanted: Callable[[], bool]) -> None:
        """Wait until the rest is over, also where it becomes longer meanwhile.

        Returns early when the turn is not wanted any more.
        """
        while is_wanted():
            seconds = self.free_at - monotonic()
            if seconds <= 0:
                return
            await asyncio.sleep(min(seconds, LOOK_UP))

    def begin_rest(self, duration: float, *, success: bool) -> None:
        """Begin the rest after an answer that took so long; only a success makes the pace quicker.

        The rest is the delay, or as long as answers take where that is longer. A delay of 0 is
        for a machine of one's own and means no rest at all.
        """
        pace = self.pace
        if success:
            pace = (self.pace + duration) / 2
        self.pace = max(duration, pace)
        if self.delay:
            self.pause(max(self.delay, min(self.pace, LONGEST_REST)))

    def pause(self, seconds: float) -> None:
        """Let nothing through for so long."""
        self.free_at = max(self.free_at, monotonic() + seconds)


@dataclass
class ServerTurn:
    """The turn at the gates of one server, all of them at once."""

    gates: Sequence[AddressGate]

    @asynccontextmanager
    async def hold(self) -> AsyncIterator[None]:
        """Hold the gates, in the one order that keeps two requests from blocking one another."""
        async with AsyncExitStack() as stack:
            for gate in self.gates:
                await stack.enter_async_context(gate.lock)
            yield

    def want_delay(self, seconds: float) -> None:
        """Make the rests as long as one of the hosts wants."""
        for gate in self.gates:
            gate.delay = max(gate.delay, seconds)

    async def wait_until_free(self, is_wanted: Callable[[], bool]) -> None:
        """Wait until all rests are over; returns early when the turn is not wanted any more."""
        for gate in self.gates:
            await gate.wait_until_free(is_wanted)

    def begin_rest(self, duration: float, *, success: bool) -> None:
        """Begin the rest after an answer that took so long."""
        for gate in self.gates:
            gate.begin_rest(duration, success=success)

    def pause(self, seconds: float) -> None:
        """Let nothing through for so long."""
        for gate in self.gates:
            gate.pause(seconds)


class Gates:
    """The gates of a process, by address and by the name of the server."""

    def __init__(self) -> None:
        self._gates: dict[str, AddressGate] = {}
        self._addresses: dict[str, tuple[str, ...]] = {}
        self._count = 0

    def has_addresses(self, name: str) -> bool:
        """Tell whether it is known where a name leads."""
        return name.lower() in self._addresses

    def set_addresses(self, name: str, addresses: Iterable[str]) -> None:
        """Take down where a name leads, if anywhere; what was found first stays."""
        ordered = sorted(set(addresses), key=_address_order)
        if ordered:
            self._addresses.setdefault(name.lower(), tuple(ordered))

    def list_keys(self, name: str) -> tuple[str, ...]:
        """Return what a server is known by: its name without `www.`, and its addresses.

        Servers that have one of them in common wait for one another.
        """
        return (_fold(name), *self._addresses.get(name.lower(), ()))

    def turn_at(self, name: str) -> ServerTurn:
        """Return the turn at the server of a name."""
        keys = self.list_keys(name)
        gates = {
            self._gates[key].number: self._gates[key]
            for key in keys
            if key in self._gates
        }
        if not gates:
            gate = AddressGate(self._count)
            gates[gate.number] = gate
            self._count += 1
        first = gates[min(gates)]
        for key in keys:
            self._gates.setdefault(key, first)
        return ServerTurn([gates[number] for number in sorted(gates)])


@lru_cache(maxsize=16384)
def _fold(name: str) -> str:
    return fold_host(name)


def _address_order(address: str) -> tuple[int, int]:
    ip = ip_address(address.partition("%")[0])
    return ip.version, int(ip)
