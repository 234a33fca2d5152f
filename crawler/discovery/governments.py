"""What is known of each government: its sites, their last runs, how its last search ended."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

from nianbao.crawler.discovery.coverage import is_of_one_body
from nianbao.crawler.discovery.known_sites import FileCoverage, SearchHistories

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nianbao.archive import Archive
    from nianbao.archive.raw.discoveries import SiteDiscovery
    from nianbao.archive.read_model.crawls.site_status import SiteStatus
    from nianbao.crawler.discovery.known_sites import SearchHistory
    from nianbao.spiders.catalogue import Site
    from nianbao.spiders.register.governments import Government

# How far a government is crawled: by a site file, by what a search found, by columns of one body
# each only; else how the last search ended; else nobody has searched.
GovernmentState: TypeAlias = Literal[
    "site_file",
    "found",
    "one_body",
    "no_column",
    "needs_browser",
    "blocked",
    "unreachable",
    "unknown",
]
STATES: tuple[GovernmentState, ...] = get_args(GovernmentState)


@dataclass(frozen=True, slots=True)
class CrawledSite:
    """A site of a government's division. `last_run` is None where no crawl has been there."""

    id: str
    name: str
    last_run: str | None
    last_reason: str | None
    one_body: bool  # whether it is for one body, so that the government is not covered


@dataclass(frozen=True, slots=True)
class KnownGovernment:
    """A government of the register with the sites of its division and its last search."""

    government: Government
    state: GovernmentState
    sites: tuple[CrawledSite, ...]
    search: SiteDiscovery | None

    def to_json(self) -> dict[str, Any]:
        """Return it for programs."""
        government = self.government
        return {
            "name": government.name,
            "code": government.code,
            "level": government.level,
            "former_codes": list(government.former_codes),
            "home": government.home,
            "access": government.access,
            "checked_on": government.checked_on,
            "state": self.state,
            "sites": [asdict(site) for site in self.sites],
            "search": _describe_search(self.search),
        }


def _describe_search(search: SiteDiscovery | None) -> dict[str, Any] | None:
    if search is None:
        return None
    columns = []
    for column in search.columns:
        fields = ("url", "name", "covers", "body", "links")
        columns.append({name: getattr(column, name) for name in fields})
    return {
        "ended_at": search.ended_at,
        "outcome": search.outcome,
        "requests": search.requests,
        "columns": columns,
        "unread": [{"url": url, "name": name} for url, name in search.unread],
        "elsewhere": [{"url": url, "name": name} for url, name in search.elsewhere],
        "troubles": list(search.troubles),
    }


def list_known_governments(
    governments: Iterable[Government],
    sites: Mapping[str, Site],
    archive: Archive | None = None,
    statuses: Iterable[SiteStatus] = (),
) -> list[KnownGovernment]:
    """Return governments with the sites of their divisions and their last runs.

    A site belongs to a division by the code in its file, today's or a former one; one that was
    discovered to the government that was searched.
    """
    knowledge = _Knowledge(sites, archive, statuses)
    return [knowledge.describe(government) for government in governments]


class _Knowledge:
    """What site files and an archive know."""

    def __init__(
        self,
        sites: Mapping[str, Site],
        archive: Archive | None,
        statuses: Iterable[SiteStatus],
    ) -> None:
        self._files = sites
        self._statuses = {status.id: status for status in statuses}
        self._coverage = FileCoverage(sites.values())
        self._histories = SearchHistories(archive)
        self._by_code: dict[str, list[CrawledSite]] = defaultdict(list)
        for site in sites.values():
            if site.region is not None and site.region.code is not None:
                crawled = self._make_site(
                    site.id,
                    site.name,
                    one_body=is_of_one_body(site),
                )
                self._by_code[site.region.code].append(crawled)

    def describe(self, government: Government) -> KnownGovernment:
        """Return what is known of a government."""
        sites = [site for code in government.codes for site in self._by_code[code]]
        history = self._histories.find(government)
        own_history = history.leave_out(self._files)
        usable = own_history.usable
        if usable is not None:
            site = self._make_site(
                usable.site_id,
                usable.site_name or government.name,
                one_body=usable.is_of_one_body,
            )
            sites.append(site)
        return KnownGovernment(
            government,
            self._judge(government, sites, own_history),
            tuple(sites),
            history.last,
        )

    def _judge(
        self,
        government: Government,
        sites: list[CrawledSite],
        history: SearchHistory,
    ) -> GovernmentState:
        if self._coverage.covers(government):
            return "site_file"
        if history.usable is not None:
            return "one_body" if history.usable.is_of_one_body else "found"
        if history.last is not None:
            return history.last.outcome
        return "one_body" if sites else "unknown"

    def _make_site(self, site_id: str, name: str, *, one_body: bool) -> CrawledSite:
        status = self._statuses.get(site_id)
        return CrawledSite(
            id=site_id,
            name=name,
            last_run=status.last_run if status else None,
            last_reason=status.last_reason if status else None,
            one_body=one_body,
        )
