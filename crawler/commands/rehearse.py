"""`nianbao crawl --dry-run`: the visits that a crawl would make."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from nianbao.archive import Archive
from nianbao.archive.clock import CHINA
from nianbao.archive.storage.connection import is_there
from nianbao.crawler.archived_sites import find_site_clash, to_archived_site
from nianbao.crawler.commands.options import print_json
from nianbao.crawler.commands.terminal.console import open_console, print_failures
from nianbao.crawler.commands.terminal.forecast import print_forecast
from nianbao.crawler.commands.terminal.run_summary import print_coming_visits
from nianbao.crawler.discovery.choice import choose_targets
from nianbao.crawler.dispatch import SITES_AT_A_TIME
from nianbao.crawler.schedule import Calendar, DueVisit
from nianbao.crawler.turns.forecast import (
    SiteLoad,
    estimate_load,
    estimate_search,
    forecast_round,
)
from nianbao.spiders.site_folders import load_all_sites

if TYPE_CHECKING:
    from nianbao.crawler.plan import CrawlPlan
    from nianbao.spiders.catalogue import Site


def rehearse(plan: CrawlPlan, *, only_forecast: bool, as_json: bool) -> bool:
    """Print the visits that are due and those to come; a crawl without --due makes them all.

    Behind them stands how many requests the crawl takes, and how long; that alone with
    `only_forecast`. Where only some reports are wanted, only the lists: they tell which reports
    those are. A site that a crawl would leave out is said on standard error; returns whether
    there is none.
    """
    now = plan.at or datetime.now(CHINA)
    rehearsal = _plan_visits(plan, now)
    print_failures(open_console(stderr=True), rehearsal.clashes)
    forecast = forecast_round(rehearsal.list_loads(plan), SITES_AT_A_TIME)
    if only_forecast:
        if as_json:
            print_json(dataclasses.asdict(forecast))
        else:
            print_forecast(open_console(), forecast)
        return not rehearsal.clashes
    visits: list[DueVisit] = []
    for calendar in rehearsal.calendars:
        if plan.reports.is_everything:
            visits += calendar.coming_visits()
        else:
            visits += calendar.list_visits()
    visits.sort(key=_due_at)
    if as_json:
        print_json([_describe_visit(visit) for visit in visits])
    else:
        print_coming_visits(open_console(), visits, now)
        print_forecast(open_console(), forecast)
    return not rehearsal.clashes


@dataclass(slots=True)
class Rehearsal:
    """What a crawl would visit: a calendar for each site, and the sites that it would search.

    `clashes` says what is wrong with sites whose id is another site's in the archive, `paces`
    how fast sites were crawled last.
    """

    calendars: list[Calendar] = field(default_factory=list)
    searched_sites: list[Site] = field(default_factory=list)
    clashes: list[str] = field(default_factory=list)
    paces: dict[str, float] = field(default_factory=dict)

    def list_loads(self, plan: CrawlPlan) -> list[SiteLoad]:
        """Return what the crawl asks of each site."""
        loads = [estimate_search(site) for site in self.searched_sites]
        for calendar in self.calendars:
            pace = self.paces.get(calendar.site.id)
            loads.append(estimate_load(calendar, plan, pace))
        return loads


def _plan_visits(plan: CrawlPlan, now: datetime) -> Rehearsal:
    """Return what a crawl would visit, by the history of the sites where there is an archive."""
    files = load_all_sites(plan.sites)
    rehearsal = Rehearsal()
    if not is_there(plan.archive):
        targets = choose_targets(plan, files, None)
        rehearsal.searched_sites = list(targets.iterate_searched_sites())
        for site in targets.iterate_sites():
            rehearsal.calendars.append(Calendar(site, {}, now))
        return rehearsal
    with Archive(plan.archive) as archive:
        targets = choose_targets(plan, files, archive)
        rehearsal.searched_sites = list(targets.iterate_searched_sites())
        rehearsal.paces = archive.site_paces()
        for site in targets.iterate_sites():
            clash = find_site_clash(archive, to_archived_site(site))
            if clash is None:
                rehearsal.calendars.append(plan.calendar(archive, site))
            else:
                rehearsal.clashes.append(clash)
    return rehearsal


def _due_at(visit: DueVisit) -> datetime:
    return visit.due_at


def _describe_visit(visit: DueVisit) -> dict[str, str]:
    """Return a visit as its JSON has it."""
    due_at = visit.due_at.isoformat(timespec="seconds")
    return {**dataclasses.asdict(visit), "due_at": due_at}
