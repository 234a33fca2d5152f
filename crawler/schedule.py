"""The calendar: which addresses are to be visited again, when, and why.

Reports appear from January to March, so lists are visited daily then and every two weeks else.
A report page is visited again after half the time for which it has not changed: one that was
edited yesterday soon, one that has stood for years twice a year.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from nianbao.archive.addresses import canonical
from nianbao.archive.clock import CHINA
from nianbao.archive.read_model.history import Known
from nianbao.archive.records import Role
from nianbao.spiders.catalogue import Site

SEASON = range(
    1, 5
)  # months: reports are due by the end of January and of March, late ones follow
LISTS_IN_SEASON = timedelta(
    hours=20
)  # less than a day, so that a daily timer finds them due each time
LISTS_ELSE = timedelta(days=14)
SOONEST, LATEST = timedelta(days=7), timedelta(days=180)  # of report pages
FAILED = timedelta(hours=20)  # what gave no answer is asked again the next day


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit to come: the address, what it is, from when on, and why then."""

    site: str
    url: str
    role: Role
    due_at: datetime
    why: str


class Calendar:
    """When the addresses of a site are to be visited; one that was never visited is due at once."""

    def __init__(self, site: Site, known: Mapping[str, Known], now: datetime) -> None:
        self.site, self.known, self.now = site, known, now

    def visit(self, url: str, role: Role) -> Visit:
        """Return when an address is to be visited."""
        known = self.known.get(canonical(url))
        if known is None:
            return Visit(self.site.id, url, role, self.now, "never visited")
        after, why = _after(known, self.now)
        return Visit(
            self.site.id,
            url,
            role,
            datetime.fromisoformat(known.visited_at) + after,
            why,
        )

    def lists(self) -> list[Visit]:
        """Return the visits to the lists to start from: all as soon as one is, for a run sees
        all or nothing.
        """
        visits = [self.visit(entry.url, "list") for entry in self.site.entries]
        first = min(visits, key=lambda visit: visit.due_at)
        return [replace(visit, due_at=first.due_at, why=first.why) for visit in visits]

    def is_due(self, url: str, role: Role) -> bool:
        """Tell whether an address is to be visited now; a list is one of those to start from."""
        visit = self.lists()[0] if role == "list" else self.visit(url, role)
        return visit.due_at <= self.now

    def coming(self) -> list[Visit]:
        """Return the visits to come, the earliest first: the lists to start from, and every
        page known.
        """
        entries = self.lists()
        pages = [
            self.visit(known.url, known.role)
            for known in self.known.values()
            if known.role == "report"
        ]
        return sorted(
            [*entries, *pages], key=lambda visit: (visit.due_at, visit.role, visit.url)
        )

    def due(self) -> list[Visit]:
        """Return the visits that are due now."""
        return [visit for visit in self.coming() if visit.due_at <= self.now]


def lists_due(last: datetime) -> datetime:
    """Return when a site's lists are due that were read at an instant: the next day in the
    season, else later.
    """
    soon = (last + LISTS_IN_SEASON).astimezone(CHINA)
    if soon.month in SEASON:
        return soon
    return min(last + LISTS_ELSE, datetime(soon.year + 1, SEASON[0], 1, tzinfo=CHINA))


def _after(known: Known, now: datetime) -> tuple[timedelta, str]:
    """Return how long after the last visit the next one is due, and why."""
    if known.failed:
        return FAILED, "the last visit failed"
    if known.role == "list":
        if now.astimezone(CHINA).month in SEASON:
            return LISTS_IN_SEASON, "a list, in the season of the reports"
        return LISTS_ELSE, "a list, out of season"
    visited, changed = (
        datetime.fromisoformat(instant)
        for instant in (known.visited_at, known.changed_at)
    )
    stood = visited - changed
    return min(LATEST, max(SOONEST, stood / 2)), f"unchanged for {stood.days} days"
