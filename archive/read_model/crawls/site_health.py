"""The health of a site's run: were there as many links as its file and its healthy runs say.

With too few links on the lists a run is not healthy: then no page is said to have vanished, and
there is an error. Too many links are a warning.
"""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from nianbao.archive.read_model.crawls.replaced_pages import find_replaced_pages
from nianbao.archive.records import Finding

if TYPE_CHECKING:
    from sqlite_utils import Database

LATEST_HEALTHY_RUNS = 10  # that read every list: the usual links are learned from these
MIN_HEALTHY_RUNS = 3  # fewer runs teach nothing
MIN_SHARE = 0.5  # of the usual links; below there are too few
MAX_SHARE = 2.0  # of the usual links; above there are too many
SLACK = 10  # links above the usual that are never too many
FEW_LINKS, MANY_LINKS, REPLACED, VALIDATORS = RULES = (
    "site.few_links",
    "site.many_links",
    "site.pages_replaced",
    "host.validators",
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
LISTS_LEFT = """
SELECT 1 FROM findings
WHERE run_id = ? AND site_id = ? AND severity <> 'info' AND rule IN (
    'list.endless', 'list.pager_not_followed', 'list.rows_left', 'list.truncated')
LIMIT 1
"""


class LinkExpectation(NamedTuple):
    """How many report links the lists of a site should have."""

    least: int  # as its site file states
    most: int | None
    usual: float | None  # as its healthy runs teach


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
    nothing else in the place of a known report. `links` is None when not every list was asked
    for, or not every page that they name: such a run is neither healthy nor a failure.
    """
    replaced = _explain_replaced(db, run_id, site_id)
    if reason != "finished" or not lists_whole or links is None:
        return False, replaced
    if db.execute(LISTS_LEFT, [run_id, site_id]).fetchone():
        return False, replaced
    row = db.execute(EXPECTATIONS, [run_id, site_id]).fetchone()
    least, most, since = row
    usual = measure_usual_links(db, site_id, since)
    expectation = LinkExpectation(least, most, usual)
    too_few = _explain_few_links(links, expectation)
    if too_few is not None:
        return False, [Finding(FEW_LINKS, "error", too_few), *replaced]
    if replaced:
        return False, replaced
    too_many = _explain_many_links(links, expectation)
    if too_many is not None:
        return True, [Finding(MANY_LINKS, "warning", too_many)]
    return True, []


def _explain_replaced(db: Database, run_id: int, site_id: str) -> list[Finding]:
    """Return the finding that something else stood in the place of known reports, if it did."""
    visited, urls = find_replaced_pages(db, run_id, site_id)
    if not urls:
        return []
    message = (
        f"{len(urls)} of {visited} known reports answered with something else, such as {urls[0]}:"
        " nothing is said to have vanished. Look at the page: a notice or a challenge passes; if"
        " the site was rebuilt, its file needs new columns"
    )
    return [Finding(REPLACED, "error", message)]


def _explain_few_links(links: int, expectation: LinkExpectation) -> str | None:
    """Return the message for too few links; None when there are enough."""
    begin = f"{links} report links on the lists,"
    look = "Look at the site; if it really has fewer now,"
    if links < expectation.least:
        return (
            f"{begin} a healthy run finds {expectation.least} or more."
            f" {look} lower `expect: links` in its file"
        )
    if expectation.usual is not None and links < MIN_SHARE * expectation.usual:
        return (
            f"{begin} its healthy runs found {expectation.usual:g}."
            f" {look} say since when in its file, `expect: since`"
        )
    return None


def _explain_many_links(links: int, expectation: LinkExpectation) -> str | None:
    """Return the message for too many links; None when there are not."""
    most, usual = expectation.most, expectation.usual
    if most is not None and links > most:
        limit = f"{most} at most"
    elif usual is not None and links > max(MAX_SHARE * usual, usual + SLACK):
        limit = f"{usual:g} in its healthy runs"
    else:
        return None
    return (
        f"{links} report links on the lists, {limit}:"
        " a list may show what is not the site's own"
    )


def measure_usual_links(
    db: Database, site_id: str, since: str | None = None
) -> float | None:
    """Return the median number of links of a site's latest healthy runs.

    None where they are too few to teach. Runs that began before the day `since` do not count.
    """
    arguments = [site_id, since or "", LATEST_HEALTHY_RUNS]
    rows = db.execute(HEALTHY_LINKS, arguments).fetchall()
    if len(rows) < MIN_HEALTHY_RUNS:
        return None
    return float(median(links for (links,) in rows))


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
    message = (
        f"{url} changed under the same ETag or Last-Modified:"
        " for a while nothing is asked conditionally"
    )
    return Finding(VALIDATORS, "warning", message)


def are_validators_doubted(db: Database, site_id: str, since: str) -> bool:
    """Tell whether a run that began after an instant found a site's validators to be false."""
    row = db.execute(DOUBTS, [VALIDATORS, site_id, since]).fetchone()
    return row is not None
