"""The findings of one rule, each with where it was found: the cell of a report, the page, the
visit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nianbao.archive.browse.queries.rules import STANDS

if TYPE_CHECKING:
    from sqlite_utils import Database

# The findings of a page first, out of the index alone, then what they are about. A finding of a
# reading concerns the report that the reading is of.
OF_RULE = f"""
SELECT findings.id, findings.severity, findings.message, findings."table", findings."row", findings."column",
       findings.expected, findings.found, coalesce(findings.site_id, documents.site_id),
       coalesce(documents.url, findings.url), documents.title, findings.visit_id, visits.visited_at, visits.outcome,
       coalesce(own.name, agencies.name), coalesce(own_region.name, regions.name),
       coalesce(findings.report_year, readings.report_year), findings.run_id, runs.started_at,
       form_cells.row_label, form_cells.column_label
FROM (SELECT id FROM findings WHERE rule = :rule AND {STANDS} ORDER BY id DESC LIMIT :limit OFFSET :offset) AS wanted
JOIN findings ON findings.id = wanted.id
LEFT JOIN form_cells ON form_cells."table" = findings."table" AND form_cells."row" = findings."row"
     AND form_cells."column" = findings."column"
LEFT JOIN documents ON documents.id = findings.document_id
LEFT JOIN readings ON readings.version_id = findings.version_id
LEFT JOIN agencies AS own ON own.id = findings.agency_id
LEFT JOIN regions AS own_region ON own_region.id = own.region_id
LEFT JOIN agencies ON agencies.id = readings.agency_id
LEFT JOIN regions ON regions.id = agencies.region_id
LEFT JOIN visits ON visits.id = findings.visit_id
LEFT JOIN runs ON runs.id = findings.run_id
ORDER BY findings.id DESC
"""


@dataclass(frozen=True, slots=True)
class Found:
    """A finding. `agency` and `report_year` name the report; `visit_id` the visit, `url` the
    page or address.
    """

    id: int
    severity: str
    message: str
    table: str | None
    row: str | None
    column: str | None
    expected: str | None
    found: str | None
    site_id: str | None
    url: str | None
    title: str | None
    visit_id: int | None
    visited_at: str | None
    outcome: str | None
    agency: str | None
    region: str | None
    report_year: int | None
    run_id: int | None
    run_at: str | None
    row_label: str | None  # as the form prints it
    column_label: str | None


def of_rule(db: Database, rule: str, limit: int, offset: int) -> list[Found]:
    """Return findings of a rule, those noted last first."""
    rows = db.execute(
        OF_RULE, {"rule": rule, "limit": limit, "offset": offset}
    ).fetchall()
    return [Found(*row) for row in rows]
