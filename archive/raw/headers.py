"""Response headers of visits: what a site always sends is kept once, a visit has only what differs.

A header set is every header of a site's first answer with these names in this order, as [name,
value]. The value is null where a visit tells it elsewhere: ETag and Last-Modified in its own
columns, Content-Length as the size of its payload. `visits.headers` maps positions in the set
to other values. The view `visit_headers` puts the two together, one row a header, in the order
and letters they came in.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from nianbao.archive.storage.rows import insert_row

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlite_utils import Database

Pairs = tuple[tuple[str, str], ...]

TOLD = ("etag", "last-modified", "content-length")


def store_headers(
    db: Database, site_id: str, headers: Pairs, told: Mapping[str, str | None]
) -> tuple[int | None, str | None]:
    """Return the header set of an answer, new if need be, and as JSON what differs from it.

    `told` is what the visit tells elsewhere, by the names of TOLD.
    """
    if not headers:
        return None, None
    names = json.dumps([name for name, _ in headers], ensure_ascii=False)
    row = db.execute(
        "SELECT id, headers FROM header_sets WHERE site_id = ? AND names = ?",
        [site_id, names],
    ).fetchone()
    usual = json.loads(row[1]) if row else _usual(headers)
    other = {
        str(position): value
        for position, ((name, value), (_, same)) in enumerate(
            zip(headers, usual, strict=True)
        )
        if value != (told.get(name.lower()) if same is None else same)
    }
    stated = {
        "site_id": site_id,
        "names": names,
        "headers": json.dumps(usual, ensure_ascii=False),
    }
    set_id = row[0] if row else insert_row(db, "header_sets", stated)
    return set_id, json.dumps(
        other, ensure_ascii=False, separators=(",", ":")
    ) if other else None


def _usual(headers: Pairs) -> list[list[str | None]]:
    names = [name.lower() for name, _ in headers]
    return [
        [
            name,
            None if name.lower() in TOLD and names.count(name.lower()) == 1 else value,
        ]
        for name, value in headers
    ]


def load_headers(db: Database, visit_id: int) -> Pairs:
    """Return every header of a visit as it came."""
    rows = db.execute(
        "SELECT name, value FROM visit_headers WHERE visit_id = ? ORDER BY position",
        [visit_id],
    )
    return tuple((name, value) for name, value in rows.fetchall())


def find_content_type(usual: str | None, other: str | None) -> str | None:
    """Return the first Content-Type of a header set and what differs from it, both as stored."""
    differing = json.loads(other) if other else {}
    pairs: Sequence[tuple[str, str | None]] = json.loads(usual) if usual else ()
    for position, (name, value) in enumerate(pairs):
        if name.lower() == "content-type":
            return str(differing.get(str(position), value))
    return None
