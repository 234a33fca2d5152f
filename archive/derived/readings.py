"""Readings: what a reader version made of a version of a document, with its figures and
findings.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nianbao.archive.derived import agencies, form_cells, text_deltas
from nianbao.archive.derived.figures import packed
from nianbao.archive.records import (
    Agency,
    Attachment,
    DateCandidate,
    Figure,
    Finding,
    Period,
    Reading,
    Section,
)
from nianbao.archive.storage.rows import insert_row

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.raw.visits import Visit


def put(
    db: Database, document_id: int, version_id: int, visit: Visit, reading: Reading
) -> None:
    """Store the reading of a version that has none."""
    row = _row(db, version_id, visit, reading)
    reading_id = insert_row(db, "readings", row)
    _put_figures(db, reading_id, reading.figures)
    put_findings(db, reading.findings, document_id=document_id, version_id=version_id)


def said(db: Database, version_id: int) -> tuple[Any, ...]:
    """Return what the reading of a version says, whichever reader said it of whichever visit."""
    row: tuple[Any, ...] = db.execute(
        "SELECT title, report_year, agency_id, agency_printed, published_on, published_at, published_basis, signed_on,"
        " period_start, period_end, form, official, text, details, cells FROM readings"
        " LEFT JOIN figure_sets ON figure_sets.reading_id = readings.id WHERE version_id = ?",
        [version_id],
    ).fetchone()
    return row


def remove(db: Database, version_id: int) -> None:
    """Remove what a reader made of the version."""
    db.execute(
        "DELETE FROM figure_sets WHERE reading_id IN (SELECT id FROM readings WHERE version_id = ?)",
        [version_id],
    )
    db.execute("DELETE FROM readings WHERE version_id = ?", [version_id])
    db.execute(
        "DELETE FROM findings WHERE version_id = ? AND visit_id IS NULL AND agency_id IS NULL",
        [version_id],
    )


def _row(
    db: Database, version_id: int, visit: Visit, reading: Reading
) -> dict[str, Any]:
    period = reading.period
    return {
        "version_id": version_id,
        "visit_id": visit.id,
        "reader_version": reading.reader_version,
        "title": reading.title,
        "report_year": reading.report_year,
        "agency_id": agencies.identify(db, reading.agency, visit.site),
        "agency_printed": reading.agency.printed,
        "published_on": reading.published_on,
        "published_at": reading.published_at,
        "published_basis": reading.published_basis,
        "signed_on": reading.signed_on,
        "period_start": period.start if period else None,
        "period_end": period.end if period else None,
        "form": reading.form,
        "official": reading.official,
        "charset": reading.charset,
        "text": reading.text,
        "details": _details(reading),
    }


def _details(reading: Reading) -> str:
    """Return the parts of a reading that are shown but not queried, as JSON; what is empty or
    unknown is left out.
    """
    parts = {
        "date_candidates": [
            _fields(candidate) for candidate in reading.date_candidates
        ],
        "agency": {
            name: value for name, value in _fields(reading.agency).items() if value
        },
        "sections": [_placed(section, reading.text) for section in reading.sections],
        "attachments": [_fields(attachment) for attachment in reading.attachments],
    }
    stated = {name: part for name, part in parts.items() if part}
    return json.dumps(stated, ensure_ascii=False, separators=(",", ":"))


def _fields(part: Agency | Attachment | DateCandidate) -> dict[str, Any]:
    return {name: getattr(part, name) for name in part.__dataclass_fields__}


def _placed(section: Section, text: str) -> dict[str, Any]:
    """Return a section with the place of its text in the reading's, [start, end]; with the text
    where it has none.
    """
    start = text.find(section.text)
    place = (
        {"text": section.text}
        if start < 0
        else {"at": [start, start + len(section.text)]}
    )
    key = {"key": section.key} if section.key else {}
    return key | {"title": section.title} | place


@dataclass(frozen=True, slots=True)
class Details:
    """The parts of a reading that are shown but not queried."""

    agency: Agency
    date_candidates: tuple[DateCandidate, ...]
    period: Period
    sections: tuple[Section, ...]
    attachments: tuple[Attachment, ...]
    charset: str | None


def details(db: Database, version_id: int) -> Details | None:
    """Return the details of a version's reading, None while it has none."""
    row = db.execute(
        "SELECT details, period_start, period_end, charset FROM readings WHERE version_id = ?",
        [version_id],
    ).fetchone()
    if row is None:
        return None
    text, parts = text_deltas.of_version(db, version_id), json.loads(row[0])
    agency = parts.get("agency", {})
    return Details(
        agency=Agency(**{**agency, "candidates": tuple(agency.get("candidates", ()))}),
        date_candidates=tuple(
            DateCandidate(**one) for one in parts.get("date_candidates", ())
        ),
        period=Period(row[1], row[2]),
        sections=tuple(
            Section(
                one.get("key"),
                one["title"],
                text[slice(*one["at"])] if "at" in one else one["text"],
            )
            for one in parts.get("sections", ())
        ),
        attachments=tuple(Attachment(**one) for one in parts.get("attachments", ())),
        charset=row[3],
    )


def _put_figures(db: Database, reading_id: int, figures: Iterable[Figure]) -> None:
    """Store figures as runs of cells that follow one another on the form: number of the first →
    their values.
    """
    runs: dict[int, list[Any]] = {}
    first = following = -1
    for cell_id, figure in sorted(_numbered(db, figures).items()):
        if cell_id != following:
            first = cell_id
        runs.setdefault(first, []).append(packed(figure))
        following = cell_id + 1
    text = json.dumps(runs, ensure_ascii=False, separators=(",", ":"))
    db.execute(
        "INSERT INTO figure_sets (reading_id, cells) VALUES (?, ?)", [reading_id, text]
    )


def _numbered(db: Database, figures: Iterable[Figure]) -> dict[int, Figure]:
    """Return figures by the numbers of their cells."""
    stated = list(figures)
    places = [(figure.table, figure.row, figure.column) for figure in stated]
    return dict(zip(form_cells.numbers(db, places), stated, strict=True))


def put_findings(db: Database, findings: Iterable[Finding], **where: Any) -> None:
    """Store findings with where they were made (site_id, document_id, version_id, run_id,
    visit_id, url).
    """
    for finding in findings:
        row = {name: getattr(finding, name) for name in Finding.__dataclass_fields__}
        insert_row(db, "findings", row | where)


def note(
    db: Database, finding: Finding, run_id: int, site_id: str, url: str | None
) -> None:
    """Store what was noted of a site in a run, or of one of its addresses, once, however often
    it is noted.
    """
    known = db.execute(
        "SELECT 1 FROM findings WHERE run_id = ? AND site_id = ? AND rule = ? AND url IS ? AND visit_id IS NULL",
        [run_id, site_id, finding.rule, url],
    ).fetchone()
    if not known:
        put_findings(db, [finding], run_id=run_id, site_id=site_id, url=url)


def copy(db: Database, version_id: int, content_sha256: str, visit_id: int) -> None:
    """Give a version the reading of a visit, if the document has it.

    Else, when the version has none at all, one of the same content, until the page is read again.
    """
    source = db.execute(
        "SELECT readings.* FROM readings JOIN versions ON versions.id = readings.version_id"
        " WHERE versions.document_id = (SELECT document_id FROM versions WHERE id = ?)"
        " AND versions.content_sha256 = ? ORDER BY readings.visit_id = ? DESC, readings.visit_id LIMIT 1",
        [version_id, content_sha256, visit_id],
    )
    names, found = [column[0] for column in source.description], source.fetchone()
    row = dict(zip(names, found, strict=True)) if found else None
    has_one = db.execute(
        "SELECT 1 FROM readings WHERE version_id = ?", [version_id]
    ).fetchone()
    if (
        row is None
        or row["version_id"] == version_id
        or (has_one and row["visit_id"] != visit_id)
    ):
        return
    remove(db, version_id)
    old_id, old_version_id = row.pop("id"), row["version_id"]
    reading_id = insert_row(db, "readings", row | {"version_id": version_id})
    db.execute(
        "INSERT INTO figure_sets (reading_id, cells) SELECT ?, cells FROM figure_sets WHERE reading_id = ?",
        [reading_id, old_id],
    )
    fields = ", ".join(
        f'"{name}"' for name in (*Finding.__dataclass_fields__, "document_id")
    )
    db.execute(
        f"INSERT INTO findings ({fields}, version_id) SELECT {fields}, ? FROM findings"
        " WHERE version_id = ? AND visit_id IS NULL AND agency_id IS NULL",
        [version_id, old_version_id],
    )
