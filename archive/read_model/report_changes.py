"""The latest changes of reports, for those who follow reports and not addresses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

# Return lines about reports. `at` is the moment of the version that stands for the report, where
# its page shows another one now.
LATEST = """
SELECT changes.id, changes.kind, changes.occurred_at, changes.site_id, sites.name, changes.url,
       changes.version, changes.previous_url, changes.previous_version,
       coalesce(readings.title, documents.title), told.agency,
       told.agency IS NOT NULL AND told.report_year IS NOT NULL AND told.state <> 'none',
       told.region, told.report_year, told.site_id,
       CASE WHEN versions.id <> documents.current_version_id THEN first.visited_at END
FROM changes
JOIN announced_reports AS told ON told.id = changes.announced_report_id
LEFT JOIN sites ON sites.id = changes.site_id
LEFT JOIN documents ON documents.id = changes.document_id
LEFT JOIN versions ON versions.id = changes.version_id
LEFT JOIN visits AS first ON first.id = versions.first_visit_id
LEFT JOIN readings ON readings.version_id = changes.version_id
WHERE changes.announced_report_id IS NOT NULL AND (:kind IS NULL OR changes.kind = :kind)
ORDER BY changes.id DESC LIMIT :limit OFFSET :offset
"""


@dataclass(frozen=True, slots=True)
class ReportChange:
    """A change of a report. `known`: agency and year are known, so the report has a page.

    `url` and `version` are what stands for the report; nothing is read as this report any more
    where `version` is None. `previous_url` and `previous_version` are what stood for it before.
    """

    id: int
    kind: str
    occurred_at: str
    site_id: str
    site: str
    url: str
    version: int | None
    previous_url: str | None
    previous_version: int | None
    title: str | None
    agency: str | None
    known: bool
    region: str | None
    report_year: int | None
    agency_site: str | None  # the site that an agency of no known region belongs to
    at: str | None

    @property
    def moved_to(self) -> str | None:
        """Where the report stands now, as the change of a page says it: `url` says it here."""
        return None


def select_report_changes(
    db: Database, limit: int, offset: int = 0, kind: str | None = None
) -> list[ReportChange]:
    """Return the latest changes of reports, the newest first."""
    arguments = {"kind": kind, "limit": limit, "offset": offset}
    changes = []
    for row in db.execute(LATEST, arguments).fetchall():
        *place, is_known, region, year, site, moment = row
        values = (*place, bool(is_known), region, year, site, moment)
        changes.append(ReportChange(*values))
    return changes
