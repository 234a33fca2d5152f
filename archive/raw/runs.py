"""Runs, and the sites of a run: when it began and ended on each, and what decides its health."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nianbao.archive.clock import EARLIEST, is_in_future, utc_now
from nianbao.archive.errors import ClockWrong
from nianbao.archive.raw import seals
from nianbao.archive.raw.site_hosts import normalize_host, store_site_hosts
from nianbao.archive.raw.site_identity import SiteIdentity
from nianbao.archive.storage.rows import insert_row

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sqlite_utils import Database

LAST_RUN_OF_SITE = """
SELECT run_id
FROM site_runs
JOIN runs ON runs.id = run_id
WHERE site_id = ? AND site_runs.ended_at IS NOT NULL
ORDER BY site_runs.ended_at DESC, runs.uid DESC
LIMIT 1
"""
LATEST_CRAWL = """
SELECT id, ended_at, settings
FROM runs
WHERE kind = 'crawl'
ORDER BY started_at DESC
LIMIT 1
"""
LATEST_INSTANT = """
SELECT max(instant)
FROM (
    SELECT max(started_at) AS instant FROM runs
    UNION ALL SELECT max(ended_at) FROM runs
    UNION ALL SELECT max(visited_at) FROM visits
)
"""
STORE_SITE = """
INSERT INTO sites (id, name, platform, region_id) VALUES (?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE
SET name = excluded.name, platform = excluded.platform, region_id = excluded.region_id
"""
# Plain SQL: the table has no rowid, by which sqlite-utils looks up a row that is there already.
BEGIN_SITE_RUN = """
INSERT OR IGNORE INTO site_runs (
    run_id, site_id, started_at, vanish_after, expected_links, most_links, learn_since
)
VALUES (?, ?, ?, ?, ?, ?, ?)
"""
# of a site that was made of a host by an import: no file tells of it
UNKNOWN_PLATFORM = "unknown"
# What a site file states about a region wins over what was found elsewhere.
STORE_REGION = """
INSERT INTO regions (name, code, code_source) VALUES (?, ?, ?)
ON CONFLICT (name) DO UPDATE
SET code = excluded.code, code_source = excluded.code_source
WHERE excluded.code_source = 'site file'
"""


@dataclass(frozen=True, slots=True)
class ArchivedSite:
    """A site as the archive knows it, with what decides its health in a run.

    `hosts` may have ports; with them stand those that the site had before, where its file names
    them.
    """

    id: str
    name: str
    platform: str
    region: str | None
    region_code: str | None
    vanish_after: int  # misses in a row on healthy runs before a report has vanished
    expected_links: int  # fewer links than this on its lists: the run is not healthy
    most_links: int | None = None  # more of them are a warning
    learn_since: str | None = None  # a day: what runs before it found teaches nothing
    hosts: tuple[str, ...] = ()
    former_regions: tuple[str, ...] = ()  # names that its region had, as its file says

    @property
    def identity(self) -> SiteIdentity:
        """What tells the site from others."""
        hosts = {normalize_host(netloc) for netloc in self.hosts}
        return SiteIdentity(
            id=self.id,
            name=self.name,
            region=self.region,
            hosts=tuple(sorted(hosts)),
            former_regions=self.former_regions,
        )


def begin_run(
    db: Database, kind: str, software_version: str, settings: Mapping[str, Any]
) -> int:
    """Start a run; return its id."""
    row = {
        "uid": uuid.uuid4().hex,
        "kind": kind,
        "started_at": utc_now(),
        "software_version": software_version,
        "settings": settings_to_json(settings),
    }
    return insert_row(db, "runs", row)


def require_right_clock(db: Database, path: Path, now: str | None = None) -> None:
    """Raise ClockWrong where an archive has been in the future, by this machine's clock or `now`.

    What is seen now would count as earlier than what was seen then, and change nothing.
    """
    now = now or utc_now()
    if now < EARLIEST:
        raise ClockWrong(
            f"{path}: the clock of this machine says {now}, which is long past. Set it."
        )
    latest: str | None = db.execute(LATEST_INSTANT).fetchone()[0]
    if latest is not None and is_in_future(latest, now):
        raise ClockWrong(
            f"{path}: something in it was seen at {latest}, and the clock of this machine says"
            f" {now}. If this clock is wrong, set it. If it is right, `nianbao export warc DIR"
            f" --archive {path}` and `nianbao import DIR --archive NEW` make an archive without"
            " what was seen in the future."
        )


def settings_to_json(settings: Mapping[str, Any]) -> str:
    """Return settings as they are stored: equal settings give equal text."""
    return json.dumps(settings, ensure_ascii=False, sort_keys=True)


def find_unfinished_run(db: Database, settings: Mapping[str, Any]) -> int | None:
    """Return the newest crawl if it was cut off and had these settings."""
    row = db.execute(LATEST_CRAWL).fetchone()
    if row is None:
        return None
    run_id, ended_at, stored_settings = row
    if ended_at is not None or stored_settings != settings_to_json(settings):
        return None
    return int(run_id)


def load_run_uid(db: Database, run_id: int) -> str:
    """Return what a run is known by in every archive."""
    row = db.execute("SELECT uid FROM runs WHERE id = ?", [run_id]).fetchone()
    return str(row[0])


def find_run(db: Database, uid: str) -> int:
    """Return the id here of a run."""
    row = db.execute("SELECT id FROM runs WHERE uid = ?", [uid]).fetchone()
    return int(row[0])


def load_run_start(db: Database, run_id: int) -> str:
    """Return when a run began."""
    row = db.execute("SELECT started_at FROM runs WHERE id = ?", [run_id]).fetchone()
    return str(row[0])


def find_last_run_of_site(db: Database, site_id: str) -> int | None:
    """Return the run that ended on a site last; None when none has."""
    row = db.execute(LAST_RUN_OF_SITE, [site_id]).fetchone()
    return int(row[0]) if row else None


def end_run(db: Database, run_id: int, reason: str, counts: Mapping[str, Any]) -> None:
    """Write why and with what a run ended; seal it with its visits."""
    row = {
        "ended_at": utc_now(),
        "end_reason": reason,
        "counts": json.dumps(counts, ensure_ascii=False),
    }
    db.table("runs").update(run_id, row)
    seals.seal_run(db, run_id)


def begin_site(db: Database, run_id: int, site: ArchivedSite) -> bool:
    """Write a site with its hosts, and that a run has begun on it.

    A resumed run finds its row there. Returns whether the site is new or its region has
    changed. That the archive has no other site of this id is for the caller to see
    (:mod:`nianbao.archive.raw.site_identity`).
    """
    source = "site file" if site.region_code else None
    region_id = store_region(db, site.region, site.region_code, source)
    query = "SELECT region_id FROM sites WHERE id = ?"
    row_before = db.execute(query, [site.id]).fetchone()
    if region_id is None and row_before and site.platform == UNKNOWN_PLATFORM:
        region_id = row_before[0]  # an earlier import knew it
    db.execute(STORE_SITE, [site.id, site.name, site.platform, region_id])
    store_site_hosts(db, site.id, site.hosts)
    seals.seal_subject(db, f"site {site.id}")
    site_run = [
        run_id,
        site.id,
        utc_now(),
        site.vanish_after,
        site.expected_links,
        site.most_links,
        site.learn_since,
    ]
    db.execute(BEGIN_SITE_RUN, site_run)
    return row_before is None or row_before[0] != region_id


def store_region(
    db: Database, name: str | None, code: str | None, source: str | None
) -> int | None:
    """Return the id of the region a site belongs to, new if need be; None for a site without
    one.

    `source` says where the division code comes from.
    """
    if name is None:
        return None
    db.execute(STORE_REGION, [name, code, source])
    if source == "site file":
        seals.seal_subject(db, f"region {name}")
    row = db.execute("SELECT id FROM regions WHERE name = ?", [name]).fetchone()
    return int(row[0])


def end_site(
    db: Database,
    run_id: int,
    site_id: str,
    reason: str,
    links: int | None,
    *,
    healthy: bool,
) -> None:
    """Write how a run went on a site; do nothing when the run never began on it."""
    db.execute(
        "UPDATE site_runs SET ended_at = ?, end_reason = ?, links = ?, healthy = ?"
        " WHERE run_id = ? AND site_id = ?",
        [utc_now(), reason, links, healthy, run_id, site_id],
    )
