"""The queries of the tables. Rows come one by one, in an order of their own values.

So the same archive gives the same rows in the same order, whatever it was merged from or read
again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, replace
from typing import TYPE_CHECKING, Any

from nianbao.archive.derived.figures import name_status
from nianbao.archive.derived.reading_details import load_details
from nianbao.archive.events.standing_findings import STANDING
from nianbao.archive.finding_texts import translate_message
from nianbao.archive.raw.hints import SEEN_BY
from nianbao.archive.read_model.panel.query import select_panel
from nianbao.archive.read_model.roster.roster import select_roster_within
from nianbao.archive.read_model.row_filter import NO_CONDITION, RowFilter, SqlCondition
from nianbao.archive.read_model.rows import (
    AgencyRow,
    FindingRow,
    ReportRow,
    RowValues,
    VersionRow,
    column_names,
)
from nianbao.archive.records import read_json

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.records import Section

Cells = dict[RowValues, RowValues]  # table, row, column → labels and content

_PLACE = """
agencies.name AS agency, regions.name AS region, regions.code AS region_code,
agencies.level AS level
"""
_AGENCY = """
LEFT JOIN agencies ON agencies.id = {}.agency_id
LEFT JOIN regions ON regions.id = agencies.region_id
"""
_SEEN = "first.visited_at AS first_seen, last.visited_at AS last_seen"
_SEEN_BY = f"{SEEN_BY.format('first')} AS seen_by"
_VERSION = """
JOIN documents ON documents.id = versions.document_id
JOIN readings ON readings.version_id = versions.id
JOIN visits AS first ON first.id = versions.first_visit_id
JOIN visits AS last ON last.id = versions.last_visit_id
"""
AGENCIES = """
SELECT agencies.name AS agency, regions.name AS region, regions.code AS region_code, level,
       count(reports.id) AS reports,
       min(report_year) AS first_year, max(report_year) AS last_year,
       agencies.site_id AS site
FROM agencies
LEFT JOIN regions ON regions.id = agencies.region_id
LEFT JOIN reports ON reports.agency_id = agencies.id
WHERE {}
GROUP BY agencies.id
"""
# Tell whether an agency has a report of some years on a site, or a finding about one of them.
_HAS_ROWS = """
agencies.id IN (
    SELECT wanted.agency_id
    FROM reports AS wanted
    JOIN versions ON versions.id = wanted.version_id
    JOIN documents ON documents.id = versions.document_id
    WHERE (? = 'null' OR wanted.report_year IN (SELECT value FROM json_each(?)))
      AND (? IS NULL OR documents.site_id = ?)
    UNION ALL
    SELECT findings.agency_id
    FROM findings
    WHERE findings.agency_id IS NOT NULL
      AND (? = 'null' OR findings.report_year IN (SELECT value FROM json_each(?)))
      AND (? IS NULL OR findings.site_id = ?)
)
"""
REPORTS = f"""
SELECT {_PLACE}, reports.report_year, reports.title, reports.form, reports.published_on,
       published_basis, signed_on, reports.state, documents.site_id AS site, documents.url,
       number AS version, reports.documents AS pages, reports.versions, {_SEEN},
       versions.content_sha256, versions.payload_sha256, reader_version, compiled_by,
       township_code, {_SEEN_BY}
FROM reports
JOIN versions ON versions.id = reports.version_id
{_VERSION} {_AGENCY.format("reports")}
"""
VERSIONS = f"""
SELECT documents.site_id AS site, documents.url, number AS version,
       versions.id = current_version_id AS current, documents.state, readings.title, {_PLACE},
       report_year, form, published_on, published_basis, signed_on, official, {_SEEN},
       versions.content_sha256, versions.payload_sha256, reader_version, version_texts.text,
       compiled_by, township_code, {_SEEN_BY}
FROM versions {_VERSION}
JOIN version_texts ON version_texts.version_id = versions.id
{_AGENCY.format("readings")}
"""
CARRIERS = f"""
SELECT versions.id, {_PLACE}, readings.report_year, readings.form, documents.site_id AS site,
       documents.url, number AS version, versions.content_sha256, versions.payload_sha256
FROM {{0}} {_VERSION} {_AGENCY.format("readings")}
"""
PREFERRED = "reports JOIN versions ON versions.id = reports.version_id"
FINDINGS = f"""
SELECT DISTINCT standing.site_id AS site, standing.url, versions.number AS version,
       coalesce(standing.agency, agencies.name) AS agency,
       coalesce(standing.region, regions.name) AS region,
       coalesce(told.code, regions.code) AS region_code,
       coalesce(standing.report_year, readings.report_year) AS report_year,
       rule, severity, message, "table", "row", "column", expected, found,
       message AS message_zh, parameters
FROM ({STANDING}) AS standing
LEFT JOIN versions ON versions.id = standing.version_id
LEFT JOIN readings ON readings.version_id = standing.version_id
LEFT JOIN agencies ON agencies.id = readings.agency_id AND standing.agency IS NULL
LEFT JOIN regions ON regions.id = agencies.region_id
LEFT JOIN regions AS told ON told.name = standing.region
"""
PAGE_CELLS = """
SELECT "table", "row", "column", row_label, column_label, value, text, alignment
FROM figures WHERE version_id = ? AND {}
"""
FORM_CELLS = """
SELECT "table", "row", "column", row_label, column_label
FROM form_cells WHERE kind = 'cell' AND {}
"""


def select_agencies(db: Database, row_filter: RowFilter) -> Iterator[RowValues]:
    """Yield the agencies; with a year or a site, those of which there is something of it."""
    query = AGENCIES.format("1")
    arguments: list[Any] = []
    if row_filter.year is not None or row_filter.site is not None:
        years = row_filter.year
        if isinstance(years, int):
            years = (years,)
        query = AGENCIES.format(_HAS_ROWS)
        wanted_years = json.dumps(years and list(years))
        wanted = [wanted_years] * 2 + [row_filter.site] * 2
        arguments = wanted * 2
    place_filter = replace(row_filter, year=None, site=None)
    order = "agency, region, site"
    return _select(db, AgencyRow, query, place_filter, order, given=arguments)


def select_reports(db: Database, row_filter: RowFilter) -> Iterator[RowValues]:
    """Yield the reports, also those of unknown agency or year."""
    order = "agency, region, report_year, url, version"
    return _select(db, ReportRow, REPORTS, row_filter, order)


def select_versions(db: Database, row_filter: RowFilter) -> Iterator[RowValues]:
    """Yield the versions of all pages."""
    columns = column_names(VersionRow)
    current, official = columns.index("current"), columns.index("official")
    for row in _select(db, VersionRow, VERSIONS, row_filter, "url, version"):
        values = list(row)
        values[current] = bool(row[current])
        if row[official] is not None:
            values[official] = bool(row[official])
        yield tuple(values)


def select_findings(db: Database, row_filter: RowFilter) -> Iterator[RowValues]:
    """Yield the findings that stand, as :mod:`nianbao.archive.events.standing_findings` says."""
    order = _quote_columns(FindingRow)
    condition = row_filter.finding_condition()
    columns = column_names(FindingRow)
    chinese = columns.index("message_zh")
    for row in _select(db, FindingRow, FINDINGS, row_filter, order, condition):
        values = list(row)
        named = dict(zip(columns, row, strict=True))
        values[chinese] = translate_message(
            named["rule"], named["message"], read_json(named["parameters"]), "zh"
        )
        yield tuple(values)


def select_roster_rows(db: Database, row_filter: RowFilter) -> Iterator[RowValues]:
    """Yield the bodies that must publish, year by year, of the regions that the archive has."""
    years = row_filter.year
    if isinstance(years, int):
        years = (years,)
    regions = row_filter.region
    if isinstance(regions, str):
        regions = (regions,)
    for row in select_roster_within(db, regions, years):
        is_named = row_filter.agency is None or row_filter.agency in row.agency
        sites = (row.sites or "").split(", ")
        if is_named and (row_filter.site is None or row_filter.site in sites):
            yield astuple(row)


def _select(
    db: Database,
    record: type,
    query: str,
    row_filter: RowFilter,
    order: str,
    condition: SqlCondition = NO_CONDITION,
    given: Sequence[Any] = (),
) -> Iterator[RowValues]:
    place = row_filter.place_condition()
    sql = f"""
    SELECT {_quote_columns(record)} FROM ({query})
    WHERE {place.sql} AND {condition.sql} ORDER BY {order}
    """
    yield from _run(db, sql, [*given, *place.arguments, *condition.arguments])


def _quote_columns(record: type) -> str:
    return ", ".join(f'"{name}"' for name in column_names(record))


TABLE_QUERIES = {
    "panel": select_panel,
    "agencies": select_agencies,
    "reports": select_reports,
    "versions": select_versions,
    "findings": select_findings,
    "roster": select_roster_rows,
}


def select_sections(db: Database, url: str, number: int) -> tuple[Section, ...]:
    """Return the sections of a version; none where there is no such version."""
    query = """
    SELECT versions.id FROM documents
    JOIN versions ON document_id = documents.id
    WHERE url = ? AND number = ?
    """
    row = db.execute(query, [url, number]).fetchone()
    if row is None:
        return ()
    details = load_details(db, row[0])
    if details is None:
        return ()
    return details.sections


def select_carriers(db: Database, row_filter: RowFilter) -> Iterator[RowValues]:
    """Yield the versions that figures are selected of, each with its id and what places it.

    These are the preferred versions of the reports, or all versions (`every_version`).
    """
    source = PREFERRED
    if row_filter.every_version:
        source = "versions"
    place = row_filter.place_condition()
    sql = f"""
    SELECT * FROM ({CARRIERS.format(source)}) WHERE {place.sql}
    ORDER BY agency, region, report_year, url, version
    """
    yield from _run(db, sql, place.arguments)


def _run(db: Database, sql: str, arguments: list[Any]) -> Iterator[RowValues]:
    """Yield rows.

    `yield from` a cursor would close it where the rows are not read to their end, and that fails
    when the archive was closed before.
    """
    for row in db.conn.execute(sql, arguments):  # noqa: UP028
        yield row


def _ignore_progress(_count: int) -> None:
    pass


def select_figures(
    db: Database,
    row_filter: RowFilter,
    report_progress: Callable[[int], object] = _ignore_progress,
) -> Iterator[RowValues]:
    """Yield the cells of each report's tables, also those that are not on the page.

    The status of a cell is `exact`, `assumed` or `ragged`, as the reader has it; `blank`: printed
    with nothing in it; `text`: what is printed is no number; `missing`: the form has the cell and
    the page does not print it, as far as the reader can tell. `report_progress` is called with
    the number of reports before the present one.
    """
    condition = row_filter.cell_condition()
    form_cells = _select_form_cells(db, condition)
    page_query = PAGE_CELLS.format(condition.sql)
    for count, (version_id, *page) in enumerate(select_carriers(db, row_filter)):
        report_progress(count)
        page_cells: Cells = {}
        for row in db.conn.execute(page_query, [version_id, *condition.arguments]):
            page_cells[row[:3]] = row[3:]
        cells = _add_form_cells(page_cells, form_cells, form=page[5])
        for cell in sorted(cells):
            row_label, column_label, *content = cells[cell]
            figure = (row_label, column_label, *_figure_status(*content))
            yield (*page[:6], *cell, *figure, *page[6:])


def _select_form_cells(db: Database, condition: SqlCondition) -> dict[str, Cells]:
    """Return the cells that the forms want filled in, by table, with their labels."""
    tables: dict[str, Cells] = {}
    query = FORM_CELLS.format(condition.sql)
    for row in db.conn.execute(query, condition.arguments):
        table, place, labels = row[0], row[:3], row[3:]
        tables.setdefault(table, {})
        tables[table][place] = labels
    return tables


def _add_form_cells(
    page_cells: Cells, form_cells: dict[str, Cells], form: str | None
) -> Cells:
    """Return the cells of a page and those that its form has beside them."""
    tables = {table for table, _, _ in page_cells}
    for table in form_cells:
        if table.split(".")[0] == form:
            tables.add(table)
    cells: Cells = {}
    for table in tables:
        cells.update(form_cells.get(table, {}))
    cells.update(page_cells)
    return cells


def _figure_status(*content: Any) -> tuple[float | None, str | None, str]:
    """Return value, text and status of a cell; without content it is missing."""
    if not content:
        return None, None, "missing"
    value, text, alignment = content
    return value, text, name_status(value, text, alignment)
