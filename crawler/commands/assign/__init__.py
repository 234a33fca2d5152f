"""`nianbao assign`: decide whose report a page is, or that two bodies are one."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from nianbao.archive import Archive
from nianbao.archive.addresses import canonicalize
from nianbao.archive.raw.decisions import Decision
from nianbao.archive.storage.connection import require_file
from nianbao.crawler.archives import open_to_write
from nianbao.crawler.commands.assign.bodies import (
    BodyRequest,
    decide_body,
    list_body_decisions,
    retract_body,
)
from nianbao.crawler.commands.assign.listing import (
    describe_bodies,
    describe_decisions,
    describe_versions,
    print_bodies,
    print_decisions,
    print_versions,
)
from nianbao.crawler.commands.assign.options import Options, check_options
from nianbao.crawler.commands.assign.reports import (
    ReportRequest,
    decide_report,
    list_report_decisions,
    retract_report,
)
from nianbao.crawler.commands.options import (
    archive_option,
    json_option,
    plain,
    print_json,
)
from nianbao.crawler.commands.read_pages import read_pending_pages
from nianbao.crawler.commands.terminal.console import open_console, print_failures
from nianbao.crawler.progress import Bar


@click.command()
@click.argument("address", required=False)
@click.option(
    "--version",
    type=int,
    metavar="N",
    help="The report that this version of the page shows.",
)
@click.option(
    "--only", is_flag=True, help="Only that version, not the others of its report."
)
@click.option("--agency", metavar="NAME", help="Whose report it is.")
@click.option(
    "--region",
    metavar="NAME",
    help="The region of --agency, or of --body: 上高县, or from the province down.",
)
@click.option("--year", type=int, metavar="Y", help="The year the report is about.")
@click.option(
    "--later",
    is_flag=True,
    help="Also what stands at the address later; the year only where the page prints none.",
)
@click.option("--body", metavar="NAME", help="A former body: it was renamed or merged.")
@click.option("--same-as", metavar="NAME", help="The body that --body is.")
@click.option("--same-region", metavar="NAME", help="The region of --same-as.")
@click.option(
    "--shared-years",
    is_flag=True,
    help="Both bodies have a report on the same year, and it is the same report.",
)
@click.option("--reason", metavar="TEXT", help="Why; it is kept with the decision.")
@click.option("--undo", is_flag=True, help="Take back what was decided.")
@click.option(
    "--list",
    "list_only",
    is_flag=True,
    help="List what was decided, about all or about ADDRESS or --body.",
)
@archive_option
@json_option
def assign(path: Path, as_json: bool, **values: object) -> None:
    """Decide whose report a page is and on which year, or that two bodies are one.

    For a report whose body or year could not be read, or was read wrongly: ADDRESS with
    --agency, --year or both. It holds for all versions of the page that show the report so far;
    where it has shown several reports, --version says which one. For a body that was renamed or
    merged: --body and --same-as. The pages are read again at once. The feed tells it as `reread`:
    ours, not a change of the page.

    A decision is kept with its reason. A later one about the same takes its place, --undo takes
    it back. It goes along with merges, backups and WARC exports. Exit code 1 when there is no
    such report or body, or a page could not be read.

    \b
    nianbao assign http://xixia.localhost:8620/nb/t1.html --year 2021 --reason "year in the PDF"
    nianbao assign http://xixia.localhost:8620/nb/t1.html --agency 西霞县教育局 --reason "its seal"
    nianbao assign --body 青石县教育局 --same-as 青石区教育局 --reason "撤县设区 2019"
    nianbao assign --body 青石县教育局 --undo --reason "another body"
    nianbao assign --list
    """
    options = Options(**values)  # type: ignore[arg-type]
    check_options(options)
    if options.list_only:
        _list_decisions(path, options, as_json=as_json)
    else:
        _decide(path, options, as_json=as_json)


def _list_decisions(path: Path, options: Options, *, as_json: bool) -> None:
    with Archive(path) as archive:
        decisions = archive.decisions()
        if options.address is not None:
            url = canonicalize(options.address)
            decisions = list_report_decisions(decisions, url)
        if options.body is not None:
            decisions = list_body_decisions(decisions, options.body)
        lines = describe_decisions(archive, decisions)
    if as_json:
        print_json(lines)
    else:
        print_decisions(open_console(), lines)


def _decide(path: Path, options: Options, *, as_json: bool) -> None:
    """Store the decisions, read the pages again and tell how things stand."""
    console = open_console(stderr=True)
    require_file(path)

    def read_pages(archive: Archive) -> list[str]:
        bar = Bar("reading", console, quiet=as_json)
        return read_pending_pages(archive, bar)

    with open_to_write(path, console, quiet=as_json) as archive:
        # An earlier start may have been cut off behind its decisions: until all versions of a
        # page are read again, they are of several reports.
        failures = read_pages(archive)
        new_decisions = _make_decisions(archive, options)
        with archive.transaction():
            records = [archive.store_decision(decision) for decision in new_decisions]
        failures += read_pages(archive)
        result = {
            "decisions": plain(records),
            "versions": describe_versions(archive, records),
            "bodies": plain(describe_bodies(archive, records)),
            "failed": failures,
            "ok": not failures,
        }
    if as_json:
        print_json(result)
    else:
        _print_result(result)
    sys.exit(1 if failures else 0)


def _print_result(result: dict[str, Any]) -> None:
    out = open_console()
    if not result["decisions"]:
        out.print("it is decided so already")
    print_versions(out, result["versions"])
    print_bodies(out, result["bodies"])
    print_failures(out, result["failed"])


def _make_decisions(archive: Archive, options: Options) -> list[Decision]:
    reason = options.reason or ""
    if options.body is not None:
        return _make_body_decisions(archive, options, options.body, reason)
    address = options.address or ""
    if options.undo:
        return retract_report(
            archive, address, options.version, reason, only=options.only
        )
    request = ReportRequest(
        url=address,
        version=options.version,
        agency=options.agency,
        region=options.region,
        year=options.year,
        only=options.only,
        later=options.later,
        reason=reason,
    )
    return decide_report(archive, request)


def _make_body_decisions(
    archive: Archive, options: Options, name: str, reason: str
) -> list[Decision]:
    if options.undo:
        return retract_body(archive, name, options.region, reason)
    request = BodyRequest(
        name=name,
        region=options.region,
        same_as=options.same_as or "",
        same_region=options.same_region,
        shared_years=options.shared_years,
        reason=reason,
    )
    return decide_body(archive, request)
