"""Listing: the rows of each table, one by one, in an order of their own values.

So the same archive gives the same rows in the same order, whatever it was merged from or read
again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nianbao.archive.derived.reading_details import load_details
from nianbao.archive.events import finding_events
from nianbao.archive.read_model.tables import (
    Agency,
    Finding,
    Report,
    Row,
    Version,
    names,
)
from nianbao.archive.records import Section

if TYPE_CHECKING:
    from sqlite_utils import Database


@dataclass(frozen=True, slots=True)
class Only:
    """Which rows: those that fit all of what is given."""

    year: int | tuple[int, ...] | None = None
    region: str | None = None  # the beginning of its name or of its division code
    agency: str | None = None  # a part of its name
    site: str | None = None  # the id of a site
    table: str | None = None  # g2021.requests, or requests for that of every form
    row: str | None = None
    column: str | None = None
    rule: str | None = None
    severity: str | None = None
    url: str | None = None
    every_version: bool = (
        False  # of every page, not only the one that stands for a report
    )

    def places(self) -> tuple[str, list[Any]]:
        """Return the SQL condition on agencies, regions, site and year, with its arguments."""
        parts: list[str] = []
        arguments: list[Any] = []
        if self.year is not None:
            years = (self.year,) if isinstance(self.year, int) else self.year
            parts.append(f"report_year IN ({', '.join('?' * len(years))})")
            arguments += years
        if self.region is not None:
            parts.append(
                "(substr(region, 1, length(?)) = ? OR substr(region_code, 1, length(?)) = ?)"
            )
            arguments += [self.region] * 4
        if self.agency is not None:
            parts.append("instr(agency, ?) > 0")
            arguments.append(self.agency)
        for name in ("site", "url"):
            if (value := getattr(self, name)) is not None:
                parts.append(f"{name} = ?")
                arguments.append(value)
        return " AND ".join(["1", *parts]), arguments

    def cells(self, *extra: str) -> tuple[str, list[Any]]:
        """Return the SQL condition on table, row and column, and on what else is named, with
        its arguments.
        """
        parts: list[str] = []
        arguments: list[Any] = []
        if self.table is not None:
            parts.append(
                """("table" = ? OR substr("table", instr("table", '.') + 1) = ?)"""
            )
            arguments += [self.table] * 2
        for name in ("row", "column", *extra):
            if (value := getattr(self, name)) is not None:
                parts.append(f'"{name}" = ?')
                arguments.append(value)
        return " AND ".join(["1", *parts]), arguments


_PLACE = "agencies.name AS agency, regions.name AS region, regions.code AS region_code, agencies.level AS level"
_AGENCY = "LEFT JOIN agencies ON agencies.id = {}.agency_id LEFT JOIN regions ON regions.id = agencies.region_id"
_SEEN = "first.visited_at AS first_seen, last.visited_at AS last_seen"
_VERSION = """
JOIN documents ON documents.id = versions.document_id
JOIN readings ON readings.version_id = versions.id
JOIN visits AS first ON first.id = versions.first_visit_id
JOIN visits AS last ON last.id = versions.last_visit_id
"""
AGENCIES = """
SELECT agencies.name AS agency, regions.name AS region, regions.code AS region_code, level,
       count(reports.id) AS reports, min(report_year) AS first_year, max(report_year) AS last_year,
       NULL AS site, NULL AS report_year
FROM agencies LEFT JOIN regions ON regions.id = agencies.region_id LEFT JOIN reports ON reports.agency_id = agencies.id
GROUP BY agencies.id
"""
REPORTS = f"""
SELECT {_PLACE}, reports.report_year, reports.title, reports.form, reports.published_on, published_basis, signed_on,
       reports.state, documents.site_id AS site, documents.url, number AS version, reports.documents AS pages,
       reports.versions, {_SEEN}, versions.content_sha256, versions.payload_sha256, reader_version
FROM reports JOIN versions ON versions.id = reports.version_id {_VERSION} {_AGENCY.format("reports")}
"""
VERSIONS = f"""
SELECT documents.site_id AS site, documents.url, number AS version, versions.id = current_version_id AS current,
       documents.state, readings.title, {_PLACE}, report_year, form, published_on, published_basis, signed_on,
       official, {_SEEN}, versions.content_sha256, versions.payload_sha256, reader_version,
       version_texts.text
FROM versions {_VERSION} JOIN version_texts ON version_texts.version_id = versions.id {_AGENCY.format("readings")}
"""
CARRIERS = f"""
SELECT versions.id, {_PLACE}, readings.report_year, readings.form, documents.site_id AS site, documents.url,
       number AS version, versions.content_sha256, versions.payload_sha256
FROM {{0}} {_VERSION} {_AGENCY.format("readings")}
"""


FINDINGS = f"""
SELECT DISTINCT standing.site_id AS site, standing.url, versions.number AS version,
       coalesce(standing.agency, agencies.name) AS agency, coalesce(standing.region, regions.name) AS region,
       coalesce(told.code, regions.code) AS region_code,
       coalesce(standing.report_year, readings.report_year) AS report_year,
       rule, severity, message, "table", "row", "column", expected, found
FROM ({finding_events.STANDING}) AS standing
LEFT JOIN versions ON versions.id = standing.version_id
LEFT JOIN readings ON readings.version_id = standing.version_id
LEFT JOIN agencies ON agencies.id = readings.agency_id AND standing.agency IS NULL
LEFT JOIN regions ON regions.id = agencies.region_id
LEFT JOIN regions AS told ON told.name = standing.region
"""


def agencies(db: Database, only: Only) -> Iterator[Row]:
    """Yield the agencies; a site or a year is no property of theirs."""
    return _select(db, Agency, AGENCIES, only, "agency, region")


def reports(db: Database, only: Only) -> Iterator[Row]:
    """Yield the reports."""
    return _select(db, Report, REPORTS, only, "agency, region, report_year")


def versions(db: Database, only: Only) -> Iterator[Row]:
    """Yield the versions of all pages."""
    current, official = (names(Version).index(name) for name in ("current", "official"))
    for row in _select(db, Version, VERSIONS, only, "url, version"):
        values = list(row)
        values[current] = bool(row[current])
        values[official] = None if row[official] is None else bool(row[official])
        yield tuple(values)


def sections(db: Database, url: str, number: int) -> tuple[Section, ...]:
    """Return the sections of a version, none where there is no such version."""
    row = db.execute(
        "SELECT versions.id FROM documents JOIN versions ON document_id = documents.id WHERE url = ? AND number = ?",
        [url, number],
    ).fetchone()
    details = load_details(db, row[0]) if row else None
    return details.sections if details else ()


def findings(db: Database, only: Only) -> Iterator[Row]:
    """Yield the findings that stand; :mod:`nianbao.archive.events.finding_events` says which do."""
    columns = ", ".join(f'"{name}"' for name in names(Finding))
    return _select(db, Finding, FINDINGS, only, columns, only.cells("rule", "severity"))


def _select(
    db: Database,
    kind: type,
    query: str,
    only: Only,
    order: str,
    more: tuple[str, list[Any]] = ("1", []),
) -> Iterator[Row]:
    columns = ", ".join(f'"{name}"' for name in names(kind))
    where, arguments = only.places()
    yield from db.conn.execute(
        f"SELECT {columns} FROM ({query}) WHERE {where} AND {more[0]} ORDER BY {order}",
        [*arguments, *more[1]],
    )


def carriers(db: Database, only: Only) -> Iterator[Row]:
    """Yield the versions that stand for a report, or all of them, with their ids: figures are
    theirs.
    """
    source = (
        "versions"
        if only.every_version
        else "reports JOIN versions ON versions.id = reports.version_id"
    )
    where, arguments = only.places()
    order = "agency, region, report_year, url, version"
    yield from db.conn.execute(
        f"SELECT * FROM ({CARRIERS.format(source)}) WHERE {where} ORDER BY {order}",
        arguments,
    )


def figures(
    db: Database, only: Only, progress: Callable[[int], object] = lambda _done: None
) -> Iterator[Row]:
    """Yield the cells of each report's tables, those too that are not on the page; `progress`
    is told the reports done.

    Status: exact, assumed and ragged as the reader says; blank: printed with nothing in it;
    text: no number; missing: the form has the cell, and the page does not print it, as far as
    the reader can tell.
    """
    where, arguments = only.cells()
    wanted = _wanted(db, where, arguments)
    for done, (version_id, *place) in enumerate(carriers(db, only)):
        progress(done)
        printed = {
            row[:3]: row[3:]
            for row in db.conn.execute(
                'SELECT "table", "row", "column", row_label, column_label, value, text, alignment FROM figures'
                f" WHERE version_id = ? AND {where}",
                [version_id, *arguments],
            )
        }
        form = place[5]
        tables = {table for table, _, _ in printed} | {
            table for table in wanted if table.split(".")[0] == form
        }
        cells = {
            cell: labels
            for table in tables
            for cell, labels in wanted.get(table, {}).items()
        } | printed
        for cell in sorted(cells):
            row_label, column_label, *told = cells[cell]
            value, text, status = _status(*told) if told else (None, None, "missing")
            yield (
                *place[:6],
                *cell,
                row_label,
                column_label,
                value,
                text,
                status,
                *place[6:],
            )


def _wanted(
    db: Database, where: str, arguments: list[Any]
) -> dict[str, dict[Row, Row]]:
    """Return the cells that are to be filled in, by table, with their labels."""
    cells: dict[str, dict[Row, Row]] = {}
    for row in db.conn.execute(
        f'SELECT "table", "row", "column", row_label, column_label FROM form_cells WHERE kind = \'cell\' AND {where}',
        arguments,
    ):
        cells.setdefault(row[0], {})[row[:3]] = row[3:]
    return cells


def _status(
    value: float | None, text: str, alignment: str
) -> tuple[float | None, str, str]:
    if alignment != "exact" or value is not None:
        return value, text, alignment
    return None, text, "text" if text.strip() else "blank"
