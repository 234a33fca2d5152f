"""Belonging: the site of an address, by the hosts of the catalogue or because somebody says so;
never guessed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from nianbao.archive.addresses import PORTS
from nianbao.archive.raw.visits import ArchivedSite
from nianbao.archive.records import Hints
from nianbao.crawler.runs import archived

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
        code = self.site.region_code
        return Hints(
            content_type=content_type,
            region=self.site.region,
            region_code=code,
            official_host=self.official,
        )


class Belonging:
    """Knows whose an address is, among the chosen addresses.

    With prefixes only addresses below one of them are taken: they belong to the one site that
    `only` names, else to their host's site in the catalogue, else to a site made of the host,
    of which nothing else is known.
    """

    def __init__(
        self,
        sites: Mapping[str, Site],
        only: Sequence[str] = (),
        prefixes: Sequence[str] = (),
    ) -> None:
        unknown = [name for name in only if name not in sites]
        if unknown:
            raise ImportRefused(
                f"no site {', '.join(unknown)} in the catalogue. `nianbao sites` lists what there is."
            )
        if prefixes and len(only) > 1:
            raise ImportRefused(
                "with --url-prefix one --site can be named: whose the addresses are."
            )
        self.prefixes = [_split(prefix) for prefix in prefixes]
        self.named = _owner(sites[only[0]]) if prefixes and only else None
        self.hosts: dict[str, list[Site]] = {}
        for site in sites.values():
            if prefixes or not only or site.id in only:
                for host in site.all_hosts:
                    self.hosts.setdefault(host.lower(), []).append(site)

    def of(self, url: str) -> Owner | None:
        """Return whose an address is; None for nobody's. A host that two sites share is
        nobody's until one is named.
        """
        try:
            host, scheme, path = _split(url)
        except ValueError:
            return None
        below = any(
            host == of and scheme == by and path.startswith(begin)
            for of, by, begin in self.prefixes
        )
        if self.prefixes and not below:
            return None
        if self.named is not None:
            return self.named
        sites = self.hosts.get(host, [])
        if len(sites) == 1:
            return _owner(sites[0])
        return (
            Owner(ArchivedSite(host, host, "unknown", None, None, 1, 0))
            if below and not sites
            else None
        )


def _owner(site: Site) -> Owner:
    return Owner(archived(site), site.official)


def _split(url: str) -> tuple[str, str, str]:
    """Return host (with a port that is not the usual one), scheme, and the rest; raise
    ValueError.
    """
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    if scheme not in PORTS or not parts.hostname:
        raise ValueError(
            f"{url}: an address such as https://www.example.gov.cn/zwgk/ is wanted"
        )
    host = (
        parts.netloc.rpartition("@")[2]
        .lower()
        .removesuffix(PORTS[scheme])
        .removesuffix(".")
    )
    return host, scheme, f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
