"""Groups of sites that share no address with other groups: each can be crawled by itself.

One request at a time to an address then needs nothing that machines would have to share. Names
count as they do for a crawl of one process (:mod:`nianbao.crawler.turns.gates`): a name with and
without `www.` is one server, and names that have an address in common are.
"""

from __future__ import annotations

import socket
from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlsplit

from nianbao.crawler.networks import is_on_loopback
from nianbao.crawler.turns.gates import Gates

LOOKUPS_AT_A_TIME = 16


@dataclass(frozen=True, slots=True)
class SiteGroup:
    """Sites by their ids, the names of their servers, and where these lead."""

    sites: tuple[str, ...]
    names: tuple[str, ...]
    addresses: tuple[str, ...]

    def join(self, other: SiteGroup) -> SiteGroup:
        """Return both as one group."""
        return SiteGroup(
            sites=tuple(sorted({*self.sites, *other.sites})),
            names=tuple(sorted({*self.names, *other.names})),
            addresses=tuple(sorted({*self.addresses, *other.addresses})),
        )


def group_sites(
    hosts: Mapping[str, Iterable[str]], addresses: Mapping[str, Sequence[str]]
) -> list[SiteGroup]:
    """Return the smallest groups of sites that share no server, the largest group first.

    `hosts` are those of each site, by its id; they may have ports. `addresses` are those of each
    name, as far as they are known.
    """
    gates = Gates()
    for name, name_addresses in addresses.items():
        gates.set_addresses(name, name_addresses)
    groups: dict[str, SiteGroup] = {}
    keys_of_groups: dict[SiteGroup, set[str]] = {}
    for site_id in sorted(hosts):
        group = _make_group(site_id, hosts[site_id], addresses)
        keys = {key for name in group.names for key in gates.list_keys(name)}
        neighbours = {groups[key] for key in keys if key in groups}
        for neighbour in neighbours:
            keys |= keys_of_groups.pop(neighbour)
            group = group.join(neighbour)
        keys_of_groups[group] = keys
        groups.update(dict.fromkeys(keys, group))
    return sorted(keys_of_groups, key=_by_size)


def _make_group(
    site_id: str, hosts: Iterable[str], addresses: Mapping[str, Sequence[str]]
) -> SiteGroup:
    names = list_names(hosts)
    site_addresses: set[str] = set()
    for name in names:
        site_addresses.update(addresses.get(name, ()))
    return SiteGroup((site_id,), tuple(names), tuple(sorted(site_addresses)))


def bundle_groups(groups: Iterable[SiteGroup], most_sites: int) -> list[SiteGroup]:
    """Put small groups together, up to so many sites; a group that has more stays alone."""
    bundles: list[SiteGroup] = []
    for group in sorted(groups, key=_by_size):
        if bundles and len(bundles[-1].sites) + len(group.sites) <= most_sites:
            bundles[-1] = bundles[-1].join(group)
        else:
            bundles.append(group)
    return bundles


def look_up_names(names: Collection[str]) -> dict[str, list[str]]:
    """Return the addresses of names, as this machine finds them now; none for those it does not.

    Names under `.localhost` stand for servers of their own and have none.
    """
    public_names = [name for name in sorted(names) if not is_on_loopback(name)]
    with ThreadPoolExecutor(LOOKUPS_AT_A_TIME) as pool:
        return dict(zip(public_names, pool.map(_look_up, public_names), strict=True))


def list_names(hosts: Iterable[str]) -> list[str]:
    """Return the names of hosts, without their ports."""
    return sorted({urlsplit(f"//{host}").hostname or host for host in hosts})


def _look_up(name: str) -> list[str]:
    try:
        entries = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return sorted({str(address[0]) for *_, address in entries})


def _by_size(group: SiteGroup) -> tuple[int, tuple[str, ...]]:
    return -len(group.sites), group.sites
