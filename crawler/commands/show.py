"""`nianbao show`: one report, with its page, versions, figures and findings."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from nianbao.archive import Archive
from nianbao.archive.read_model.documents import Document, DocumentVersion
from nianbao.archive.read_model.report_names import load_page_reports
from nianbao.archive.read_model.reports import Report
from nianbao.archive.read_model.timeline import find_version_at, is_moment
from nianbao.crawler.commands.find_document import (
    find_document,
    find_report_of_year,
    find_version,
)
from nianbao.crawler.commands.options import (
    agency_site_option,
    archive_option,
    json_option,
    plain,
    print_json,
)
from nianbao.crawler.commands.terminal.console import open_console
from nianbao.crawler.commands.terminal.documents import print_document, print_report
from nianbao.crawler.language import choose_language


@click.command()
@click.argument("target")
@click.argument("year", type=int, required=False)
@agency_site_option
@archive_option
@click.option(
    "--version", "number", type=int, help="This version instead of the latest."
)
@click.option(
    "--at",
    metavar="MOMENT",
    help="The version that stood at the end of this day (2022-03-01), or at this moment.",
)
@click.option(
    "--cite",
    is_flag=True,
    help="Print a citation of the version in BibTeX, and nothing else.",
)
@click.option(
    "--payload",
    is_flag=True,
    help="Write the page's bytes, as the server sent them, and nothing else.",
)
@json_option
def show(
    target: str,
    year: int | None,
    site: str | None,
    path: Path,
    number: int | None,
    at: str | None,
    cite: bool,
    payload: bool,
    as_json: bool,
) -> None:
    """Show a report: by its page's address, or by agency and year.

    By agency and year: the page that stands for the report, why it does, the other pages that
    carry it, and what does not agree among them. --version, --at, --cite and --payload are about
    that page.

    \b
    nianbao show 上高县锦江镇人民政府 2020
    nianbao show 西霞县财政局 2022 --at 2026-12-01 --cite
    nianbao show http://xixia.localhost:8620/zwgk/… --version 1
    nianbao show http://xixia.localhost:8620/zwgk/… --payload > page.html
    """
    report = None
    with Archive(path) as archive:
        if year is None:
            document = find_document(archive, target)
        else:
            report = find_report_of_year(archive, target, year, site)
            document = report.preferred
            number = number or report.version
        if at is not None:
            number = _find_number_at(archive, document, report, at)
        version = find_version(document, number)
        if cite:
            sys.stdout.write(_cite(archive, document, version))
            return
        if payload:
            sys.stdout.buffer.write(archive.payload(version.payload_sha256))
            return
    if as_json and report:
        print_json({**plain(report), "shown": version.number})
    elif as_json:
        print_json([{"document": plain(document), "shown": version.number}])
    elif report:
        print_report(open_console(), report, version)
    else:
        print_document(open_console(), document, version)


def _find_number_at(
    archive: Archive, document: Document, report: Report | None, moment: str
) -> int:
    """Return the number of the version that stood at a moment; end the command without one."""
    if not is_moment(moment):
        raise click.UsageError(
            f"--at {moment}: a day (2022-03-01) or a moment (2022-03-01T08:00Z) is wanted."
        )
    versions = document.versions
    if report is not None:
        page_reports = load_page_reports(archive.db, document)
        versions = tuple(page_reports.list_versions(report.name))
    version = find_version_at(versions, moment)
    if version is None:
        raise click.ClickException(
            f"{document.url}: the archive had not seen it by {moment}; first on"
            f" {versions[0].first_seen}."
        )
    return version.number


def _cite(archive: Archive, document: Document, version: DocumentVersion) -> str:
    """Return a citation of a version: its original address, the day and the digest of its bytes."""
    # The pages' code takes as long to import as the rest of the command.
    from nianbao.archive.browse.citing.bibtex import format_bibtex
    from nianbao.archive.browse.citing.cited_version import make_citation
    from nianbao.archive.browse.languages import Language
    from nianbao.archive.browse.shown_version import show_version

    page_reports = load_page_reports(archive.db, document)
    shown = show_version(archive.db, page_reports, version)
    title = shown.title or shown.url
    language = Language(choose_language())
    return format_bibtex(make_citation(shown, title, shown.url, language))
