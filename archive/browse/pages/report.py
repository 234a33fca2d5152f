"""The page of a report, as it is or was at a moment: tables, text, findings, versions, evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from datasette.utils.asgi import BadRequest

from nianbao.archive.browse.citing.cited_version import make_citation
from nianbao.archive.browse.crumbs import make_agency_crumbs
from nianbao.archive.browse.formats import write_minute
from nianbao.archive.browse.judging.form import make_form
from nianbao.archive.browse.judging.shown_judgements import (
    FindJudgements,
    find_no_judgements,
)
from nianbao.archive.browse.judging.wrong_link import make_wrong_link
from nianbao.archive.browse.page import (
    BrowsePage,
    Crumb,
    PageAmbiguous,
    PageNotFound,
    PageRequest,
)
from nianbao.archive.browse.pages.absent_report import show_absent_report
from nianbao.archive.browse.shown_version import (
    OtherPage,
    ShownVersion,
    list_figures,
    select_version,
    show_carrier,
    show_version,
)
from nianbao.archive.derived.preferred_page import RANKED
from nianbao.archive.read_model.agencies import (
    AgencyEntry,
    find_agencies_in,
    find_overlapping_agencies,
)
from nianbao.archive.read_model.regions import NOWHERE
from nianbao.archive.read_model.report_names import load_page_reports
from nianbao.archive.read_model.reports import Report, find_report
from nianbao.archive.read_model.timeline import (
    DocumentEvent,
    TimelineStep,
    build_timeline,
    is_moment,
    select_document_events,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

    from nianbao.archive.derived.preferred_page import PreferenceReason
    from nianbao.archive.notes.judgement import PersonJudgement
    from nianbao.archive.read_model.documents import Document, DocumentVersion
    from nianbao.archive.read_model.report_names import PageReports
    from nianbao.archive.records import Finding

CHANGED = "report.changed"


@dataclass(frozen=True, slots=True)
class ReportPage:
    """A report: its agency and year, the version that is shown, why its page is preferred."""

    agency: str
    region: str | None
    site: str | None  # the site that an agency of no known region belongs to
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
    agency = _find_agency(db, request)
    if isinstance(agency, BrowsePage):
        return agency
    year = int(request.path_values["year"])
    at = get_moment(request, request.path_values.get("at"))
    report = find_report(db, agency, year)
    if report is None:
        page = show_absent_report(db, request, agency)
        if page is not None:
            return page
        message = request.language("report.none", agency=agency.name, year=str(year))
        raise PageNotFound(message, _link_years(request, agency))
    data = build_report_page(db, agency, report, at, request.find_judgements)
    if data is None:
        text = request.language("report.as_it_stands")
        address = request.to.report(agency.region, agency.name, year, site=agency.site)
        link = Crumb(text, address)
        raise PageNotFound(
            request.language("report.not_yet", at=write_minute(at)), [link]
        )
    version = data.shown
    title = version.title or f"{agency.name} {year}"
    cited = request.cite.report(
        agency.region, agency.name, year, at=version.moment, site=agency.site
    )
    return BrowsePage(
        "report.html",
        title,
        data,
        rows=list(list_figures(version)),
        crumbs=make_agency_crumbs(db, request, agency.region, agency.name, agency.site),
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


def _find_agency(db: Database, request: PageRequest) -> AgencyEntry | BrowsePage:
    """Return the agency that an address names.

    Of a body that must publish and has no report at all, the page that says so.
    """
    try:
        return find_requested_agency(db, request)
    except PageAmbiguous:
        raise
    except PageNotFound:
        page = show_absent_report(db, request, None)
        if page is None:
            raise
        return page


def find_requested_agency(db: Database, request: PageRequest) -> AgencyEntry:
    """Return the agency that an address names.

    Raises PageAmbiguous where it is one of several of that name in no region, PageNotFound with
    links to agencies whose names overlap where there is none.
    """
    place = request.path_values["region"]
    name = request.path_values["agency"]
    region = None if place == NOWHERE else place
    site = request.get_text("site") or None
    agencies = find_agencies_in(db, region, name, site if region is None else None)
    if len(agencies) == 1:
        return agencies[0]
    if agencies:
        links = [_link_choice(request, agency) for agency in agencies]
        raise PageAmbiguous(request.language("agency.ambiguous", name=name), links)
    links = []
    for entry in find_overlapping_agencies(db, name):
        links.append(_link_choice(request, entry))
    search_text = request.language("agency.look_for", name=name)
    links.append(Crumb(search_text, request.to.search(name)))
    raise PageNotFound(request.language("agency.unknown", name=name), links)


def _link_choice(request: PageRequest, agency: AgencyEntry) -> Crumb:
    """Return a link to what the address asks for, of one agency.

    That is its report where it has one of the year, else its own page.
    """
    text = agency.name
    if agency.site is not None:
        text = f"{agency.name} ({agency.site})"
    year = request.path_values.get("year")
    if year is None or int(year) not in agency.years:
        address = request.to.agency(agency.region, agency.name, agency.site)
        return Crumb(text, address)
    address = request.to.report(
        agency.region,
        agency.name,
        int(year),
        at=request.path_values.get("at"),
        site=agency.site,
    )
    return Crumb(f"{text} {year}", address)


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
    db: Database,
    agency: AgencyEntry,
    report: Report,
    moment: str | None,
    find_judgements: FindJudgements = find_no_judgements,
) -> ReportPage | None:
    """Return a report as it is, or was at a moment; None when no page of it had been seen.

    It shows the page that is preferred now or, if that had not been seen then, the next one. Of
    a page that shows another report now, it shows the versions that show this one.
    """
    documents = [report.preferred]
    for page in report.others:
        if page.relation != "near-copy":
            documents.append(page.document)
    for document in documents:
        reports = load_page_reports(db, document)
        version = select_version(reports.list_versions(report.name), moment)
        if version is not None:
            judgements = find_judgements(document.url)
            return _make_data(db, agency, report, reports, version, judgements)
    return None


def _make_data(
    db: Database,
    agency: AgencyEntry,
    report: Report,
    reports: PageReports,
    version: DocumentVersion,
    judgements: Sequence[PersonJudgement],
) -> ReportPage:
    versions = reports.list_versions(report.name)
    findings = _select_findings(report, versions, version)
    return ReportPage(
        agency=report.agency,
        region=report.region,
        site=report.site,
        level=report.level,
        report_year=report.report_year,
        state=report.state,
        why=report.why,
        lack=RANKED["lack"].index(report.lack),
        shown=show_version(db, reports, version, findings, judgements),
        steps=build_timeline(db, reports, report.name),
        events=_select_events(db, reports.document, versions),
        others=tuple(show_carrier(page) for page in report.others),
        years=agency.years,
    )


def _select_events(
    db: Database, document: Document, versions: Sequence[DocumentVersion]
) -> tuple[DocumentEvent, ...]:
    """Return the events of a page about some of its versions."""
    numbers = {version.number for version in versions}
    events = []
    for event in select_document_events(db, document.id):
        if event.version in numbers:
            events.append(event)
    return tuple(events)


def _select_findings(
    report: Report, versions: Sequence[DocumentVersion], version: DocumentVersion
) -> list[Finding]:
    """Return the findings of the report that apply to a version.

    Those about cells and changes are about the latest version only; `versions` are all of the
    report on the page.
    """
    if version is versions[-1]:
        return list(report.findings)
    findings = []
    for finding in report.findings:
        if finding.table is None and finding.rule != CHANGED:
            findings.append(finding)
    return findings


def _link_years(request: PageRequest, agency: AgencyEntry) -> list[Crumb]:
    agency_address = request.to.agency(agency.region, agency.name, agency.site)
    links = [Crumb(agency.name, agency_address)]
    for year in reversed(agency.years):
        address = request.to.report(agency.region, agency.name, year, site=agency.site)
        links.append(Crumb(str(year), address))
    return links
