"""Readings: what a reader made of a version of a document, with its figures and findings."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from nianbao.archive.derived import agencies, figures, form_cells
from nianbao.archive.derived.decided import Attribution, decide_attribution
from nianbao.archive.derived.reading_details import format_details
from nianbao.archive.records import FINDING_COLUMNS, Finding
from nianbao.archive.storage.rows import insert_row

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlite_utils import Database

    from nianbao.archive.raw.visits import Visit
    from nianbao.archive.records import Figure, Reading

# Return what the reading of a version says, without who read it and of which visit.
_VALUES = """
SELECT title, report_year, agency_id, agency_printed, published_on, published_at,
       published_basis, signed_on, period_start, period_end, form, official, text, details,
       cells, compiled_by, township_code
FROM readings
LEFT JOIN figure_sets ON figure_sets.reading_id = readings.id
WHERE version_id = ?
"""
# Return the reading of some content among the versions of one document: that of a certain
# visit if there is one, else that of the earliest. Where visits have come from another document
# it is still there, with its whole text.
_SAME_CONTENT = """
SELECT readings.*
FROM versions AS one
JOIN versions ON versions.content_sha256 = :content
JOIN readings ON readings.version_id = versions.id
WHERE one.id = :version
  AND (versions.document_id = one.document_id OR readings.text_start IS NULL)
ORDER BY versions.document_id = one.document_id DESC, readings.visit_id = :visit DESC,
         readings.visit_id
LIMIT 1
"""
_NOTED_IN_RUN = """
SELECT 1
FROM findings
WHERE run_id = ? AND site_id = ? AND rule = ? AND url IS ? AND visit_id IS NULL
"""
_COPIED_FIELDS = ", ".join(f'"{name}"' for name in (*FINDING_COLUMNS, "document_id"))
# Give a version the findings that the reader made on another.
_COPY_FINDINGS = f"""
INSERT INTO findings ({_COPIED_FIELDS}, version_id)
SELECT {_COPIED_FIELDS}, ?
FROM findings
WHERE version_id = ? AND visit_id IS NULL AND agency_id IS NULL
"""


class FreshReading(NamedTuple):
    """What the page of a visit has just been read as."""

    visit: Visit
    reading: Reading


def write_reading(
    db: Database, document_id: int, version_id: int, fresh: FreshReading
) -> None:
    """Store the reading of a version that has none, with its figures and findings."""
    reading = fresh.reading
    row = _build_row(db, version_id, fresh)
    reading_id = insert_row(db, "readings", row)
    _write_figures(db, reading_id, reading.figures)
    write_findings(db, reading.findings, document_id=document_id, version_id=version_id)


def load_values(db: Database, version_id: int) -> tuple[Any, ...]:
    """Return what the reading of a version says, whichever reader made it of whichever visit.

    Two readings that say the same give equal tuples.
    """
    row: tuple[Any, ...] = db.execute(_VALUES, [version_id]).fetchone()
    return row


def delete_reading(db: Database, version_id: int) -> None:
    """Delete what a reader made of a version."""
    db.execute(
        """
        DELETE FROM figure_sets
        WHERE reading_id IN (SELECT id FROM readings WHERE version_id = ?)
        """,
        [version_id],
    )
    db.execute("DELETE FROM readings WHERE version_id = ?", [version_id])
    db.execute(
        """
        DELETE FROM findings
        WHERE version_id = ? AND visit_id IS NULL AND agency_id IS NULL
        """,
        [version_id],
    )


def _attribute_reading(reading: Reading) -> Attribution:
    """Return whose report a reading says it is, and on which year."""
    return Attribution(
        agency=reading.agency,
        agency_basis=reading.agency.basis,
        report_year=reading.report_year,
        year_basis=reading.year_basis,
    )


def _build_row(db: Database, version_id: int, fresh: FreshReading) -> dict[str, Any]:
    visit, reading = fresh
    attribution = decide_attribution(db, version_id, _attribute_reading(reading))
    agency_id = agencies.resolve_agency(db, attribution.agency, visit.site)
    row = {
        "version_id": version_id,
        "visit_id": visit.id,
        "reader_version": reading.reader_version,
        "title": reading.title,
        "report_year": attribution.report_year,
        "agency_id": agency_id,
        "agency_printed": reading.agency.printed,
        "agency_basis": attribution.agency_basis,
        "year_basis": attribution.year_basis,
        "published_on": reading.published_on,
        "published_at": reading.published_at,
        "published_basis": reading.published_basis,
        "signed_on": reading.signed_on,
        "period_start": None,
        "period_end": None,
        "form": reading.form,
        "official": reading.official,
        "charset": reading.charset,
        "compiled_by": reading.compiled_by,
        "township_code": reading.agency.township_code,
        "text": reading.text,
        "details": format_details(reading),
    }
    if reading.period is not None:
        row["period_start"] = reading.period.start
        row["period_end"] = reading.period.end
    return row


def _write_figures(db: Database, reading_id: int, cells: Iterable[Figure]) -> None:
    """Store figures as runs of cells that follow one another on the form.

    A run is stored under the number of its first cell, as the list of the values.
    """
    runs: dict[int, list[Any]] = {}
    first_id = next_id = -1
    numbered = _number_figures(db, cells)
    for cell_id, figure in sorted(numbered.items()):
        if cell_id != next_id:
            first_id = cell_id
        run = runs.setdefault(first_id, [])
        run.append(figures.pack_cell(figure))
        next_id = cell_id + 1
    text = json.dumps(runs, ensure_ascii=False, separators=(",", ":"))
    db.execute(
        "INSERT INTO figure_sets (reading_id, cells) VALUES (?, ?)", [reading_id, text]
    )


def _number_figures(db: Database, cells: Iterable[Figure]) -> dict[int, Figure]:
    """Return figures by the numbers of their cells."""
    in_order = list(cells)
    places = [figures.get_place(figure) for figure in in_order]
    cell_ids = form_cells.number_cells(db, places)
    return dict(zip(cell_ids, in_order, strict=True))


def write_findings(db: Database, findings: Iterable[Finding], **where: Any) -> None:
    """Store findings with where they were made.

    `where` are columns: site_id, document_id, version_id, run_id, visit_id, url.
    """
    for finding in findings:
        insert_row(db, "findings", finding.to_row() | where)


def write_run_finding(
    db: Database, finding: Finding, run_id: int, site_id: str, url: str | None
) -> None:
    """Store what was noted in a run of a site, or of one of its addresses.

    It is stored once, however often it is noted.
    """
    query_values = [run_id, site_id, finding.rule, url]
    if db.execute(_NOTED_IN_RUN, query_values).fetchone() is None:
        write_findings(db, [finding], run_id=run_id, site_id=site_id, url=url)


def copy_reading(
    db: Database, version_id: int, content_sha256: str, visit_id: int
) -> None:
    """Give a version the reading of a visit, if the document has it.

    Else, when the version has none at all, one of the same content, until the page is read
    again.
    """
    row = _load_same_content(db, version_id, content_sha256, visit_id)
    if row is None or row["version_id"] == version_id:
        return
    if row["visit_id"] != visit_id and _has_reading(db, version_id):
        return
    delete_reading(db, version_id)
    source_id = row.pop("id")
    source_version_id = row["version_id"]
    reading_id = insert_row(db, "readings", row | {"version_id": version_id})
    db.execute(
        """
        INSERT INTO figure_sets (reading_id, cells)
        SELECT ?, cells FROM figure_sets WHERE reading_id = ?
        """,
        [reading_id, source_id],
    )
    db.execute(_COPY_FINDINGS, [version_id, source_version_id])


def _load_same_content(
    db: Database, version_id: int, content_sha256: str, visit_id: int
) -> dict[str, Any] | None:
    values = {
        "version": version_id,
        "content": content_sha256,
        "visit": visit_id,
    }
    cursor = db.execute(_SAME_CONTENT, values)
    names = [column[0] for column in cursor.description]
    row = cursor.fetchone()
    if row is None:
        return None
    return dict(zip(names, row, strict=True))


def _has_reading(db: Database, version_id: int) -> bool:
    row = db.execute(
        "SELECT 1 FROM readings WHERE version_id = ?", [version_id]
    ).fetchone()
    return row is not None
