"""Hosts: one request at a time for each address, a rest between two, and hosts that are excluded.

A host is asked for nothing more in a run when it is overloaded or broken (robots.txt cannot be
fetched), asks for more patience than a run has, is in its hours of rest, has had its requests of
the day, or blocks us. The spiders of one process share these states, and hosts that share an
address share its gate.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Protocol
from weakref import WeakKeyDictionary

import click

from nianbao.archive.finding_texts import make_finding
from nianbao.archive.records import Finding
from nianbao.spiders.capture import HostLeftOut
from nianbao.spiders.own_hosts import fold_host

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from protego import Protego
    from scrapy.crawler import Crawler
    from scrapy.http import Request
    from sqlite_utils import Database

# seconds after which a waiting request looks whether the crawl is being stopped
LOOK_UP = 0.5
# requests without an answer one after the other: three pages, each tried three times
MOST_FAILURES = 9
# seconds between two requests that a slow host can bring about
LONGEST_REST = 60.0


class RedisFailed(click.ClickException):
    """Redis cannot be asked; the message says where it was looked for and what to do."""


class SharedTurns(Protocol):
    """Turns at addresses, one request at a time over all workers of a round."""

    async def enter(
        self, address: str, seconds: float, is_wanted: Callable[[], bool]
    ) -> None:
        """Wait for the turn, as long as it is wanted. Raises RedisFailed.

        The turn ends after so many seconds, should the worker die.
        """

    async def leave(self, address: str, rest: float) -> None:
        """Let the next request in after so many seconds."""


@dataclass
class AddressGate:
    """The way to one address: it lets one request through, then rests. Times are seconds."""

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
class HostStates:
    """What the spiders of a process know of hosts, by name with port (`netloc`)."""

    gates: dict[str, AddressGate] = field(default_factory=dict)  # by address
    addresses: dict[str, str] = field(default_factory=dict)  # of names without `www.`
    # robots.txt that is being fetched, or was; one crawl asks for it, for all
    robots: dict[str, asyncio.Future[Protego]] = field(default_factory=dict)
    # of robots.txt, once it was fetched
    rules: dict[str, Protego] = field(default_factory=dict)
    delays: dict[str, float] = field(default_factory=dict)  # Crawl-delay
    budgets: dict[str, int] = field(default_factory=dict)  # requests a day
    # requests within the last day
    request_counts: Counter[str] = field(default_factory=Counter)
    # requests without an answer since the last answer
    failures: Counter[str] = field(default_factory=Counter)
    block_pages: Counter[str] = field(default_factory=Counter)
    exclusions: dict[str, HostLeftOut] = field(default_factory=dict)
    # turns at addresses, where other machines crawl too
    turns: SharedTurns | None = None
    # what is wrong with a host's TLS
    tls_faults: dict[str, str] = field(default_factory=dict)
    # why nothing was asked over it
    tls_refusals: dict[str, str] = field(default_factory=dict)
    # of the archive that tells of earlier runs; None where there is none
    db: Database | None = None
    # bytes of the answers that the process has; a request lives as long as its answer is needed
    answer_sizes: WeakKeyDictionary[Request, int] = field(
        default_factory=WeakKeyDictionary
    )

    def find_address(self, name: str) -> str:
        """Return what stands for the server of a name: its address, the name where that is not
        known. A name and its form with `www.` are one server.
        """
        bare_name = fold_host(name)
        return self.addresses.get(bare_name, bare_name)

    def has_address(self, name: str) -> bool:
        """Tell whether the address of a name, or of its other form, is known."""
        return fold_host(name) in self.addresses

    def set_address(self, name: str, address: str) -> None:
        """Take down the address of a name; that of the form that was asked first stays."""
        self.addresses.setdefault(fold_host(name), address)

    def gate_of(self, name: str) -> AddressGate:
        """Return the gate of the server of a name."""
        return self.gates.setdefault(self.find_address(name), AddressGate())

    def exclude(
        self, host: str, finding: Finding, *, reason: str = "postponed"
    ) -> HostLeftOut:
        """Ask the host for nothing more in this run; return what the requests to it end with.

        The first exclusion of a host stays.
        """
        return self.exclusions.setdefault(host, HostLeftOut(host, finding, reason))

    def require_included(self, host: str) -> None:
        """Raise HostLeftOut when the host is excluded."""
        if host in self.exclusions:
            raise self.exclusions[host]

    def first_exclusion(self, hosts: Iterable[str]) -> HostLeftOut | None:
        """Return why the first of these hosts that is excluded is; None when none is."""
        for host in sorted(hosts):
            if host in self.exclusions:
                return self.exclusions[host]
        return None

    def count_request(self, host: str) -> None:
        """Count a request that is about to be sent; raise HostLeftOut when it must not be."""
        self.require_included(host)
        budget = self.budgets.get(host)
        if budget is not None and self.request_counts[host] >= budget:
            parameters = {
                "host": host,
                "budget": budget,
            }
            finding = make_finding(
                "host.budget",
                "info",
                parameters,
            )
            raise self.exclude(host, finding)
        self.request_counts[host] += 1

    def count_failure(self, host: str, reason: str) -> None:
        """Count a request that had no answer; exclude a host that went away during the run."""
        self.failures[host] += 1
        if self.failures[host] < MOST_FAILURES:
            return
        parameters = {
            "case": "silent",
            "host": host,
            "times": MOST_FAILURES,
            "reason": reason,
        }
        self.exclude(host, make_finding("host.unreachable", "error", parameters))


_host_states: WeakKeyDictionary[Crawler, HostStates] = WeakKeyDictionary()


def attach_hosts(crawler: Crawler, hosts: HostStates) -> None:
    """Give a crawler the host states of its process, before its crawl begins."""
    _host_states[crawler] = hosts


def hosts_of(crawler: Crawler) -> HostStates:
    """Return the host states that the crawlers of a process share."""
    return _host_states[crawler]
