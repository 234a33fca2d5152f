"""The rows of the wide panel, in one pass: a report each, in an order of their own values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from nianbao.archive.derived.form_cells import load_places
from nianbao.archive.read_model.panel.reader import MeasureReader

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.read_model.row_filter import RowFilter
    from nianbao.archive.read_model.rows import RowValues

# What is sorted has no cells, which are many: they are joined one by one to what is sorted. SQLite
# leaves an ORDER BY out where a join follows, but for one with a LIMIT.
_REPORTS = """
WITH placed AS MATERIALIZED (
    SELECT * FROM (
        SELECT agencies.name AS agency,
               regions.name AS region,
               regions.code AS region_code,
               agencies.level,
               readings.report_year,
               readings.form,
               reports.state,
               documents.site_id AS site,
               documents.url,
               versions.number AS version,
               versions.content_sha256,
               versions.payload_sha256,
               readings.id AS reading_id
        FROM reports
        JOIN versions ON versions.id = reports.version_id
        JOIN documents ON documents.id = versions.document_id
        JOIN readings ON readings.version_id = versions.id
        LEFT JOIN agencies ON agencies.id = readings.agency_id
        LEFT JOIN regions ON regions.id = agencies.region_id
    )
    WHERE {}
    ORDER BY agency, region, report_year, url, version
    LIMIT -1
)
SELECT placed.*, figure_sets.cells
FROM placed
LEFT JOIN figure_sets ON figure_sets.reading_id = placed.reading_id
"""


def select_panel(db: Database, row_filter: RowFilter) -> Iterator[RowValues]:
    """Yield the standing version of each report with all measures and their cells."""
    reader = MeasureReader(load_places(db, ()))
    place = row_filter.place_condition()
    query = _REPORTS.format(place.sql)
    for *report, _, stored_cells in db.conn.execute(query, place.arguments):
        form = report[5]
        measures = reader.read(form, stored_cells)
        values = [measure.value for measure in measures]
        sources = [measure.source for measure in measures]
        yield (*report, *values, *sources)
