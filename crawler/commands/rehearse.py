"""`nianbao crawl --dry-run`: the visits that a crawl would make."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from typing import TYPE_CHECKING

from nianbao.archive import Archive
from nianbao.archive.clock import CHINA
from nianbao.archive.storage.connection import is_there
from nianbao.crawler.archived_sites import find_site_clash, to_archived_site
from nianbao.crawler.commands.options import print_json
from nianbao.crawler.commands.terminal.console import open_console, print_failures
from nianbao.crawler.commands.terminal.run_summary import print_coming_visits
from nianbao.crawler.discovery.choice import choose_targets
from nianbao.crawler.schedule import Calendar, DueVisit
from nianbao.spiders.site_folders import load_all_sites

if TYPE_CHECKING:
    from nianbao.crawler.plan import CrawlPlan


def rehearse(plan: CrawlPlan, *, as_json: bool) -> bool:
    """Print the visits that are due and those to come; a crawl without --due makes them all.

    Where only some reports are wanted, only the lists: they tell which reports those are. A site
    that a crawl would leave out is said on standard error; returns whether there is none.
    """
    now = plan.at or datetime.now(CHINA)
    visits: list[DueVisit] = []
    calendars, clashes = _make_calendars(plan, now)
    print_failures(open_console(stderr=True), clashes)
    for calendar in calendars:
        if plan.reports.is_everything:
            visits += calendar.coming_visits()
        else:
            visits += calendar.list_visits()
    visits.sort(key=_due_at)
    if as_json:
        print_json([_describe_visit(visit) for visit in visits])
    else:
        print_coming_visits(open_console(), visits, now)
    return not clashes


def _make_calendars(plan: CrawlPlan, now: datetime) -> tuple[list[Calendar], list[str]]:
    """Return a calendar for each site, with its history where there is an archive.

    Returns too what is wrong with sites whose id is another site's in the archive.
    """
    files = load_all_sites(plan.sites)
    if not is_there(plan.archive):
        targets = choose_targets(plan, files, None)
        return [Calendar(site, {}, now) for site in targets.iterate_sites()], []
    calendars = []
    clashes = []
    with Archive(plan.archive) as archive:
        for site in choose_targets(plan, files, archive).iterate_sites():
            clash = find_site_clash(archive, to_archived_site(site))
            if clash is None:
                calendars.append(plan.calendar(archive, site))
            else:
                clashes.append(clash)
    return calendars, clashes


def _due_at(visit: DueVisit) -> datetime:
    return visit.due_at


def _describe_visit(visit: DueVisit) -> dict[str, str]:
    """Return a visit as its JSON has it."""
    due_at = visit.due_at.isoformat(timespec="seconds")
    return {**dataclasses.asdict(visit), "due_at": due_at}
