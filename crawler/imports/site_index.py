"""The site of an address: by the hosts of the catalogue, or because somebody says so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from nianbao.archive.addresses import USUAL_PORTS
from nianbao.archive.raw.runs import UNKNOWN_PLATFORM, ArchivedSite
from nianbao.archive.records import Hints
from nianbao.crawler.archived_sites import to_archived_site
from nianbao.spiders.catalogue import Region
from nianbao.spiders.own_hosts import find_family, fold_host

if TYPE_CHECKING:
    from nianbao.spiders.catalogue import Site
    from nianbao.spiders.register.governments import Government


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
    `only` names, else to their host's site in the catalogue, else to a site made of the host. Its
    region is `region`, else that of the government whose home page is on the host. Raises
    ImportRefused.
    """

    def __init__(
        self,
        sites: Mapping[str, Site],
        only: Sequence[str] = (),
        prefixes: Sequence[str] = (),
        governments: Iterable[Government] = (),
        region: Region | None = None,
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
        self._region = region
        self._governments = governments
        self._made_owners: dict[str, Owner] = {}  # by host

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
            return self._find_made_owner(address.host)
        return None

    def _find_made_owner(self, host: str) -> Owner:
        """Return the site that is made of a host."""
        if host not in self._made_owners:
            region = self._region or _find_region(host, self._governments)
            self._made_owners[host] = _owner_of_unknown_host(host, region)
        return self._made_owners[host]


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


def _find_region(host: str, governments: Iterable[Government]) -> Region | None:
    """Return the region of the one government whose home page is on a host, or on a sister host.

    Those are the hosts for open government of one site. None where it is nobody's, or several's.
    """
    family = find_family(host.partition(":")[0])
    regions = {
        (government.name, government.code)
        for government in governments
        if find_family(urlsplit(government.home).hostname or "") == family
    }
    if len(regions) != 1:
        return None
    ((name, code),) = regions
    return Region(name=name, code=code)


def _owner_of_unknown_host(host: str, region: Region | None) -> Owner:
    """Return a site made of a host, of which no more than its region is known."""
    name = region.name if region is not None else None
    code = region.code if region is not None else None
    site = ArchivedSite(host, host, UNKNOWN_PLATFORM, name, code, 1, 0, hosts=(host,))
    return Owner(site)


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
