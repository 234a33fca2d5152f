"""Visits of the first day, which carried their headers and hints inside: split into sets.

Until commit 402f7bc (2026-11-24) a visit had all its headers and hints in its own row, as JSON.
Schema 1 keeps what a site always sends once, in `header_sets`, and what is known of many pages
once, in `hint_sets`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from nianbao.archive.migrations.table_copies import PREFIX, ROWS
from nianbao.archive.storage.rows import insert_row

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.storage.snapshot import Progress

INLINE = f"""
SELECT id, run_id, site_id, url, role, visited_at, outcome, status, message,
       payload_sha256, etag, last_modified, headers, redirects, hints
FROM {PREFIX}visits
WHERE id BETWEEN ? AND ?
"""
COLUMNS = (
    "id",
    "run_id",
    "site_id",
    "url",
    "role",
    "visited_at",
    "outcome",
    "status",
    "message",
    "payload_sha256",
    "etag",
    "last_modified",
)


class InlineVisits:
    """Copies visits, and makes the header sets and hint sets that they share."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._header_sets: dict[tuple[str, str], tuple[int, list[str]]] = {}
        self._hint_sets: dict[str, int] = {}

    def copy_visits(self, progress: Progress) -> None:
        """Copy every visit from the table that was set aside."""
        query = f"SELECT coalesce(max(id), 0) FROM {PREFIX}visits"
        last = self._db.execute(query).fetchone()[0]
        for first in range(0, last + 1, ROWS):
            progress("table visits", first, last)
            rows = self._db.execute(INLINE, [first, first + ROWS - 1]).fetchall()
            for row in rows:
                self._copy_visit(row)

    def _copy_visit(self, row: tuple[Any, ...]) -> None:
        visit = dict(zip(COLUMNS, row[: len(COLUMNS)], strict=True))
        headers, redirects, hints = (json.loads(text) for text in row[len(COLUMNS) :])
        set_id, other_headers = self._split_headers(visit["site_id"], headers)
        visit["header_set_id"] = set_id
        visit["headers"] = other_headers
        visit["redirects"] = _to_json(redirects) if redirects else None
        visit["hint_set_id"] = self._find_hint_set(hints)
        insert_row(self._db, "visits", visit)

    def _split_headers(
        self, site_id: str, headers: list[list[str]]
    ) -> tuple[int | None, str | None]:
        """Return the header set of an answer and, as JSON, the values that differ from it."""
        if not headers:
            return None, None
        names = json.dumps([name for name, _ in headers], ensure_ascii=False)
        values = [value for _, value in headers]
        if (site_id, names) not in self._header_sets:
            row = {
                "site_id": site_id,
                "names": names,
                "headers": json.dumps(headers, ensure_ascii=False),
            }
            set_id = insert_row(self._db, "header_sets", row)
            self._header_sets[site_id, names] = (set_id, values)
        set_id, usual_values = self._header_sets[site_id, names]
        other = {
            str(position): value
            for position, value in enumerate(values)
            if value != usual_values[position]
        }
        return set_id, _to_json(other) if other else None

    def _find_hint_set(self, hints: dict[str, Any]) -> int | None:
        """Return the set of these hints, a new one where there is none; None for no hints."""
        if not hints:
            return None
        text = _to_json(hints)
        if text not in self._hint_sets:
            row = {"hints": text}
            self._hint_sets[text] = insert_row(self._db, "hint_sets", row)
        return self._hint_sets[text]


def _to_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
