"""Response headers of visits: what a site always sends is kept once, a visit has only what differs.

A header set is every header of a site's first answer with these names in this order, as [name,
value]. The value is null where a visit has it elsewhere: ETag and Last-Modified in its own
columns, Content-Length as the size of its payload. `visits.headers` maps positions in the set
to other values. The view `visit_headers` puts the two together, one row a header, in the order
and letters they came in.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from nianbao.archive.storage.rows import insert_row

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlite_utils import Database

Pairs = tuple[tuple[str, str], ...]
UsualPairs = list[tuple[str, str | None]]

STORED_ELSEWHERE = ("etag", "last-modified", "content-length")


def store_headers(
    db: Database,
    site_id: str,
    headers: Pairs,
    values_elsewhere: Mapping[str, str | None],
) -> tuple[int | None, str | None]:
    """Return the header set of an answer, new if need be, and as JSON what differs from it.

    `values_elsewhere` has what the visit stores elsewhere, by the names of STORED_ELSEWHERE.
    """
    if not headers:
        return None, None
    set_id, usual_pairs = _store_header_set(db, site_id, headers)
    other_values = {}
    for position, (name, value) in enumerate(headers):
        usual_value = usual_pairs[position][1]
        if usual_value is None:
            usual_value = values_elsewhere.get(name.lower())
        if value != usual_value:
            other_values[str(position)] = value
    if not other_values:
        return set_id, None
    text = json.dumps(other_values, ensure_ascii=False, separators=(",", ":"))
    return set_id, text


def _store_header_set(
    db: Database, site_id: str, headers: Pairs
) -> tuple[int, UsualPairs]:
    """Return the set of a site with the names of these headers; a new one has their values."""
    names = json.dumps([name for name, _ in headers], ensure_ascii=False)
    row = db.execute(
        "SELECT id, headers FROM header_sets WHERE site_id = ? AND names = ?",
        [site_id, names],
    ).fetchone()
    if row is not None:
        return row[0], json.loads(row[1])
    usual_pairs = _make_usual_pairs(headers)
    header_set = {
        "site_id": site_id,
        "names": names,
        "headers": json.dumps(usual_pairs, ensure_ascii=False),
    }
    return insert_row(db, "header_sets", header_set), usual_pairs


def _make_usual_pairs(headers: Pairs) -> UsualPairs:
    """Return the headers of a new set, without the values that visits store elsewhere.

    A header that was sent twice keeps its values: the column of a visit has one.
    """
    lower_names = [name.lower() for name, _ in headers]
    usual_pairs: UsualPairs = []
    for name, value in headers:
        lower_name = name.lower()
        if lower_name in STORED_ELSEWHERE and lower_names.count(lower_name) == 1:
            usual_pairs.append((name, None))
        else:
            usual_pairs.append((name, value))
    return usual_pairs


def load_headers(db: Database, visit_id: int) -> Pairs:
    """Return every header of a visit as it came."""
    rows = db.execute(
        "SELECT name, value FROM visit_headers WHERE visit_id = ? ORDER BY position",
        [visit_id],
    )
    return tuple((name, value) for name, value in rows.fetchall())


def first_content_type(headers: Pairs) -> str | None:
    """Return the first Content-Type among headers."""
    for name, value in headers:
        if name.lower() == "content-type":
            return value
    return None


def find_content_type(
    usual_headers: str | None, other_headers: str | None
) -> str | None:
    """Return the first Content-Type of a header set and what differs from it, both as stored."""
    if usual_headers is None:
        return None
    other_values = {}
    if other_headers is not None:
        other_values = json.loads(other_headers)
    for position, (name, value) in enumerate(json.loads(usual_headers)):
        if name.lower() == "content-type":
            return str(other_values.get(str(position), value))
    return None
