"""Merging: what another archive saw taken into this one, each visit and payload once.

Only raw rows are copied; what follows from them is laid out anew from all visits together, so merging
is idempotent and its order does not matter. A run is known by its `uid`, a visit by its run, address
and time. A run is copied in a transaction of its own: a merge that is cut off is gone on with.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING, Any

from archive import blobs, readings, sightings, visits
from archive.errors import PayloadDamaged
from archive.records import Finding
from archive.rows import insert

if TYPE_CHECKING:
    from sqlite_utils import Database

    from archive.store import Archive

_SITE = (
    "SELECT sites.id, sites.name, sites.platform, regions.name AS region, regions.code, regions.code_source,"
    " (SELECT max(started_at) FROM site_runs WHERE site_id = sites.id) AS seen_at"
    " FROM sites LEFT JOIN regions ON regions.id = sites.region_id ORDER BY sites.id"
)
_NOTES = (
    'SELECT site_id, url, rule, severity, message, "table", "row", "column", expected, found FROM findings'
    " WHERE run_id = ? AND visit_id IS NULL ORDER BY id"
)


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge brought that was not here: runs and visits; payloads that were damaged here and are whole again."""

    runs: int = 0
    visits: int = 0
    healed: int = 0

    def __add__(self, other: Merged) -> Merged:
        return Merged(*(mine + theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))


def merge(archive: Archive, other: Archive, progress: Callable[[int, int], None] | None = None) -> Merged:
    """Copy what another archive saw and this one does not have; its pages are then pending, its sites unsettled.

    `progress` is called with the runs done and the runs in all. Raises ArchiveError; PayloadDamaged names a
    payload of the other archive that is not whole, and runs copied before it stay.
    """
    theirs = other.db
    with archive.transaction() as db:
        _sites(db, theirs)
    runs = theirs.execute("SELECT id FROM runs ORDER BY started_at, uid").fetchall()
    merged = Merged()
    for number, (run_id,) in enumerate(runs):
        if progress is not None:
            progress(number, len(runs))
        try:
            with archive.transaction() as db:
                merged += _run(db, theirs, run_id)
        except PayloadDamaged as error:
            raise PayloadDamaged(f"{other.path}: {error}. What was merged before stays.") from error
    return merged


def _sites(db: Database, theirs: Database) -> None:
    """Take over sites: new ones, and what the archive that crawled one last knows of it."""
    mine = {row["id"]: row for row in _rows(db, _SITE, [])}
    for row in _rows(theirs, _SITE, []):
        known = mine.get(row["id"])
        if known is not None and (_age(known), repr(known)) >= (_age(row), repr(row)):
            continue
        region_id = visits.region(db, row["region"], row["code"], row["code_source"])
        changed = db.execute(
            "INSERT INTO sites (id, name, platform, region_id) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE"
            " SET name = excluded.name, platform = excluded.platform, region_id = excluded.region_id",
            [row["id"], row["name"], row["platform"], region_id],
        ).rowcount
        if changed and (known is None or known["region"] != row["region"]):
            sightings.forget_region(db, row["id"])


def _age(site: dict[str, Any]) -> str:
    return site["seen_at"] or ""


def _run(db: Database, theirs: Database, their_id: int) -> Merged:
    """Copy one run with its sites, visits and notes."""
    (row,) = _rows(theirs, "SELECT * FROM runs WHERE id = ?", [their_id])
    known = db.execute("SELECT id, ended_at, end_reason FROM runs WHERE uid = ?", [row["uid"]]).fetchone()
    del row["id"]
    run_id = int(known[0]) if known else insert(db, "runs", row)
    if known and _is_better(row, *known[1:]):
        db.table("runs").update(run_id, row)
    for site_run in _rows(theirs, "SELECT * FROM site_runs WHERE run_id = ?", [their_id]):
        _site_run(db, site_run | {"run_id": run_id})
    copied = _visits(db, theirs, their_id, run_id)
    for note in _rows(theirs, _NOTES, [their_id]):
        site_id, url = note.pop("site_id"), note.pop("url")
        readings.note(db, Finding(**note), run_id, site_id, url)
    return Merged(runs=0 if known else 1) + copied


def _site_run(db: Database, row: dict[str, Any]) -> None:
    """Copy how a run went on a site; that it ended is news to a copy made before."""
    where = [row["run_id"], row["site_id"]]
    known = db.execute("SELECT ended_at, end_reason FROM site_runs WHERE run_id = ? AND site_id = ?", where).fetchone()
    if known is not None and not _is_better(row, *known):
        return
    db.execute("DELETE FROM site_runs WHERE run_id = ? AND site_id = ?", where)
    names = ", ".join(row)
    db.execute(f"INSERT INTO site_runs ({names}) VALUES ({', '.join('?' * len(row))})", list(row.values()))
    db.execute("UPDATE sites SET unsettled = 1 WHERE id = ?", [row["site_id"]])


def _is_better(row: dict[str, Any], ended_at: str | None, end_reason: str | None) -> bool:
    """Tell whether a row knows more of how a run ended: a crawl still under way when it was copied may have been."""
    if row["ended_at"] is None:
        return False
    return ended_at is None or (end_reason == "abandoned" and row["end_reason"] != "abandoned")


def _visits(db: Database, theirs: Database, their_id: int, run_id: int) -> Merged:
    merged = Merged()
    known = set(db.execute("SELECT url, visited_at, role FROM visits WHERE run_id = ?", [run_id]).fetchall())
    rows = theirs.execute(
        "SELECT id, url, visited_at, role, payload_sha256 FROM visits WHERE run_id = ? ORDER BY visited_at, id",
        [their_id],
    ).fetchall()
    for visit_id, url, visited_at, role, sha256 in rows:
        if (url, visited_at, role) in known:
            merged += Merged(healed=_heal(db, theirs, sha256))
            continue
        capture = visits.capture(theirs, visit_id)
        sightings.take_in(db, visits.record(db, run_id, capture))
        merged += Merged(visits=1)
    return merged


def _heal(db: Database, theirs: Database, sha256: str | None) -> int:
    """Put the other archive's payload in place of one that is damaged here; return how many that were."""
    if sha256 is None:
        return 0
    try:
        blobs.get(db, sha256)
    except (PayloadDamaged, KeyError):
        payload = blobs.get(theirs, sha256)
        db.execute("PRAGMA defer_foreign_keys = ON")
        db.execute("DELETE FROM blobs WHERE sha256 = ?", [sha256])
        blobs.put(db, payload)
        return 1
    return 0


def _rows(db: Database, query: str, arguments: list[Any]) -> list[dict[str, Any]]:
    cursor = db.execute(query, arguments)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
