"""The raw layer: runs, the sites of a run, and one visit for every attempt. Rows are only added."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nianbao.archive.clock import utc_now
from nianbao.archive.raw import blobs, headers
from nianbao.archive.records import Capture, Hints, Outcome, Role
from nianbao.archive.storage.rows import insert_row

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlite_utils import Database


@dataclass(frozen=True, slots=True)
class ArchivedSite:
    """A site as the archive knows it, with what decides its health in a run."""

    id: str
    name: str
    platform: str
    region: str | None
    region_code: str | None
    vanish_after: (
        int  # misses in a row on healthy runs before a report counts as vanished
    )
    expected_links: int  # fewer links than this on its lists: the run is not healthy
    most_links: int | None = None  # more of them are a warning
    learn_since: str | None = None  # a day: what runs before it found teaches nothing


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit as stored, without its payload."""

    id: int
    run_id: int
    site: str
    url: str
    role: Role
    outcome: Outcome
    visited_at: str
    status: int | None
    message: str | None
    payload_sha256: str | None
    etag: str | None
    last_modified: str | None
    content_type: str | None
    final_url: str
    hints: Hints


def begin_run(
    db: Database, kind: str, software_version: str, settings: Mapping[str, Any]
) -> int:
    """Start a run; return its id."""
    row = {
        "uid": uuid.uuid4().hex,
        "kind": kind,
        "started_at": utc_now(),
        "software_version": software_version,
        "settings": json.dumps(settings, ensure_ascii=False, sort_keys=True),
    }
    return insert_row(db, "runs", row)


def find_unfinished_run(db: Database, settings: Mapping[str, Any]) -> int | None:
    """Return the newest crawl that was cut off and had these settings, if it is the last one at
    all.
    """
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


def begin_site(db: Database, run_id: int, site: ArchivedSite) -> bool:
    """Write the site and that the run has begun on it; return whether its region is another
    than before, or new.

    A resumed run finds its row there.
    """
    source = "site file" if site.region_code else None
    region_id = store_region(db, site.region, site.region_code, source)
    known = db.execute("SELECT region_id FROM sites WHERE id = ?", [site.id]).fetchone()
    db.execute(
        "INSERT INTO sites (id, name, platform, region_id) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET name = excluded.name, platform = excluded.platform,"
        " region_id = excluded.region_id",
        [site.id, site.name, site.platform, region_id],
    )
    db.execute(
        "INSERT OR IGNORE INTO site_runs"
        " (run_id, site_id, started_at, vanish_after, expected_links, most_links, learn_since)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            run_id,
            site.id,
            utc_now(),
            site.vanish_after,
            site.expected_links,
            site.most_links,
            site.learn_since,
        ],
    )
    return known is None or known[0] != region_id


def store_region(
    db: Database, name: str | None, code: str | None, source: str | None
) -> int | None:
    """Return the id of the region a site belongs to, new if need be; None for a site without
    one.
    """
    if name is None:
        return None
    db.execute(
        "INSERT INTO regions (name, code, code_source) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE"
        " SET code = excluded.code, code_source = excluded.code_source WHERE excluded.code_source = 'site file'",
        [name, code, source],
    )
    return int(
        db.execute("SELECT id FROM regions WHERE name = ?", [name]).fetchone()[0]
    )


def end_site(
    db: Database,
    run_id: int,
    site_id: str,
    reason: str,
    links: int | None,
    *,
    healthy: bool,
) -> None:
    """Write how the run went on a site."""
    db.execute(
        "UPDATE site_runs SET ended_at = ?, end_reason = ?, links = ?, healthy = ? WHERE run_id = ? AND site_id = ?",
        [utc_now(), reason, links, healthy, run_id, site_id],
    )


def store_visit(db: Database, run_id: int, capture: Capture) -> Visit:
    """Write one visit, with its payload unless that is stored already; return it as it is
    stored.
    """
    sha256 = capture.payload_sha256
    if capture.payload is not None:
        sha256 = blobs.store_payload(
            db, capture.payload, site=capture.site, url=capture.url
        )
    sent = {name.lower(): value for name, value in capture.headers}
    size = _size(db, sha256) if capture.payload is None else str(len(capture.payload))
    told = {**sent, "content-length": size}
    header_set_id, other_headers = headers.store_headers(
        db, capture.site, capture.headers, told
    )
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
        "etag": sent.get("etag"),
        "last_modified": sent.get("last-modified"),
        "header_set_id": header_set_id,
        "headers": other_headers,
        "redirects": json.dumps(capture.redirects, ensure_ascii=False)
        if capture.redirects
        else None,
        "hint_set_id": _hint_set(db, capture),
    }
    return Visit(
        id=insert_row(db, "visits", row),
        run_id=run_id,
        site=capture.site,
        url=capture.url,
        role=capture.role,
        outcome=capture.outcome,
        visited_at=capture.visited_at,
        status=capture.status,
        message=capture.message,
        payload_sha256=sha256,
        etag=sent.get("etag"),
        last_modified=sent.get("last-modified"),
        content_type=next(
            (
                value
                for name, value in capture.headers
                if name.lower() == "content-type"
            ),
            None,
        ),
        final_url=capture.final_url,
        hints=capture.hints,
    )


def _size(db: Database, sha256: str | None) -> str | None:
    row = db.execute(
        "SELECT size_bytes FROM blobs WHERE sha256 = ?", [sha256]
    ).fetchone()
    return str(row[0]) if row else None


def _hint_set(db: Database, capture: Capture) -> int | None:
    """Return what was known of the page beforehand: as at the visit before to its address, or
    stored anew.

    What many pages of a site have in common is stored once.
    """
    stated = _stated(capture.hints)
    own = _json({name: value for name, value in stated.items() if name in OF_PAGE})
    common = _json(
        {name: value for name, value in stated.items() if name not in OF_PAGE}
    )
    if not stated:
        return None
    known = db.execute(
        "SELECT id FROM hint_sets WHERE hints = ? AND common_id IS NULL", [common]
    ).fetchone()
    common_id = (
        int(known[0]) if known else insert_row(db, "hint_sets", {"hints": common})
    )
    if own == "{}":
        return common_id
    before = db.execute(
        "SELECT hint_sets.id, hint_sets.common_id, hint_sets.hints FROM visits"
        " JOIN hint_sets ON hint_sets.id = visits.hint_set_id WHERE visits.url = ? ORDER BY visits.id DESC LIMIT 1",
        [capture.url],
    ).fetchone()
    if before and before[1:] == (common_id, own):
        return int(before[0])
    return insert_row(db, "hint_sets", {"common_id": common_id, "hints": own})


OF_PAGE = ("list_title", "list_date")  # the hints that are of one page alone


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _stated(hints: Hints) -> dict[str, Any]:
    stated = ((name, getattr(hints, name)) for name in Hints.__dataclass_fields__)
    return {name: value for name, value in stated if value is not None}


VISIT = (
    "SELECT visits.id, run_id, site_id, url, role, outcome, visits.visited_at, status, message, payload_sha256,"
    " etag, last_modified, (SELECT headers FROM header_sets WHERE id = header_set_id), headers, redirects,"
    " (SELECT json_patch(coalesce(common.hints, '{}'), own.hints) FROM hint_sets AS own"
    " LEFT JOIN hint_sets AS common ON common.id = own.common_id WHERE own.id = hint_set_id) FROM visits "
)


def select_visits(db: Database, where: str, arguments: list[Any]) -> Iterator[Visit]:
    """Yield the visits that a WHERE clause (with order and limit) selects."""
    for row in db.execute(VISIT + where, arguments).fetchall():
        usual, other, redirects, hints = row[12:]
        final_url = json.loads(redirects)[-1] if redirects else row[3]
        known = Hints(**json.loads(hints)) if hints else Hints()
        values: list[Any] = [
            *row[:12],
            headers.find_content_type(usual, other),
            final_url,
            known,
        ]
        yield Visit(*values)


def load_visit(db: Database, visit_id: int) -> Visit:
    """Return one visit; raise KeyError when there is none."""
    for visit in select_visits(db, "WHERE id = ?", [visit_id]):
        return visit
    raise KeyError(visit_id)


def load_capture(db: Database, visit_id: int) -> Capture:
    """Return a visit as it was handed in, with its payload; raise KeyError, or PayloadDamaged."""
    visit = load_visit(db, visit_id)
    (redirects,) = db.execute(
        "SELECT redirects FROM visits WHERE id = ?", [visit_id]
    ).fetchone()
    sha256 = visit.payload_sha256
    return Capture(
        site=visit.site,
        url=visit.url,
        role=visit.role,
        outcome=visit.outcome,
        visited_at=visit.visited_at,
        status=visit.status,
        headers=headers.load_headers(db, visit_id),
        payload=None
        if sha256 is None or visit.outcome == "not_modified"
        else blobs.load_payload(db, sha256),
        payload_sha256=sha256,
        redirects=tuple(json.loads(redirects)) if redirects else (),
        message=visit.message,
        hints=visit.hints,
    )
