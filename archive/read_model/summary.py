"""What a run found, and what the archive holds, in numbers."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database


@dataclass(frozen=True, slots=True)
class Holdings:
    """What the archive holds."""

    sites: int
    reports: int
    agencies: int
    years: tuple[int, int] | None  # first and last report year
    documents: int
    versions: int
    copies: int  # documents that are still there beyond the first of the same content
    findings: int  # of severity error or warning, about current versions
    unread: int  # pages stored and not read yet


@dataclass(frozen=True, slots=True)
class SiteResult:
    """How a run went on one site."""

    id: str
    name: str
    reason: str | None
    links: int | None
    expected_links: int
    healthy: bool
    visits: int
    failures: tuple[str, ...]  # messages of the findings that made it unhealthy


ENDED_WELL = (
    "finished",
    "limit",
)  # `limit`: so many pages were asked for, the rest is for the next start


@dataclass(frozen=True, slots=True)
class Summary:
    """What one run found."""

    run_id: int
    reason: str
    visits: int
    outcomes: dict[str, int]
    changes: dict[str, int]  # of pages, by kind
    sites: tuple[SiteResult, ...]
    holdings: Holdings
    errors: tuple[str, ...]  # what could not be done though it should have
    warnings: tuple[str, ...]  # what went well and is strange

    @property
    def ok(self) -> bool:
        """Whether everything that should have worked did."""
        return self.reason in ENDED_WELL and not self.errors

    def counts(self) -> dict[str, Any]:
        """Return the numbers as the runs table keeps them."""
        return {
            "visits": self.visits,
            "outcomes": self.outcomes,
            "changes": self.changes,
            **asdict(self.holdings),
        }


HOLDINGS = """
SELECT (SELECT count(*) FROM sites), (SELECT count(*) FROM reports),
       (SELECT count(DISTINCT agency_id) FROM reports),
       (SELECT min(report_year) FROM reports), (SELECT max(report_year) FROM reports),
       (SELECT count(*) FROM documents), (SELECT count(*) FROM versions),
       (SELECT count(*) - count(DISTINCT content_sha256) FROM documents WHERE state IN ('new', 'present')),
       (SELECT count(*) FROM findings JOIN documents ON documents.current_version_id = findings.version_id
         WHERE findings.severity <> 'info'),
       (SELECT count(*) FROM visits LEFT JOIN sightings ON sightings.visit_id = visits.id
         WHERE visits.role = 'report' AND visits.outcome IN ('fetched', 'not_modified') AND sightings.visit_id IS NULL)
"""


def holdings(db: Database) -> Holdings:
    """Count what the archive holds."""
    sites, reports, agencies, first, last, *rest = db.execute(HOLDINGS).fetchone()
    return Holdings(
        sites, reports, agencies, (first, last) if first is not None else None, *rest
    )


def summary(db: Database, run_id: int, reason: str, raised: Sequence[str]) -> Summary:
    """Sum up a run. `raised` is what spiders and pipelines raised in it."""
    sites = _sites(db, run_id)
    failed = [message for site in sites for message in site.failures]
    pages = db.execute(
        "SELECT message FROM findings WHERE run_id = ? AND severity = 'error'"
        " AND rule IN ('page.failed', 'reader.failed') ORDER BY id",
        [run_id],
    ).fetchall()
    return Summary(
        run_id=run_id,
        reason=reason,
        visits=db.execute(
            "SELECT count(*) FROM visits WHERE run_id = ?", [run_id]
        ).fetchone()[0],
        outcomes=_counted(
            db,
            "SELECT outcome, count(*) FROM visits WHERE run_id = ? GROUP BY outcome",
            run_id,
        ),
        changes=_counted(
            db,
            "SELECT kind, count(*) FROM changes WHERE run_id = ? AND finding_id IS NULL GROUP BY kind",
            run_id,
        ),
        sites=tuple(sites),
        holdings=holdings(db),
        errors=(*failed, *(row[0] for row in pages), *raised),
        warnings=tuple(_messages(db, run_id, "warning", WATCHED)),
    )


def _counted(db: Database, query: str, run_id: int) -> dict[str, int]:
    return dict(db.execute(query, [run_id]).fetchall())


def _sites(db: Database, run_id: int) -> list[SiteResult]:
    rows = db.execute(
        "SELECT site_runs.site_id, sites.name, end_reason, links, expected_links, healthy,"
        " (SELECT count(*) FROM visits WHERE visits.run_id = site_runs.run_id AND visits.site_id = site_runs.site_id)"
        " FROM site_runs JOIN sites ON sites.id = site_runs.site_id WHERE run_id = ? ORDER BY site_runs.site_id",
        [run_id],
    ).fetchall()
    results = []
    for row in rows:
        values: list[Any] = [
            *row[:5],
            bool(row[5]),
            row[6],
            tuple(failures(db, run_id, row[0])),
        ]
        results.append(SiteResult(*values))
    return results


EXPLAINED = (
    "finished",
    "postponed",
    "blocked",
    "abandoned",
)  # the findings say why, where there is a why
OF_SITE = "rule LIKE 'list.%' OR rule LIKE 'host.%' OR rule LIKE 'blocked.%' OR rule LIKE 'site.%'"
WATCHED = "rule IN ('site.many_links', 'host.validators')"


def failures(db: Database, run_id: int, site_id: str) -> list[str]:
    """Return what went wrong with a site as a whole in a run."""
    messages = _messages(db, run_id, "error", OF_SITE, site_id)
    name, reason = db.execute(
        "SELECT name, end_reason FROM site_runs JOIN sites ON sites.id = site_id WHERE run_id = ? AND site_id = ?",
        [run_id, site_id],
    ).fetchone()
    if reason not in (None, *EXPLAINED):
        messages.append(
            f"{site_id} ({name}): the crawl of the site ended early: {reason}"
        )
    return messages


def _messages(
    db: Database, run_id: int, severity: str, rules: str, site_id: str | None = None
) -> list[str]:
    found = db.execute(
        "SELECT sites.id, sites.name, message FROM findings JOIN sites ON sites.id = site_id"
        f" WHERE run_id = ? AND severity = ? AND ({rules}) AND site_id = coalesce(?, site_id) ORDER BY sites.id,"
        " findings.id",
        [run_id, severity, site_id],
    ).fetchall()
    return [f"{id_} ({name}): {message}" for id_, name, message in found]
