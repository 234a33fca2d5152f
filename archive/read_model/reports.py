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
from nianbao.archive.read_model.report_names import ReportName, load_page_reports

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlite_utils import Database

    from nianbao.archive.read_model.agencies import AgencyEntry
    from nianbao.archive.read_model.documents import DocumentVersion
    from nianbao.archive.records import Finding


REPORT = """
SELECT id FROM reports WHERE agency_id = ? AND report_year = ? AND document_id IS NULL
"""


@dataclass(frozen=True, slots=True)
class SiblingPage:
    """A page of a report beside the preferred one.

    It is a copy, a near-duplicate, or another page of the same agency and year. `version` is the
    last one that shows the report there, or what the page shows now if it is of another report.
    """

    relation: str  # copy, near-copy, other
    similarity: float | None  # to the preferred page, of a near-copy
    document: Document
    version: int  # its number
    versions: int  # of that report on the page
    is_carrier: bool  # it shows or showed the report
    state: str  # of the page; `replaced` where it shows another report now

    @property
    def is_comparable(self) -> bool:
        """Whether it shows another content of the same report."""
        return self.is_carrier and self.relation != "copy"


@dataclass(frozen=True, slots=True)
class Report:
    """The report of an agency for a year."""

    agency: str
    region: str | None
    site: str | None  # the site that an agency of no known region belongs to
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

    @property
    def name(self) -> ReportName:
        """What the report is known by."""
        return ReportName(self.agency, self.region, self.site, self.report_year, None)


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
    return Report(
        agency=agency.name,
        region=agency.region,
        site=agency.site,
        level=agency.level,
        report_year=report_year,
        state=_select_state(db, report_id),
        preferred=preferred,
        version=_find_version(preferred, carrier.version_id).number,
        why=why,
        reason=preferred_page.describe_preference(why),
        lack=preferred_page.RANKED["lack"][lack],
        others=tuple(_find_other_pages(db, preferred, carriers)),
        findings=select_report_findings(db, agency.id, report_year),
    )


def find_report_id(db: Database, agency_id: int, report_year: int) -> int | None:
    """Return the id of the report of an agency for a year; None when the archive has none."""
    row = db.execute(REPORT, [agency_id, report_year]).fetchone()
    return int(row[0]) if row else None


def _select_state(db: Database, report_id: int) -> str:
    query = "SELECT state FROM reports WHERE id = ?"
    row = db.execute(query, [report_id]).fetchone()
    state: str = row[0]
    return state


def _find_version(document: Document, version_id: int) -> DocumentVersion:
    """Return a version of a document by its id."""
    for version in document.versions:
        if version.id == version_id:
            return version
    raise KeyError(f"{document.url} has no version with the id {version_id}")


def _find_other_pages(
    db: Database,
    preferred: Document,
    carriers: Sequence[preferred_page.Carrier],
) -> list[SiblingPage]:
    """Return the other carriers of the report, then further pages that show the same content."""
    version = _find_version(preferred, carriers[0].version_id)
    similarities: dict[str, float] = {}
    further_urls: list[str] = []
    if version is preferred.versions[-1]:
        # What the preferred page shows now is this report, and so are its copies.
        similarities = dict(preferred.near_copies)
        carrier_urls = {carrier.url for carrier in carriers}
        further_urls = sorted({*preferred.copies, *similarities} - carrier_urls)
    pages = []
    for carrier in carriers[1:]:
        pages.append(_make_carrier(db, version, carrier, similarities))
    for document in find_documents(db, further_urls):
        pages.append(_make_further_page(db, version, document, similarities))
    return pages


def _make_carrier(
    db: Database,
    preferred: DocumentVersion,
    carrier: preferred_page.Carrier,
    similarities: Mapping[str, float],
) -> SiblingPage:
    document = find_document(db, carrier.url)
    assert document is not None, f"{carrier.url} carries a report"
    version = _find_version(document, carrier.version_id)
    similarity = similarities.get(carrier.url)
    return SiblingPage(
        relation=_relate(preferred, version, similarity),
        similarity=similarity,
        document=document,
        version=version.number,
        versions=carrier.versions,
        is_carrier=True,
        state=carrier.state,
    )


def _make_further_page(
    db: Database,
    preferred: DocumentVersion,
    document: Document,
    similarities: Mapping[str, float],
) -> SiblingPage:
    reports = load_page_reports(db, document)
    version = document.versions[-1]
    similarity = similarities.get(document.url)
    return SiblingPage(
        relation=_relate(preferred, version, similarity),
        similarity=similarity,
        document=document,
        version=version.number,
        versions=len(reports.list_versions(reports.get_name(version))),
        is_carrier=False,
        state=document.state,
    )


def _relate(
    preferred: DocumentVersion, other: DocumentVersion, similarity: float | None
) -> str:
    if other.content_sha256 == preferred.content_sha256:
        return "copy"
    if similarity is None:
        return "other"
    return "near-copy"
