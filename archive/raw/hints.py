"""Hints of visits: what many pages of a site have in common is stored once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from nianbao.archive.records import Hints
from nianbao.archive.storage.rows import insert_row

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlite_utils import Database

# the hints that are of one page alone
OF_PAGE = (
    "list_title",
    "list_date",
    "further_pages",
    "images",
    "sends_to",
    "sent_by",
)
LISTS = ("further_pages", "images", "ignored_lines")
EMPTY = "{}"

# The web archive that saw what a visit shows; NULL where we saw it ourselves. `{}` is the name of
# the visits in the query.
SEEN_BY = """
(SELECT json_extract(coalesce(common.hints, own.hints), '$.seen_by')
 FROM hint_sets AS own
 LEFT JOIN hint_sets AS common ON common.id = own.common_id
 WHERE own.id = {}.hint_set_id)
"""
COMMON_SET = "SELECT id FROM hint_sets WHERE hints = ? AND common_id IS NULL"
PREVIOUS_SET = """
SELECT hint_sets.id, hint_sets.common_id, hint_sets.hints
FROM visits
JOIN hint_sets ON hint_sets.id = visits.hint_set_id
WHERE visits.url = ?
ORDER BY visits.id DESC
LIMIT 1
"""


def store_hints(db: Database, url: str, hints: Hints) -> int | None:
    """Return the hint set of a visit to an address: that of the visit before, or a new one.

    None when nothing is known of the page beforehand.
    """
    page_hints, common_hints = _split_hints(hints)
    if page_hints == EMPTY and common_hints == EMPTY:
        return None
    common_id = _store_common_hints(db, common_hints)
    if page_hints == EMPTY:
        return common_id
    previous = db.execute(PREVIOUS_SET, [url]).fetchone()
    if previous and previous[1:] == (common_id, page_hints):
        return int(previous[0])
    return insert_row(db, "hint_sets", {"common_id": common_id, "hints": page_hints})


def _split_hints(hints: Hints) -> tuple[str, str]:
    """Return as JSON the hints that are of the page alone, and those of many pages."""
    page_hints = {}
    common_hints = {}
    for name in Hints.__dataclass_fields__:
        value = getattr(hints, name)
        if value is None:
            continue
        if name in OF_PAGE:
            page_hints[name] = value
        else:
            common_hints[name] = value
    return _to_json(page_hints), _to_json(common_hints)


def _to_json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _store_common_hints(db: Database, common_hints: str) -> int:
    row = db.execute(COMMON_SET, [common_hints]).fetchone()
    if row is not None:
        return int(row[0])
    return insert_row(db, "hint_sets", {"hints": common_hints})


def parse_hints(text: str | None) -> Hints:
    """Return the hints that a visit has as JSON, without those that this version does not know."""
    if text is None:
        return Hints()
    known = Hints.__dataclass_fields__
    values = {name: value for name, value in json.loads(text).items() if name in known}
    for name in LISTS:
        if values.get(name) is not None:
            values[name] = tuple(values[name])
    return Hints(**values)
