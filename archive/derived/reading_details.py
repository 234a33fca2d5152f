"""The parts of a reading that are shown but not queried, kept as JSON in `readings.details`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nianbao.archive.derived.text_deltas import load_text
from nianbao.archive.records import (
    Agency,
    Attachment,
    DateCandidate,
    Period,
    Section,
)

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.records import Reading


@dataclass(frozen=True, slots=True)
class ReadingDetails:
    """The parts of a reading that are shown but not queried."""

    agency: Agency
    date_candidates: tuple[DateCandidate, ...]
    period: Period
    sections: tuple[Section, ...]
    attachments: tuple[Attachment, ...]
    charset: str | None
    compiled_by: str | None
    compiled_by_evidence: str | None


def format_details(reading: Reading) -> str:
    """Return the details of a reading as JSON; what is empty or unknown is left out."""
    agency: dict[str, Any] = {}
    for name, value in _to_fields(reading.agency).items():
        if value:
            agency[name] = value
    parts: dict[str, Any] = {
        "date_candidates": [_to_fields(date) for date in reading.date_candidates],
        "agency": agency,
        "compiled_by_evidence": reading.compiled_by_evidence,
        "sections": [_locate_section(part, reading.text) for part in reading.sections],
        "attachments": [_to_fields(file) for file in reading.attachments],
    }
    filled_parts = {name: part for name, part in parts.items() if part}
    return json.dumps(filled_parts, ensure_ascii=False, separators=(",", ":"))


def _to_fields(part: Agency | Attachment | DateCandidate) -> dict[str, Any]:
    return {name: getattr(part, name) for name in part.__dataclass_fields__}


def _locate_section(section: Section, text: str) -> dict[str, Any]:
    """Return a section with the place of its text in that of the reading, [start, end].

    Where it has no place there, it has its text.
    """
    fields: dict[str, Any] = {}
    if section.key:
        fields["key"] = section.key
    fields["title"] = section.title
    start = text.find(section.text)
    if start < 0:
        fields["text"] = section.text
    else:
        fields["at"] = [start, start + len(section.text)]
    return fields


def load_details(db: Database, version_id: int) -> ReadingDetails | None:
    """Return the details of a version's reading, None while it has none."""
    row = db.execute(
        """
        SELECT details, period_start, period_end, charset, compiled_by
        FROM readings WHERE version_id = ?
        """,
        [version_id],
    ).fetchone()
    if row is None:
        return None
    details, period_start, period_end, charset, compiled_by = row
    parts: dict[str, Any] = json.loads(details)
    agency = dict(parts.get("agency", {}))
    agency["candidates"] = tuple(agency.get("candidates", ()))
    text = load_text(db, version_id)
    dates = parts.get("date_candidates", ())
    sections = parts.get("sections", ())
    attachments = parts.get("attachments", ())
    return ReadingDetails(
        agency=Agency(**agency),
        date_candidates=tuple(DateCandidate(**fields) for fields in dates),
        period=Period(period_start, period_end),
        sections=tuple(_read_section(fields, text) for fields in sections),
        attachments=tuple(Attachment(**fields) for fields in attachments),
        charset=charset,
        compiled_by=compiled_by,
        compiled_by_evidence=parts.get("compiled_by_evidence"),
    )


def _read_section(fields: dict[str, Any], text: str) -> Section:
    if "at" in fields:
        start, end = fields["at"]
        section_text = text[start:end]
    else:
        section_text = fields["text"]
    return Section(fields.get("key"), fields["title"], section_text)
