"""The health of a site's run, judged by what its own runs found before.

With too few links on the lists, with known reports that answer with something else, with many
blocked answers or with new pages that lack what others have, a run is not healthy: then no page is
said to have vanished, and there is an error. Too many links, and a year that was due and has not
come, are warnings. The limits are in `health.yaml`.
"""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

from nianbao.archive.finding_texts import make_finding
from nianbao.archive.read_model.crawls.health_rules import get_limits
from nianbao.archive.read_model.crawls.replaced_pages import find_replaced_pages
from nianbao.archive.read_model.crawls.run_measures import (
    FIELDS_LOST,
    MANY_BLOCKED,
    NO_REPORT,
    explain_blocked,
    explain_lost_fields,
    explain_no_report,
)
from nianbao.archive.read_model.crawls.site_season import (
    NOTHING_NEW,
    YEAR_MISSING,
    judge_season,
)
from nianbao.archive.records import Finding

if TYPE_CHECKING:
    from sqlite_utils import Database

FEW_LINKS = "site.few_links"
MANY_LINKS = "site.many_links"
REPLACED = "site.pages_replaced"
VALIDATORS = "host.validators"
RULES = (
    FEW_LINKS,
    MANY_LINKS,
    REPLACED,
    MANY_BLOCKED,
    FIELDS_LOST,
    NO_REPORT,
    YEAR_MISSING,
    NOTHING_NEW,
    VALIDATORS,
)

EXPECTATIONS = """
SELECT expected_links, most_links, learn_since FROM site_runs WHERE run_id = ? AND site_id = ?
"""
HEALTHY_LINKS = """
SELECT links FROM site_runs
WHERE site_id = ? AND healthy AND links IS NOT NULL AND started_at >= ?
ORDER BY started_at DESC, run_id DESC LIMIT ?
"""
# What is said of a list that was not read to its end.
UNREAD_LIST_RULES = """
rule IN ('list.endless', 'list.pager_not_followed', 'list.rows_left', 'list.truncated')
"""
LISTS_LEFT = f"""
SELECT 1 FROM findings
WHERE run_id = ? AND site_id = ? AND severity <> 'info' AND {UNREAD_LIST_RULES}
LIMIT 1
"""


class LinkExpectation(NamedTuple):
    """How many report links the lists of a site should have."""

    least: int  # as its site file states; 1 where it states nothing
    most: int | None
    healthy_runs: tuple[int, ...]  # the links of its latest healthy runs

    @property
    def usual(self) -> float | None:
        """The median of the healthy runs; None where they are too few to teach."""
        limits = get_limits(FEW_LINKS)
        if len(self.healthy_runs) < limits["fewest_runs"]:
            return None
        return float(median(self.healthy_runs))

    @property
    def fewest(self) -> float | None:
        """The usual links by which too few are told; None where nothing teaches them.

        Where only a run or two were healthy, they teach it if they found many.
        """
        if not self.healthy_runs:
            return None
        usual = float(median(self.healthy_runs))
        if self.usual is None and usual < get_limits(FEW_LINKS)["teaches_alone"]:
            return None
        return usual


def judge_site_run(
    db: Database,
    run_id: int,
    site_id: str,
    reason: str,
    links: int | None,
    *,
    lists_whole: bool,
) -> tuple[bool, list[Finding]]:
    """Return whether a run on a site was healthy, and the findings about it.

    A healthy run finished, asked for every list and read it to its end, found enough links, and
    nothing else in the place of reports. `links` is None when not every list was asked for, or
    not every page that they name: such a run is neither healthy nor a failure.
    """
    replaced = _explain_replaced(db, run_id, site_id)
    if reason != "finished" or not lists_whole or links is None:
        return False, replaced
    if db.execute(LISTS_LEFT, [run_id, site_id]).fetchone():
        return False, replaced
    row = db.execute(EXPECTATIONS, [run_id, site_id]).fetchone()
    least, most, since = row
    healthy_runs = _select_healthy_links(db, site_id, since)
    expectation = LinkExpectation(least, most, healthy_runs)
    failures = [
        *explain_few_links(links, expectation),
        *replaced,
        *explain_blocked(db, run_id, site_id),
        *explain_no_report(db, run_id, site_id),
        *explain_lost_fields(db, run_id, site_id, since),
    ]
    if failures:
        return False, failures
    warnings = explain_many_links(links, expectation)
    return True, [*warnings, *judge_season(db, run_id, site_id)]


def _explain_replaced(db: Database, run_id: int, site_id: str) -> list[Finding]:
    """Return the finding that something else stood in the place of known reports, if it did."""
    visited, urls = find_replaced_pages(db, run_id, site_id)
    if not urls:
        return []
    parameters = {"count": len(urls), "known": visited, "url": urls[0]}
    return [make_finding(REPLACED, "error", parameters)]


def explain_few_links(links: int, expectation: LinkExpectation) -> list[Finding]:
    """Return the finding that the lists name too few reports, if they do."""
    usual = expectation.fewest
    parameters: dict[str, Any] = {"links": links}
    if links < expectation.least:
        parameters |= {"case": "expected", "least": expectation.least}
    elif usual is not None and links < get_limits(FEW_LINKS)["share"] * usual:
        parameters |= {"case": "usual", "usual": usual}
    else:
        return []
    return [make_finding(FEW_LINKS, "error", parameters)]


def explain_many_links(links: int, expectation: LinkExpectation) -> list[Finding]:
    """Return the finding that the lists name too many reports, if they do."""
    limits = get_limits(MANY_LINKS)
    most, usual = expectation.most, expectation.usual
    parameters: dict[str, Any] = {"links": links}
    if most is not None and links > most:
        parameters |= {"case": "expected", "most": most}
    elif usual is not None and links > max(
        limits["share"] * usual, usual + limits["slack"]
    ):
        parameters |= {"case": "usual", "usual": usual}
    else:
        return []
    return [make_finding(MANY_LINKS, "warning", parameters)]


def measure_usual_links(
    db: Database, site_id: str, since: str | None = None
) -> float | None:
    """Return the median number of links of a site's latest healthy runs.

    None where they are too few to teach. Runs that began before the day `since` do not count.
    """
    healthy_runs = _select_healthy_links(db, site_id, since)
    return LinkExpectation(0, None, healthy_runs).usual


def _select_healthy_links(
    db: Database, site_id: str, since: str | None
) -> tuple[int, ...]:
    latest_runs = get_limits(FEW_LINKS)["latest_runs"]
    rows = db.execute(HEALTHY_LINKS, [site_id, since or "", latest_runs]).fetchall()
    return tuple(links for (links,) in rows)


# --- validators: a server that says of a changed page that it has not changed -------------

FALSE_VALIDATORS = """
SELECT now.url FROM visits AS now
JOIN sightings AS shows ON shows.visit_id = now.id
JOIN visits AS before ON before.id = (
    SELECT id FROM visits
    WHERE url = now.url AND visited_at < now.visited_at AND payload_sha256 IS NOT NULL
    AND outcome IN ('fetched', 'not_modified') ORDER BY visited_at DESC, id DESC LIMIT 1)
JOIN sightings AS showed ON showed.visit_id = before.id
WHERE now.run_id = ? AND now.site_id = ? AND now.role = 'report' AND now.outcome = 'fetched'
AND now.payload_sha256 <> before.payload_sha256 AND showed.content_sha256 <> shows.content_sha256
AND showed.reader_version IS shows.reader_version
AND CASE WHEN now.etag IS NULL AND before.etag IS NULL
         THEN now.last_modified = before.last_modified
         ELSE now.etag = before.etag END
ORDER BY now.url
"""
DOUBTS = """
SELECT 1 FROM findings JOIN runs ON runs.id = run_id
WHERE rule = ? AND site_id = ? AND started_at >= ?
"""


def find_false_validators(db: Database, run_id: int, site_id: str) -> list[str]:
    """Return the reports of a site that changed in a run under the validator they had before.

    The validator is the ETag, or else Last-Modified. Other bytes with the same content (a
    counter of visits) are no change.
    """
    rows = db.execute(FALSE_VALIDATORS, [run_id, site_id]).fetchall()
    return [url for (url,) in rows]


def make_validator_finding(url: str) -> Finding:
    """Return the finding about a host whose validators did not change with the page."""
    return make_finding(
        VALIDATORS,
        "warning",
        {"url": url},
    )


def are_validators_doubted(db: Database, site_id: str, since: str) -> bool:
    """Tell whether a run that began after an instant found a site's validators to be false."""
    row = db.execute(DOUBTS, [VALIDATORS, site_id, since]).fetchone()
    return row is not None
