"""Health of sites: their runs as the archive tells of them, judged by the calendar."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from nianbao.archive.clock import CHINA
from nianbao.crawler.schedule import lists_due

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nianbao.archive.read_model.crawls.site_status import SiteStatus
    from nianbao.spiders.catalogue import Site

# a site may fail a day or two; after that nobody would know what it publishes
GRACE = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class SiteHealth:
    """How a site does, and what somebody should look at."""

    site: SiteStatus
    # when its lists were or are due after its last healthy run (UTC)
    due_at: str | None
    overdue: bool
    alarms: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return it flat, for JSON."""
        fields = asdict(self.site)
        fields["due_at"] = self.due_at
        fields["overdue"] = self.overdue
        fields["alarms"] = list(self.alarms)
        return fields


def judge_site(site: SiteStatus, now: datetime) -> SiteHealth:
    """Return how a site does at an instant: what failed in its last run, and whether it is
    overdue.
    """
    due = _due_at(site)
    overdue = due is not None and now > due + GRACE
    alarms = list(site.failures)
    if overdue and due is not None:
        alarms.append(_overdue_alarm(site, due))
    due_text = due.isoformat(timespec="seconds") if due else None
    return SiteHealth(site, due_text, overdue, tuple(alarms))


def _due_at(site: SiteStatus) -> datetime | None:
    """Return when the lists of a site are due; None for a site that was never crawled."""
    if site.last_healthy is not None:
        return lists_due(datetime.fromisoformat(site.last_healthy))
    if site.first_run:
        return datetime.fromisoformat(site.first_run)
    return None


def _overdue_alarm(site: SiteStatus, due: datetime) -> str:
    since = f"since {site.last_healthy[:10]}" if site.last_healthy else "ever"
    due_day = f"{due.astimezone(CHINA):%Y-%m-%d}"
    return f"{site.id} ({site.name}): no healthy run {since}; one was due on {due_day}"


def never_crawled(
    archived_sites: Iterable[SiteStatus], catalogue_sites: Mapping[str, Site]
) -> list[str]:
    """Return an alarm for each site of the catalogue that the archive does not have."""
    archived_ids = {site.id for site in archived_sites}
    return [
        f"{site_id} ({site.name}): was never crawled"
        for site_id, site in catalogue_sites.items()
        if site_id not in archived_ids
    ]
