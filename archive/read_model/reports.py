"""A report by agency and year: its pages, the preferred one and why, and its findings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nianbao.archive.derived import preferred_page
from nianbao.archive.read_model.documents import (
    Document,
    find_document,
    find_documents,
)
from nianbao.archive.read_model.findings import select_report_findings

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.read_model.agencies import AgencyEntry
    from nianbao.archive.records import Finding


REPORT = """
SELECT id FROM reports WHERE agency_id = ? AND report_year = ? AND document_id IS NULL
"""


@dataclass(frozen=True, slots=True)
class SiblingPage:
    """A page of a report beside the preferred one.

    It is a copy, a near-duplicate, or another page of the same agency and year.
    """

    relation: str  # copy, near-copy, other
    similarity: float | None  # to the preferred page, of a near-copy
    document: Document


@dataclass(frozen=True, slots=True)
class Report:
    """The report of an agency for a year."""

    agency: str
    region: str | None
    level: str | None
    report_year: int
    state: str  # present, replaced, vanished
    preferred: Document
    version: int  # the number of the version that stands for the report
    why: preferred_page.PreferenceReason  # what decides that this page is preferred
    reason: str  # the same in a sentence
    lack: str  # what its tables lack
    others: tuple[SiblingPage, ...]
    findings: tuple[Finding, ...]  # of the report among others


def find_report(db: Database, agency: AgencyEntry, report_year: int) -> Report | None:
    """Return the report of an agency for a year; None when the archive has none."""
    report_id = find_report_id(db, agency.id, report_year)
    if report_id is None:
        return None
    carriers = preferred_page.load_carriers(db, report_id)
    if not carriers:
        return None
    carrier = carriers[0]
    preferred = find_document(db, carrier.url)
    assert preferred is not None, f"{carrier.url} carries a report"
    why = preferred_page.explain_preference(carriers)
    lack = preferred_page.measure_lack(db, carrier.version_id, carrier.form)
    carrier_urls = [carrier.url for carrier in carriers]
    return Report(
        agency=agency.name,
        region=agency.region,
        level=agency.level,
        report_year=report_year,
        state=_select_state(db, agency.id, report_year),
        preferred=preferred,
        version=_find_number(preferred, carrier.version_id),
        why=why,
        reason=preferred_page.describe_preference(why),
        lack=preferred_page.RANKED["lack"][lack],
        others=tuple(_find_other_pages(db, preferred, carrier_urls)),
        findings=select_report_findings(db, agency.id, report_year),
    )


def find_report_id(db: Database, agency_id: int, report_year: int) -> int | None:
    """Return the id of the report of an agency for a year; None when the archive has none."""
    row = db.execute(REPORT, [agency_id, report_year]).fetchone()
    return int(row[0]) if row else None


def _select_state(db: Database, agency_id: int, report_year: int) -> str:
    query = "SELECT state FROM reports WHERE agency_id = ? AND report_year = ?"
    row = db.execute(query, [agency_id, report_year]).fetchone()
    state: str = row[0]
    return state


def _find_number(document: Document, version_id: int) -> int:
    """Return the number of a version of a document."""
    for version in document.versions:
        if version.id == version_id:
            return version.number
    raise KeyError(f"{document.url} has no version with the id {version_id}")


def _find_other_pages(
    db: Database, preferred: Document, carrier_urls: list[str]
) -> list[SiblingPage]:
    """Return the other carriers of the report, then further pages that show the same content."""
    near_urls = [url for url, _ in preferred.near_copies]
    similar_urls = {*preferred.copies, *near_urls}
    further_urls = sorted(similar_urls.difference(carrier_urls))
    pages = []
    for document in find_documents(db, carrier_urls[1:] + further_urls):
        pages.append(_relate_page(preferred, document))
    return pages


def _relate_page(preferred: Document, other: Document) -> SiblingPage:
    similarity = dict(preferred.near_copies).get(other.url)
    last_digest = preferred.versions[-1].content_sha256
    if other.versions[-1].content_sha256 == last_digest:
        relation = "copy"
    elif similarity is None:
        relation = "other"
    else:
        relation = "near-copy"
    return SiblingPage(relation, similarity, other)
