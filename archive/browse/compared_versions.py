"""Which two versions of a report are compared: of one page, or of two that showed the report."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from nianbao.archive.browse.formats import write_minute
from nianbao.archive.browse.page import Crumb, PageNotFound, PageRequest
from nianbao.archive.browse.pages.report import get_moment
from nianbao.archive.read_model.documents import find_document
from nianbao.archive.read_model.report_names import load_page_reports
from nianbao.archive.read_model.timeline import find_shortest_moment, find_version_at

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.read_model.documents import DocumentVersion
    from nianbao.archive.read_model.report_names import PageReports, ReportName


class PlacedVersion(NamedTuple):
    """A version with the page that it is of."""

    reports: PageReports
    version: DocumentVersion

    @property
    def url(self) -> str:
        """The address of the page."""
        return self.reports.document.url

    @property
    def name(self) -> ReportName:
        """What the report of the version is known by."""
        return self.reports.get_name(self.version)

    @property
    def moment(self) -> str:
        """The shortest moment that names the version."""
        return find_shortest_moment(self.reports.document.versions, self.version)

    def is_of_same_report(self, other: PlacedVersion) -> bool:
        """Tell whether another version is of the same report.

        A report of unknown agency or year is of one page only.
        """
        if self.name != other.name:
            return False
        return self.url == other.url or self.name.is_assigned


def select_pair(
    db: Database, request: PageRequest
) -> tuple[PlacedVersion, PlacedVersion]:
    """Return the two versions that an address names, the old one first.

    Where one is not named, it is the last one of the report, or the one before. Raises
    PageNotFound when there are no two, or when they are of two reports: then neither is a change
    of the other.
    """
    source = _load_page(db, request, request.get_text("url"))
    target = source
    target_url = request.get_text("to_url")
    if target_url:
        target = _load_page(db, request, target_url)
    old = _find_version(request, source, "from")
    new = _find_version(request, target, "to")
    if source.document.url == target.document.url:
        pair = _complete_pair(request, source, old, new)
    else:
        pair = _complete_pair_of_pages(source, old, target, new)
    if not pair[0].is_of_same_report(pair[1]):
        links = [_link_version(request, placed) for placed in pair]
        raise PageNotFound(request.language("diff.two_reports"), links)
    return pair


def make_page_crumb(request: PageRequest, reports: PageReports) -> Crumb:
    """Return a link to the page of an address."""
    document = reports.document
    title = document.versions[-1].title or document.url
    return Crumb(title, request.to.document(document.url))


def _load_page(db: Database, request: PageRequest, url: str) -> PageReports:
    document = find_document(db, url)
    if document is None or not document.versions:
        raise PageNotFound(request.language("document.none", url=url or "–"))
    return load_page_reports(db, document)


def _find_version(
    request: PageRequest, reports: PageReports, argument: str
) -> DocumentVersion | None:
    """Return the version at the moment of an argument; None when it is not given."""
    moment = get_moment(request, request.get_text(argument))
    if moment is None:
        return None
    version = find_version_at(reports.document.versions, moment)
    if version is None:
        link = make_page_crumb(request, reports)
        raise PageNotFound(
            request.language("report.not_yet", at=write_minute(moment)), [link]
        )
    return version


def _complete_pair(
    request: PageRequest,
    reports: PageReports,
    old: DocumentVersion | None,
    new: DocumentVersion | None,
) -> tuple[PlacedVersion, PlacedVersion]:
    """Return two versions of one page."""
    target = new
    if target is None:
        target = _find_last(reports, old or reports.document.versions[-1])
    source = old or reports.find_former(target)
    is_alone = source is target and new is None
    if source is None or is_alone:
        link = make_page_crumb(request, reports)
        raise PageNotFound(request.language("diff.one_version"), [link])
    return PlacedVersion(reports, source), PlacedVersion(reports, target)


def _complete_pair_of_pages(
    source: PageReports,
    old: DocumentVersion | None,
    target: PageReports,
    new: DocumentVersion | None,
) -> tuple[PlacedVersion, PlacedVersion]:
    """Return a version of each of two pages."""
    new_version = new or target.document.versions[-1]
    old_version = old
    if old_version is None:
        versions = source.list_versions(target.get_name(new_version))
        old_version = [*source.document.versions, *versions][-1]
    return PlacedVersion(source, old_version), PlacedVersion(target, new_version)


def _find_last(reports: PageReports, version: DocumentVersion) -> DocumentVersion:
    """Return the last version of the report that a version shows."""
    return reports.list_versions(reports.get_name(version))[-1]


def _link_version(request: PageRequest, placed: PlacedVersion) -> Crumb:
    """Return a link to a version at its address."""
    text = placed.version.title or f"{placed.url} ({placed.version.number})"
    return Crumb(text, request.to.document(placed.url, at=placed.moment))
