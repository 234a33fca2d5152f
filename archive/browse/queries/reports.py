"""A report as its page shows it: one version of the page that stands for it, its other versions
and pages.
"""

from __future__ import annotations

from dataclasses import InitVar, dataclass
from typing import TYPE_CHECKING

from nianbao.archive.browse import tables
from nianbao.archive.browse.queries import versions
from nianbao.archive.browse.sections import Part, parts
from nianbao.archive.derived import figures
from nianbao.archive.derived.preferred_page import RANKED
from nianbao.archive.derived.reading_details import load_details
from nianbao.archive.read_model import documents as document_lookup

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

    from nianbao.archive.derived.preferred_page import PreferenceReason
    from nianbao.archive.derived.reading_details import ReadingDetails
    from nianbao.archive.read_model.documents import Document, Version
    from nianbao.archive.read_model.reports import Named, Report
    from nianbao.archive.records import Figure, Finding

CHANGED = "report.changed"
SEVERITIES = ("error", "warning", "info")


@dataclass
class Shown:
    """A version as it is shown. `tables` and `parts` draw what `figures` and `sections` hold."""

    url: str
    site: str
    site_name: str
    state: str
    moved_to: str | None
    number: int
    at: str  # names the version in addresses
    latest: bool
    first_seen: str
    last_seen: str
    title: str | None
    agency_printed: str | None
    report_year: int | None
    published_on: str | None
    published_at: str | None
    published_basis: str | None
    signed_on: str | None
    form: str | None
    official: bool | None
    details: ReadingDetails
    figures: tuple[Figure, ...]
    findings: tuple[Finding, ...]
    content_sha256: str
    payload_sha256: str
    payload_bytes: int
    visited_at: str
    visited_url: str
    reader_version: str
    drawn: InitVar[list[tables.Table]]

    def __post_init__(self, drawn: list[tables.Table]) -> None:
        self.tables = drawn
        self.parts: list[Part] = parts(self.details.sections, self.tables)

    def place(self, finding: Finding) -> tables.Spot | None:
        """Return where a finding is marked in the tables."""
        return tables.spot(self.tables, finding)


@dataclass(frozen=True, slots=True)
class Other:
    """Another page of the report: `relation` is copy, near-copy or other."""

    relation: str
    similarity: float | None
    url: str
    site_name: str
    state: str
    official: bool | None
    versions: int


@dataclass(frozen=True, slots=True)
class ReportShown:
    """A report: whose, of which year, why this page stands for it."""

    agency: str
    region: str | None
    level: str | None
    report_year: int
    state: str
    why: PreferenceReason
    # how far its tables fall short of the form's: an index of
    # preferred_page.RANKED["lack"]
    lack: int
    shown: Shown
    steps: tuple[versions.Step, ...]
    events: tuple[versions.Event, ...]
    others: tuple[Other, ...]
    years: tuple[int, ...]  # of which the archive has a report of the agency


def report(
    db: Database, agency: Named, report: Report, moment: str | None
) -> ReportShown | None:
    """Return a report as it stands, or stood at a moment; None when no page of it had been seen
    then.

    It is the page that stands for the report now, or, when that had not been seen then, the
    next of its pages.
    """
    documents = [
        report.preferred,
        *(page.document for page in report.others if page.relation != "near-copy"),
    ]
    for document in documents:
        version = (
            document.versions[-1]
            if moment is None
            else versions.at(document.versions, moment)
        )
        if version is not None:
            return _report(db, agency, report, document, version)
    return None


def _report(
    db: Database, agency: Named, report: Report, document: Document, version: Version
) -> ReportShown:
    latest = (
        version is document.versions[-1]
    )  # what is found among others is found of what stands now
    around = [
        one
        for one in report.findings
        if latest or (one.table is None and one.rule != CHANGED)
    ]
    return ReportShown(
        agency=report.agency,
        region=report.region,
        level=report.level,
        report_year=report.report_year,
        state=report.state,
        why=report.why,
        lack=RANKED["lack"].index(report.lack),
        shown=shown(db, document, version, around),
        steps=versions.steps(db, document.versions),
        events=versions.events(db, document.id),
        others=tuple(
            _other(page.relation, page.similarity, page.document)
            for page in report.others
        ),
        years=agency.years,
    )


def shown(
    db: Database, document: Document, version: Version, around: Sequence[Finding] = ()
) -> Shown:
    """Return a version as it is shown, with what is found of its report among others."""
    details = load_details(db, version.id)
    assert details is not None, f"version {version.id} has a reading"
    findings = sorted(
        (*version.findings, *around),
        key=lambda finding: SEVERITIES.index(finding.severity),
    )
    names = figures.list_cell_names(db, {figure.table for figure in version.figures})
    size, visited_at = db.execute(
        "SELECT size_bytes, (SELECT visited_at FROM visits WHERE id = ?) FROM blobs WHERE sha256 = ?",
        [version.visit_id, version.payload_sha256],
    ).fetchone()
    return Shown(
        url=document.url,
        site=document.site,
        site_name=document.site_name,
        state=document.state,
        moved_to=document.moved_to,
        number=version.number,
        at=versions.moment(document.versions, version),
        latest=version is document.versions[-1],
        first_seen=version.first_seen,
        last_seen=version.last_seen,
        title=version.title,
        agency_printed=version.agency,
        report_year=version.report_year,
        published_on=version.published_on,
        published_at=version.published_at,
        published_basis=version.published_basis,
        signed_on=version.signed_on,
        form=version.form,
        official=version.official,
        details=details,
        figures=version.figures,
        findings=tuple(findings),
        content_sha256=version.content_sha256,
        payload_sha256=version.payload_sha256,
        payload_bytes=size,
        visited_at=visited_at,
        visited_url=version.visited_url,
        reader_version=version.reader_version,
        drawn=tables.draw(version.figures, names, findings),
    )


@dataclass(frozen=True, slots=True)
class DocumentShown:
    """A page by its address, whether it is known whose report it is or not."""

    shown: Shown
    steps: tuple[versions.Step, ...]
    events: tuple[versions.Event, ...]
    others: tuple[Other, ...]
    agency: (
        str | None
    )  # whose report it is, as the archive resolved it, with region and year
    region: str | None
    report_year: int | None


def document(db: Database, url: str, moment: str | None) -> DocumentShown | None:
    """Return the page at an address as it stands, or stood at a moment; None when it had not
    been seen.
    """
    found = document_lookup.document(db, url)
    version = None
    if found is not None and found.versions:
        version = (
            found.versions[-1]
            if moment is None
            else versions.at(found.versions, moment)
        )
    if found is None or version is None:
        return None
    alike = dict(found.near_copies)
    others = [
        document_lookup.document(db, other)
        for other in dict.fromkeys((*found.copies, *alike))
    ]
    return DocumentShown(
        shown=shown(db, found, version),
        steps=versions.steps(db, found.versions),
        events=versions.events(db, found.id),
        others=tuple(
            _other(
                "near-copy" if other.url in alike else "copy",
                alike.get(other.url),
                other,
            )
            for other in others
            if other
        ),
        agency=version.agency_name,
        region=version.region,
        report_year=version.report_year,
    )


def _other(relation: str, similarity: float | None, document: Document) -> Other:
    last = document.versions[-1]
    return Other(
        relation,
        similarity,
        document.url,
        document.site_name,
        document.state,
        last.official,
        len(document.versions),
    )
