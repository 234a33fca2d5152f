"""`nianbao backfill`: captures that web archives have of sites, fetched and taken in."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nianbao.archive import Archive
from nianbao.crawler.archives import open_to_write
from nianbao.crawler.backfill.client import Client
from nianbao.crawler.backfill.index import Index
from nianbao.crawler.backfill.services import (
    RecordsUnknown,
    WebArchive,
    find_service,
    load_services,
)
from nianbao.crawler.backfill.targets import (
    BackfillTarget,
    list_prefix_targets,
    list_site_targets,
)
from nianbao.crawler.backfill.work_folder import FolderBusy
from nianbao.crawler.commands.backfill.task import BackfillTask, describe_unwritable
from nianbao.crawler.commands.options import (
    AddressOption,
    NotBegun,
    YearsOption,
    archive_option,
    cluster_option,
    json_option,
    only_options,
    print_json,
)
from nianbao.crawler.commands.read_pages import open_cluster_readers
from nianbao.crawler.commands.terminal.backfill import print_backfill
from nianbao.crawler.commands.terminal.console import open_console
from nianbao.crawler.contact import MISSING
from nianbao.crawler.egress.proxies import Proxy, proxy_option
from nianbao.crawler.imports.site_index import ImportRefused
from nianbao.crawler.networks import is_loopback
from nianbao.crawler.progress import Steps
from nianbao.crawler.selection import choose
from nianbao.crawler.settings import CONTACT, USER_AGENT
from nianbao.crawler.signals import end_on_signals
from nianbao.spiders.register.own_register import load_all_governments
from nianbao.spiders.site_folders import load_all_sites

if TYPE_CHECKING:
    from rich.console import Console

    from nianbao.crawler.backfill.summary import BackfillSummary
    from nianbao.spiders.catalogue import Site


class ServiceOption(AddressOption):
    """A web archive on the command line: a name, or the address of its index."""

    name = "ia|cc|URL"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """Return the name or the address; fail with what is wanted when it is neither."""
        if value in load_services():
            return value
        return super().convert(value, param, ctx)


@click.command("backfill")
@click.option(
    "--from",
    "source",
    required=True,
    type=ServiceOption(),
    help="Who is asked: the Internet Archive (ia), Common Crawl (cc), or the CDX server or"
    " collection at this address.",
)
@archive_option
@click.option(
    "--sites",
    type=click.Path(path_type=Path),
    help="Only the site files of this folder.",
)
@only_options
@click.option(
    "--prefix",
    "prefixes",
    multiple=True,
    type=AddressOption(),
    help="What begins with this address, in place of the sites' columns: of --site, else of"
    " its host's site, else of a new site named by the host.",
)
@click.option(
    "--year",
    "--years",
    "years",
    multiple=True,
    type=YearsOption(),
    help="Only captures made in these years: 2015, or 2008-2018.",
)
@click.option(
    "--limit",
    type=click.IntRange(1),
    help="Fetch so many captures at most; the next start goes on.",
)
@click.option(
    "--per-minute",
    type=click.IntRange(1),
    help="Requests a minute at most. [default: 15 to ia, 30 to cc, else 60]",
)
@click.option(
    "--records",
    type=AddressOption(),
    help="With --from URL: the captures are parts of WARC files below this address, as at"
    " Common Crawl.",
)
@click.option(
    "--again",
    is_flag=True,
    help="Ask again also for captures that were not given, or not taken in, within a week.",
)
@proxy_option
@cluster_option
@click.option(
    "--dry-run",
    is_flag=True,
    help="Ask the index, say what is new, and fetch none of it.",
)
@json_option
def backfill(
    source: str,
    path: Path,
    sites: Path | None,
    only: tuple[str, ...],
    regions: tuple[str, ...],
    prefixes: tuple[str, ...],
    years: tuple[frozenset[int], ...],
    limit: int | None,
    per_minute: int | None,
    records: str | None,
    again: bool,
    proxy: Proxy | None,
    cluster: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Take in what a web archive has of the sites' reports: versions before ours, pages that are
    gone.

    Its index is asked for captures of status 200 below the sites' report columns and at the
    addresses of known reports. Bytes that the archive has are not fetched again; the others come
    as they were captured, and go the way of an import: each capture has its own time and says
    which web archive saw it. Without --site, --region and --prefix, of all sites that the archive
    has.

    One request at a time, and no more a minute than the service allows; who is busy is asked again
    when it says so. What was asked is kept in a folder beside the archive (archive.db.backfill):
    the same command goes on with one that was cut off and asks nothing twice. A capture that is
    not given is named, and asked for again a week later at the earliest, or with --again.
    Services of the public net want to know who asks: NIANBAO_CONTACT. Exit code 1 when the
    service could not be asked to the end, or a page could not be read, 2 when it could not begin.

    \b
    nianbao backfill --from ia --site pingtan --years 2009-2018
    nianbao backfill --from cc --region 福建 --limit 500
    nianbao backfill --from http://127.0.0.1:8080/captures --site pingtan
    nianbao backfill --from ia --region 福建 --cluster tcp://scheduler.example:8786
    """
    if prefixes and regions:
        raise click.UsageError(
            "--region names sites and --prefix addresses: say one of them."
        )
    service = _find_service(source, records, per_minute)
    console = open_console(stderr=True)
    targets = _choose_targets(path, sites, only, regions, prefixes)
    if not dry_run:
        _require_archive(path, console, quiet=as_json)
    client = Client(
        service.hosts,
        USER_AGENT,
        service.most_a_minute,
        proxy=proxy,
        show_pause=_pause_printer(console, quiet=as_json),
    )
    with open_cluster_readers(None if dry_run else cluster) as readers:
        task = BackfillTask(
            path,
            service,
            client,
            Index(service, client),
            frozenset().union(*years),
            limit,
            again,
            console,
            Steps(console, quiet=as_json),
            readers,
            quiet=as_json,
        )
        _run(task, targets, dry_run=dry_run)
    _print_result(task.summary, as_json=as_json)
    sys.exit(0 if task.summary.is_ok else 1)


def _find_service(
    source: str, records: str | None, per_minute: int | None
) -> WebArchive:
    """Return the service of a name or address.

    Raises NotBegun where it is not known how its captures are had, and when a public service is
    asked and nobody says by whom.
    """
    try:
        service = find_service(source, records, per_minute)
    except RecordsUnknown as error:
        raise NotBegun(str(error)) from error
    public_hosts = [host for host in service.hosts if not is_loopback(host)]
    if public_hosts and not CONTACT:
        raise NotBegun(f"{public_hosts[0]} is a public host, and {MISSING}")
    return service


def _choose_targets(
    path: Path,
    folder: Path | None,
    only: tuple[str, ...],
    regions: tuple[str, ...],
    prefixes: tuple[str, ...],
) -> list[BackfillTarget]:
    """Return what the service is asked for. Raises NotBegun."""
    try:
        catalogue = load_all_sites(folder)
        if prefixes:
            governments = load_all_governments(folder)
            return list_prefix_targets(catalogue, only, prefixes, governments)
        return list_site_targets(catalogue, _choose_sites(path, folder, only, regions))
    except ImportRefused as error:
        raise NotBegun(str(error)) from error


def _run(task: BackfillTask, targets: list[BackfillTarget], *, dry_run: bool) -> None:
    """Backfill targets. Raises NotBegun where another backfill asks the same service."""
    try:
        with end_on_signals(), task.steps:
            task.run(targets, dry_run=dry_run)
    except FolderBusy as error:
        raise NotBegun(str(error)) from error
    except OSError as error:
        raise click.ClickException(describe_unwritable(task.path, error)) from error
    finally:
        task.client.close()
    task.summary.requests = task.client.request_count
    task.summary.warnings += task.index.warnings


def _print_result(summary: BackfillSummary, *, as_json: bool) -> None:
    if as_json:
        print_json(summary.to_json())
    else:
        print_backfill(open_console(), summary)


def _require_archive(path: Path, console: Console, *, quiet: bool) -> None:
    """Raise ArchiveError for an archive that is there and cannot be written, before asking."""
    if os.path.lexists(path):
        with open_to_write(path, console, quiet=quiet):
            pass


def _choose_sites(
    path: Path, folder: Path | None, only: tuple[str, ...], regions: tuple[str, ...]
) -> Mapping[str, Site]:
    """Return the sites that are named; without names those that the archive has."""
    chosen = choose(folder, only, regions)
    if only or regions or not path.exists():
        return chosen
    with Archive(path) as archive:
        site_ids = set(archive.site_ids())
    return {name: site for name, site in chosen.items() if name in site_ids}


def _pause_printer(console: Console, *, quiet: bool) -> Any:
    def print_pause(seconds: float, reason: str) -> None:
        if not quiet:
            console.print(
                f"the service is busy ({reason}): asked again in {seconds:.0f} seconds"
            )

    return print_pause
