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
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from nianbao.archive.addresses import USUAL_PORTS
from nianbao.archive.finding_texts import make_finding
from nianbao.archive.records import Finding
from nianbao.crawler.middlewares.answer_room import AnswerRoom
from nianbao.crawler.turns.gates import Gates
from nianbao.spiders.capture import HostLeftOut
from nianbao.spiders.own_hosts import fold_host

if TYPE_CHECKING:
    from collections.abc import Iterable

    from protego import Protego
    from scrapy.crawler import Crawler
    from sqlite_utils import Database

    from nianbao.crawler.egress.proxies import Proxy

# requests without an answer one after the other: three pages, each tried three times
MOST_FAILURES = 9


@dataclass
class HostStates:
    """What the spiders of a process know of hosts.

    A host is named with its port (`netloc`). Budgets, requests, block pages and exclusions are
    by server name: `www.` and the bare name, http and https are one. What only one form can say
    is by host: robots.txt, and whether anything answers there.
    """

    gates: Gates = field(default_factory=Gates)
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
    # hosts that give no answer
    silent_hosts: dict[str, HostLeftOut] = field(default_factory=dict)
    # through which requests leave, unless a site file names another
    proxy: Proxy | None = None
    # requests through each proxy without an answer since the last answer
    proxy_failures: Counter[str] = field(default_factory=Counter)
    # what is wrong with a host's TLS
    tls_faults: dict[str, str] = field(default_factory=dict)
    # why nothing was asked over it
    tls_refusals: dict[str, str] = field(default_factory=dict)
    # of the archive that tells of earlier runs; None where there is none
    db: Database | None = None
    answer_room: AnswerRoom = field(default_factory=AnswerRoom)

    def exclude(
        self, host: str, finding: Finding, *, reason: str = "postponed"
    ) -> HostLeftOut:
        """Ask the host for nothing more in this run; return what the requests to it end with.

        So is its other form, unless it is excluded because nothing answers. The first exclusion
        stays.
        """
        left_out = HostLeftOut(host, finding, reason)
        if finding.rule == "host.unreachable":
            return self.silent_hosts.setdefault(host, left_out)
        return self.exclusions.setdefault(server_name(host), left_out)

    def find_exclusion(self, host: str) -> HostLeftOut | None:
        """Return why a host is excluded; None where it is not."""
        return self.silent_hosts.get(host) or self.exclusions.get(server_name(host))

    def require_included(self, host: str) -> None:
        """Raise HostLeftOut when the host is excluded."""
        exclusion = self.find_exclusion(host)
        if exclusion is not None:
            raise exclusion

    def first_exclusion(self, hosts: Iterable[str]) -> HostLeftOut | None:
        """Return why the first of these hosts that is excluded is; None when none is."""
        for host in sorted(hosts):
            exclusion = self.find_exclusion(host)
            if exclusion is not None:
                return exclusion
        return None

    def has_budget(self, host: str) -> bool:
        """Tell whether it is known how often a host may be asked in a day."""
        return server_name(host) in self.budgets

    def set_budget(self, host: str, budget: int, request_count: int) -> None:
        """Set how often a host may be asked in a day, and how often it was."""
        name = server_name(host)
        self.budgets[name] = budget
        self.request_counts[name] += request_count

    def lower_budget(self, host: str, budget: int) -> None:
        """Let a host be asked no more often than another of its sites wants."""
        name = server_name(host)
        self.budgets[name] = min(self.budgets[name], budget)

    def count_block_page(self, host: str) -> int:
        """Count a block page of a host; return how many there are."""
        name = server_name(host)
        self.block_pages[name] += 1
        return self.block_pages[name]

    def count_request(self, host: str) -> None:
        """Count a request that is about to be sent; raise HostLeftOut when it must not be."""
        self.require_included(host)
        name = server_name(host)
        budget = self.budgets.get(name)
        if budget is not None and self.request_counts[name] >= budget:
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
        self.request_counts[name] += 1

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


def server_name(host: str) -> str:
    """Return what a server is known by: its bare name, with its port where that is unusual.

    >>> server_name("www.example.gov.cn:443")
    'example.gov.cn'
    """
    name = host.lower()
    for port in USUAL_PORTS.values():
        name = name.removesuffix(port)
    return fold_host(name)


_host_states: WeakKeyDictionary[Crawler, HostStates] = WeakKeyDictionary()


def attach_hosts(crawler: Crawler, hosts: HostStates) -> None:
    """Give a crawler the host states of its process, before its crawl begins."""
    _host_states[crawler] = hosts


def hosts_of(crawler: Crawler) -> HostStates:
    """Return the host states that the crawlers of a process share."""
    return _host_states[crawler]
