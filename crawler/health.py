"""How sites do, judged: what the archive tells of their runs, against the calendar and the
catalogue.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from nianbao.archive.clock import CHINA
from nianbao.crawler.schedule import lists_due

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nianbao.archive.read_model.site_health import SiteStatus
    from nianbao.spiders.catalogue import Site

GRACE = timedelta(
    days=3
)  # a site may fail a day or two; then nobody would know what it publishes


@dataclass(frozen=True, slots=True)
class Health:
    """How a site does, and what somebody should look at."""

    site: SiteStatus
    due_at: (
        str | None
    )  # when its lists were or are due after its last healthy run (UTC)
    overdue: bool
    alarms: tuple[str, ...]

    def stated(self) -> dict[str, Any]:
        """Return it flat, for JSON."""
        own = {
            "due_at": self.due_at,
            "overdue": self.overdue,
            "alarms": list(self.alarms),
        }
        return asdict(self.site) | own


def judge(site: SiteStatus, now: datetime) -> Health:
    """Return how a site does at an instant: what failed in its last run, and whether it is
    overdue.
    """
    due = datetime.fromisoformat(site.first_run) if site.first_run else None
    if site.last_healthy is not None:
        due = lists_due(datetime.fromisoformat(site.last_healthy))
    overdue = due is not None and now > due + GRACE
    alarms = list(site.failures)
    if overdue and due is not None:
        last = f"since {site.last_healthy[:10]}" if site.last_healthy else "ever"
        said = f"no healthy run {last}; one was due on {due.astimezone(CHINA):%Y-%m-%d}"
        alarms.append(f"{site.id} ({site.name}): {said}")
    return Health(
        site, due.isoformat(timespec="seconds") if due else None, overdue, tuple(alarms)
    )


def never_crawled(known: Iterable[SiteStatus], wanted: Mapping[str, Site]) -> list[str]:
    """Return an alarm for each site of the catalogue that the archive has not seen."""
    seen = {site.id for site in known}
    return [
        f"{id_} ({site.name}): was never crawled"
        for id_, site in wanted.items()
        if id_ not in seen
    ]
