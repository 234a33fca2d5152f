"""The summary of a run: visits, changes, how it ended on each site, what failed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from nianbao.archive.read_model.crawls import health_reasons
from nianbao.archive.read_model.holdings import Holdings, count_holdings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlite_utils import Database

# `limit`: the run was to fetch so many pages, the rest is for the next start.
ENDED_WELL = ("finished", "limit")
NOT_HEALTHY = "not healthy"
# outcomes of visits that had a page, and of searches that had none
PAGE_CAME = {"fetched", "not_modified"}
WITHOUT_ANSWER = {"unreachable", "blocked"}
NO_ANSWER = (
    "nothing worked: none of the {} sites that were searched let itself be read. Look whether"
    " this machine reaches them at all"
)
WARNING_RULES = """
rule IN ('site.many_links', 'site.year_missing', 'site.nothing_new', 'host.validators')
"""


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

    @property
    def state(self) -> str:
        """How it ended, in a word for people."""
        return name_end(self.reason, self.links, healthy=self.healthy)


@dataclass(frozen=True, slots=True)
class SiteEnd:
    """How far a run came with one site."""

    visits: int
    state: str  # as that of SiteResult


@dataclass(frozen=True, slots=True)
class SearchResult:
    """How the search of a government's site ended in a run."""

    site: str
    government: str
    code: str | None
    home: str
    outcome: str
    columns: int
    one_body: bool  # whether its columns are of one body each
    requests: int


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What one run brought."""

    run_id: int
    reason: str
    visits: int
    outcomes: dict[str, int]
    changes: dict[str, int]  # of pages, by kind
    sites: tuple[SiteResult, ...]
    holdings: Holdings
    errors: tuple[str, ...]  # what should have worked and did not
    warnings: tuple[str, ...]  # what worked and is strange
    searches: tuple[SearchResult, ...] = ()  # of sites of governments
    unknown: int = 0  # governments that were asked for, and have no site yet

    @property
    def ok(self) -> bool:
        """Whether everything that should have worked did."""
        return self.reason in ENDED_WELL and not self.errors

    def counts(self) -> dict[str, Any]:
        """Return the numbers as the column `runs.counts` stores them."""
        return {
            "visits": self.visits,
            "outcomes": self.outcomes,
            "changes": self.changes,
            **asdict(self.holdings),
        }


VISITS = "SELECT count(*) FROM visits WHERE run_id = ?"
OUTCOMES = "SELECT outcome, count(*) FROM visits WHERE run_id = ? GROUP BY outcome"
CHANGES = """
SELECT kind, count(*) FROM changes
WHERE run_id = ? AND finding_id IS NULL AND announced_report_id IS NULL GROUP BY kind
"""
PAGE_ERRORS = """
SELECT message FROM findings
WHERE run_id = ? AND severity = 'error' AND rule IN ('page.failed', 'reader.failed')
ORDER BY id
"""
SITE_RUNS = """
SELECT site_runs.site_id, sites.name, end_reason, links, expected_links, healthy,
       (SELECT count(*) FROM visits
         WHERE visits.run_id = site_runs.run_id AND visits.site_id = site_runs.site_id)
FROM site_runs JOIN sites ON sites.id = site_runs.site_id
WHERE run_id = ? ORDER BY site_runs.site_id
"""
SITE_END = """
SELECT end_reason, links, healthy FROM site_runs WHERE run_id = ? AND site_id = ?
"""
SITE_VISITS = "SELECT count(*) FROM visits WHERE run_id = ? AND site_id = ?"
SEARCHES = """
SELECT discoveries.site_id, government, government_code, home, outcome,
       (SELECT count(*) FROM discovered_columns WHERE discovery_id = discoveries.id),
       (SELECT count(*) > 0 AND min(covers = 'one_body') FROM discovered_columns
        WHERE discovery_id = discoveries.id),
       requests
FROM site_runs
JOIN runs ON runs.id = run_id
JOIN discoveries ON discoveries.site_id = site_runs.site_id
WHERE run_id = ? AND discoveries.started_at >= runs.started_at
  AND (runs.ended_at IS NULL OR discoveries.ended_at <= runs.ended_at)
ORDER BY government, discoveries.id
"""
MESSAGES = """
SELECT sites.id, sites.name, message FROM findings JOIN sites ON sites.id = site_id
WHERE run_id = ? AND severity = ? AND ({})
ORDER BY sites.id, findings.id
"""


def summarize_run(
    db: Database, run_id: int, reason: str, raised: Sequence[str]
) -> RunSummary:
    """Sum up a run. `raised` is what spiders and pipelines raised in it."""
    sites = _select_site_results(db, run_id)
    site_errors: list[str] = []
    for site in sites:
        site_errors += site.failures
    page_rows = db.execute(PAGE_ERRORS, [run_id]).fetchall()
    page_errors = [message for (message,) in page_rows]
    outcomes = dict(db.execute(OUTCOMES, [run_id]).fetchall())
    searches = tuple(_select_searches(db, run_id))
    errors = (*site_errors, *page_errors, *raised)
    if not errors and reason == "finished" and _got_nothing(outcomes, searches):
        errors = (NO_ANSWER.format(len(searches)),)
    return RunSummary(
        run_id=run_id,
        reason=reason,
        visits=db.execute(VISITS, [run_id]).fetchone()[0],
        outcomes=outcomes,
        changes=dict(db.execute(CHANGES, [run_id]).fetchall()),
        sites=tuple(sites),
        holdings=count_holdings(db),
        errors=errors,
        warnings=tuple(_select_messages(db, run_id, "warning", WARNING_RULES)),
        searches=searches,
    )


def _got_nothing(outcomes: dict[str, int], searches: Sequence[SearchResult]) -> bool:
    """Tell whether sites were searched, none of them answered, and no page came either."""
    if not searches or outcomes.keys() & PAGE_CAME:
        return False
    return all(search.outcome in WITHOUT_ANSWER for search in searches)


def name_end(reason: str | None, links: int | None, *, healthy: bool) -> str:
    """Return in a word for people how a site ended in a run.

    One that is gone on with another time waits. Whose lists were asked for whole is healthy or
    not; of another one nobody knows.
    """
    if healthy:
        return "healthy"
    if reason == "finished" and links is not None:
        return NOT_HEALTHY
    return reason or "waits"


def select_site_end(db: Database, run_id: int, site_id: str) -> SiteEnd:
    """Return how far a run came with a site; as one that waits where it has not begun."""
    row = db.execute(SITE_END, [run_id, site_id]).fetchone()
    reason, links, healthy = row or (None, None, False)
    state = name_end(reason, links, healthy=bool(healthy))
    visits = count_site_visits(db, run_id, site_id)
    return SiteEnd(visits, state)


def count_site_visits(db: Database, run_id: int, site_id: str) -> int:
    """Count the visits of a run to a site, those of its earlier starts too."""
    row = db.execute(SITE_VISITS, [run_id, site_id]).fetchone()
    return int(row[0])


def _select_searches(db: Database, run_id: int) -> Iterator[SearchResult]:
    for row in db.execute(SEARCHES, [run_id]).fetchall():
        site_id, government, code, home, outcome, columns, is_of_one_body, requests = (
            row
        )
        yield SearchResult(
            site=site_id,
            government=government,
            code=code,
            home=home,
            outcome=outcome,
            columns=columns,
            one_body=bool(is_of_one_body),
            requests=requests,
        )


def _select_site_results(db: Database, run_id: int) -> list[SiteResult]:
    results = []
    for row in db.execute(SITE_RUNS, [run_id]).fetchall():
        site_id, name, reason, links, expected_links, healthy, visits = row
        result = SiteResult(
            id=site_id,
            name=name,
            reason=reason,
            links=links,
            expected_links=expected_links,
            healthy=bool(healthy),
            visits=visits,
            failures=_select_failures(db, run_id, site_id, name),
        )
        results.append(result)
    return results


def _select_failures(
    db: Database, run_id: int, site_id: str, name: str
) -> tuple[str, ...]:
    """Return what failed on a site as a whole in a run, a line each."""
    reasons = health_reasons.select_reasons(db, run_id, site_id)
    failures = [reason for reason in reasons if reason.is_failure]
    return tuple(health_reasons.write_sentences(site_id, name, failures))


def _select_messages(db: Database, run_id: int, severity: str, rules: str) -> list[str]:
    query = MESSAGES.format(rules)
    rows = db.execute(query, [run_id, severity]).fetchall()
    return [f"{id_} ({name}): {message}" for id_, name, message in rows]
