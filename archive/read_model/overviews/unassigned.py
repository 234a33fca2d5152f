"""Unassigned reports: those of which the agency or the year could not be read, with their pages."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nianbao.archive.read_model.overviews.main_figures import (
    MainFigureReader,
    Number,
)

if TYPE_CHECKING:
    from sqlite_utils import Database

# Return unassigned reports, with the version that stands for each, in the order of the pages.
# `at` is the moment of that version where its page shows another one now.
REPORTS = """
SELECT documents.site_id, sites.name, documents.url, versions.number,
       CASE WHEN documents.current_version_id <> versions.id THEN first.visited_at END,
       reports.title, agencies.name, regions.name, agencies.site_id, readings.agency_printed,
       reports.report_year, reports.published_on, reports.form, reports.state,
       reports.versions, versions.payload_sha256, readings.form,
       reports.finding_rules, figure_sets.cells
FROM reports
JOIN versions ON versions.id = reports.version_id
JOIN documents ON documents.id = reports.document_id
JOIN sites ON sites.id = documents.site_id
JOIN visits AS first ON first.id = versions.first_visit_id
JOIN readings ON readings.version_id = versions.id
LEFT JOIN agencies ON agencies.id = reports.agency_id
LEFT JOIN regions ON regions.id = reports.region_id
LEFT JOIN figure_sets ON figure_sets.reading_id = readings.id
WHERE reports.document_id IS NOT NULL AND {}
ORDER BY documents.url, reports.ordinal
LIMIT :limit OFFSET :offset
"""
OF_SITE = "(:site IS NULL OR documents.site_id = :site)"
OF_AGENCY = "reports.agency_id = :agency"


@dataclass(frozen=True, slots=True)
class UnassignedEntry:
    """A report of unknown agency or year, with its main figures.

    `at` names the version that stands for it, where its page shows another one now.
    """

    site: str
    site_name: str
    url: str
    version: int
    at: str | None
    title: str | None
    agency: str | None
    region: str | None
    agency_site: str | None  # the site that an agency of no known region belongs to
    agency_printed: str | None
    report_year: int | None
    published_on: str | None
    form: str | None
    state: str
    versions: int
    missing: tuple[str, ...]  # agency, year
    findings: tuple[str, ...]  # the rules that it breaks
    received: Number
    carried_in: Number
    granted: Number
    answered: Number
    carried_out: Number
    reviews: Number
    lawsuits: Number
    reviews_corrected: Number
    lawsuits_corrected: Number
    payload_sha256: str


def list_missing_parts(agency: str | None, report_year: int | None) -> tuple[str, ...]:
    """Return what is not known of a report: agency, year."""
    missing = []
    if agency is None:
        missing.append("agency")
    if report_year is None:
        missing.append("year")
    return tuple(missing)


def select_unassigned_reports(
    db: Database,
    figure_reader: MainFigureReader,
    site: str | None = None,
    limit: int = -1,
    offset: int = 0,
) -> list[UnassignedEntry]:
    """Return the unassigned reports of a site, or of all, in the order of their addresses."""
    arguments = {"site": site, "limit": limit, "offset": offset}
    return _select_reports(db, figure_reader, OF_SITE, arguments)


def select_unassigned_of_agency(
    db: Database, figure_reader: MainFigureReader, agency_id: int
) -> list[UnassignedEntry]:
    """Return the reports of an agency of which the year could not be read."""
    arguments = {"agency": agency_id, "limit": -1, "offset": 0}
    return _select_reports(db, figure_reader, OF_AGENCY, arguments)


def _select_reports(
    db: Database,
    figure_reader: MainFigureReader,
    condition: str,
    arguments: dict[str, Any],
) -> list[UnassignedEntry]:
    rows = db.execute(REPORTS.format(condition), arguments).fetchall()
    return [_make_report(row, figure_reader) for row in rows]


def _make_report(
    row: tuple[Any, ...], figure_reader: MainFigureReader
) -> UnassignedEntry:
    *fields, payload_sha256, form, finding_rules, stored_cells = row
    agency, report_year = row[6], row[10]
    main_figures = figure_reader.read(form, stored_cells)
    values: list[Any] = [
        *fields,
        list_missing_parts(agency, report_year),
        tuple(json.loads(finding_rules)),
        *main_figures.values,
        payload_sha256,
    ]
    return UnassignedEntry(*values)
