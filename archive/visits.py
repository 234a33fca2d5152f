"""The raw layer: runs, the sites of a run, and one visit for every attempt. Rows are only added."""

from __future__ import annotations

import dataclasses
import json
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from archive import blobs
from archive.clock import utc_now
from archive.records import Capture, Hints
from archive.rows import insert

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlite_utils import Database


@dataclass(frozen=True, slots=True)
class Site:
    """A site as the archive knows it, with what decides its health in a run."""

    id: str
    name: str
    platform: str
    region: str | None
    region_code: str | None
    vanish_after: int  # misses in a row on healthy runs before a report counts as vanished
    expected_links: int  # fewer links than this on its lists: the run is not healthy


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit as stored, without its payload."""

    id: int
    run_id: int
    site: str
    url: str
    role: str
    outcome: str
    visited_at: str
    status: int | None
    message: str | None
    payload_sha256: str | None
    etag: str | None
    last_modified: str | None
    content_type: str | None
    final_url: str
    hints: Hints


def begin_run(db: Database, kind: str, software_version: str, settings: Mapping[str, Any]) -> int:
    """Start a run; return its id."""
    row = {
        "uid": uuid.uuid4().hex,
        "kind": kind,
        "started_at": utc_now(),
        "software_version": software_version,
        "settings": json.dumps(settings, ensure_ascii=False, sort_keys=True),
    }
    return insert(db, "runs", row)


def unfinished_run(db: Database, settings: Mapping[str, Any]) -> int | None:
    """Return the newest crawl that was cut off and had these settings, if it is the last one at all."""
    row = db.execute(
        "SELECT id, ended_at, settings FROM runs WHERE kind = 'crawl' ORDER BY started_at DESC LIMIT 1"
    ).fetchone()
    wanted = json.dumps(settings, ensure_ascii=False, sort_keys=True)
    return row[0] if row and row[1] is None and row[2] == wanted else None


def end_run(db: Database, run_id: int, reason: str, counts: Mapping[str, Any]) -> None:
    """Write why and with what a run ended."""
    db.execute(
        "UPDATE runs SET ended_at = ?, end_reason = ?, counts = ? WHERE id = ?",
        [utc_now(), reason, json.dumps(counts, ensure_ascii=False), run_id],
    )


def begin_site(db: Database, run_id: int, site: Site) -> bool:
    """Write the site and that the run has begun on it; return whether its region is another than before, or new.

    A resumed run finds its row there.
    """
    region_id = _region(db, site)
    known = db.execute("SELECT region_id FROM sites WHERE id = ?", [site.id]).fetchone()
    db.execute(
        "INSERT INTO sites (id, name, platform, region_id) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET name = excluded.name, platform = excluded.platform,"
        " region_id = excluded.region_id",
        [site.id, site.name, site.platform, region_id],
    )
    db.execute(
        "INSERT OR IGNORE INTO site_runs (run_id, site_id, started_at, vanish_after, expected_links)"
        " VALUES (?, ?, ?, ?, ?)",
        [run_id, site.id, utc_now(), site.vanish_after, site.expected_links],
    )
    return known is None or known[0] != region_id


def _region(db: Database, site: Site) -> int | None:
    if site.region is None:
        return None
    db.execute(
        "INSERT INTO regions (name, code, code_source) VALUES (?, ?, ?) ON CONFLICT (name) DO NOTHING",
        [site.region, site.region_code, "site file" if site.region_code else None],
    )
    return int(db.execute("SELECT id FROM regions WHERE name = ?", [site.region]).fetchone()[0])


def end_site(db: Database, run_id: int, site_id: str, reason: str, links: int, *, lists_whole: bool) -> bool:
    """Write how the run went on a site; return whether it was healthy: finished, lists whole, links enough."""
    expected = db.execute(
        "SELECT expected_links FROM site_runs WHERE run_id = ? AND site_id = ?", [run_id, site_id]
    ).fetchone()[0]
    healthy = reason == "finished" and lists_whole and links >= expected
    db.execute(
        "UPDATE site_runs SET ended_at = ?, end_reason = ?, links = ?, healthy = ? WHERE run_id = ? AND site_id = ?",
        [utc_now(), reason, links, healthy, run_id, site_id],
    )
    return healthy


def record(db: Database, run_id: int, capture: Capture) -> int:
    """Write one visit, with its payload unless that is stored already; return the visit's id."""
    sha256 = blobs.put(db, capture.payload) if capture.payload is not None else capture.payload_sha256
    headers = {name.lower(): value for name, value in capture.headers}
    row = {
        "run_id": run_id,
        "site_id": capture.site,
        "url": capture.url,
        "role": capture.role,
        "visited_at": capture.visited_at,
        "outcome": capture.outcome,
        "status": capture.status,
        "message": capture.message,
        "payload_sha256": sha256,
        "etag": headers.get("etag"),
        "last_modified": headers.get("last-modified"),
        "headers": json.dumps(capture.headers, ensure_ascii=False),
        "redirects": json.dumps(capture.redirects, ensure_ascii=False),
        "hints": json.dumps(_stated(capture.hints), ensure_ascii=False),
    }
    return insert(db, "visits", row)


def _stated(hints: Hints) -> dict[str, Any]:
    return {key: value for key, value in dataclasses.asdict(hints).items() if value is not None}


VISIT = (
    "SELECT id, run_id, site_id, url, role, outcome, visited_at, status, message, payload_sha256,"
    " etag, last_modified, headers, redirects, hints FROM visits "
)


def find(db: Database, where: str, arguments: list[Any]) -> Iterator[Visit]:
    """Yield the visits that a WHERE clause (with order and limit) selects."""
    for row in db.execute(VISIT + where, arguments).fetchall():
        headers, redirects, hints = (json.loads(text) for text in row[12:])
        types = [value for name, value in headers if name.lower() == "content-type"]
        final_url = redirects[-1] if redirects else row[3]
        values: list[Any] = [*row[:12], types[0] if types else None, final_url, Hints(**hints)]
        yield Visit(*values)


def get(db: Database, visit_id: int) -> Visit:
    """Return one visit; raise KeyError when there is none."""
    for visit in find(db, "WHERE id = ?", [visit_id]):
        return visit
    raise KeyError(visit_id)
