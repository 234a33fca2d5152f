"""The page of one document by its address, whether its agency is known or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nianbao.archive.browse.citing.cited_version import make_citation
from nianbao.archive.browse.crumbs import make_report_crumbs
from nianbao.archive.browse.judging.form import make_form
from nianbao.archive.browse.judging.shown_judgements import (
    FindJudgements,
    find_no_judgements,
)
from nianbao.archive.browse.judging.wrong_link import make_wrong_link
from nianbao.archive.browse.page import BrowsePage, Crumb, PageNotFound, PageRequest
from nianbao.archive.browse.pages.report import get_moment
from nianbao.archive.browse.shown_version import (
    OtherPage,
    ShownVersion,
    list_figures,
    select_version,
    show_similar_page,
    show_version,
)
from nianbao.archive.read_model.documents import (
    Document,
    find_document,
    find_documents,
)
from nianbao.archive.read_model.overviews.unassigned import list_missing_parts
from nianbao.archive.read_model.report_names import load_page_reports
from nianbao.archive.read_model.timeline import (
    DocumentEvent,
    TimelineStep,
    build_timeline,
    select_document_events,
)

if TYPE_CHECKING:
    from sqlite_utils import Database


@dataclass(frozen=True, slots=True)
class DocumentPage:
    """A document. `agency`, `region` and `report_year` name its report, where that is known.

    `missing` is what is not known of it: agency, year.
    """

    shown: ShownVersion
    steps: tuple[TimelineStep, ...]
    events: tuple[DocumentEvent, ...]
    others: tuple[OtherPage, ...]
    agency: str | None
    region: str | None
    report_year: int | None
    agency_site: str | None  # the site that an agency of no known region belongs to
    missing: tuple[str, ...]


def show_document(db: Database, request: PageRequest) -> BrowsePage:
    """Show a document as it is, or was at a moment."""
    url = request.get_text("url")
    at = get_moment(request, request.get_text("at"))
    data = find_document_page(db, url, at, request.find_judgements)
    if data is None:
        links = []
        if at:
            text = request.language("report.as_it_stands")
            links.append(Crumb(text, request.to.document(url)))
        message = request.language("document.none", url=url or "–")
        raise PageNotFound(message, links)
    version = data.shown
    title = version.title or version.url
    cited = request.cite.document(version.url, at=version.moment)
    return BrowsePage(
        "document.html",
        title,
        data,
        rows=list(list_figures(version)),
        crumbs=make_report_crumbs(db, request, version.report),
        cited=cited,
        citation=make_citation(version, title, cited, request.language),
        judge_form=make_form(version, request.language.code)
        if request.can_judge
        else None,
        wrong_link=make_wrong_link(
            request.report_to, version, title, cited, request.language
        ),
        frames=True,
    )


def find_document_page(
    db: Database,
    url: str,
    moment: str | None,
    find_judgements: FindJudgements = find_no_judgements,
) -> DocumentPage | None:
    """Return the page of a document at a moment; None when it had not been seen then."""
    document = find_document(db, url)
    if document is None:
        return None
    version = select_version(document.versions, moment)
    if version is None:
        return None
    reports = load_page_reports(db, document)
    name = reports.get_name(version)
    others: tuple[OtherPage, ...] = ()
    if reports.find_successor(name) is None:
        others = tuple(_find_other_pages(db, document))
    return DocumentPage(
        shown=show_version(db, reports, version, (), find_judgements(document.url)),
        steps=build_timeline(db, reports),
        events=select_document_events(db, document.id),
        others=others,
        agency=name.agency,
        region=name.region,
        report_year=name.report_year,
        agency_site=name.site,
        missing=list_missing_parts(name.agency, name.report_year),
    )


def _find_other_pages(db: Database, document: Document) -> list[OtherPage]:
    """Return the copies of what a document shows now and its near-duplicates."""
    similarities = dict(document.near_copies)
    urls = list(dict.fromkeys((*document.copies, *similarities)))
    pages = []
    for other in find_documents(db, urls):
        relation = "near-copy" if other.url in similarities else "copy"
        similarity = similarities.get(other.url)
        pages.append(show_similar_page(relation, similarity, other))
    return pages
