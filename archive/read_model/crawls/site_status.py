"""The status of every site: its latest runs, what its lists had, what the archive holds of it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from nianbao.archive.read_model.crawls.health_reasons import (
    HealthReason,
    select_reasons,
    write_sentences,
)
from nianbao.archive.read_model.crawls.site_health import measure_usual_links

if TYPE_CHECKING:
    from sqlite_utils import Database

TREND_RUNS = 12  # the runs of a trend
# More runs are looked at, because some of them read no list.
LATEST_RUNS = 3 * TREND_RUNS
# How runs end that read no list, or not every list: they say nothing of a site's health.
UNJUDGED = ("finished", "abandoned", None)

SITES = """
SELECT sites.id, sites.name, platform, regions.name, regions.code,
       (SELECT min(started_at) FROM site_runs WHERE site_id = sites.id),
       (SELECT max(ended_at) FROM site_runs WHERE site_id = sites.id AND healthy),
       (SELECT learn_since FROM site_runs WHERE site_id = sites.id ORDER BY run_id DESC LIMIT 1)
FROM sites LEFT JOIN regions ON regions.id = sites.region_id ORDER BY sites.id
"""
RUNS = """
SELECT site_id, run_id, started_at, ended_at, end_reason, expected_links, links, healthy
FROM (
  SELECT *,
         row_number() OVER (PARTITION BY site_id ORDER BY started_at DESC, run_id DESC) AS place
  FROM site_runs WHERE run_id IN (SELECT id FROM runs WHERE kind = 'crawl')
)
WHERE place <= ? ORDER BY site_id, place
"""
BLOCKS = """
SELECT visits.site_id, substr(message, 1, instr(message, ':') - 1), count(*)
FROM (
  SELECT site_id, max(run_id) AS run_id FROM site_runs
  WHERE run_id IN (SELECT id FROM runs WHERE kind = 'crawl') GROUP BY site_id
) AS latest
JOIN visits ON visits.site_id = latest.site_id AND visits.run_id = latest.run_id
WHERE outcome IN ('blocked', 'replaced', 'soft_404') GROUP BY 1, 2
"""
# Of each site the newest year of a report, and when a version of a page began last.
NEWEST = """
SELECT documents.site_id, max(reports.report_year), max(visits.visited_at)
FROM documents
JOIN versions ON versions.document_id = documents.id
JOIN visits ON visits.id = versions.first_visit_id
LEFT JOIN reports ON reports.id = versions.report_id
GROUP BY documents.site_id
"""
DOCUMENTS = """
SELECT site_id, count(*) FILTER (WHERE state <> 'vanished'),
       count(*) FILTER (WHERE state = 'vanished')
FROM documents WHERE state <> 'moved' GROUP BY site_id
"""


@dataclass(frozen=True, slots=True)
class SiteStatus:
    """How a site does. Imports do not count as runs. Instants are UTC, ISO 8601."""

    id: str
    name: str
    platform: str
    region: str | None
    region_code: str | None
    first_run: str | None
    last_run: str | None
    last_reason: str | None
    healthy: bool | None  # the latest run that was to read every list
    last_healthy: str | None  # when the last healthy run ended
    links: tuple[int, ...]  # on its lists, in the runs that read them, oldest first
    expected_links: int | None  # as its site file stated at the latest run
    usual_links: float | None  # as its healthy runs teach
    documents: int
    vanished: int
    blocks: dict[str, int]  # answers of the latest run that were no page, by class
    newest_year: int | None  # of its reports
    last_new: str | None  # when something new or changed was seen last
    # What is wrong, of the latest run and the latest that read every list, but for single pages.
    reasons: tuple[HealthReason, ...]
    failures: tuple[str, ...]  # those by which a run failed, a line each


class SiteRunRow(NamedTuple):
    """A run on a site."""

    run_id: int
    started_at: str
    ended_at: str | None
    reason: str | None
    expected_links: int
    links: int | None
    healthy: int | None

    @property
    def is_judged(self) -> bool:
        """Whether the run says something of the site's health."""
        return self.links is not None or self.reason not in UNJUDGED


def select_site_statuses(db: Database) -> list[SiteStatus]:
    """Return the status of every site."""
    runs = _select_latest_runs(db)
    blocks = _select_blocks(db)
    documents = _count_documents(db)
    newest = _select_newest(db)
    statuses = []
    for row in db.execute(SITES).fetchall():
        site_id, name, platform, region, code, first_run, last_healthy, since = row
        present, vanished = documents.get(site_id, (0, 0))
        newest_year, last_new = newest.get(site_id, (None, None))
        last_run = runs[site_id][0] if runs[site_id] else None
        reasons = _select_site_reasons(db, site_id, runs[site_id])
        failures = [reason for reason in reasons if reason.is_failure]
        status = SiteStatus(
            id=site_id,
            name=name,
            platform=platform,
            region=region,
            region_code=code,
            first_run=first_run,
            last_run=last_run.started_at if last_run else None,
            last_reason=_last_reason(last_run),
            healthy=_is_healthy(runs[site_id]),
            last_healthy=last_healthy,
            links=_link_trend(runs[site_id]),
            expected_links=last_run.expected_links if last_run else None,
            usual_links=measure_usual_links(db, site_id, since),
            documents=present,
            vanished=vanished,
            blocks=blocks[site_id],
            newest_year=newest_year,
            last_new=last_new,
            reasons=tuple(reasons),
            failures=tuple(write_sentences(site_id, name, failures)),
        )
        statuses.append(status)
    return statuses


def _last_reason(last_run: SiteRunRow | None) -> str | None:
    if last_run is None:
        return None
    if last_run.ended_at is None:
        return "not ended"
    return last_run.reason


def _is_healthy(runs: list[SiteRunRow]) -> bool | None:
    for run in runs:
        if run.is_judged:
            return bool(run.healthy)
    return None


def _link_trend(runs: list[SiteRunRow]) -> tuple[int, ...]:
    judged_runs = [run for run in runs if run.is_judged][:TREND_RUNS]
    links = [run.links for run in judged_runs if run.links is not None]
    return tuple(reversed(links))


def _select_site_reasons(
    db: Database, site_id: str, runs: list[SiteRunRow]
) -> list[HealthReason]:
    """Return what was wrong in the latest run, and in the latest one that was judged."""
    judged_runs = [run for run in runs if run.is_judged]
    reasons: dict[HealthReason, None] = {}
    for run in (*runs[:1], *judged_runs[:1]):
        reasons.update(dict.fromkeys(select_reasons(db, run.run_id, site_id)))
    return list(reasons)


def _select_latest_runs(db: Database) -> defaultdict[str, list[SiteRunRow]]:
    """Return the latest runs of each site, the last one first."""
    runs: defaultdict[str, list[SiteRunRow]] = defaultdict(list)
    for site_id, *values in db.execute(RUNS, [LATEST_RUNS]).fetchall():
        runs[site_id].append(SiteRunRow._make(values))
    return runs


def _select_blocks(db: Database) -> defaultdict[str, dict[str, int]]:
    blocks: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for site_id, kind, count in db.execute(BLOCKS).fetchall():
        blocks[site_id][kind] = count
    return blocks


def _select_newest(db: Database) -> dict[str, tuple[int | None, str | None]]:
    newest = {}
    for site_id, year, visited_at in db.execute(NEWEST).fetchall():
        newest[site_id] = (year, visited_at)
    return newest


def _count_documents(db: Database) -> dict[str, tuple[int, int]]:
    """Count the documents of each site that are there, and those that have vanished."""
    counts = {}
    for site_id, present, vanished in db.execute(DOCUMENTS).fetchall():
        counts[site_id] = (present, vanished)
    return counts
