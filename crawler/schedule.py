"""The calendar: which addresses are to be visited again, when, and why.

Reports appear from January to March, so lists are visited daily then and every two weeks else.
A report page is visited again after half the time for which it has not changed: one that was
edited yesterday soon, one that has stood for years twice a year. But when the list names the
report of another year at its address, the page is visited at once.

Sites that were visited on one day do not come due on one day: each has its own day of the two
weeks, and its own part of an interval is taken off. By that a visit comes earlier, never later.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from nianbao.archive.addresses import canonicalize, drop_parameters
from nianbao.archive.clock import CHINA
from nianbao.archive.read_model.crawls.visit_history import AddressHistory
from nianbao.archive.records import Role

if TYPE_CHECKING:
    from nianbao.spiders.catalogue import Site
    from nianbao.spiders.lists.page import ListRow

# months: reports are due by the end of January and of March, late ones follow
SEASON = range(1, 5)
# less than a day, so that a daily timer finds them due each time
LISTS_IN_SEASON = timedelta(hours=20)
LISTS_ELSE = timedelta(days=14)
# of report pages
SOONEST = timedelta(days=7)
LATEST = timedelta(days=180)
# of an interval between visits to reports so much is taken off, at most
SPREAD = 0.25
# from which the fortnights of the lists are counted
FIRST_DAY = datetime(2001, 1, 1, tzinfo=CHINA)
# a page that is no report, behind a row that does not say that it is one
SOONEST_OF_OTHERS = timedelta(days=30)
# what gave no answer is asked again the next day
AFTER_FAILURE = timedelta(hours=20)


@dataclass(frozen=True, slots=True)
class DueVisit:
    """A visit to come: the address, what it is, from when on, and why then."""

    site: str
    url: str
    role: Role
    due_at: datetime
    why: str


class Calendar:
    """When the addresses of a site are to be visited; one that was never visited is due at once.

    `history` tells of the last visit to each address, by its canonical form without the volatile
    parameters of the site.
    """

    def __init__(
        self,
        site: Site,
        history: Mapping[str, AddressHistory],
        now: datetime,
        volatile_parameters: Collection[str] = (),
    ) -> None:
        self.site = site
        self.history = history
        self.now = now
        self.volatile_parameters = volatile_parameters

    def identify(self, url: str) -> str:
        """Return what a page is known by, whatever its address is at this visit."""
        return drop_parameters(canonicalize(url), self.volatile_parameters)

    def next_visit(self, url: str, role: Role) -> DueVisit:
        """Return when an address is to be visited."""
        due_at = self.now
        reason = "never visited"
        last = self.history.get(self.identify(url))
        if last is not None:
            interval, reason = _interval(last, self.now, self.site.id)
            due_at = datetime.fromisoformat(last.visited_at) + interval
        return DueVisit(
            site=self.site.id,
            url=url,
            role=role,
            due_at=due_at,
            why=reason,
        )

    def list_visits(self) -> list[DueVisit]:
        """Return the visits to the lists to start from.

        All are due as soon as one is, for a run reads all lists or none.
        """
        visits = []
        for entry in self.site.entries:
            visits.append(self.next_visit(entry.url, "list"))
        first = min(visits, key=_due_at)
        return [replace(visit, due_at=first.due_at, why=first.why) for visit in visits]

    def is_due(self, url: str, role: Role) -> bool:
        """Tell whether an address is to be visited now.

        Lists are read when those to start from are, and so is a page that was requested as a
        report and is a list.
        """
        last = self.history.get(self.identify(url))
        if role == "list" or (last is not None and last.role == "list"):
            return self.list_visits()[0].due_at <= self.now
        return self.next_visit(url, role).due_at <= self.now

    def names_other_report(self, url: str, row: ListRow) -> bool:
        """Tell whether the row names another year than the row of the last visit to the address.

        Some sites show the newest report at a fixed address, or number their pages anew.
        """
        # the rules of titles take a while to load, and nobody needs them to say what is due
        from nianbao.spiders.report_names import find_years

        last = self.history.get(self.identify(url))
        if last is None:
            return False
        years = find_years(row.title)
        last_years = find_years(last.list_title)
        return bool(years) and bool(last_years) and years != last_years

    def is_other_page(self, url: str) -> bool:
        """Tell whether an address led to no report when it was visited, not long ago.

        It is visited again after half the time for which it is known, as a report page is, but
        never before a month has passed.
        """
        last = self.history.get(self.identify(url))
        if last is None or not last.is_other_page:
            return False
        interval = max(_half_of_age(last), SOONEST_OF_OTHERS)
        return self.now < datetime.fromisoformat(last.visited_at) + interval

    def showed_report(self, url: str) -> bool:
        """Tell whether an address ever showed a report."""
        last = self.history.get(self.identify(url))
        return last is not None and last.shows_report

    def coming_visits(self) -> list[DueVisit]:
        """Return the visits to come, the earliest first: the lists to start from, and all pages.

        A page that is no report is visited when a list that names it is read.
        """
        visits = self.list_visits()
        for last in self.history.values():
            if last.role == "report" and not last.is_other_page:
                visits.append(self.next_visit(last.url, last.role))
        return sorted(visits, key=_sort_key)

    def due_visits(self) -> list[DueVisit]:
        """Return the visits that are due now."""
        return [visit for visit in self.coming_visits() if visit.due_at <= self.now]


def _due_at(visit: DueVisit) -> datetime:
    return visit.due_at


def _sort_key(visit: DueVisit) -> tuple[datetime, str, str]:
    return visit.due_at, visit.role, visit.url


def lists_due(last: datetime) -> datetime:
    """Return when lists are due that were read at an instant: the next day in the season, or later.

    Out of season it is two weeks later, at most the begin of the next season.
    """
    soon = (last + LISTS_IN_SEASON).astimezone(CHINA)
    if soon.month in SEASON:
        return soon
    next_season = datetime(soon.year + 1, SEASON[0], 1, tzinfo=CHINA)
    return min(last + LISTS_ELSE, next_season)


def find_share(site_id: str) -> float:
    """Return a site's own number from 0 to less than 1, the same each time."""
    digest = sha256(site_id.encode()).digest()
    return int.from_bytes(digest[:8]) / 2**64


def _until_own_day(last: datetime, site_id: str) -> timedelta:
    """Return how long it is from a visit to the site's own day of the two weeks, at most those."""
    own_days = int(find_share(site_id) * LISTS_ELSE.days)
    first_day = FIRST_DAY + timedelta(days=own_days)
    return LISTS_ELSE - (last - first_day) % LISTS_ELSE


def _interval(
    last: AddressHistory, now: datetime, site_id: str
) -> tuple[timedelta, str]:
    """Return how long after the last visit the next one is due, and why."""
    if last.failed:
        return AFTER_FAILURE, "the last visit failed"
    if last.role == "list":
        if now.astimezone(CHINA).month in SEASON:
            return LISTS_IN_SEASON, "a list, in the season of the reports"
        interval = _until_own_day(datetime.fromisoformat(last.visited_at), site_id)
        return interval, "a list, out of season"
    if last.is_other_page:
        return min(_half_of_age(last), LISTS_ELSE), "no report, or a list of some"
    visited_at = datetime.fromisoformat(last.visited_at)
    unchanged = visited_at - datetime.fromisoformat(last.changed_at)
    interval = _half_of_age(last) * (1 - SPREAD * find_share(site_id))
    return interval, f"unchanged for {unchanged.days} days"


def _half_of_age(last: AddressHistory) -> timedelta:
    """Return half of the time for which a page has not changed, within bounds."""
    visited_at = datetime.fromisoformat(last.visited_at)
    unchanged = visited_at - datetime.fromisoformat(last.changed_at)
    return min(LATEST, max(SOONEST, unchanged / 2))
