"""`nianbao crawl --dry-run`: the visits that a crawl would make."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from nianbao.archive import Archive
from nianbao.archive.clock import CHINA
from nianbao.crawler.commands.options import print_json
from nianbao.crawler.commands.terminal.console import open_console
from nianbao.crawler.commands.terminal.run_summary import print_coming_visits
from nianbao.crawler.schedule import Calendar, DueVisit

if TYPE_CHECKING:
    from nianbao.crawler.plan import CrawlPlan


def rehearse(plan: CrawlPlan, *, as_json: bool) -> None:
    """Print the visits that are due and those to come; a crawl without --due makes them all.

    Where only some reports are wanted, only the lists: they tell which reports those are.
    """
    now = plan.at or datetime.now(CHINA)
    visits: list[DueVisit] = []
    for calendar in _make_calendars(plan, now):
        if plan.reports.is_everything:
            visits += calendar.coming_visits()
        else:
            visits += calendar.list_visits()
    visits.sort(key=_due_at)
    if as_json:
        print_json([_describe_visit(visit) for visit in visits])
    else:
        print_coming_visits(open_console(), visits, now)


def _make_calendars(plan: CrawlPlan, now: datetime) -> Iterable[Calendar]:
    """Return a calendar for each site, with its history where there is an archive."""
    sites = plan.choose_sites().values()
    if not plan.archive.exists():
        return [Calendar(site, {}, now) for site in sites]
    with Archive(plan.archive) as archive:
        return [plan.calendar(archive, site) for site in sites]


def _due_at(visit: DueVisit) -> datetime:
    return visit.due_at


def _describe_visit(visit: DueVisit) -> dict[str, str]:
    """Return a visit as its JSON has it."""
    due_at = visit.due_at.isoformat(timespec="seconds")
    return {**dataclasses.asdict(visit), "due_at": due_at}
