"""Visits: one for every attempt to fetch an address. Rows are only added."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nianbao.archive.raw import blobs, headers, hints
from nianbao.archive.records import Capture, Hints, Outcome, Role
from nianbao.archive.storage.rows import insert_row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlite_utils import Database

VISITS = """
SELECT visits.id, run_id, site_id, url, role, outcome, visits.visited_at, status, message,
       payload_sha256, etag, last_modified,
       (SELECT headers FROM header_sets WHERE id = header_set_id), headers, redirects,
       (SELECT json_patch(coalesce(common.hints, '{}'), own.hints)
        FROM hint_sets AS own
        LEFT JOIN hint_sets AS common ON common.id = own.common_id
        WHERE own.id = hint_set_id)
FROM visits
"""
LATEST_WITH_PAYLOAD = """
WHERE url = ? AND payload_sha256 IS NOT NULL AND outcome IN ('fetched', 'not_modified')
ORDER BY visited_at DESC, id DESC
LIMIT 1
"""
LATEST_DONE_IN_RUN = """
WHERE run_id = ? AND url = ?
  AND outcome IN ('fetched', 'not_modified', 'not_found', 'soft_404')
ORDER BY site_id = ? DESC, id DESC
LIMIT 1
"""
# Return the addresses to which redirects led the visits of a run, the latest visits last.
REDIRECTED_IN_RUN = """
SELECT json_extract(redirects, '$[#-1]'), id
FROM visits
WHERE run_id = ? AND redirects IS NOT NULL AND outcome IN ('fetched', 'not_modified')
ORDER BY id
"""
FAILED_IN_RUN = """
SELECT 1 FROM visits
WHERE run_id = ? AND url = ?
  AND outcome IN ('http_error', 'network_error', 'blocked', 'replaced',
                  'refused_by_robots', 'refused_by_boundary')
LIMIT 1
"""


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


def store_visit(db: Database, run_id: int, capture: Capture) -> Visit:
    """Write one visit, with its payload unless that is stored already; return it as it is
    stored.
    """
    sha256 = capture.payload_sha256
    if capture.payload is not None:
        sha256 = blobs.store_payload(
            db, capture.payload, site=capture.site, url=capture.url
        )
    values = {name.lower(): value for name, value in capture.headers}
    etag = values.get("etag")
    last_modified = values.get("last-modified")
    header_set_id, other_headers = headers.store_headers(
        db,
        capture.site,
        capture.headers,
        {**values, "content-length": _payload_size(db, capture, sha256)},
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
        "etag": etag,
        "last_modified": last_modified,
        "header_set_id": header_set_id,
        "headers": other_headers,
        "redirects": _redirects_to_json(capture.redirects),
        "hint_set_id": hints.store_hints(db, capture.url, capture.hints),
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
        etag=etag,
        last_modified=last_modified,
        content_type=headers.first_content_type(capture.headers),
        final_url=capture.final_url,
        hints=capture.hints,
    )


def _payload_size(db: Database, capture: Capture, sha256: str | None) -> str | None:
    """Return the size of a visit's payload as a Content-Length has it; None without one."""
    if capture.payload is not None:
        return str(len(capture.payload))
    query = "SELECT size_bytes FROM blobs WHERE sha256 = ?"
    row = db.execute(query, [sha256]).fetchone()
    if row is None:
        return None
    return str(row[0])


def _redirects_to_json(redirects: tuple[str, ...]) -> str | None:
    if not redirects:
        return None
    return json.dumps(redirects, ensure_ascii=False)


def _redirects_from_json(text: str | None) -> tuple[str, ...]:
    if text is None:
        return ()
    return tuple(json.loads(text))


def select_visits(db: Database, where: str, arguments: list[Any]) -> Iterator[Visit]:
    """Yield the visits that a WHERE clause (with order and limit) selects."""
    for row in db.execute(f"{VISITS} {where}", arguments).fetchall():
        yield _make_visit(row)


def _make_visit(row: tuple[Any, ...]) -> Visit:
    """Return the visit of a row of VISITS."""
    *columns, usual_headers, other_headers, redirects_json, hints_json = row
    url = columns[3]
    addresses = (url, *_redirects_from_json(redirects_json))
    values: list[Any] = [
        *columns,
        headers.find_content_type(usual_headers, other_headers),
        addresses[-1],
        hints.parse_hints(hints_json),
    ]
    return Visit(*values)


def load_visit(db: Database, visit_id: int) -> Visit:
    """Return one visit; raise KeyError when there is none."""
    for visit in select_visits(db, "WHERE id = ?", [visit_id]):
        return visit
    raise KeyError(visit_id)


def find_latest_payload_visit(db: Database, url: str) -> Visit | None:
    """Return the latest visit to an address that has a payload; None when there is none."""
    for visit in select_visits(db, LATEST_WITH_PAYLOAD, [url]):
        return visit
    return None


def find_visit_in_run(
    db: Database, run_id: int, url: str, site_id: str
) -> Visit | None:
    """Return the latest visit of a run to an address that is not to be tried again.

    One of the site goes before those of others.
    """
    for visit in select_visits(db, LATEST_DONE_IN_RUN, [run_id, url, site_id]):
        return visit
    return None


def find_redirected_in_run(db: Database, run_id: int) -> list[tuple[str, int]]:
    """Return the visits of a run that redirects led elsewhere: final address and id of each."""
    return [
        (url, visit_id) for url, visit_id in db.execute(REDIRECTED_IN_RUN, [run_id])
    ]


def has_failed_in_run(db: Database, run_id: int, url: str) -> bool:
    """Tell whether a run asked for an address in vain, or was refused it."""
    return db.execute(FAILED_IN_RUN, [run_id, url]).fetchone() is not None


def load_capture(db: Database, visit_id: int) -> Capture:
    """Return a visit as it was handed in, with its payload.

    Raises KeyError when there is no such visit, PayloadDamaged when its payload is not whole.
    """
    visit = load_visit(db, visit_id)
    query = "SELECT redirects FROM visits WHERE id = ?"
    (redirects_json,) = db.execute(query, [visit_id]).fetchone()
    sha256 = visit.payload_sha256
    payload = None
    if sha256 is not None and visit.outcome != "not_modified":
        payload = blobs.load_payload(db, sha256)
    return Capture(
        site=visit.site,
        url=visit.url,
        role=visit.role,
        outcome=visit.outcome,
        visited_at=visit.visited_at,
        status=visit.status,
        headers=headers.load_headers(db, visit_id),
        payload=payload,
        payload_sha256=sha256,
        redirects=_redirects_from_json(redirects_json),
        message=visit.message,
        hints=visit.hints,
    )
