"""Two versions of a report on a page side by side: fields, figures, text, who changed them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nianbao.archive.browse.crumbs import make_report_crumbs
from nianbao.archive.browse.drawn_tables import DrawnTable
from nianbao.archive.browse.page import (
    NOT_IN_JSON,
    BrowsePage,
    Crumb,
    PageNotFound,
    PageRequest,
)
from nianbao.archive.browse.pages.report import get_moment
from nianbao.archive.browse.shown_version import SECOND
from nianbao.archive.browse.table_drawer import draw_tables
from nianbao.archive.browse.text_differences import DiffHunk, compare_texts
from nianbao.archive.derived import figures
from nianbao.archive.read_model.documents import (
    FieldDifference,
    compare_fields,
    find_document,
)
from nianbao.archive.read_model.report_names import load_page_reports
from nianbao.archive.read_model.timeline import (
    Cause,
    find_cause,
    find_shortest_moment,
    find_version_at,
)

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.derived.figures import FigureDifference
    from nianbao.archive.read_model.documents import Document, DocumentVersion
    from nianbao.archive.read_model.report_names import PageReports


@dataclass(frozen=True, slots=True)
class DiffSide:
    """One of the two versions; `at` names it in addresses."""

    number: int
    at: str
    first_seen: str
    last_seen: str
    title: str | None
    reader_version: str
    payload_sha256: str


@dataclass(frozen=True, slots=True)
class DiffPage:
    """What differs between the versions; `tables` draw the figures of both."""

    url: str
    site_name: str
    old: DiffSide
    new: DiffSide
    sides: tuple[DiffSide, ...]  # all versions of the report on the page
    cause: Cause
    fields: tuple[FieldDifference, ...]
    cells: tuple[FigureDifference, ...]
    text: tuple[DiffHunk, ...]
    tables: list[DrawnTable] = field(metadata=NOT_IN_JSON)


def show_diff(db: Database, request: PageRequest) -> BrowsePage:
    """Show two versions of a report, each named by a moment; by default the last two.

    Versions of two reports are not compared: nothing was changed.
    """
    url = request.get_text("url")
    document = find_document(db, url)
    if document is None or not document.versions:
        raise PageNotFound(request.language("document.none", url=url or "–"))
    reports = load_page_reports(db, document)
    old, new = _select_versions(request, reports)
    name = reports.get_name(new)
    if reports.get_name(old) != name:
        links = [_link_version(request, reports, version) for version in (old, new)]
        raise PageNotFound(request.language("diff.two_reports"), links)
    data = _make_data(db, reports, old, new)
    crumbs = make_report_crumbs(db, request, name)
    if not name.is_assigned:
        crumbs.append(_make_document_crumb(request, document))
    moments = (_name_moment(old), _name_moment(new))
    return BrowsePage(
        "diff.html",
        request.language("diff.title", title=new.title or document.url),
        data,
        rows=data.cells,
        crumbs=crumbs,
        cited=request.cite.diff(document.url, *moments),
    )


def _name_moment(version: DocumentVersion) -> str:
    return f"{version.first_seen[:SECOND]}Z"


def _link_version(
    request: PageRequest, reports: PageReports, version: DocumentVersion
) -> Crumb:
    """Return a link to a version at its address."""
    document = reports.document
    moment = find_shortest_moment(document.versions, version)
    text = version.title or f"{document.url} ({version.number})"
    return Crumb(text, request.to.document(document.url, at=moment))


def _select_versions(
    request: PageRequest, reports: PageReports
) -> tuple[DocumentVersion, DocumentVersion]:
    """Return the two versions to compare; raise PageNotFound when there are no two.

    Where one is not asked for, it is the last one of the report, or the one before.
    """
    document = reports.document
    moment_from = get_moment(request, request.get_text("from"))
    moment_to = get_moment(request, request.get_text("to"))
    old = new = None
    if moment_from:
        old = find_version_at(document.versions, moment_from)
    if moment_to:
        new = find_version_at(document.versions, moment_to)
    link = _make_document_crumb(request, document)
    if (moment_from and old is None) or (moment_to and new is None):
        moment = moment_from or moment_to
        raise PageNotFound(request.language("report.not_yet", at=moment), [link])
    if new is None:
        new = _find_last(reports, old or document.versions[-1])
    if old is None:
        old = reports.find_former(new)
    is_alone = old is new and not moment_to
    if old is None or is_alone:
        raise PageNotFound(request.language("diff.one_version"), [link])
    return old, new


def _find_last(reports: PageReports, version: DocumentVersion) -> DocumentVersion:
    """Return the last version of the report that a version shows."""
    return reports.list_versions(reports.get_name(version))[-1]


def _make_data(
    db: Database, reports: PageReports, old: DocumentVersion, new: DocumentVersion
) -> DiffPage:
    document = reports.document
    all_figures = old.figures + new.figures
    table_ids = {figure.table for figure in all_figures}
    cell_names = figures.list_cell_names(db, table_ids)
    sides = {}
    for version in reports.list_versions(reports.get_name(new)):
        sides[version.number] = _make_side(document, version)
    return DiffPage(
        url=document.url,
        site_name=document.site_name,
        old=sides[old.number],
        new=sides[new.number],
        sides=tuple(sides.values()),
        cause=find_cause(db, old, new),
        fields=tuple(compare_fields(old, new)),
        cells=tuple(figures.compare_figures(old.figures, new.figures)),
        text=tuple(compare_texts(old.text, new.text)),
        tables=draw_tables(new.figures, cell_names, before=old.figures),
    )


def _make_side(document: Document, version: DocumentVersion) -> DiffSide:
    return DiffSide(
        number=version.number,
        at=find_shortest_moment(document.versions, version),
        first_seen=version.first_seen,
        last_seen=version.last_seen,
        title=version.title,
        reader_version=version.reader_version,
        payload_sha256=version.payload_sha256,
    )


def _make_document_crumb(request: PageRequest, document: Document) -> Crumb:
    title = document.versions[-1].title or document.url
    return Crumb(title, request.to.document(document.url))
