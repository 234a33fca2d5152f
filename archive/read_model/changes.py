"""The latest changes of pages, with the report that each concerns.

Events about findings are left out: they have pages of their own.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

_COLUMNS = """
SELECT changes.id, changes.kind, changes.occurred_at, changes.site_id, sites.name, changes.url,
       changes.version, changes.moved_to, coalesce(readings.title, documents.title),
       coalesce(agencies.name, readings.agency_printed),
       agencies.name IS NOT NULL AND readings.report_year IS NOT NULL, regions.name,
       readings.report_year, agencies.site_id,
       CASE WHEN versions.id <> documents.current_version_id THEN first.visited_at END
"""
_JOINED = """
LEFT JOIN sites ON sites.id = changes.site_id
LEFT JOIN documents ON documents.id = changes.document_id
LEFT JOIN versions ON versions.id = changes.version_id
LEFT JOIN visits AS first ON first.id = versions.first_visit_id
LEFT JOIN readings
  ON readings.version_id = coalesce(changes.version_id, documents.current_version_id)
LEFT JOIN agencies ON agencies.id = readings.agency_id
LEFT JOIN regions ON regions.id = agencies.region_id
"""
LATEST = f"""{_COLUMNS} FROM changes {_JOINED}
WHERE changes.finding_id IS NULL AND changes.announced_report_id IS NULL
  AND (:kind IS NULL OR changes.kind = :kind)
ORDER BY changes.id DESC LIMIT :limit OFFSET :offset
"""
LATEST_OF_AGENCIES = f"""{_COLUMNS}
FROM (
    SELECT changes.* FROM json_each(:agencies) AS wanted
    CROSS JOIN readings ON readings.agency_id = wanted.value
    CROSS JOIN changes ON changes.version_id = readings.version_id
                      AND changes.announced_report_id IS NULL
    ORDER BY changes.id DESC LIMIT :limit
) AS changes {_JOINED} ORDER BY changes.id DESC
"""


@dataclass(frozen=True, slots=True)
class PageChange:
    """A change of a page. `known`: agency and year are known, so the report has a page.

    `at` names the version it is about, where the page shows another one now.
    """

    id: int
    kind: str
    occurred_at: str
    site_id: str
    site: str
    url: str
    version: int | None
    moved_to: str | None
    title: str | None
    agency: str | None
    known: bool
    region: str | None
    report_year: int | None
    agency_site: str | None  # the site that an agency of no known region belongs to
    at: str | None


def select_latest_changes(
    db: Database, limit: int, offset: int = 0, kind: str | None = None
) -> list[PageChange]:
    """Return the latest changes, the newest first."""
    arguments = {"kind": kind, "limit": limit, "offset": offset}
    rows = db.execute(LATEST, arguments).fetchall()
    return [_make_change(row) for row in rows]


def select_changes_of_agencies(
    db: Database, agency_ids: Sequence[int], limit: int
) -> list[PageChange]:
    """Return the latest changes of the reports of some agencies, the newest first."""
    arguments = {"agencies": json.dumps(list(agency_ids)), "limit": limit}
    rows = db.execute(LATEST_OF_AGENCIES, arguments).fetchall()
    return [_make_change(row) for row in rows]


def _make_change(row: tuple[object, ...]) -> PageChange:
    values: list[object] = list(row)
    values[10] = bool(values[10])
    return PageChange(*values)  # type: ignore[arg-type]
