"""`nianbao sites add` for many home pages: those of a file, or of the governments of a region."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from pydantic import ValidationError

from nianbao.archive.clock import CHINA, utc_now
from nianbao.crawler.commands.sites.survey import Look, Survey
from nianbao.crawler.discovery.known_sites import FileCoverage, SearchHistories
from nianbao.crawler.discovery.record import make_record
from nianbao.crawler.site_files.explorations import (
    Exploration,
    HomeKey,
    append_exploration,
    load_explorations,
)
from nianbao.crawler.site_files.proposal import (
    make_site_id,
    propose_discovered_site,
    propose_site,
)
from nianbao.crawler.site_files.yaml_file import write_site_file
from nianbao.spiders.catalogue import CatalogueError, make_provisional_site
from nianbao.spiders.discovery.records import Discovery
from nianbao.spiders.discovery.scout import Scout
from nianbao.spiders.discovery.start_address import complete_address
from nianbao.spiders.own_hosts import fold_host
from nianbao.spiders.site_folders import list_site_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from ruamel.yaml.comments import CommentedMap

    from nianbao.archive import Archive
    from nianbao.archive.raw.discoveries import SiteDiscovery
    from nianbao.crawler.egress.proxies import Proxy
    from nianbao.crawler.progress import Progress
    from nianbao.spiders.catalogue import Site, TlsFault
    from nianbao.spiders.discovery.records import Outcome
    from nianbao.spiders.register.governments import Government

LONGEST_NOTE = 300  # characters


@dataclass(frozen=True, slots=True)
class Home:
    """A home page to look at, and the government of the register whose it is, where it is one.

    `note` says where its host is that of several governments.
    """

    url: str
    government: Government | None
    note: str | None = None

    @property
    def key(self) -> HomeKey:
        """What tells it from others: some governments share a home page."""
        return self.url, self.government.key if self.government else None


@dataclass(frozen=True, slots=True)
class LookOptions:
    """How every home page is looked at."""

    allow_address: tuple[str, ...]
    delay: float
    tls: tuple[TlsFault, ...]
    proxy: Proxy | None = None


class HostOwners:
    """The governments of a register by the hosts of their home pages: some share one."""

    def __init__(self, governments: Iterable[Government]) -> None:
        self._by_host: dict[str, list[Government]] = defaultdict(list)
        for government in governments:
            self._by_host[_find_host(government.home)].append(government)

    def make_home(self, url: str, government: Government | None = None) -> Home:
        """Return a home page; without a government as that of the only one at its host."""
        owners = self._by_host.get(_find_host(url), [])
        if len(owners) > 1:
            names = "、".join(owner.name for owner in owners)
            note = f"several governments have this host: {names}; look whose columns these are"
            return Home(url, government, note)
        if government is None and owners:
            government = owners[0]
        return Home(url, government)


def _find_host(url: str) -> str:
    return fold_host(urlsplit(url).hostname or "")


def read_homes(lines: Iterable[str], owners: HostOwners) -> list[Home]:
    """Return the home pages of a file: an address a line, what follows a # is not read.

    One at the host of one government's home page is that government's. Raises ValueError for
    a line that is no address.
    """
    homes = []
    for number, line in enumerate(lines, 1):
        text = line.partition("#")[0].strip()
        if not text:
            continue
        try:
            url = complete_address(text)
        except ValueError as error:
            raise ValueError(f"line {number}: {error}") from error
        homes.append(owners.make_home(url))
    return homes


def select_homes(
    homes: Iterable[Home], sites: Iterable[Site], folder: Path, *, again: bool
) -> list[Home]:
    """Return the home pages to look at: without a site file, and not looked at unless `again`.

    Where several governments have the host, a file there may be another one's: what counts is
    whose division a file is for. The host has the columns of another one, too.
    """
    hosts: set[str] = set()
    files = list(sites)
    for site in files:
        hosts |= {_find_host(f"//{netloc}") for netloc in site.all_hosts}
    coverage = FileCoverage(files)
    explored = {} if again else load_explorations(folder)
    selected: dict[HomeKey, Home] = {}
    for home in homes:
        if home.note and home.government:
            has_site = coverage.covers(home.government)
        else:
            has_site = _find_host(home.url) in hosts
        if not has_site and home.key not in explored:
            selected.setdefault(home.key, home)
    return list(selected.values())


class _HomeLook(NamedTuple):
    """A home page, and what the look at it brings to light."""

    home: Home
    discovery: Discovery

    @property
    def requests(self) -> int:
        return self.discovery.requests


class Explorer:
    """Looks at home pages; writes a site file for each with a column, and a line for every one."""

    def __init__(self, folder: Path, sites_folder: Path | None, options: LookOptions):
        self.folder = folder
        self.sites_folder = sites_folder
        self.options = options
        self.explorations: list[Exploration] = []

    def explore(self, homes: Sequence[Home], progress: Progress) -> None:
        """Look at all of them, some at a time. Raises what writing a file raised."""
        looks = [self._plan_look(home) for home in homes]
        options = self.options
        Survey(
            looks, options.allow_address, None, self._save, progress, options.proxy
        ).run()

    def plan_site(self, home: Home) -> Site:
        """Return the site as which a home page is looked at. Raises ValidationError."""
        delay, tls = self.options.delay, self.options.tls
        return make_provisional_site("generic", home.url, "?", delay=delay, tls=tls)

    def _plan_look(self, home: Home) -> Look[_HomeLook]:
        discovery = Discovery(home.url)
        arguments: dict[str, Any] = {
            "discovery": discovery,
            "delay": self.options.delay,
            "tls": self.options.tls,
        }
        look = _HomeLook(home, discovery)
        return Look(self.plan_site(home), Scout, arguments, look)

    def add_known(
        self,
        homes: Sequence[Home],
        archive: Archive,
    ) -> list[Home]:
        """Write site files for the governments whose columns an archive has; return the others."""
        histories = SearchHistories(archive)
        others = []
        for home in homes:
            usable = None
            if home.government is not None:
                usable = histories.find(home.government).usable
            if usable is None:
                others.append(home)
            else:
                self._add_file(home, usable, requests=0)
        return others

    def _save(self, look: _HomeLook) -> None:
        """Write the site file, where there is a column, then the line that ends the look."""
        home, discovery = look
        if discovery.columns and home.government is not None:
            site_id = self._choose_id(home.government)
            record = make_record(discovery, home.government, site_id, utc_now())
            self._add_file(home, record, requests=discovery.requests)
            return
        self._add_line(
            home,
            discovery.outcome,
            len(discovery.columns),
            discovery.requests,
            *self._try_stranger(discovery),
        )

    def _try_stranger(self, discovery: Discovery) -> tuple[str | None, str | None]:
        """Write the site file of a home page of nobody that is known; return its id and a note."""
        if discovery.columns:
            delay, tls = self.options.delay, self.options.tls
            return self._try_file(propose_site(discovery, delay=delay, tls=tls))
        return None, discovery.troubles[0] if discovery.troubles else None

    def _choose_id(self, government: Government) -> str:
        """Return the id of a government's site, with the code behind it where it is taken."""
        site_id = make_site_id(government.home)
        if site_id in list_site_files(self.sites_folder):
            return f"{site_id}-{government.code or 'other'}"
        return site_id

    def _add_file(self, home: Home, record: SiteDiscovery, *, requests: int) -> None:
        """Write the site file of a discovery, and its line."""
        delay, tls = self.options.delay, self.options.tls
        fields = propose_discovered_site(record, delay, tls)
        self._add_line(
            home,
            record.outcome,
            len(record.columns),
            requests,
            *self._try_file(fields),
        )

    def _try_file(self, fields: CommentedMap) -> tuple[str | None, str | None]:
        """Write a site file; return its id, or why there is none."""
        try:
            write_site_file(fields, self.folder, list_site_files(self.sites_folder))
        except (CatalogueError, ValidationError) as error:
            return None, str(error)
        return str(fields["id"]), None

    def _add_line(
        self,
        home: Home,
        outcome: Outcome,
        columns: int,
        requests: int,
        site_id: str | None,
        note: str | None,
    ) -> None:
        government = home.government
        notes = "; ".join(one for one in (home.note, note) if one)
        exploration = Exploration(
            home=home.url,
            government=government.name if government else None,
            code=government.code if government else None,
            explored_on=datetime.now(CHINA).date().isoformat(),
            outcome=outcome,
            site=site_id,
            columns=columns,
            requests=requests,
            note=notes[:LONGEST_NOTE] or None,
        )
        append_exploration(self.folder, exploration)
        self.explorations.append(exploration)
