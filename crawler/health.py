"""Health of sites: their runs as the archive tells of them, judged by the calendar.

A site is well when its last run was healthy, nothing that was due is missing, and it is not
overdue itself. Whatever is wrong is a reason with what can be done, and an alarm in one line.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from nianbao.archive.clock import CHINA
from nianbao.archive.read_model.crawls.health_reasons import (
    HealthReason,
    make_reason,
    write_sentences,
)
from nianbao.crawler.schedule import lists_due

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nianbao.archive.read_model.crawls.site_status import SiteStatus
    from nianbao.spiders.catalogue import Site

# a site may fail a day or two; after that nobody would know what it publishes
GRACE = timedelta(days=3)
OVERDUE = "site.overdue"


@dataclass(frozen=True, slots=True)
class SiteHealth:
    """How a site does, and what somebody should look at."""

    site: SiteStatus
    # when its lists were or are due after its last healthy run (UTC)
    due_at: str | None
    overdue: bool
    reasons: tuple[HealthReason, ...]
    alarms: tuple[str, ...]  # those that somebody should look at soon, a line each
    notices: tuple[str, ...]  # the others

    def to_json(self) -> dict[str, Any]:
        """Return it flat, for JSON."""
        fields = asdict(self.site)
        fields["due_at"] = self.due_at
        fields["overdue"] = self.overdue
        fields["reasons"] = [asdict(reason) for reason in self.reasons]
        fields["alarms"] = list(self.alarms)
        return fields


def judge_site(site: SiteStatus, now: datetime) -> SiteHealth:
    """Return how a site does at an instant: what is wrong with it, and whether it is overdue."""
    due = _due_at(site)
    overdue = due is not None and now > due + GRACE
    reasons = list(site.reasons)
    if overdue and due is not None:
        reasons.append(make_reason(OVERDUE, "error", _describe_overdue(site, due)))
    due_text = due.isoformat(timespec="seconds") if due else None
    alarms = [reason for reason in reasons if reason.is_alarm]
    notices = [reason for reason in reasons if not reason.is_alarm]
    return SiteHealth(
        site,
        due_at=due_text,
        overdue=overdue,
        reasons=tuple(reasons),
        alarms=tuple(write_sentences(site.id, site.name, alarms)),
        notices=tuple(write_sentences(site.id, site.name, notices)),
    )


def _due_at(site: SiteStatus) -> datetime | None:
    """Return when the lists of a site are due; None for a site that was never crawled."""
    if site.last_healthy is not None:
        return lists_due(datetime.fromisoformat(site.last_healthy))
    if site.first_run:
        return datetime.fromisoformat(site.first_run)
    return None


def _describe_overdue(site: SiteStatus, due: datetime) -> str:
    since = f"since {site.last_healthy[:10]}" if site.last_healthy else "ever"
    due_day = f"{due.astimezone(CHINA):%Y-%m-%d}"
    return f"no healthy run {since}; one was due on {due_day}"


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
