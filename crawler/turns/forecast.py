"""The forecast of a round: how many requests, to how many servers, and how long that takes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from nianbao.crawler.hosts import server_name
from nianbao.spiders.lists.page import ListRow

if TYPE_CHECKING:
    from nianbao.archive.read_model.crawls.visit_history import AddressHistory
    from nianbao.crawler.plan import CrawlPlan
    from nianbao.crawler.schedule import Calendar
    from nianbao.spiders.catalogue import Site

# requests of a search for a site's columns, as most searches need them
SEARCH_REQUESTS = 15
# seconds that an answer takes where nobody has measured it
TYPICAL_ANSWER = 1.0


@dataclass(frozen=True, slots=True)
class SiteLoad:
    """What a round asks of a site: requests by server, and the seconds from one to the next.

    `pace` is None where the site was never crawled; then its requests are a guess.
    """

    requests: Mapping[str, int]
    delay: float
    pace: float | None = None

    @property
    def count(self) -> int:
        """All its requests."""
        return sum(self.requests.values())


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a round takes: sites, requests, servers, and seconds.

    `guessed_sites` were never crawled: their requests are those of the sites that were, by the
    median. `busiest_server` is the one that takes longest.
    """

    sites: int
    guessed_sites: int
    requests: int
    servers: int
    seconds: int
    busiest_server: str | None = None
    busiest_requests: int = 0
    busiest_seconds: int = 0


@dataclass
class ServerLoad:
    """What a round asks of a server."""

    requests: int = 0
    delay: float = 0.0
    paces: list[float] = field(default_factory=list)

    def add(self, requests: int, load: SiteLoad) -> None:
        """Add what is asked of it for a site."""
        self.requests += requests
        self.delay = max(self.delay, load.delay)
        if load.pace is not None:
            self.paces.append(load.pace)

    @property
    def seconds(self) -> float:
        """How long it takes: one request at a time.

        Of the paces of its sites the quickest counts: the others waited for one another.
        """
        pace = min(self.paces, default=self.delay + TYPICAL_ANSWER)
        return self.requests * max(self.delay, pace)


def estimate_load(calendar: Calendar, plan: CrawlPlan, pace: float | None) -> SiteLoad:
    """Return what a round of a plan asks of a site, by what is known of its addresses."""
    requests: Counter[str] = Counter()
    for url in _list_addresses(calendar, plan):
        requests[server_name(urlsplit(url).netloc)] += 1
    for server in requests:
        requests[server] += 1  # robots.txt
    if not calendar.history:
        pace = None
    return SiteLoad(requests, calendar.site.delay, pace)


def estimate_search(site: Site) -> SiteLoad:
    """Return what the search for a site's columns asks of it."""
    server = server_name(urlsplit(site.entries[0].url).netloc)
    return SiteLoad({server: SEARCH_REQUESTS}, site.delay)


def _list_addresses(calendar: Calendar, plan: CrawlPlan) -> Iterator[str]:
    """Yield the addresses that a round of a plan asks for, as far as they are known."""
    reads_lists = not plan.due or calendar.list_visits()[0].due_at <= calendar.now
    entries = {calendar.identify(entry.url) for entry in calendar.site.entries}
    if reads_lists:
        yield from entries
    for address, last in calendar.history.items():
        if address in entries:
            continue
        if last.role == "list" or last.is_other_page:
            is_asked = reads_lists and not calendar.is_other_page(last.url)
        else:
            is_asked = not plan.due or calendar.is_due(last.url, last.role)
        if is_asked and _is_wanted(last, plan):
            yield last.url


def _is_wanted(last: AddressHistory, plan: CrawlPlan) -> bool:
    """Tell whether a round asks for an address, by what its list said last."""
    row = ListRow(last.url, last.list_title, None)
    return last.role == "list" or plan.reports.matches(row)


def forecast_round(loads: Iterable[SiteLoad], sites_at_a_time: int) -> Forecast:
    """Return what a round takes.

    It ends when the busiest server has been asked for everything, or when so many sites at a
    time have been crawled, whichever is later.
    """
    asked = [load for load in loads if load.count]
    counts = [load.count for load in asked if load.pace is not None]
    servers = _load_servers(asked, round(median(counts)) if counts else 0)
    seconds_of_all = sum(server.seconds for server in servers.values())
    busiest = max(servers, key=lambda name: servers[name].seconds, default=None)
    busiest_load = servers[busiest] if busiest is not None else ServerLoad()
    return Forecast(
        sites=len(asked),
        guessed_sites=len(asked) - len(counts),
        requests=sum(server.requests for server in servers.values()),
        servers=len(servers),
        seconds=round(max(busiest_load.seconds, seconds_of_all / sites_at_a_time)),
        busiest_server=busiest,
        busiest_requests=busiest_load.requests,
        busiest_seconds=round(busiest_load.seconds),
    )


def _load_servers(loads: Iterable[SiteLoad], usual_count: int) -> dict[str, ServerLoad]:
    """Return what is asked of each server; a site that is a guess has the usual requests."""
    servers: defaultdict[str, ServerLoad] = defaultdict(ServerLoad)
    for load in loads:
        missing = 0
        if load.pace is None:
            missing = max(0, usual_count - load.count)
        for server, count in load.requests.items():
            servers[server].add(count + missing, load)
            missing = 0
    return servers
