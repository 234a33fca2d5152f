"""Looking up a report by agency and year: its pages, which one stands for it and why, what is
found of it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nianbao.archive.derived import preferred_page
from nianbao.archive.read_model.documents import Document, document
from nianbao.archive.records import Finding

if TYPE_CHECKING:
    from sqlite_utils import Database

SIMILAR = 5  # names that are suggested
ALIKE = (
    0.4  # of the pairs of neighbouring characters of two names; fewer is another name
)


@dataclass(frozen=True, slots=True)
class Named:
    """An agency with the years of its reports."""

    id: int
    name: str
    region: str | None
    level: str | None
    years: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A page beside the preferred one: a copy, a near-copy, or another page of the same agency
    and year.
    """

    relation: str  # copy, near-copy, other
    similarity: float | None  # to the preferred page, where it is a near-copy of that
    document: Document


@dataclass(frozen=True, slots=True)
class Report:
    """A year's report of an agency."""

    agency: str
    region: str | None
    level: str | None
    report_year: int
    state: str
    preferred: Document
    why: preferred_page.PreferenceReason  # what decides that this page is preferred
    reason: str  # the same in a sentence
    lack: str  # what its tables lack
    others: tuple[Page, ...]
    findings: tuple[Finding, ...]  # of the report among others


def report(db: Database, agency: Named, report_year: int) -> Report | None:
    """Return the report of an agency for a year, None when the archive has none."""
    carriers = preferred_page.load_carriers(db, agency.id, report_year)
    if not carriers:
        return None
    preferred, *others = _documents(db, [carrier.url for carrier in carriers])
    known = {carrier.url for carrier in carriers}
    further = sorted(
        {*preferred.copies, *(url for url, _ in preferred.near_copies)} - known
    )
    why = preferred_page.explain_preference(carriers)
    state = db.execute(
        "SELECT state FROM reports WHERE agency_id = ? AND report_year = ?",
        [agency.id, report_year],
    ).fetchone()[0]
    return Report(
        agency=agency.name,
        region=agency.region,
        level=agency.level,
        report_year=report_year,
        state=state,
        preferred=preferred,
        why=why,
        reason=preferred_page.describe_preference(why),
        lack=preferred_page.RANKED["lack"][
            preferred_page.measure_lack(db, carriers[0].version_id, carriers[0].form)
        ],
        others=tuple(
            _page(preferred, other) for other in [*others, *_documents(db, further)]
        ),
        findings=_findings(db, agency.id, report_year),
    )


def agencies(db: Database, text: str) -> list[Named]:
    """Return the agencies of a name, with or without the region before it; if none, those whose
    name holds it.
    """
    exact = "agencies.name = :text OR regions.name || agencies.name = :text"
    printed = (
        "agencies.id IN (SELECT agency_id FROM readings WHERE agency_printed = :text)"
    )
    for where in (exact, "instr(agencies.name, :text) > 0", printed):
        if found := _named(db, where, {"text": text}):
            return found
    return []


def agency(db: Database, region: str | None, name: str) -> Named | None:
    """Return the agency of this name in this region, None in no region; None when there is none."""
    where = "agencies.name = :name AND regions.name IS :region"
    return next(iter(_named(db, where, {"name": name, "region": region})), None)


def holding(db: Database, name: str) -> list[Named]:
    """Return a few agencies whose name holds a name or is held by it: quicker than
    :func:`similar`, and blunter.
    """
    held = "SELECT id FROM agencies WHERE instr(name, :name) > 0 OR instr(:name, name) > 0 ORDER BY id LIMIT :most"
    return _named(db, f"agencies.id IN ({held})", {"name": name, "most": SIMILAR})


def similar(db: Database, text: str) -> list[Named]:
    """Return the agencies whose names are most like one that the archive does not have."""
    wanted, scores = _pairs(text), []
    for agency_id, name in db.execute("SELECT id, name FROM agencies").fetchall():
        pairs = _pairs(name)
        # the full name has the regions before it, which a person leaves out
        shared = len(wanted & pairs) / (min(len(wanted), len(pairs)) or 1)
        if shared >= ALIKE:
            scores.append((-shared, len(name), name, agency_id))
    best = [score[3] for score in sorted(scores)[:SIMILAR]]
    return [
        one
        for agency_id in best
        for one in _named(db, "agencies.id = :id", {"id": agency_id})
    ]


def _pairs(text: str) -> set[str]:
    return {text[start : start + 2] for start in range(len(text) - 1)}


def _named(db: Database, where: str, arguments: dict[str, Any]) -> list[Named]:
    rows = db.execute(
        "SELECT agencies.id, agencies.name, regions.name, agencies.level,"
        " (SELECT json_group_array(report_year) FROM"
        "   (SELECT report_year FROM reports WHERE agency_id = agencies.id ORDER BY report_year))"
        " FROM agencies LEFT JOIN regions ON regions.id = agencies.region_id"
        f" WHERE {where} ORDER BY agencies.name, regions.name",
        arguments,
    ).fetchall()
    found: list[list[Any]] = [[*row[:4], tuple(json.loads(row[4]))] for row in rows]
    return [Named(*values) for values in found]


def _documents(db: Database, urls: list[str]) -> list[Document]:
    return [found for found in (document(db, url) for url in urls) if found]


def _page(preferred: Document, other: Document) -> Page:
    similarity = dict(preferred.near_copies).get(other.url)
    copy = other.versions[-1].content_sha256 == preferred.versions[-1].content_sha256
    return Page(
        "copy" if copy else "other" if similarity is None else "near-copy",
        similarity,
        other,
    )


def _findings(db: Database, agency_id: int, report_year: int) -> tuple[Finding, ...]:
    rows = db.execute(
        'SELECT rule, severity, message, "table", "row", "column", expected, found FROM findings'
        ' WHERE agency_id = ? AND report_year = ? ORDER BY rule, version_id, "table", "row", "column", message',
        [agency_id, report_year],
    ).fetchall()
    return tuple(Finding(*row) for row in rows)
