"""`nianbao show`: one report, with its page, versions, figures and findings."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from nianbao.archive import Archive
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


@click.command()
@click.argument("target")
@click.argument("year", type=int, required=False)
@agency_site_option
@archive_option
@click.option(
    "--version", "number", type=int, help="This version instead of the latest."
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
    payload: bool,
    as_json: bool,
) -> None:
    """Show a report: by its page's address, or by agency and year.

    By agency and year: the page that stands for the report, why it does, the other pages that
    carry it, and what does not agree among them. --version and --payload are about that page.

    \b
    nianbao show 上高县锦江镇人民政府 2020
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
        version = find_version(document, number)
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
