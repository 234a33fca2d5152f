"""The plan of a crawl: which sites and reports, how far, and with whom it is shared."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nianbao.crawler.schedule import Calendar
from nianbao.crawler.selection import EVERYTHING, ReportFilter
from nianbao.spiders.catalogue import SITES, Site
from nianbao.spiders.context import CrawlContext

if TYPE_CHECKING:
    from nianbao.archive import Archive
    from nianbao.crawler.egress.proxies import Proxy


@dataclass(frozen=True, slots=True)
class CrawlPlan:
    """What a crawl is to do. Two crawls of the same plan are one run when the first was cut off."""

    archive: Path
    sites: Path | None  # a folder of site files; None: the catalogue and the own folder
    only: tuple[str, ...] = ()  # ids of sites; empty: all of them
    allow_address: tuple[str, ...] = ()  # networks that are refused by default
    # the name of the sites, where their folder does not tell
    name: str | None = None
    due: bool = False  # only what the calendar says is due
    # the moment the calendar is asked for; None: now
    at: datetime | None = None
    # beginnings of regions' names or codes; empty: all of them
    regions: tuple[str, ...] = ()
    reports: ReportFilter = EVERYTHING
    # share of the known pages to ask for without validators; None: as the settings say
    distrust: float | None = None
    # whether all sites are crawled as those with `browser: true`
    browser: bool = False
    # pages to ask for at most, then the run waits for the next start
    limit: int | None = None
    # the scheduler whose workers crawl, or `local`; no part of what tells a run from others
    cluster: str | None = None
    # through which requests leave; no part of what tells a run from others
    proxy: Proxy | None = None
    # whether the sites of governments without a site file are searched
    discover: bool = False
    search_again: bool = False  # also those that were searched not long ago
    # seconds between two requests to a site that has no file
    delay: float = Site.model_fields["delay"].default

    def settings(self) -> dict[str, Any]:
        """Return what tells a run of this plan from others; its limit is no part of it."""
        settings: dict[str, Any] = {
            "sites": self.name or str((self.sites or SITES).absolute()),
            "only": sorted(self.only),
        }
        if self.regions:
            settings["regions"] = sorted(self.regions)
        if self.due:
            settings["due"] = True
        if self.browser:
            settings["browser"] = True
        if self.discover:
            settings["discover"] = "again" if self.search_again else "due"
        return settings | self.reports.settings()

    def calendar(
        self, archive: Archive, site: Site, before_run: int | None = None
    ) -> Calendar:
        """Return when the addresses of a site are to be visited, as the runs before one tell."""
        history = archive.address_history(site.id, before_run)
        parameters = archive.volatile_parameters(site.id)
        return Calendar(site, history, self.at or datetime.now(UTC), parameters)

    def context(self, archive: Archive, site: Site, run_id: int) -> CrawlContext:
        """Return which addresses of a site a run of this plan visits."""
        calendar = self.calendar(archive, site, run_id)
        context = CrawlContext(
            is_other_page=calendar.is_other_page,
            showed_report=calendar.showed_report,
            identify=calendar.identify,
        )
        if self.due:
            context = replace(
                context,
                is_due=calendar.is_due,
                names_other_report=calendar.names_other_report,
            )
        if self.reports.is_everything:
            return context
        return replace(context, wants=self.reports.matches, selective=True)
