"""The command for whoever keeps a crawl alive: status."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nianbao.archive import Archive
from nianbao.archive.clock import CHINA
from nianbao.archive.errors import ArchiveError
from nianbao.archive.maintenance import disk_usage
from nianbao.archive.read_model import documents as document_lookup
from nianbao.archive.read_model import site_health as archived
from nianbao.archive.read_model.summary import holdings
from nianbao.crawler import health
from nianbao.crawler.alerts import Alert, Hooks, alert_options
from nianbao.crawler.commands import terminal
from nianbao.crawler.commands.options import (
    archive_option,
    json_option,
    only_options,
    plain,
)
from nianbao.crawler.contact import ContactMissing
from nianbao.crawler.selection import choose
from nianbao.spiders.catalogue import CatalogueError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nianbao.archive.read_model.site_health import SiteStatus
    from nianbao.archive.read_model.summary import Summary
    from nianbao.spiders.catalogue import Site


@click.command()
@archive_option
@click.option(
    "--check",
    is_flag=True,
    help="End with exit code 1 when a site failed in its last run or is overdue.",
)
@click.option(
    "--sites",
    "folder",
    type=click.Path(path_type=Path),
    help="Only sites of this folder, and all of them.",
)
@only_options
@click.option(
    "--at", type=click.DateTime(["%Y-%m-%d"]), help="As if it were this day's noon."
)
@alert_options
@click.option(
    "--space",
    "where_space_goes",
    is_flag=True,
    help="Say instead what each table and index takes.",
)
@json_option
def status(
    path: Path,
    check: bool,
    folder: Path | None,
    only: tuple[str, ...],
    regions: tuple[str, ...],
    at: datetime | None,
    alert_command: str | None,
    alert_webhook: str | None,
    where_space_goes: bool,
    as_json: bool,
) -> None:
    """Say what the archive holds, how each site does, and what was found wrong.

    For each site: its last run and its last success; how many links its lists named in the
    latest runs; the blocks of the last run; whether it is overdue, which is three days after
    the calendar wanted its lists. With --sites, also sites of that folder that were never
    crawled. --check is for cron: exit code 1 when a site failed or is overdue, and then the
    alert hooks are told.

    With --space: the bytes of each table and index, in all and for each report, and of the
    payloads before and after packing.

    \b
    nianbao status
    nianbao status --check --region 浙江 --alert-command "mail -s nianbao you@example.org"
    nianbao status --archive other.db --json
    nianbao status --space
    """
    with Archive(path) as archive:
        if where_space_goes:
            _say_space(path, disk_usage.measure_disk_usage(archive.db), as_json=as_json)
            return
        held, known, found = (
            holdings(archive.db),
            archived.sites(archive.db),
            document_lookup.findings_by_rule(archive.db),
        )
    if (
        unknown := sorted(set(only) - {site.id for site in known})
        if folder is None
        else []
    ):
        raise click.ClickException(
            f"{path}: no site {', '.join(unknown)}: it was never crawled into this archive."
        )
    now = at.replace(hour=12, tzinfo=CHINA) if at else datetime.now(CHINA)
    wanted = choose(folder, only, regions) if folder else None
    sites = [
        health.judge(site, now)
        for site in known
        if _is_wanted(site, only, regions, wanted)
    ]
    if regions and not sites and not wanted:
        raise click.ClickException(
            f"{path}: no site in {', '.join(regions)} was crawled into this archive."
        )
    alarms = [alarm for one in sites for alarm in one.alarms] + health.never_crawled(
        known, wanted or {}
    )
    if as_json:
        counted = [
            {"rule": rule, "severity": severity, "count": count}
            for rule, severity, count in found
        ]
        listed = [one.stated() for one in sites]
        whole = {
            "holdings": plain(held),
            "sites": listed,
            "findings": counted,
            "alarms": alarms,
        }
        click.echo(json.dumps(whole, ensure_ascii=False, indent=2))
    else:
        terminal.status(terminal.console(), path, held, sites, found)
        terminal.failed(terminal.console(), alarms)
    if check:
        ailing = tuple(one for one in sites if one.alarms)
        alert = Alert(archive=str(path), errors=tuple(alarms), sites=ailing)
        failures = Hooks(alert_command, alert_webhook).tell(alert)
        terminal.failed(terminal.console(stderr=True), failures)
        sys.exit(1 if alarms or failures else 0)


@contextmanager
def telling(hooks: Hooks, path: Path) -> Iterator[None]:
    """Tell the hooks of what keeps a crawl from being made at all, and let it go its way."""
    try:
        yield
    except (ArchiveError, CatalogueError, ContactMissing) as error:
        terminal.failed(
            terminal.console(stderr=True), hooks.tell(Alert(str(path), (str(error),)))
        )
        raise


def ailing(path: Path, found: Summary) -> tuple[health.Health, ...]:
    """Return how those sites of a run do that somebody should look at."""
    crawled = {site.id for site in found.sites}
    with Archive(path) as archive:
        judged = [
            health.judge(site, datetime.now(CHINA))
            for site in archived.sites(archive.db)
            if site.id in crawled
        ]
    return tuple(one for one in judged if one.alarms)


def _is_wanted(
    site: SiteStatus,
    only: tuple[str, ...],
    regions: tuple[str, ...],
    catalogued: Mapping[str, Site] | None,
) -> bool:
    if catalogued is not None:
        return site.id in catalogued
    named = (site.region or "", site.region_code or "")
    return (not only or site.id in only) and (
        not regions or any(name.startswith(regions) for name in named)
    )


def _say_space(path: Path, found: disk_usage.DiskUsage, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(plain(found), ensure_ascii=False, indent=2))
    else:
        terminal.space(terminal.console(), path, found)
