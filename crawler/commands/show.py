"""Commands that show what was read: read a file; show, search, compare and browse the archive."""

from __future__ import annotations

import difflib
import json
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from nianbao.archive import Archive
from nianbao.archive.read_model import documents as document_lookup
from nianbao.archive.read_model import reports as report_lookup
from nianbao.archive.search.index import PAGE, Query
from nianbao.crawler.commands import terminal
from nianbao.crawler.commands.options import archive_option, json_option, plain


@click.command()
@click.argument("file", type=click.File("rb"))
@click.option(
    "--url",
    help="The address the page came from: for its date, its links, and whose host it is.",
)
@json_option
def read(file: Any, url: str | None, as_json: bool) -> None:
    """Read one page or text from a file (`-`: standard input) and print what it says.

    On a terminal a summary; into a pipe, or with --json, the whole reading as JSON.

    \b
    nianbao read report.html --url https://www.example.gov.cn/t20210120_1.html
    nianbao read report.txt --json
    """
    from nianbao.pipelines import reader

    found = reader.read(file.read(), url=url)
    if as_json or not sys.stdout.isatty():
        click.echo(found.to_json(indent=2))
    else:
        terminal.reading(terminal.console(), found)


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
    with Archive(path) as archive:
        report = None if year is None else _report(archive, target, year)
        document = report.preferred if report else _document(archive, target)
        version = _version(document, number)
        if payload:
            sys.stdout.buffer.write(archive.payload(version.payload_sha256))
            return
    if as_json:
        shown = {"shown": version.number}
        whole = (
            plain(report) | shown if report else [{"document": plain(document)} | shown]
        )
        click.echo(json.dumps(whole, ensure_ascii=False, indent=2))
    elif report:
        terminal.report(terminal.console(), report, version)
    else:
        terminal.document(terminal.console(), document, version)


@click.command()
@click.argument("words", nargs=-1)
@archive_option
@click.option("--year", type=int, help="Only reports on this year.")
@click.option("--agency", help="Only this agency, or those with this in their name.")
@click.option("--region", help="Only this region, or those with this in their name.")
@click.option("--site", help="Only this site (an id).")
@click.option(
    "--limit",
    type=click.IntRange(1),
    default=PAGE,
    show_default=True,
    help="At most so many.",
)
@click.option(
    "--offset",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="Pass over the first so many.",
)
@json_option
def search(
    words: tuple[str, ...],
    path: Path,
    limit: int,
    offset: int,
    as_json: bool,
    **of: Any,
) -> None:
    """Search titles, agencies and texts of the reports as they stand now, the newest first.

    Reports that have all the words are found, wherever in the text they stand. Simplified and
    traditional characters, upper and lower case, full and half width are the same. What is in
    double quotes is one phrase, whatever punctuation stands in it. Without words, all reports
    of what the options name. That nothing was found is said, and is no failure: the exit code
    is 0.

    \b
    nianbao search 行政复议
    nianbao search 政務公開 低保 --year 2021 --region 西霞县
    nianbao search '"行政复议、行政诉讼"' --limit 50 --json
    """
    query = Query(" ".join(words), **of)
    with Archive(path) as archive:
        hits = archive.search(query, limit + 1, offset)
    if as_json:
        shown = {
            "hits": plain(hits[:limit]),
            "offset": offset,
            "more": len(hits) > limit,
        }
        click.echo(json.dumps(shown, ensure_ascii=False, indent=2))
    else:
        terminal.hits(terminal.console(), hits[:limit], offset, more=len(hits) > limit)


@click.command()
@click.argument("url")
@click.argument("versions", type=int, nargs=2, required=False)
@archive_option
@json_option
def diff(url: str, versions: tuple[int, int] | None, path: Path, as_json: bool) -> None:
    """Show what changed between two versions of a page: its text and its figures. Without
    numbers, the last two.

    \b
    nianbao diff http://xixia.localhost:8620/zwgk/…
    nianbao diff http://xixia.localhost:8620/zwgk/… 1 3
    """
    with Archive(path) as archive:
        document = _document(archive, url)
    if not versions and len(document.versions) < 2:
        raise click.ClickException(
            f"{document.url} has one version: nothing has changed since it was first seen."
        )
    old, new = (_version(document, number) for number in versions or (-2, -1))
    lines = list(
        difflib.unified_diff(
            old.text.splitlines(),
            new.text.splitlines(),
            f"version {old.number}, first seen {old.first_seen}",
            f"version {new.number}, first seen {new.first_seen}",
            lineterm="",
            n=1,
        )
    )
    cells = terminal.changed_cells(old, new)
    fields = terminal.changed_fields(old, new)
    if as_json:
        whole = {
            "url": document.url,
            "from": old.number,
            "to": new.number,
            "text": lines,
        }
        click.echo(
            json.dumps(
                whole | {"figures": cells, "fields": fields},
                ensure_ascii=False,
                indent=2,
            )
        )
    else:
        terminal.diff(terminal.console(), lines, cells, fields)


@click.command()
@archive_option
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="The address to serve on."
)
@click.option(
    "--port", type=int, default=8001, show_default=True, help="The port to serve on."
)
@click.option("--open", "open_browser", is_flag=True, help="Open a web browser on it.")
@click.option(
    "--publish",
    is_flag=True,
    help="For strangers: no SQL of theirs, no streams of whole tables.",
)
@click.option(
    "--immutable",
    is_flag=True,
    help="Nobody writes to the file while it is served: a copy, a frozen state.",
)
@click.option(
    "--base-url",
    default="/",
    show_default=True,
    metavar="PATH",
    help="The path it has behind a proxy.",
)
def browse(
    path: Path,
    host: str,
    port: int,
    open_browser: bool,
    publish: bool,
    immutable: bool,
    base_url: str,
) -> None:
    """Browse the archive: its reports, agencies, regions and findings, and its tables; until
    Ctrl-C.

    \b
    nianbao browse
    nianbao browse --archive other.db --port 8002 --open
    nianbao browse --archive copy.db --immutable --publish --base-url /reports/
    """
    from nianbao.archive.browse import Serving, serve

    serving = Serving(publish=publish, immutable=immutable, base_url=base_url)
    serve(path, host=host, port=port, open_browser=open_browser, serving=serving)


def _document(archive: Archive, target: str) -> document_lookup.Document:
    if not urlsplit(target).scheme:
        raise click.UsageError(
            f"{target} is no address; with an agency's name give the year too."
        )
    found = document_lookup.document(archive.db, target)
    if found is None:
        raise click.ClickException(
            f"{target}: the archive {archive.path} has no report at this address."
        )
    return found


def _report(archive: Archive, target: str, year: int) -> report_lookup.Report:
    named = report_lookup.agencies(archive.db, target)
    if not named:
        similar = report_lookup.similar(archive.db, target)
        hint = (
            _listed("Names like it", similar)
            if similar
            else " `nianbao browse` lists the agencies."
        )
        raise click.ClickException(
            f"{target}: {archive.path} has no agency of this name.{hint}"
        )
    having = [agency for agency in named if year in agency.years]
    if len(having) > 1:
        raise click.ClickException(
            f"{target} {year} could be any of {len(having)}.{_listed('Name one', having)}"
        )
    found = report_lookup.report(archive.db, having[0], year) if having else None
    if found is None:
        raise click.ClickException(
            f"{target} {year}: no such report in {archive.path}.{_listed('It has', named)}"
        )
    return found


def _listed(heading: str, agencies: list[report_lookup.Named]) -> str:
    """Return agencies with their years, a line each, the first twenty of them."""
    lines = []
    for agency in agencies[:20]:
        region = (
            "" if agency.name.startswith(agency.region or "") else f" ({agency.region})"
        )
        lines.append(
            f"  {agency.name}{region}: {', '.join(map(str, agency.years)) or 'no year'}"
        )
    more = f"\n  and {len(agencies) - 20} more" if len(agencies) > 20 else ""
    return f" {heading}:\n" + "\n".join(lines) + more


def _version(
    document: document_lookup.Document, number: int | None
) -> document_lookup.Version:
    """Return a version by its number; negative ones count from the latest."""
    if number is None or number < 0:
        return document.versions[number or -1]
    for version in document.versions:
        if version.number == number:
            return version
    raise click.ClickException(
        f"{document.url} has versions 1 to {len(document.versions)}, not {number}."
    )
