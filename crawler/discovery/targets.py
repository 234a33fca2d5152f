"""The targets of a crawl: sites of files, sites that were discovered, and governments to search.

A site is made when its crawl begins: thousands of governments cost no more than their rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from nianbao.archive.raw.runs import ArchivedSite
from nianbao.archive.raw.site_identity import find_site_identity, is_same_site
from nianbao.crawler.discovery.known_sites import SearchHistory
from nianbao.crawler.site_files.proposal import make_site_id, propose_discovered_site
from nianbao.pipelines.reader.regions.region_units import is_same_region
from nianbao.spiders.catalogue import Site, make_provisional_site

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from nianbao.archive import Archive
    from nianbao.archive.raw.discoveries import SiteDiscovery
    from nianbao.spiders.register.governments import Government

Target = TypeVar("Target")
UNKNOWN_COLUMN = "?"  # of a site that is still to be searched


@dataclass(frozen=True, slots=True)
class Search:
    """A government whose site is to be searched, as the site `site_id`.

    `history` are the searches before.
    """

    site_id: str
    government: Government
    history: SearchHistory

    @property
    def name(self) -> str:
        """What its site is called until its pages say it."""
        return f"{self.government.path[-1]}人民政府"

    @property
    def all_hosts(self) -> frozenset[str]:
        """The hosts of its home page, and those that the searches before found."""
        found = (discovery.all_hosts for discovery in self.history.discoveries)
        return frozenset({urlsplit(self.government.home).netloc}).union(*found)

    @property
    def archived_site(self) -> ArchivedSite:
        """The site as the archive stores it while nothing else is known."""
        hosts = [urlsplit(self.government.home).netloc]
        for discovery in self.history.discoveries:
            hosts.append(urlsplit(discovery.home).netloc)
            hosts += discovery.hosts
        return ArchivedSite(
            id=self.site_id,
            name=self.name,
            platform="auto",
            region=self.government.name,
            region_code=self.government.code,
            vanish_after=Site.model_fields["vanish_after"].default,
            expected_links=1,
            hosts=tuple(hosts),
        )

    def make_site(self, delay: float) -> Site:
        """Return the site as which it is searched."""
        home = self.government.home
        site = make_provisional_site(
            "generic",
            home,
            UNKNOWN_COLUMN,
            delay=delay,
        )
        return site.model_copy(update={"id": self.site_id, "name": self.name})


@dataclass(frozen=True, slots=True)
class Targets:
    """What a crawl visits, by the ids of sites.

    `unknown` counts the governments of the regions without a site: nobody has searched them, or
    the last search was in vain.
    """

    files: dict[str, Site]
    discoveries: dict[str, SiteDiscovery] = field(default_factory=dict)
    searches: dict[str, Search] = field(default_factory=dict)
    unknown: int = 0
    delay: float = Site.model_fields["delay"].default
    browser: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to crawl."""
        return not (self.files or self.discoveries or self.searches)

    def hosts(self) -> dict[str, Collection[str]]:
        """Return the hosts of each site, as far as they are known before its crawl."""
        hosts: dict[str, Collection[str]] = {}
        for site_id, site in self.files.items():
            hosts[site_id] = site.all_hosts
        for site_id, discovery in self.discoveries.items():
            hosts[site_id] = discovery.all_hosts
        for site_id, search in self.searches.items():
            hosts[site_id] = search.all_hosts
        return hosts

    def choose(self, site_ids: Collection[str]) -> Targets:
        """Return some of the targets."""
        return replace(
            self,
            files=_choose(self.files, site_ids),
            discoveries=_choose(self.discoveries, site_ids),
            searches=_choose(self.searches, site_ids),
        )

    def find_site(self, site_id: str) -> Site | None:
        """Return a site that is crawled at once; None for another one."""
        if site_id in self.files:
            return self._draw(self.files[site_id])
        if site_id in self.discoveries:
            return self.make_discovered(self.discoveries[site_id])
        return None

    def make_discovered(self, discovery: SiteDiscovery) -> Site:
        """Return the site of what a search found."""
        fields = propose_discovered_site(discovery, self.delay)
        del fields["verified"]
        return self._draw(Site.model_validate(fields))

    def _draw(self, site: Site) -> Site:
        if not self.browser:
            return site
        return site.model_copy(update={"browser": True})

    def iterate_sites(self) -> Iterator[Site]:
        """Yield the sites that are crawled at once."""
        for site_id in sorted({*self.files, *self.discoveries}):
            site = self.find_site(site_id)
            if site is not None:
                yield site

    def iterate_searched_sites(self) -> Iterator[Site]:
        """Yield the sites that are still to be searched, as which they are."""
        for search in self.searches.values():
            yield search.make_site(self.delay)


def _choose(
    targets: Mapping[str, Target], site_ids: Collection[str]
) -> dict[str, Target]:
    return {site_id: one for site_id, one in targets.items() if site_id in site_ids}


class SiteNames:
    """Gives sites of governments their ids: after the host, with the code where that is taken."""

    def __init__(
        self, is_taken: Callable[[str], bool], archive: Archive | None
    ) -> None:
        self._is_taken = is_taken
        self._archive = archive
        self._names: set[str] = set()

    def name_site(self, government: Government) -> str:
        """Return the id of a government's site; it is the same whenever it is asked for."""
        site_id = make_site_id(government.home)
        if not self._may_have(site_id, government):
            site_id = f"{site_id}-{government.code or 'other'}"
        self._names.add(site_id)
        return site_id

    def _may_have(
        self,
        site_id: str,
        government: Government,
    ) -> bool:
        if site_id in self._names or self._is_taken(site_id):
            return False
        if self._archive is None:
            return True
        archived = find_site_identity(self._archive.db, site_id)
        if archived is None:
            return True
        history = SearchHistory((), works=False)
        own = Search(
            site_id,
            government,
            history,
        ).archived_site.identity
        return is_same_site(
            archived,
            own,
            is_same_region,
        )
