"""The calendar: which addresses are to be visited again, when, and why.

Reports appear from January to March, so lists are visited daily then and every two weeks else. A report
page is visited again after half the time for which it has not changed: one that was edited yesterday
soon, one that has stood for years twice a year.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from archive.history import Known

CHINA = timezone(timedelta(hours=8))
SEASON = range(1, 5)  # months: reports are due by the end of January and of March, late ones follow
LISTS_IN_SEASON = timedelta(hours=20)  # less than a day, so that a daily timer finds them due each time
LISTS_ELSE = timedelta(days=14)
SOONEST, LATEST = timedelta(days=7), timedelta(days=180)  # of report pages
FAILED = timedelta(hours=20)  # what gave no answer is asked again the next day


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit to come: the address, what it is, from when on, and why then."""

    url: str
    role: str
    due_at: datetime
    why: str


class Calendar:
    """When the addresses of a site are to be visited; an address that was never visited is due at once."""

    def __init__(self, known: Mapping[str, Known], now: datetime | None = None) -> None:
        self.known = known
        self.now = now or datetime.now(UTC)

    def visit(self, url: str, role: str) -> Visit:
        """Return when an address is to be visited."""
        known = self.known.get(url)
        if known is None:
            return Visit(url, role, self.now, "never visited")
        after, why = _after(known, self.now)
        return Visit(url, role, datetime.fromisoformat(known.visited_at) + after, why)

    def is_due(self, url: str, role: str) -> bool:
        """Tell whether an address is to be visited now."""
        return self.visit(url, role).due_at <= self.now


def _after(known: Known, now: datetime) -> tuple[timedelta, str]:
    """Return how long after the last visit the next one is due, and why."""
    if known.failed:
        return FAILED, "the last visit failed"
    if known.role == "list":
        if now.astimezone(CHINA).month in SEASON:
            return LISTS_IN_SEASON, "a list, in the season of the reports"
        return LISTS_ELSE, "a list, out of season"
    visited, changed = (datetime.fromisoformat(instant) for instant in (known.visited_at, known.changed_at))
    stood = visited - changed
    return min(LATEST, max(SOONEST, stood / 2)), f"unchanged for {stood.days} days"
