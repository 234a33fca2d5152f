"""What the archive holds as a whole, in numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

OVERVIEW = """
SELECT (SELECT count(*) FROM reports), (SELECT count(*) FROM agencies),
       (SELECT count(*) FROM documents), (SELECT count(*) FROM versions),
       (SELECT count(*) FROM sites),
       (SELECT min(report_year) FROM reports), (SELECT max(report_year) FROM reports),
       (SELECT started_at FROM runs ORDER BY id DESC LIMIT 1), (SELECT max(ended_at) FROM runs),
       (SELECT max(id) FROM changes),
       (SELECT count(*) FROM reports WHERE document_id IS NOT NULL)
"""
# What takes a look at every document or visit, and is not counted for a page.
DETAILS = """
SELECT (SELECT count(DISTINCT agency_id) FROM reports),
       (SELECT count(*) - count(DISTINCT content_sha256) FROM documents
         WHERE state IN ('new', 'present')),
       (SELECT count(*) FROM findings
         JOIN report_pages ON report_pages.version_id = findings.version_id
         WHERE findings.severity <> 'info'),
       (SELECT count(*) FROM visits LEFT JOIN sightings ON sightings.visit_id = visits.id
         WHERE visits.role = 'report' AND visits.outcome IN ('fetched', 'not_modified')
           AND sightings.visit_id IS NULL),
       (SELECT count(*) FROM reports WHERE state = 'replaced'),
       (SELECT count(*) FROM reports WHERE state = 'vanished'),
       (SELECT count(*) FROM (SELECT document_id FROM report_pages
         GROUP BY document_id HAVING count(*) > 1)),
       (SELECT coalesce(sum(bodies), 0) FROM (SELECT count(*) AS bodies FROM agencies
         WHERE site_id IS NOT NULL AND id IN (SELECT agency_id FROM reports)
         GROUP BY name HAVING count(*) > 1))
"""


@dataclass(frozen=True, slots=True)
class ArchiveOverview:
    """The size of the archive and how current it is. Times are UTC, ISO 8601."""

    reports: int  # also those of unknown agency or year
    agencies: int  # also those without a report
    documents: int
    versions: int
    sites: int
    first_year: int | None
    last_year: int | None
    last_run_at: str | None
    as_of: str | None  # when the last crawl or import ended
    last_change: int | None  # the cursor of the change feed
    unassigned: int  # of the reports, those of unknown agency or year


@dataclass(frozen=True, slots=True)
class Holdings:
    """What the archive holds, as commands print it after a run."""

    sites: int
    reports: int
    agencies: int  # with a report
    years: tuple[int, int] | None  # first and last report year
    documents: int
    versions: int
    copies: int  # documents that are still there beyond the first of the same content
    findings: int  # of severity error or warning, about the last versions of reports
    unread: int  # pages stored and not read yet
    unassigned: int  # of the reports, those of unknown agency or year
    replaced: int  # those whose addresses show another report now
    vanished: int  # those whose pages are gone
    reused: int  # of the documents, those that have shown more than one report
    namesakes: (
        int  # of the agencies, those of no known region whose name another one has
    )


def read_overview(db: Database) -> ArchiveOverview:
    """Return the size of the archive and how current it is."""
    return ArchiveOverview(*db.execute(OVERVIEW).fetchone())


def count_holdings(db: Database) -> Holdings:
    """Count what the archive holds."""
    overview = read_overview(db)
    row = db.execute(DETAILS).fetchone()
    agencies, copies, findings, unread, replaced, vanished, reused, namesakes = row
    years = None
    if overview.first_year is not None and overview.last_year is not None:
        years = (overview.first_year, overview.last_year)
    return Holdings(
        sites=overview.sites,
        reports=overview.reports,
        agencies=agencies,
        years=years,
        documents=overview.documents,
        versions=overview.versions,
        copies=copies,
        findings=findings,
        unread=unread,
        unassigned=overview.unassigned,
        replaced=replaced,
        vanished=vanished,
        reused=reused,
        namesakes=namesakes,
    )
