"""`nianbao publish`: the pages of the archive as a static site, for any web host."""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path
from urllib.parse import urlsplit

import click

from nianbao.archive import Archive
from nianbao.archive.garbage import collect_seldom
from nianbao.crawler.commands.options import archive_option, json_option, print_json
from nianbao.crawler.commands.terminal.console import open_console
from nianbao.crawler.language import say
from nianbao.crawler.progress import Steps
from nianbao.crawler.signals import end_on_signals

# Letters of addresses (RFC 3986) and of other scripts, but none that begins a query or fragment.
_ADDRESS = re.compile(r"https?://[^\s\x00-\x1f\x7f\"<>\\^`{|}?#]+")


def _check_base_url(_: click.Context, __: click.Parameter, address: str) -> str:
    """Return the address of a site with a slash at its end."""
    if address and not is_base_url(address):
        raise click.BadParameter(
            f"{address}: an address such as https://example.org/reports/ is wanted."
        )
    return address.rstrip("/") + "/" if address else ""


def is_base_url(address: str) -> bool:
    """Tell whether pages can stand below an address: no query, no fragment, only its letters.

    >>> is_base_url("https://example.org/reports#top")
    False
    """
    if not _ADDRESS.fullmatch(address):
        return False
    try:
        split = urlsplit(address)
        return bool(split.hostname) and split.port != 0
    except ValueError:  # of a host in brackets that is none, or of a port
        return False


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@archive_option
@click.option(
    "--base-url",
    default="",
    metavar="URL",
    callback=_check_base_url,
    help="The address that the site will have; feeds and citations need it.",
)
@json_option
def publish(folder: Path, path: Path, base_url: str, as_json: bool) -> None:
    """Write the pages of the archive as a static site, for any web host.

    Into DIR: coverage, regions, agencies, reports, versions, differences, findings and changes
    in both languages, the tables to download, and SHA256SUMS of all files. Links are relative:
    the site stands at the top of a host or in any folder of it. Search, tables and archived
    pages need `nianbao browse`.

    DIR has its name when the site is whole. An earlier site there is replaced; files that have
    not changed keep their time. A folder with anything else in it is refused.

    \b
    nianbao publish site
    nianbao publish site --base-url https://example.org/reports/
    """
    from nianbao.archive.browse.static_site import publish_site

    collect_seldom()
    steps = Steps(open_console(stderr=True), quiet=as_json)
    with end_on_signals(), Archive(path) as archive, steps:
        report = publish_site(archive, folder, steps.update, base_url=base_url)
    if as_json:
        print_json({"path": str(folder), **asdict(report)})
        return
    counts = (
        f"{report.new} new, {report.changed} changed, {report.unchanged} unchanged,"
        f" {report.removed} removed"
    )
    size = report.size_bytes
    say(f"{folder}: {report.pages} pages, {report.files} files, {size} bytes; {counts}")
    if report.absent:
        say(f"{report.absent} pages only say that the archive has nothing there.")
    if not base_url:
        say("Without --base-url there are no feeds and no citations in it.")
