"""`nianbao sites add` for many home pages: those of a file, or of the governments of a region."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from nianbao.archive.clock import CHINA
from nianbao.crawler.commands.sites.survey import Look, Survey
from nianbao.crawler.site_files.explorations import (
    Exploration,
    append_exploration,
    load_explorations,
)
from nianbao.crawler.site_files.proposal import propose_site
from nianbao.crawler.site_files.yaml_file import inline_map, write_site_file
from nianbao.spiders.catalogue import CatalogueError, make_provisional_site
from nianbao.spiders.discovery.records import Discovery
from nianbao.spiders.discovery.scout import Scout
from nianbao.spiders.discovery.start_address import complete_address
from nianbao.spiders.site_folders import list_site_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from ruamel.yaml.comments import CommentedMap

    from nianbao.crawler.egress.proxies import Proxy
    from nianbao.crawler.progress import Progress
    from nianbao.spiders.catalogue import Site, TlsFault
    from nianbao.spiders.register.governments import Government

LONGEST_NOTE = 300  # characters


@dataclass(frozen=True, slots=True)
class Home:
    """A home page to look at, and the government of the register whose it is, where it is one."""

    url: str
    government: Government | None


@dataclass(frozen=True, slots=True)
class LookOptions:
    """How every home page is looked at."""

    allow_address: tuple[str, ...]
    delay: float
    tls: tuple[TlsFault, ...]
    proxy: Proxy | None = None


def read_homes(lines: Iterable[str], governments: Iterable[Government]) -> list[Home]:
    """Return the home pages of a file: an address a line, what follows a # is not read.

    One at the host of a government's home page is that government's. Raises ValueError for a
    line that is no address.
    """
    by_host = {urlsplit(one.home).hostname: one for one in governments}
    homes = []
    for number, line in enumerate(lines, 1):
        text = line.partition("#")[0].strip()
        if not text:
            continue
        try:
            url = complete_address(text)
        except ValueError as error:
            raise ValueError(f"line {number}: {error}") from error
        homes.append(Home(url, by_host.get(urlsplit(url).hostname)))
    return homes


def select_homes(
    homes: Iterable[Home], sites: Iterable[Site], folder: Path, *, again: bool
) -> list[Home]:
    """Return the home pages to look at: without a site file, and not looked at unless `again`."""
    hosts: set[str] = set()
    for site in sites:
        hosts |= {urlsplit(f"//{netloc}").hostname or "" for netloc in site.all_hosts}
    explored = {} if again else load_explorations(folder)
    selected = {}
    for home in homes:
        has_site = (urlsplit(home.url).hostname or "") in hosts
        if not has_site and home.url not in explored:
            selected[home.url] = home
    return list(selected.values())


class Explorer:
    """Looks at home pages; writes a site file for each with a column, and a line for every one."""

    def __init__(self, folder: Path, sites_folder: Path | None, options: LookOptions):
        self.folder = folder
        self.sites_folder = sites_folder
        self.options = options
        self.explorations: list[Exploration] = []
        self._homes: dict[str, Home] = {}

    def explore(self, homes: Sequence[Home], progress: Progress) -> None:
        """Look at all of them, some at a time. Raises what writing a file raised."""
        looks = [self._plan_look(home) for home in homes]
        self._homes = {home.url: home for home in homes}
        options = self.options
        Survey(
            looks, options.allow_address, None, self._save, progress, options.proxy
        ).run()

    def plan_site(self, home: Home) -> Site:
        """Return the site as which a home page is looked at. Raises ValidationError."""
        delay, tls = self.options.delay, self.options.tls
        return make_provisional_site("generic", home.url, "?", delay=delay, tls=tls)

    def _plan_look(self, home: Home) -> Look[Discovery]:
        discovery = Discovery(home.url)
        arguments: dict[str, Any] = {
            "discovery": discovery,
            "delay": self.options.delay,
            "tls": self.options.tls,
        }
        return Look(self.plan_site(home), Scout, arguments, discovery)

    def _save(self, discovery: Discovery) -> None:
        """Write the site file, where there is a column, then the line that ends the look."""
        home = self._homes[discovery.url]
        site_id, note = None, None
        if discovery.columns:
            try:
                site_id = self._write_site(discovery, home.government)
            except (CatalogueError, ValidationError) as error:
                note = str(error)
        elif discovery.troubles:
            note = discovery.troubles[0]
        government = home.government
        exploration = Exploration(
            home=home.url,
            government=government.name if government else None,
            code=government.code if government else None,
            explored_on=datetime.now(CHINA).date().isoformat(),
            outcome=discovery.outcome,
            site=site_id,
            columns=len(discovery.columns),
            requests=discovery.requests,
            note=note[:LONGEST_NOTE] if note else None,
        )
        append_exploration(self.folder, exploration)
        self.explorations.append(exploration)

    def _write_site(self, discovery: Discovery, government: Government | None) -> str:
        """Write a site file; return its id, which gets the code behind it where it is taken."""
        delay, tls = self.options.delay, self.options.tls
        fields = propose_site(discovery, delay=delay, tls=tls)
        existing = list_site_files(self.sites_folder)
        if government is not None:
            name_government(fields, government)
            if fields["id"] in existing:
                fields["id"] = f"{fields['id']}-{government.code or 'other'}"
        write_site_file(fields, self.folder, existing)
        return str(fields["id"])


def name_government(fields: CommentedMap, government: Government) -> None:
    """Give a proposed site the region of its government, and its name unless it has one there."""
    fields["region"] = inline_map(name=government.name, code=government.code)
    if government.path[-1] not in str(fields["name"]):
        fields["name"] = f"{government.path[-1]}人民政府"
