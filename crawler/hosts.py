"""Hosts: one request at a time for each address, a rest between two, and the hosts left out of
a run.

A host is asked for nothing more in a run when it is overloaded or broken (robots.txt cannot be
had), asks for more patience than a run has, is in its hours of rest, has had its requests of
the day, or blocks us. The spiders of one process share what is known here, and hosts that share
an address share its gate.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Any

from nianbao.archive.records import Finding
from nianbao.spiders.capture import HostLeftOut

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from protego import Protego
    from scrapy.crawler import Crawler
    from sqlite_utils import Database

    from nianbao.crawler.shared import Turns

SETTING = "NIANBAO_HOSTS"
LOOK_UP = (
    0.5  # seconds after which one who waits looks whether the crawl is being stopped
)
# requests without an answer one after the other: three pages, each tried three times
MOST_FAILURES = 9
LONGEST_REST = 60.0  # seconds between two requests that a slow host can bring about


@dataclass
class Gate:
    """The way to one address: it lets one request through, then rests. Times are seconds."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    delay: float = 0.0  # the longest that one of its hosts wants
    pace: float = 0.0  # how long its answers take lately
    free_at: float = 0.0  # by the monotonic clock

    async def free(self, wanted: Callable[[], bool]) -> None:
        """Wait until the rest is over, also where it is made longer meanwhile, as long as the
        turn is wanted.
        """
        while (left := self.free_at - monotonic()) > 0 and wanted():
            await asyncio.sleep(min(left, LOOK_UP))

    def rest(self, took: float, *, good: bool) -> None:
        """Begin the rest after an answer that took so long; only a good one makes the pace quicker.

        The rest is the delay, or as long as answers take where that is longer. A delay of 0 is
        for a machine of one's own and means no rest at all.
        """
        self.pace = max(took, (self.pace + took) / 2 if good else self.pace)
        if self.delay:
            self.pause(max(self.delay, min(self.pace, LONGEST_REST)))

    def pause(self, seconds: float) -> None:
        """Let nothing through for so long."""
        self.free_at = max(self.free_at, monotonic() + seconds)


@dataclass
class Hosts:
    """What the spiders of a process know of hosts, by name with port (`netloc`)."""

    gates: dict[str, Gate] = field(default_factory=dict)  # by address
    addresses: dict[str, str] = field(default_factory=dict)  # of names
    rules: dict[str, Protego] = field(
        default_factory=dict
    )  # of robots.txt, once it was asked for
    delays: dict[str, float] = field(default_factory=dict)  # Crawl-delay
    budgets: dict[str, int] = field(default_factory=dict)  # requests a day
    asked: Counter[str] = field(default_factory=Counter)  # requests within the last day
    failures: Counter[str] = field(
        default_factory=Counter
    )  # requests without an answer since the last answer
    blocks: Counter[str] = field(default_factory=Counter)  # block pages met
    left_out: dict[str, HostLeftOut] = field(default_factory=dict)
    turns: Turns | None = None  # at addresses, where other machines crawl too
    tls: dict[str, str] = field(default_factory=dict)  # what is wrong with a host's TLS
    tls_refused: dict[str, str] = field(
        default_factory=dict
    )  # why nothing was asked over it
    db: Database | None = (
        None  # of the archive that tells of earlier runs; None where there is none
    )

    def gate(self, name: str) -> Gate:
        """Return the gate to a name's address; to the name itself while the address is not
        known.
        """
        return self.gates.setdefault(self.addresses.get(name, name), Gate())

    def leave_out(
        self, host: str, finding: Finding, *, reason: str = "postponed"
    ) -> HostLeftOut:
        """Ask the host for nothing more in this run; return what the requests to it end with."""
        return self.left_out.setdefault(host, HostLeftOut(host, finding, reason))

    def check(self, host: str) -> None:
        """Raise HostLeftOut when the host is left out."""
        if host in self.left_out:
            raise self.left_out[host]

    def first_left_out(self, hosts: Iterable[str]) -> HostLeftOut | None:
        """Return why the first of these hosts that is left out is; None when none is."""
        return next(
            (self.left_out[host] for host in sorted(hosts) if host in self.left_out),
            None,
        )

    def send(self, host: str) -> None:
        """Count a request that is about to be sent; raise HostLeftOut when it must not be."""
        self.check(host)
        budget = self.budgets.get(host)
        if budget is not None and self.asked[host] >= budget:
            message = f"{host} has had its {budget} requests of a day; the rest of the site waits for a later run"
            raise self.leave_out(host, Finding("host.budget", "info", message))
        self.asked[host] += 1

    def failed(self, host: str, why: str) -> None:
        """Take in that a request had no answer; leave the host out that has gone away in the
        middle of a run.
        """
        self.failures[host] += 1
        if self.failures[host] >= MOST_FAILURES:
            message = f"{host} has given no answer {MOST_FAILURES} times in a row ({why}); the rest is not asked for"
            self.leave_out(host, Finding("host.unreachable", "error", message))

    def __deepcopy__(self, memo: dict[int, Any]) -> Hosts:
        """Stay one when Scrapy copies its settings for each spider."""
        return self


def of(crawler: Crawler) -> Hosts:
    """Return what the process knows of hosts."""
    hosts: Hosts = crawler.settings[SETTING]
    return hosts
