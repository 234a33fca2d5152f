"""What tells one site from another: its hosts and its region. An id is only what it is called.

Two sites are not the same when both have hosts and no domain in common, or both have a region
and it is not the same one. What is not known of a site speaks for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from nianbao.archive.raw import site_hosts

if TYPE_CHECKING:
    from sqlite_utils import Database
    from tldextract import TLDExtract

SITES = """
SELECT sites.id, sites.name, regions.name
FROM sites
LEFT JOIN regions ON regions.id = sites.region_id
"""
# Site files have ids of fewer characters; imports name sites after hosts, with dots and ports.
SITE_ID = re.compile(r"[a-z0-9][a-z0-9._:-]*")
HOSTS_PRINTED = 5  # of a site in a message


@dataclass(frozen=True, slots=True)
class SiteIdentity:
    """What is known of a site that tells it from others.

    `region` is what it is called now; `former_regions` are names that it had.
    """

    id: str
    name: str
    region: str | None = None
    hosts: tuple[str, ...] = ()
    former_regions: tuple[str, ...] = ()

    @property
    def regions(self) -> tuple[str, ...]:
        """All names that the region of the site is or was known by."""
        if self.region is None:
            return self.former_regions
        return (self.region, *self.former_regions)

    def describe(self) -> str:
        """Return the site as a message names it: its name, region and hosts."""
        hosts = list(self.hosts[:HOSTS_PRINTED])
        if len(self.hosts) > HOSTS_PRINTED:
            hosts.append("…")
        region = self.region or "region not known"
        return f"{self.name} ({region}; {', '.join(hosts) or 'hosts not known'})"


# Tells whether two names of regions are names of one region.
SameRegion = Callable[[str, str], bool]
# Tells whether two sites of one id are one site.
SameSite = Callable[[SiteIdentity, SiteIdentity], bool]


def is_equal_name(region: str, other: str) -> bool:
    """Tell whether two names of regions are the same text."""
    return region == other


def is_same_site(
    site: SiteIdentity, other: SiteIdentity, is_same_region: SameRegion = is_equal_name
) -> bool:
    """Tell whether nothing speaks against two sites being one; their order does not matter."""
    if site.hosts and other.hosts and not share_domain(site.hosts, other.hosts):
        return False
    if site.regions and other.regions:
        return _share_region(site, other, is_same_region)
    return True


def is_stated_by(
    site: SiteIdentity,
    site_file: SiteIdentity,
    is_same_region: SameRegion = is_equal_name,
) -> bool:
    """Tell whether a site file itself names the hosts and the region of a stored site."""
    if site.hosts and not share_domain(site.hosts, site_file.hosts):
        return False
    return not site.regions or _share_region(site, site_file, is_same_region)


def _share_region(
    site: SiteIdentity, other: SiteIdentity, is_same_region: SameRegion
) -> bool:
    for region in site.regions:
        for other_region in other.regions:
            if is_same_region(region, other_region):
                return True
    return False


def share_domain(hosts: Iterable[str], others: Iterable[str]) -> bool:
    """Tell whether two groups of hosts have a host or a registered domain in common."""
    names = set(hosts)
    other_names = set(others)
    if names & other_names:
        return True
    domains = {find_domain(host) for host in names}
    other_domains = {find_domain(host) for host in other_names}
    return bool(domains & other_domains)


@lru_cache(maxsize=8192)
def find_domain(host: str) -> str:
    """Return the domain that somebody registered: `jinyun.gov.cn` of `xxgk.jinyun.gov.cn`.

    An IP address, and a name below no public suffix such as `xixia.localhost`, stay whole.
    """
    domain = _domain_extractor().extract_str(host).top_domain_under_public_suffix
    return domain or host


@cache
def _domain_extractor() -> TLDExtract:
    """Return what knows the public suffixes: the list that is installed with it, no other.

    It is imported here: it takes a while, and most comparisons need no domains.
    """
    from tldextract import TLDExtract

    return TLDExtract(
        cache_dir=None, suffix_list_urls=(), include_psl_private_domains=True
    )


def list_site_identities(db: Database) -> list[SiteIdentity]:
    """Return what tells the sites of an archive from others, in the order of their ids."""
    hosts = site_hosts.select_site_hosts(db)
    rows = db.execute(f"{SITES} ORDER BY sites.id").fetchall()
    identities = []
    for site_id, name, region in rows:
        site = SiteIdentity(site_id, name, region, hosts.get(site_id, ()))
        identities.append(site)
    return identities


def find_site_identity(db: Database, site_id: str) -> SiteIdentity | None:
    """Return what tells a site from others; None when the archive does not have it."""
    row = db.execute(f"{SITES} WHERE sites.id = ?", [site_id]).fetchone()
    if row is None:
        return None
    _, name, region = row
    return SiteIdentity(site_id, name, region, site_hosts.find_site_hosts(db, site_id))


def join_identities(site: SiteIdentity, other: SiteIdentity) -> SiteIdentity:
    """Return one site with all that is known of two that are the same."""
    hosts = sorted({*site.hosts, *other.hosts})
    regions = [*site.regions, *other.regions]
    former_regions = tuple(
        name for name in dict.fromkeys(regions) if name != site.region
    )
    return replace(site, hosts=tuple(hosts), former_regions=former_regions)
