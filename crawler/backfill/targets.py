"""What a web archive is asked for: the report columns of sites, and addresses of known reports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from nianbao.archive.addresses import canonicalize
from nianbao.crawler.backfill.index import IndexQuery
from nianbao.crawler.imports.site_index import SiteIndex

if TYPE_CHECKING:
    from nianbao.spiders.catalogue import Site
    from nianbao.spiders.register.governments import Government

SCHEMES = ("http", "https")


@dataclass(frozen=True, slots=True)
class BackfillTarget:
    """A site, or a prefix that a person named: the addresses to ask for, and whose they are."""

    name: str  # the id of the site
    key: str  # what it is told from others by
    site_index: SiteIndex
    prefixes: tuple[str, ...]

    def list_queries(
        self, addresses: Iterable[str], years: frozenset[int]
    ) -> list[IndexQuery]:
        """Return what to ask for: all below the prefixes, and addresses that are not below one."""
        queries = [IndexQuery(prefix, "prefix", years) for prefix in self.prefixes]
        covered = tuple(_strip_scheme(prefix) for prefix in self.prefixes)
        wanted = {}
        for address in addresses:
            url = canonicalize(address)
            if not _strip_scheme(url).startswith(covered):
                wanted[_strip_scheme(url)] = url
        queries += [IndexQuery(url, "exact", years) for url in wanted.values()]
        return queries


def list_site_targets(
    catalogue: Mapping[str, Site], sites: Mapping[str, Site]
) -> list[BackfillTarget]:
    """Return a target for each of some sites of the catalogue."""
    targets = []
    for site_id, site in sites.items():
        columns = [_find_folder(entry.url) for entry in site.entries]
        index = SiteIndex(catalogue, [site_id])
        targets.append(BackfillTarget(site_id, site_id, index, _drop_nested(columns)))
    return targets


def list_prefix_targets(
    catalogue: Mapping[str, Site],
    only: Sequence[str],
    prefixes: Sequence[str],
    governments: Iterable[Government],
) -> list[BackfillTarget]:
    """Return a target for each prefix: of the one site that is named, else of its host's site.

    Of the governments is known which region a new site has.
    """
    targets = []
    for prefix in prefixes:
        both = [urlsplit(prefix)._replace(scheme=scheme).geturl() for scheme in SCHEMES]
        index = SiteIndex(catalogue, only, both, governments)
        owner = index.find_owner(prefix)
        name = owner.site.id if owner is not None else urlsplit(prefix).netloc
        targets.append(BackfillTarget(name, f"{name} {prefix}", index, (prefix,)))
    return targets


def _find_folder(url: str) -> str:
    """Return the folder that a list page stands in; that is where the reports it names stand."""
    parts = urlsplit(url)
    folder = parts.path.rpartition("/")[0]
    return parts._replace(path=f"{folder}/", query="", fragment="").geturl()


def _drop_nested(prefixes: Iterable[str]) -> tuple[str, ...]:
    """Return prefixes without those that are below another one."""
    kept: list[str] = []
    for prefix in sorted(set(prefixes), key=len):
        covered = tuple(_strip_scheme(other) for other in kept)
        if not covered or not _strip_scheme(prefix).startswith(covered):
            kept.append(prefix)
    return tuple(kept)


def _strip_scheme(url: str) -> str:
    """Return an address without scheme and `www.`: indexes make no difference."""
    return url.partition("://")[2].removeprefix("www.")
