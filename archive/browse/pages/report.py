"""The page of a report, as it is or was at a moment: tables, text, findings, versions, evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from datasette.utils.asgi import BadRequest

from nianbao.archive.browse.crumbs import make_agency_crumbs
from nianbao.archive.browse.page import BrowsePage, Crumb, PageNotFound, PageRequest
from nianbao.archive.browse.shown_version import (
    OtherPage,
    ShownVersion,
    list_figures,
    select_version,
    show_other_page,
    show_version,
)
from nianbao.archive.derived.preferred_page import RANKED
from nianbao.archive.read_model.agencies import (
    AgencyEntry,
    find_agency,
    find_overlapping_agencies,
)
from nianbao.archive.read_model.regions import NOWHERE
from nianbao.archive.read_model.reports import Report, find_report
from nianbao.archive.read_model.timeline import (
    DocumentEvent,
    TimelineStep,
    build_timeline,
    is_moment,
    select_document_events,
)

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.derived.preferred_page import PreferenceReason
    from nianbao.archive.read_model.documents import Document, DocumentVersion
    from nianbao.archive.records import Finding

CHANGED = "report.changed"


@dataclass(frozen=True, slots=True)
class ReportPage:
    """A report: its agency and year, the version that is shown, why its page is preferred."""

    agency: str
    region: str | None
    level: str | None
    report_year: int
    state: str
    why: PreferenceReason
    # how far its tables fall short of the form's: an index of preferred_page.RANKED["lack"]
    lack: int
    shown: ShownVersion
    steps: tuple[TimelineStep, ...]
    events: tuple[DocumentEvent, ...]
    others: tuple[OtherPage, ...]
    years: tuple[int, ...]  # of which the archive has a report of the agency


def show_report(db: Database, request: PageRequest) -> BrowsePage:
    """Show a report, by agency and year."""
    agency = find_requested_agency(db, request)
    year = int(request.path_values["year"])
    at = get_moment(request, request.path_values.get("at"))
    report = find_report(db, agency, year)
    if report is None:
        message = request.language("report.none", agency=agency.name, year=str(year))
        raise PageNotFound(message, _link_years(request, agency))
    data = build_report_page(db, agency, report, at)
    if data is None:
        text = request.language("report.as_it_stands")
        address = request.to.report(agency.region, agency.name, year)
        link = Crumb(text, address)
        raise PageNotFound(request.language("report.not_yet", at=at or ""), [link])
    version = data.shown
    return BrowsePage(
        "report.html",
        version.title or f"{agency.name} {year}",
        data,
        rows=list(list_figures(version)),
        crumbs=make_agency_crumbs(db, request, agency.region, agency.name),
        cited=request.cite.report(agency.region, agency.name, year, at=version.moment),
    )


def find_requested_agency(db: Database, request: PageRequest) -> AgencyEntry:
    """Return the agency that an address names.

    Raises PageNotFound with links to agencies whose names overlap.
    """
    region = request.path_values["region"]
    name = request.path_values["agency"]
    agency = find_agency(db, None if region == NOWHERE else region, name)
    if agency is not None:
        return agency
    links = []
    for entry in find_overlapping_agencies(db, name):
        address = request.to.agency(entry.region, entry.name)
        links.append(Crumb(entry.name, address))
    search_text = request.language("agency.look_for", name=name)
    links.append(Crumb(search_text, request.to.search(name)))
    raise PageNotFound(request.language("agency.unknown", name=name), links)


def get_moment(request: PageRequest, text: str | None) -> str | None:
    """Return a moment (a day, minute, second or millisecond), None for an empty text.

    Raises BadRequest for anything else.
    """
    if not text:
        return None
    if not is_moment(text):
        raise BadRequest(request.language("report.no_moment", value=text))
    return text


def build_report_page(
    db: Database, agency: AgencyEntry, report: Report, moment: str | None
) -> ReportPage | None:
    """Return a report as it is, or was at a moment; None when no page of it had been seen.

    It shows the page that is preferred now or, if that had not been seen then, the next one.
    """
    documents = [report.preferred]
    for page in report.others:
        if page.relation != "near-copy":
            documents.append(page.document)
    for document in documents:
        version = select_version(document, moment)
        if version is not None:
            return _make_data(db, agency, report, document, version)
    return None


def _make_data(
    db: Database,
    agency: AgencyEntry,
    report: Report,
    document: Document,
    version: DocumentVersion,
) -> ReportPage:
    findings = _select_findings(report, document, version)
    others = []
    for page in report.others:
        others.append(show_other_page(page.relation, page.similarity, page.document))
    return ReportPage(
        agency=report.agency,
        region=report.region,
        level=report.level,
        report_year=report.report_year,
        state=report.state,
        why=report.why,
        lack=RANKED["lack"].index(report.lack),
        shown=show_version(db, document, version, findings),
        steps=build_timeline(db, document.versions),
        events=select_document_events(db, document.id),
        others=tuple(others),
        years=agency.years,
    )


def _select_findings(
    report: Report, document: Document, version: DocumentVersion
) -> list[Finding]:
    """Return the findings of the report that apply to a version.

    Those about cells and changes are about the latest version only.
    """
    if version is document.versions[-1]:
        return list(report.findings)
    findings = []
    for finding in report.findings:
        if finding.table is None and finding.rule != CHANGED:
            findings.append(finding)
    return findings


def _link_years(request: PageRequest, agency: AgencyEntry) -> list[Crumb]:
    agency_address = request.to.agency(agency.region, agency.name)
    links = [Crumb(agency.name, agency_address)]
    for year in reversed(agency.years):
        address = request.to.report(agency.region, agency.name, year)
        links.append(Crumb(str(year), address))
    return links
