"""A version of a page as the report page and the document page show it, with its other pages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nianbao.archive.browse.drawn_tables import (
    DrawnTable,
    MarkedPlace,
    find_marked_place,
)
from nianbao.archive.browse.judging.shown_judgements import (
    ShownJudgement,
    show_judgements,
)
from nianbao.archive.browse.page import NOT_IN_JSON
from nianbao.archive.browse.report_parts import ReportPart, build_parts
from nianbao.archive.browse.table_drawer import draw_tables
from nianbao.archive.derived import figures
from nianbao.archive.derived.reading_details import load_details
from nianbao.archive.read_model.attributions import VersionBases, load_bases
from nianbao.archive.read_model.findings import SEVERITIES
from nianbao.archive.read_model.payloads import find_payload_visit
from nianbao.archive.read_model.timeline import find_shortest_moment, find_version_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlite_utils import Database

    from nianbao.archive.derived.reading_details import ReadingDetails
    from nianbao.archive.notes.judgement import PersonJudgement
    from nianbao.archive.read_model.documents import Document, DocumentVersion
    from nianbao.archive.read_model.report_names import PageReports, ReportName
    from nianbao.archive.read_model.reports import SiblingPage
    from nianbao.archive.records import Figure, Finding

SECOND = 19  # characters of a moment that tells any two versions apart


@dataclass(frozen=True, slots=True)
class SuccessorReport:
    """The report that took the place of another one on a page; `at` names its version there."""

    report: ReportName
    at: str


@dataclass(frozen=True, slots=True)
class ShownVersion:
    """A version as it is shown. `tables` and `parts` are drawn of `figures` and `sections`.

    `state` is that of the page for the report of this version, `replaced` where it shows another
    one now; `latest`: no later version of the page is of this report.
    """

    url: str
    site: str
    site_name: str
    report: ReportName
    replaced_by: SuccessorReport | None
    bases: VersionBases
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
    judgements: tuple[ShownJudgement, ...]
    visit_id: int = field(metadata=NOT_IN_JSON)  # that it was read from
    tables: list[DrawnTable] = field(metadata=NOT_IN_JSON)
    parts: list[ReportPart] = field(metadata=NOT_IN_JSON)

    @property
    def moment(self) -> str:
        """The second at which the version was first seen, for citations."""
        return f"{self.first_seen[:SECOND]}Z"

    def find_place(self, finding: Finding) -> MarkedPlace | None:
        """Return where a finding is marked in the tables."""
        return find_marked_place(self.tables, finding)

    @property
    def judged_cells(self) -> dict[str, ShownJudgement]:
        """The judgements on cells, by the anchor of each."""
        cells = {}
        for judgement in self.judgements:
            if judgement.kind == "cell" and judgement.anchor is not None:
                cells[judgement.anchor] = judgement
        return cells

    def find_judgement(self, finding: Finding) -> ShownJudgement | None:
        """Return what was judged of a finding."""
        place = (finding.rule, finding.table, finding.row, finding.column)
        for judgement in self.judgements:
            own_place = (
                judgement.rule,
                judgement.table,
                judgement.row,
                judgement.column,
            )
            if judgement.kind == "finding" and own_place == place:
                return judgement
        return None


@dataclass(frozen=True, slots=True)
class OtherPage:
    """Another page of the report: `relation` is copy, near-copy or other.

    `at` names the version that shows the report where the page shows another one now.
    """

    relation: str
    similarity: float | None
    url: str
    site_name: str
    state: str
    at: str | None
    official: bool | None
    versions: int
    # names the last version that shows the report, where its content is another one
    last: str | None = None


@dataclass(frozen=True, slots=True)
class FigureLine:
    """A figure as a line of CSV."""

    table: str
    row: str
    column: str
    row_label: str
    column_label: str
    value: float | None
    text: str
    alignment: str
    url: str  # of the page it was read from
    version: int
    payload_sha256: str


def select_version(
    versions: Sequence[DocumentVersion], moment: str | None
) -> DocumentVersion | None:
    """Return the version of some at a moment, by default the latest; None without one."""
    if not versions:
        return None
    if moment is None:
        return versions[-1]
    return find_version_at(versions, moment)


def show_version(
    db: Database,
    reports: PageReports,
    version: DocumentVersion,
    report_findings: Sequence[Finding] = (),
    judgements: Sequence[PersonJudgement] = (),
) -> ShownVersion:
    """Return a version as it is shown, with the findings about its report among others.

    `judgements` are all about the address.
    """
    document = reports.document
    name = reports.get_name(version)
    successor = _find_successor(reports, name)
    details = load_details(db, version.id)
    assert details is not None, f"version {version.id} has a reading"
    findings = [*version.findings, *report_findings]
    findings.sort(key=lambda finding: SEVERITIES.index(finding.severity))
    table_ids = {figure.table for figure in version.figures}
    tables = draw_tables(
        version.figures, figures.list_cell_names(db, table_ids), findings
    )
    payload_bytes, visited_at = find_payload_visit(
        db, version.payload_sha256, version.visit_id
    )
    return ShownVersion(
        url=document.url,
        site=document.site,
        site_name=document.site_name,
        report=name,
        replaced_by=successor,
        bases=load_bases(db, version.id),
        state=reports.get_state(name),
        moved_to=document.moved_to if successor is None else None,
        number=version.number,
        at=find_shortest_moment(document.versions, version),
        latest=version is reports.list_versions(name)[-1],
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
        payload_bytes=payload_bytes,
        visited_at=visited_at,
        visited_url=version.visited_url,
        reader_version=version.reader_version,
        judgements=show_judgements(db, version, judgements),
        visit_id=version.visit_id,
        tables=tables,
        parts=build_parts(details.sections, tables),
    )


def _find_successor(reports: PageReports, name: ReportName) -> SuccessorReport | None:
    version = reports.find_successor(name)
    if version is None:
        return None
    moment = find_shortest_moment(reports.document.versions, version)
    return SuccessorReport(reports.get_name(version), moment)


def show_carrier(page: SiblingPage) -> OtherPage:
    """Return another page of a report as it is shown."""
    document = page.document
    version = _get_version(document, page.version)
    moment = find_shortest_moment(document.versions, version)
    return OtherPage(
        relation=page.relation,
        similarity=page.similarity,
        url=document.url,
        site_name=document.site_name,
        state=page.state,
        at=moment if page.state == "replaced" else None,
        official=version.official,
        versions=page.versions,
        last=moment if page.is_comparable else None,
    )


def _get_version(document: Document, number: int) -> DocumentVersion:
    for version in document.versions:
        if version.number == number:
            return version
    raise KeyError(f"{document.url} has no version {number}")


def show_similar_page(
    relation: str, similarity: float | None, document: Document
) -> OtherPage:
    """Return a page as it is shown whose content is like that of another one now."""
    return OtherPage(
        relation=relation,
        similarity=similarity,
        url=document.url,
        site_name=document.site_name,
        state=document.state,
        at=None,
        official=document.versions[-1].official,
        versions=len(document.versions),
    )


def list_figures(version: ShownVersion) -> Iterator[FigureLine]:
    """Yield the figures in the order of the form, with the names that it prints."""
    for table in version.tables:
        for row in table.rows:
            for column, cell in zip(table.columns, row.cells, strict=False):
                if cell.figure is None:
                    continue
                yield FigureLine(
                    table=cell.figure.table,
                    row=cell.figure.row,
                    column=cell.figure.column,
                    row_label=row.name.zh,
                    column_label=column.name.zh,
                    value=cell.figure.value,
                    text=cell.figure.text,
                    alignment=cell.figure.alignment,
                    url=version.url,
                    version=version.number,
                    payload_sha256=version.payload_sha256,
                )
