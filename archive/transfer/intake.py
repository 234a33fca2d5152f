"""Intake: what another archive saw, stored once: sites, runs with their sites and notes, visits.

A run is known by its `uid`, a visit by its run, address, time and role. What derives from
visits is laid out from all of them together, so nothing depends on the order in which they
come.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from nianbao.archive.derived import pending, readings
from nianbao.archive.errors import PayloadDamaged
from nianbao.archive.raw import blobs, runs, seals, site_hosts, visits
from nianbao.archive.storage.rows import insert_row
from nianbao.archive.update.visits import apply_visit

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlite_utils import Database

    from nianbao.archive.records import Capture, Finding

Row = dict[str, Any]

SITE = """
SELECT sites.id, sites.name, sites.platform,
       regions.name AS region, regions.code, regions.code_source,
       (SELECT max(started_at) FROM site_runs WHERE site_id = sites.id) AS seen_at
FROM sites
LEFT JOIN regions ON regions.id = sites.region_id
"""
# What decides between two archives that know a site, after when it was seen last. Hosts do not:
# all of them are kept.
RANKED_FIELDS = ("name", "platform", "region", "code", "code_source")
RUN_SETTINGS = "SELECT id, settings FROM runs WHERE uid = ?"
RUN_END = "SELECT id, ended_at, end_reason FROM runs WHERE uid = ?"
SITE_RUN_END = """
SELECT ended_at, end_reason FROM site_runs WHERE run_id = ? AND site_id = ?
"""


def list_sites(db: Database) -> list[Row]:
    """Return the sites of an archive with their hosts, in the order of their ids."""
    hosts = site_hosts.select_site_hosts(db)
    rows = select_rows(db, f"{SITE} ORDER BY sites.id", [])
    for row in rows:
        row["hosts"] = hosts.get(row["id"], ())
    return rows


def store_site(db: Database, row: Row) -> None:
    """Store a site, a row of SITE with its hosts: a new one, and what the archive that crawled it
    last knows of it.
    """
    _store_site_fields(db, row)
    site_hosts.store_site_hosts(db, row["id"], row["hosts"])
    seals.seal_subject(db, f"site {row['id']}")


def _store_site_fields(db: Database, row: Row) -> None:
    site_here = _find_site(db, row["id"])
    if site_here is not None and _rank_site(site_here) >= _rank_site(row):
        return
    region_id = runs.store_region(db, row["region"], row["code"], row["code_source"])
    site = [row["id"], row["name"], row["platform"], region_id]
    db.execute(runs.STORE_SITE, site)
    if site_here is None or site_here["region"] != row["region"]:
        pending.mark_region_unread(db, row["id"])


def _find_site(db: Database, site_id: str) -> Row | None:
    for row in select_rows(db, f"{SITE} WHERE sites.id = ?", [site_id]):
        return row
    return None


def _rank_site(site: Row) -> tuple[str, str]:
    """Return what decides between two archives: when a site was seen last, then any order."""
    fields = [site[name] for name in RANKED_FIELDS]
    return site["seen_at"] or "", repr(fields)


def store_run(db: Database, row: Row) -> tuple[int, bool]:
    """Store a run, a row of `runs` without its id; return its id here, and whether it is new.

    That it ended is news to a copy made before.
    """
    run_here = db.execute(RUN_END, [row["uid"]]).fetchone()
    if run_here is None:
        return insert_row(db, "runs", row), True
    run_id, ended_at, end_reason = run_here
    if _tells_more(row, ended_at, end_reason):
        db.table("runs").update(run_id, row)
    return int(run_id), False


def store_open_run(db: Database, row: Row) -> int | None:
    """Store a run that is new here, or was cut off while it came in, without its end.

    Its settings are those of no crawl, so that none goes on with it. Returns its id; None where
    the run is here already.
    """
    open_settings = json.dumps({"taken in": row["uid"]})
    run_here = db.execute(RUN_SETTINGS, [row["uid"]]).fetchone()
    if run_here is None:
        open_row = row | {"ended_at": None, "end_reason": None}
        return insert_row(db, "runs", open_row | {"settings": open_settings})
    run_id, settings = run_here
    return int(run_id) if settings == open_settings else None


def end_open_run(db: Database, run_id: int, row: Row) -> None:
    """Write a run as it was, when all of it is here, and seal it."""
    db.table("runs").update(run_id, row)
    seals.seal_run(db, run_id)


def store_site_run(db: Database, row: Row) -> None:
    """Store how a run went on a site, a row of `site_runs`."""
    key = [row["run_id"], row["site_id"]]
    site_run_here = db.execute(SITE_RUN_END, key).fetchone()
    if site_run_here is not None and not _tells_more(row, *site_run_here):
        return
    db.table("site_runs").insert(row, replace=True)
    db.table("sites").update(row["site_id"], {"unsettled": 1})


def _tells_more(row: Row, ended_at: str | None, end_reason: str | None) -> bool:
    """Tell whether a row knows more of how a run ended than the row here.

    A crawl that was under way when its archive was copied may count as abandoned in the copy.
    """
    if row["ended_at"] is None:
        return False
    if ended_at is None:
        return True
    return end_reason == "abandoned" and row["end_reason"] != "abandoned"


def store_note(
    db: Database, run_id: int, site_id: str, url: str, finding: Finding
) -> None:
    """Store what was noted in a run about a site."""
    readings.write_run_finding(db, finding, run_id, site_id, url)


def store_visit(db: Database, run_id: int, capture: Capture) -> None:
    """Store a visit that is not here."""
    apply_visit(db, visits.store_visit(db, run_id, capture))


def heal_payload(db: Database, sha256: str, load_whole: Callable[[], bytes]) -> bool:
    """Put a whole payload in the place of one that is damaged or missing here.

    `load_whole` gives its bytes. Returns whether it was damaged.
    """
    try:
        blobs.load_payload(db, sha256)
    except (PayloadDamaged, KeyError):
        payload = load_whole()
        db.execute("PRAGMA defer_foreign_keys = ON")
        db.execute("DELETE FROM blobs WHERE sha256 = ?", [sha256])
        blobs.store_payload(db, payload)
        return True
    return False


def select_rows(db: Database, query: str, arguments: list[Any]) -> list[Row]:
    """Return the rows of a query as dictionaries."""
    cursor = db.execute(query, arguments)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
