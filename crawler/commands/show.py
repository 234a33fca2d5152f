"""`nianbao show`: one report, with its page, versions, figures and findings."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from nianbao.archive import Archive
from nianbao.archive.read_model.agencies import (
    AgencyEntry,
    find_agencies,
    find_agency,
    find_similar_agencies,
)
from nianbao.archive.read_model.reports import Report, find_report
from nianbao.crawler.commands.find_document import find_document, find_version
from nianbao.crawler.commands.options import (
    archive_option,
    json_option,
    plain,
    print_json,
)
from nianbao.crawler.commands.terminal.console import open_console
from nianbao.crawler.commands.terminal.documents import print_document, print_report

MOST_AGENCIES = 20  # in a hint


@click.command()
@click.argument("target")
@click.argument("year", type=int, required=False)
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
            report = _find_report(archive, target, year)
            document = report.preferred
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


def _find_report(archive: Archive, name: str, year: int) -> Report:
    """Return the report of an agency on a year; end the command when it is not just one."""
    agencies = find_agencies(archive.db, name)
    if not agencies:
        agencies = _find_by_former_name(archive, name, year)
    if not agencies:
        hint = _suggest_agencies(archive, name)
        raise click.ClickException(
            f"{name}: {archive.path} has no agency of this name.{hint}"
        )
    candidates = [agency for agency in agencies if year in agency.years]
    if len(candidates) > 1:
        choice = _list_agencies("Name one", candidates)
        raise click.ClickException(
            f"{name} {year} could be any of {len(candidates)}.{choice}"
        )
    report = None
    if candidates:
        report = find_report(archive.db, candidates[0], year)
    if report is None:
        years = _list_agencies("It has", agencies)
        raise click.ClickException(
            f"{name} {year}: no such report in {archive.path}.{years}"
        )
    return report


def _find_by_former_name(archive: Archive, name: str, year: int) -> list[AgencyEntry]:
    """Return the agency whose name this was until its place was renamed."""
    # Imported where it is wanted: with the reader it takes as long as the rest of the command.
    from nianbao.pipelines.reader.regions.latest_names import find_latest_body

    body = find_latest_body(name, year=year)
    if body is None:
        return []
    agency = find_agency(archive.db, body.region, body.name)
    if agency is None:
        return []
    return [agency]


def _suggest_agencies(archive: Archive, name: str) -> str:
    similar = find_similar_agencies(archive.db, name)
    if not similar:
        return " `nianbao browse` lists the agencies."
    return _list_agencies("Names like it", similar)


def _list_agencies(heading: str, agencies: list[AgencyEntry]) -> str:
    """Return agencies with their years, a line each, at most MOST_AGENCIES of them."""
    lines = [f" {heading}:"]
    for agency in agencies[:MOST_AGENCIES]:
        name = agency.name
        if not name.startswith(agency.region or ""):
            name = f"{name} ({agency.region})"
        years = ", ".join(map(str, agency.years))
        lines.append(f"  {name}: {years or 'no year'}")
    if len(agencies) > MOST_AGENCIES:
        lines.append(f"  and {len(agencies) - MOST_AGENCIES} more")
    return "\n".join(lines)
