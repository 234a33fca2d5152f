"""Decide whose report stands at an address, and on which year."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass

import click

from nianbao.archive import Archive
from nianbao.archive.raw.decisions import Decision
from nianbao.archive.read_model.documents import (
    Document,
    DocumentVersion,
    select_version_reports,
)
from nianbao.archive.read_model.regions import find_site_region
from nianbao.archive.update.decisions import retract_decision
from nianbao.crawler.commands.assign.names import complete_body, find_region
from nianbao.crawler.commands.find_document import find_document, find_version
from nianbao.pipelines.reader.regions.latest_names import find_latest_body


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """What a person asks for about an address; what is None is not decided."""

    url: str
    version: int | None  # of the report; None: the only one that ever stood there
    agency: str | None
    region: str | None
    year: int | None
    only: bool  # the version, and not the others of its report
    later: bool  # also for what stands there later
    reason: str


def decide_report(archive: Archive, request: ReportRequest) -> list[Decision]:
    """Return the new decisions that a request makes; none for what is decided so already.

    They are about all versions of the page that show the report.
    """
    document = find_document(archive, request.url)
    version = _find_version(archive, document, request.version)
    agency, region = _complete_agency(archive, document, version, request)
    contents: list[str | None] = [version.content_sha256]
    if not request.only:
        contents = [*_list_contents(archive, document, version)]
    if request.later:
        contents.append(None)
    new_decisions: list[Decision] = []
    for content_sha256 in contents:
        draft = Decision(
            kind="report",
            reason=request.reason,
            url=document.url,
            content_sha256=content_sha256,
            agency=agency,
            region=region,
            report_year=request.year,
        )
        decision = _build_on_standing(archive, draft)
        if decision is not None:
            new_decisions.append(decision)
    return new_decisions


def _find_version(
    archive: Archive, document: Document, number: int | None
) -> DocumentVersion:
    """Return the version of a number, the latest without one; end the command if that may mean
    one of several reports.
    """
    if number is not None:
        return find_version(document, number)
    reports = select_version_reports(archive.db, document.id)
    if len(set(reports.values())) > 1:
        lines = [_describe_version(version) for version in document.versions]
        raise click.ClickException(
            f"{document.url} has shown several reports; say with --version which one:"
            + "".join(lines)
        )
    return find_version(document, None)


def _describe_version(version: DocumentVersion) -> str:
    agency = version.agency_name or version.agency or "body not known"
    year = version.report_year or "year not known"
    return f"\n  version {version.number}, {version.first_seen[:10]}: {agency}, {year}"


def _list_contents(
    archive: Archive, document: Document, version: DocumentVersion
) -> list[str]:
    """Return the contents of the versions that show the report of one of them."""
    reports = select_version_reports(archive.db, document.id)
    contents: list[str] = []
    for other in document.versions:
        is_same = reports[other.id] == reports[version.id]
        if is_same and other.content_sha256 not in contents:
            contents.append(other.content_sha256)
    return contents


def _complete_agency(
    archive: Archive,
    document: Document,
    version: DocumentVersion,
    request: ReportRequest,
) -> tuple[str | None, str | None]:
    """Return the full name of the agency that was typed, and its region.

    The region is None where neither a person nor the list of divisions names it: it is that of
    the name, or of the site, as for any page.
    """
    if request.agency is None:
        return None, None
    year = request.year or version.report_year
    if request.region is None:
        site = find_site_region(archive.db, document.site)
        body = find_latest_body(
            request.agency, year=year, region=site.name, code=site.code
        )
        if body is None:
            return request.agency, None
        return body.name, body.region
    region = find_region(archive, request.region)
    return complete_body(request.agency, region, year)


def _build_on_standing(archive: Archive, draft: Decision) -> Decision | None:
    """Return a decision with what an earlier one decided besides; None if it says no more."""
    standing = _find_standing(archive, draft)
    if standing is None:
        return draft
    decision = draft
    if draft.agency is None:
        decision = dataclasses.replace(
            decision, agency=standing.agency, region=standing.region
        )
    if draft.report_year is None:
        decision = dataclasses.replace(decision, report_year=standing.report_year)
    if _get_values(decision) == _get_values(standing):
        return None
    return decision


def _find_standing(archive: Archive, draft: Decision) -> Decision | None:
    for decision in archive.standing_decisions():
        if decision.subject == draft.subject:
            return decision
    return None


def _get_values(decision: Decision) -> tuple[str | None, str | None, int | None]:
    return decision.agency, decision.region, decision.report_year


def retract_report(
    archive: Archive, url: str, number: int | None, reason: str, *, only: bool
) -> list[Decision]:
    """Return decisions that take back what was decided about an address.

    With the number of a version, what was decided about its report, or about it alone.
    """
    document = find_document(archive, url)
    matches = list_report_decisions(archive.standing_decisions(), document.url)
    if number is not None:
        version = find_version(document, number)
        contents = [version.content_sha256]
        if not only:
            contents = _list_contents(archive, document, version)
        matches = [match for match in matches if match.content_sha256 in contents]
    if not matches:
        raise click.ClickException(
            f"{document.url}: nothing is decided that could be taken back."
            " `nianbao assign --list` lists what is."
        )
    return [retract_decision(match, reason) for match in matches]


def list_report_decisions(decisions: Iterable[Decision], url: str) -> list[Decision]:
    """Return the decisions on reports at an address."""
    return [decision for decision in decisions if decision.url == url]
