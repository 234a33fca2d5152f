"""What is known of governments: site files that cover them, and searches of their sites."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from nianbao.archive.read_model.crawls.column_failures import have_columns_failed
from nianbao.crawler.discovery.coverage import is_of_one_body
from nianbao.crawler.discovery.search_dates import is_search_due
from nianbao.spiders.own_hosts import fold_host

if TYPE_CHECKING:
    from collections.abc import Container, Iterable
    from datetime import datetime

    from nianbao.archive import Archive
    from nianbao.archive.raw.discoveries import SiteDiscovery
    from nianbao.spiders.catalogue import Site
    from nianbao.spiders.register.governments import Government

# What such a search says of columns that were found before: they are no more.
ANSWERED = ("no_column", "needs_browser")


class FileCoverage:
    """Which governments are crawled by site files.

    Those of whose division a file is, and those on whose host one is that names no division:
    some governments share a host. A file for one body covers none.
    """

    def __init__(self, sites: Iterable[Site]) -> None:
        self._hosts: set[str] = set()
        self._codes: set[str] = set()
        for site in sites:
            if is_of_one_body(site):
                continue
            code = site.region.code if site.region else None
            if code is not None:
                self._codes.add(code)
            else:
                self._hosts |= {fold_host(netloc) for netloc in site.all_hosts}

    def covers(self, government: Government) -> bool:
        """Tell whether a government is crawled by a site file."""
        if fold_host(urlsplit(government.home).netloc) in self._hosts:
            return True
        return not self._codes.isdisjoint(government.codes)


@dataclass(frozen=True, slots=True)
class SearchHistory:
    """The searches of a government's site, the earliest first; `works` says of the last columns
    that were found whether they still show reports.
    """

    discoveries: tuple[SiteDiscovery, ...]
    works: bool

    @property
    def last(self) -> SiteDiscovery | None:
        """The last search."""
        return self.discoveries[-1] if self.discoveries else None

    @property
    def usable(self) -> SiteDiscovery | None:
        """The search whose columns are crawled; None where there is none."""
        with_columns = find_last_columns(self.discoveries)
        if with_columns is None or self.last is None or self.works:
            return with_columns
        return None if self.last.outcome in ANSWERED else with_columns

    def leave_out(self, site_ids: Container[str]) -> SearchHistory:
        """Return the searches but those of some sites, which files have taken over."""
        others = [one for one in self.discoveries if one.site_id not in site_ids]
        columns = find_last_columns(self.discoveries)
        works = self.works and columns in others
        return SearchHistory(tuple(others), works)

    def is_due(
        self,
        government: Government,
        now: datetime,
    ) -> bool:
        """Tell whether the site is to be searched: also where the home page is another one now."""
        if self.last is not None and self.last.home != government.home:
            return True
        return is_search_due(
            self.last,
            now,
            works=self.works,
        )

    def was_searched_since(self, instant: str) -> bool:
        """Tell whether the last search ended after an instant."""
        return self.last is not None and self.last.ended_at >= instant


def find_last_columns(discoveries: Iterable[SiteDiscovery]) -> SiteDiscovery | None:
    """Return the last of some searches that found columns."""
    with_columns = None
    for discovery in discoveries:
        if discovery.columns:
            with_columns = discovery
    return with_columns


class SearchHistories:
    """The searches that an archive has, by government. `but_run` is a run that goes on."""

    def __init__(
        self,
        archive: Archive | None,
        but_run: int | None = None,
    ) -> None:
        self._archive = archive
        self._but_run = but_run
        self._by_key: dict[str, list[SiteDiscovery]] = defaultdict(list)
        for discovery in archive.discoveries() if archive else ():
            self._by_key[discovery.government_key].append(discovery)

    def find(self, government: Government) -> SearchHistory:
        """Return the searches of a government's site, also under the codes that it had."""
        discoveries: list[SiteDiscovery] = []
        for key in dict.fromkeys((*government.codes, government.name)):
            discoveries += self._by_key.get(key, [])
        discoveries.sort(key=_get_end)
        return SearchHistory(tuple(discoveries), works=self._works(discoveries))

    def _works(self, discoveries: list[SiteDiscovery]) -> bool:
        with_columns = find_last_columns(discoveries)
        if with_columns is None or self._archive is None:
            return False
        urls = [column.url for column in with_columns.columns]
        return not have_columns_failed(
            self._archive.db,
            with_columns.site_id,
            urls,
            with_columns.ended_at,
            self._but_run,
        )


def _get_end(discovery: SiteDiscovery) -> str:
    return discovery.ended_at
