"""The next site: of those that wait, one whose servers are the least busy.

Few sites are open at a time. A province's platform that answers for ninety counties would fill
all places with sites that wait for one another, while others could be crawled. Where the names of
waiting sites lead is looked up ahead of their turn.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from nianbao.crawler.turns.gates import Gates

# of the sites that wait, in their order, so many are chosen among
MOST_CONSIDERED = 400
# sites whose names are looked up before the first of them is chosen, and how long that may take
FIRST_SITES = 64
FIRST_SECONDS = 5.0
LOOKUPS_AT_A_TIME = 4

Resolve = Callable[[str], Awaitable[Sequence[str]]]


class SiteQueue:
    """The sites that wait, and the servers of those that are being crawled.

    `hosts` are those of each site, by its id; they may have ports.
    """

    def __init__(
        self, site_ids: Iterable[str], hosts: Mapping[str, Iterable[str]], gates: Gates
    ) -> None:
        self._waiting = list(site_ids)
        self._names = {
            site_id: _host_names(hosts.get(site_id, ())) for site_id in self._waiting
        }
        self._gates = gates
        self._open_sites: dict[str, frozenset[str]] = {}

    def take(self) -> str | None:
        """Take the site at whose busiest server the fewest others are being crawled.

        Of those that are equal in that, it is one of the server at which most sites wait: there
        the round ends last. Else the first one. None where no site waits.
        """
        if not self._waiting:
            return None
        loads = Counter(key for keys in self._open_sites.values() for key in keys)
        considered = self._waiting[:MOST_CONSIDERED]
        keys_of_sites = {site_id: self._list_keys(site_id) for site_id in considered}
        queues = Counter(key for keys in keys_of_sites.values() for key in keys)

        def rank(site_id: str) -> tuple[int, int]:
            keys = keys_of_sites[site_id]
            load = max((loads[key] for key in keys), default=0)
            queue = max((queues[key] for key in keys), default=0)
            return load, -queue

        chosen = min(considered, key=rank)
        self._waiting.remove(chosen)
        self._open_sites[chosen] = keys_of_sites[chosen]
        return chosen

    def finish(self, site_id: str) -> None:
        """Take in that the crawl of a site has ended."""
        self._open_sites.pop(site_id, None)

    async def look_up_first(self, resolve: Resolve) -> None:
        """Look up where the names of the first sites lead, for a few seconds at most."""
        names = self._iterate_unknown(FIRST_SITES)
        lookups = [self._look_up(names, resolve) for _ in range(LOOKUPS_AT_A_TIME)]
        await asyncio.wait(map(asyncio.ensure_future, lookups), timeout=FIRST_SECONDS)

    async def look_up_all(self, resolve: Resolve) -> None:
        """Look up where the names of all sites that wait lead, one after the other."""
        await self._look_up(self._iterate_unknown(len(self._waiting)), resolve)

    def _list_keys(self, site_id: str) -> frozenset[str]:
        """Return what the servers of a site are known by, as far as that is known now."""
        keys: set[str] = set()
        for name in self._names[site_id]:
            keys.update(self._gates.list_keys(name))
        return frozenset(keys)

    def _iterate_unknown(self, count: int) -> Iterator[str]:
        """Yield the names of the first sites that wait of which no address is known."""
        for site_id in self._waiting[:count]:
            if site_id in self._open_sites:
                continue
            for name in sorted(self._names[site_id]):
                if not self._gates.has_addresses(name):
                    yield name

    async def _look_up(
        self,
        names: Iterator[str],
        resolve: Resolve,
    ) -> None:
        for name in names:
            self._gates.set_addresses(name, await resolve(name))


def _host_names(hosts: Iterable[str]) -> frozenset[str]:
    return frozenset(urlsplit(f"//{host}").hostname or host for host in hosts)
