"""Intake: what another archive saw, taken in once: sites, runs with their sites and notes, visits.

A run is known by its `uid`, a visit by its run, address, time and role. What derives from
visits is laid out from all of them together, so nothing depends on the order in which they
come.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nianbao.archive.derived import pending, readings
from nianbao.archive.errors import PayloadDamaged
from nianbao.archive.raw import blobs, visits
from nianbao.archive.storage.rows import insert_row
from nianbao.archive.update.visits import apply_visit

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlite_utils import Database

    from nianbao.archive.records import Capture, Finding

SITE = (
    "SELECT sites.id, sites.name, sites.platform, regions.name AS region, regions.code, regions.code_source,"
    " (SELECT max(started_at) FROM site_runs WHERE site_id = sites.id) AS seen_at"
    " FROM sites LEFT JOIN regions ON regions.id = sites.region_id"
)


def store_site(db: Database, row: dict[str, Any]) -> None:
    """Take over a site, a row of SITE: a new one, and what the archive that crawled it last
    knows of it.
    """
    known = next(iter(select_rows(db, f"{SITE} WHERE sites.id = ?", [row["id"]])), None)
    if known is not None and (_age(known), repr(known)) >= (_age(row), repr(row)):
        return
    region_id = visits.store_region(db, row["region"], row["code"], row["code_source"])
    db.execute(
        "INSERT INTO sites (id, name, platform, region_id) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE"
        " SET name = excluded.name, platform = excluded.platform, region_id = excluded.region_id",
        [row["id"], row["name"], row["platform"], region_id],
    )
    if known is None or known["region"] != row["region"]:
        pending.mark_region_unread(db, row["id"])


def _age(site: dict[str, Any]) -> str:
    return site["seen_at"] or ""


def store_run(db: Database, row: dict[str, Any]) -> tuple[int, bool]:
    """Take over a run, a row of `runs` without its id; return its id here, and whether it is new.

    That it ended is news to a copy made before.
    """
    known = db.execute(
        "SELECT id, ended_at, end_reason FROM runs WHERE uid = ?", [row["uid"]]
    ).fetchone()
    if known is None:
        return insert_row(db, "runs", row), True
    if _is_better(row, *known[1:]):
        db.table("runs").update(known[0], row)
    return int(known[0]), False


def store_site_run(db: Database, row: dict[str, Any]) -> None:
    """Take over how a run went on a site, a row of `site_runs`."""
    where = [row["run_id"], row["site_id"]]
    known = db.execute(
        "SELECT ended_at, end_reason FROM site_runs WHERE run_id = ? AND site_id = ?",
        where,
    ).fetchone()
    if known is not None and not _is_better(row, *known):
        return
    db.execute("DELETE FROM site_runs WHERE run_id = ? AND site_id = ?", where)
    names = ", ".join(row)
    db.execute(
        f"INSERT INTO site_runs ({names}) VALUES ({', '.join('?' * len(row))})",
        list(row.values()),
    )
    db.execute("UPDATE sites SET unsettled = 1 WHERE id = ?", [row["site_id"]])


def _is_better(
    row: dict[str, Any], ended_at: str | None, end_reason: str | None
) -> bool:
    """Tell whether a row knows more of how a run ended: a crawl still under way when it was
    copied may have been.
    """
    if row["ended_at"] is None:
        return False
    return ended_at is None or (
        end_reason == "abandoned" and row["end_reason"] != "abandoned"
    )


def store_note(
    db: Database, run_id: int, site_id: str, url: str, finding: Finding
) -> None:
    """Take over what was noted in a run about a site."""
    readings.write_run_finding(db, finding, run_id, site_id, url)


def store_visit(db: Database, run_id: int, capture: Capture) -> None:
    """Take in a visit that is not here."""
    apply_visit(db, visits.store_visit(db, run_id, capture))


def heal_payload(db: Database, sha256: str, whole: Callable[[], bytes]) -> bool:
    """Put a payload, which `whole` gives, in the place of one that is damaged here; return
    whether it was.
    """
    try:
        blobs.load_payload(db, sha256)
    except (PayloadDamaged, KeyError):
        payload = whole()
        db.execute("PRAGMA defer_foreign_keys = ON")
        db.execute("DELETE FROM blobs WHERE sha256 = ?", [sha256])
        blobs.store_payload(db, payload)
        return True
    return False


def select_rows(db: Database, query: str, arguments: list[Any]) -> list[dict[str, Any]]:
    """Return the rows of a query as dictionaries."""
    cursor = db.execute(query, arguments)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
