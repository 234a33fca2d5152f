"""Health: what a run on a site should find, as its file states and as its own healthy runs
teach; how sites do.

Too few links on the lists, and the run is not healthy: nothing is said to have vanished, and
that is an error. Too many are a warning.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from nianbao.archive.read_model.summary import failures
from nianbao.archive.records import Finding

if TYPE_CHECKING:
    from sqlite_utils import Database

LEARNED_FROM = 10  # the latest healthy runs that read every list
ENOUGH = 3  # fewer teach nothing
FEW, MANY = 0.5, 2.0  # times what is usual
SLACK = 10  # links above what is usual that are never too many
SHOWN = 12  # runs of a trend
UNJUDGED = ("finished", "abandoned", None)  # how runs end that read no list, or some
FEWER, MORE, LIES = RULES = ("site.few_links", "site.many_links", "host.validators")


@dataclass(frozen=True, slots=True)
class SiteStatus:
    """How a site does: its latest run, its latest healthy one, what its lists named lately,
    what it holds.

    Imports are no runs in this. Instants are UTC, ISO 8601.
    """

    id: str
    name: str
    platform: str
    region: str | None
    region_code: str | None
    first_run: str | None
    last_run: str | None
    last_reason: str | None
    healthy: bool | None  # the latest run that was to read every list
    last_healthy: str | None  # when the last success ended
    links: tuple[
        int, ...
    ]  # on its lists, in the latest runs that read them, the oldest first
    expected_links: int | None  # as its site file stated at the latest run
    usual_links: float | None  # as its healthy runs teach
    documents: int
    vanished: int
    blocks: dict[str, int]  # answers of the latest run that were no page, by class
    failures: tuple[str, ...]  # of the latest run, but for single pages


class _Run(NamedTuple):
    run_id: int
    started_at: str
    ended_at: str | None
    reason: str | None
    expected: int
    links: int | None
    healthy: int | None


def judge(
    db: Database,
    run_id: int,
    site_id: str,
    reason: str,
    links: int | None,
    *,
    lists_whole: bool,
) -> tuple[bool, list[Finding]]:
    """Return whether a run on a site was healthy, and what is to be noted of it.

    Healthy: finished, every list asked for and read, links enough. `links` is None when not
    every list was asked for, or not every page that they name: such a run is neither healthy
    nor a failure.
    """
    if reason != "finished" or not lists_whole or links is None:
        return False, []
    expected, most, since = db.execute(
        "SELECT expected_links, most_links, learn_since FROM site_runs WHERE run_id = ? AND site_id = ?",
        [run_id, site_id],
    ).fetchone()
    usual = usual_links(db, site_id, since)
    if links < expected:
        told = f"a healthy run finds {expected} or more. Look at the site; if it really has fewer now, lower"
        return False, [
            Finding(
                FEWER,
                "error",
                f"{links} report links on the lists, {told} `expect: links` in its file",
            )
        ]
    if usual is not None and links < FEW * usual:
        told = f"its healthy runs found {usual:g}. Look at the site; if it really has fewer now, say since when in"
        return False, [
            Finding(
                FEWER,
                "error",
                f"{links} report links on the lists, {told} its file, `expect: since`",
            )
        ]
    if (most is not None and links > most) or (
        usual is not None and links > max(MANY * usual, usual + SLACK)
    ):
        told = (
            f"{most} at most"
            if most is not None and links > most
            else f"{usual:g} in its healthy runs"
        )
        said = f"{links} report links on the lists, {told}: a list may show what is not the site's own"
        return True, [Finding(MORE, "warning", said)]
    return True, []


def usual_links(db: Database, site_id: str, since: str | None = None) -> float | None:
    """Return how many links a site's latest healthy runs found, their median; None where they
    are too few to teach.

    Runs that began before the day `since` do not count.
    """
    rows = db.execute(
        "SELECT links FROM site_runs WHERE site_id = ? AND healthy AND links IS NOT NULL AND started_at >= ?"
        " ORDER BY started_at DESC, run_id DESC LIMIT ?",
        [site_id, since or "", LEARNED_FROM],
    ).fetchall()
    return float(median(row[0] for row in rows)) if len(rows) >= ENOUGH else None


# ---- validators: what a server says has not changed

LIED = """
SELECT now.url FROM visits AS now
JOIN sightings AS shows ON shows.visit_id = now.id
JOIN visits AS before ON before.id = (
    SELECT id FROM visits WHERE url = now.url AND visited_at < now.visited_at AND payload_sha256 IS NOT NULL
    AND outcome IN ('fetched', 'not_modified') ORDER BY visited_at DESC, id DESC LIMIT 1)
JOIN sightings AS showed ON showed.visit_id = before.id
WHERE now.run_id = ? AND now.site_id = ? AND now.role = 'report' AND now.outcome = 'fetched'
AND now.payload_sha256 <> before.payload_sha256 AND showed.content_sha256 <> shows.content_sha256
AND showed.reader_version IS shows.reader_version
AND CASE WHEN now.etag IS NULL AND before.etag IS NULL THEN now.last_modified = before.last_modified
         ELSE now.etag = before.etag END
ORDER BY now.url
"""


def lied(db: Database, run_id: int, site_id: str) -> list[str]:
    """Return the reports of a site that a run saw changed under the ETag, or else
    Last-Modified, they had before.

    Other bytes with the same content (a counter of visits) are no lie.
    """
    return [row[0] for row in db.execute(LIED, [run_id, site_id]).fetchall()]


def lie(url: str) -> Finding:
    """Return what is noted of a host that said of a page that it had not changed."""
    said = f"{url} changed under the same ETag or Last-Modified: for a while nothing is asked conditionally"
    return Finding(LIES, "warning", said)


def doubted(db: Database, site_id: str, since: str) -> bool:
    """Tell whether a site's validators were found to lie in a run that began after an instant
    (UTC, ISO 8601).
    """
    return (
        db.execute(
            "SELECT 1 FROM findings JOIN runs ON runs.id = run_id WHERE rule = ? AND site_id = ? AND started_at >= ?",
            [LIES, site_id, since],
        ).fetchone()
        is not None
    )


# ---- how sites do


def sites(db: Database) -> list[SiteStatus]:
    """Return every site with how it does."""
    runs, blocks, held = _runs(db), _blocks(db), _held(db)
    rows = db.execute(
        "SELECT sites.id, sites.name, platform, regions.name, regions.code,"
        " (SELECT min(started_at) FROM site_runs WHERE site_id = sites.id),"
        " (SELECT max(ended_at) FROM site_runs WHERE site_id = sites.id AND healthy),"
        " (SELECT learn_since FROM site_runs WHERE site_id = sites.id ORDER BY run_id DESC LIMIT 1)"
        " FROM sites LEFT JOIN regions ON regions.id = sites.region_id ORDER BY sites.id"
    ).fetchall()
    statuses = []
    for id_, name, platform, region, code, first_run, last_healthy, since in rows:
        last = runs[id_][0] if runs[id_] else None
        judged = [
            run
            for run in runs[id_]
            if run.links is not None or run.reason not in UNJUDGED
        ]
        reason = None if last is None else last.reason if last.ended_at else "not ended"
        statuses.append(
            SiteStatus(
                id=id_,
                name=name,
                platform=platform,
                region=region,
                region_code=code,
                first_run=first_run,
                last_run=last.started_at if last else None,
                last_reason=reason,
                healthy=bool(judged[0].healthy) if judged else None,
                last_healthy=last_healthy,
                links=tuple(
                    run.links
                    for run in reversed(judged[:SHOWN])
                    if run.links is not None
                ),
                expected_links=last.expected if last else None,
                usual_links=usual_links(db, id_, since),
                documents=held.get((id_, True), 0),
                vanished=held.get((id_, False), 0),
                blocks=blocks[id_],
                failures=tuple(failures(db, last.run_id, id_)) if last else (),
            )
        )
    return statuses


RUNS = """
SELECT site_id, run_id, started_at, ended_at, end_reason, expected_links, links, healthy
FROM (SELECT *, row_number() OVER (PARTITION BY site_id ORDER BY started_at DESC, run_id DESC) AS place FROM site_runs
      WHERE run_id IN (SELECT id FROM runs WHERE kind = 'crawl'))
WHERE place <= ? ORDER BY site_id, place
"""

BLOCKS = """
SELECT visits.site_id, substr(message, 1, instr(message, ':') - 1), count(*)
FROM (SELECT site_id, max(run_id) AS run_id FROM site_runs
      WHERE run_id IN (SELECT id FROM runs WHERE kind = 'crawl') GROUP BY site_id) AS latest
JOIN visits ON visits.site_id = latest.site_id AND visits.run_id = latest.run_id
WHERE outcome IN ('blocked', 'soft_404') GROUP BY 1, 2
"""


def _runs(db: Database) -> dict[str, list[_Run]]:
    """Return the latest runs of each site, the last one first."""
    found: defaultdict[str, list[_Run]] = defaultdict(list)
    for site_id, *values in db.execute(
        RUNS, [3 * SHOWN]
    ).fetchall():  # some of them read no list
        found[site_id].append(_Run._make(values))
    return found


def _blocks(db: Database) -> dict[str, dict[str, int]]:
    found: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for site_id, kind, count in db.execute(BLOCKS).fetchall():
        found[site_id][kind] = count
    return found


def _held(db: Database) -> dict[tuple[str, bool], int]:
    """Count the documents of each site that are there, and those that have vanished."""
    rows = db.execute(
        "SELECT site_id, state <> 'vanished', count(*) FROM documents WHERE state <> 'moved' GROUP BY 1, 2"
    ).fetchall()
    return {(site_id, bool(there)): count for site_id, there, count in rows}
