"""The site of an address: by the hosts of the catalogue, or because somebody says so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from nianbao.archive.addresses import USUAL_PORTS
from nianbao.archive.raw.runs import ArchivedSite
from nianbao.archive.records import Hints
from nianbao.crawler.archived_sites import to_archived_site
from nianbao.spiders.own_hosts import fold_host

if TYPE_CHECKING:
    from nianbao.spiders.catalogue import Site


class ImportRefused(Exception):
    """What was asked for cannot be begun; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Owner:
    """A site that addresses belong to."""

    site: ArchivedSite
    official: bool | None = None

    def hints(self, content_type: str | None) -> Hints:
        """Return what is known of a page of the site before it is read."""
        name = self.site.name
        is_named = name != self.site.id  # a site that is made of a host has no name
        return Hints(
            content_type=content_type,
            region=self.site.region,
            region_code=self.site.region_code,
            official_host=self.official,
            site_name=name if is_named else None,
        )


@dataclass(frozen=True, slots=True)
class SplitAddress:
    """An address in parts: host with a port that is not the usual one, scheme, and the rest."""

    host: str
    scheme: str
    path: str

    def is_below(self, prefix: SplitAddress) -> bool:
        """Tell whether the address begins with another one."""
        if self.host != prefix.host or self.scheme != prefix.scheme:
            return False
        return self.path.startswith(prefix.path)


class SiteIndex:
    """Finds the site of an address, among the chosen addresses.

    With prefixes only addresses below one of them are taken: they belong to the one site that
    `only` names, else to their host's site in the catalogue, else to a site made of the host,
    of which nothing else is known. Raises ImportRefused.
    """

    def __init__(
        self,
        sites: Mapping[str, Site],
        only: Sequence[str] = (),
        prefixes: Sequence[str] = (),
    ) -> None:
        _check_choice(sites, only, prefixes)
        self.prefixes = [_split_address(prefix) for prefix in prefixes]
        # the owner of all addresses below the prefixes
        self.prefix_owner: Owner | None = None
        if prefixes and only:
            self.prefix_owner = _owner(sites[only[0]])
        chosen_sites = list(sites.values())
        if only and not prefixes:
            chosen_sites = [site for site in chosen_sites if site.id in only]
        self.hosts = _sites_by_host(chosen_sites)

    def find_owner(self, url: str) -> Owner | None:
        """Return whose an address is; None for nobody's.

        A host that two sites share is nobody's until one of them is named.
        """
        try:
            address = _split_address(url)
        except ValueError:
            return None
        is_below = any(address.is_below(prefix) for prefix in self.prefixes)
        if self.prefixes and not is_below:
            return None
        if self.prefix_owner is not None:
            return self.prefix_owner
        sites = self.hosts.get(fold_host(address.host), [])
        if len(sites) == 1:
            return _owner(sites[0])
        if is_below and not sites:
            return _owner_of_unknown_host(address.host)
        return None


def _check_choice(
    sites: Mapping[str, Site], only: Sequence[str], prefixes: Sequence[str]
) -> None:
    """Raise ImportRefused for sites that are not in the catalogue, or too many with prefixes."""
    unknown_ids = [site_id for site_id in only if site_id not in sites]
    if unknown_ids:
        raise ImportRefused(
            f"no site {', '.join(unknown_ids)} in the catalogue."
            " `nianbao sites` lists what there is."
        )
    if prefixes and len(only) > 1:
        raise ImportRefused(
            "with --url-prefix one --site can be named: whose the addresses are."
        )


def _sites_by_host(sites: Iterable[Site]) -> dict[str, list[Site]]:
    """Return the sites of each host; `www.` and the bare name are one."""
    hosts: dict[str, list[Site]] = {}
    for site in sites:
        for host in {fold_host(host) for host in site.all_hosts}:
            hosts.setdefault(host, []).append(site)
    return hosts


def _owner(site: Site) -> Owner:
    return Owner(to_archived_site(site), site.official)


def _owner_of_unknown_host(host: str) -> Owner:
    """Return a site made of a host, of which nothing else is known."""
    return Owner(ArchivedSite(host, host, "unknown", None, None, 1, 0, hosts=(host,)))


def _split_address(url: str) -> SplitAddress:
    """Return the parts of an address. Raises ValueError."""
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    if scheme not in USUAL_PORTS or not parts.hostname:
        raise ValueError(
            f"{url}: an address such as https://www.example.gov.cn/zwgk/ is wanted"
        )
    host = parts.netloc.rpartition("@")[2].lower()
    host = host.removesuffix(USUAL_PORTS[scheme]).removesuffix(".")
    path = parts.path or "/"
    if parts.query:
        path = f"{path}?{parts.query}"
    return SplitAddress(host, scheme, path)
