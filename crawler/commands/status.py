"""`nianbao status`: what the archive holds, how each site does, what is wrong."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nianbao.archive import Archive
from nianbao.archive.clock import CHINA
from nianbao.archive.maintenance import disk_usage
from nianbao.archive.read_model.crawls.site_status import select_site_statuses
from nianbao.archive.read_model.findings import count_latest_findings
from nianbao.archive.read_model.holdings import count_holdings
from nianbao.crawler import health
from nianbao.crawler.alerts import Alert, Hooks, alert_options
from nianbao.crawler.commands.options import (
    archive_option,
    json_option,
    noon_in_china,
    only_options,
    plain,
    print_json,
)
from nianbao.crawler.commands.terminal.console import open_console, print_failures
from nianbao.crawler.commands.terminal.disk_usage import print_disk_usage
from nianbao.crawler.commands.terminal.status import print_status
from nianbao.crawler.health import SiteHealth
from nianbao.crawler.selection import choose

if TYPE_CHECKING:
    from nianbao.archive.maintenance.disk_usage import DiskUsage
    from nianbao.archive.read_model.crawls.site_status import SiteStatus
    from nianbao.archive.read_model.findings import RuleCount
    from nianbao.archive.read_model.holdings import Holdings
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
    if where_space_goes:
        _print_space(path, as_json=as_json)
        return
    with Archive(path) as archive:
        archive_holdings = count_holdings(archive.db)
        archive_sites = select_site_statuses(archive.db)
        findings = count_latest_findings(archive.db)
    if folder is None:
        _require_crawled(path, only, archive_sites)
    now = noon_in_china(at) or datetime.now(CHINA)
    catalogue_sites = choose(folder, only, regions) if folder else None
    selected = _select_sites(archive_sites, only, regions, catalogue_sites)
    if not selected and not catalogue_sites:
        _refuse_regions(path, regions)
    sites = [health.judge_site(site, now) for site in selected]
    alarms = _collect_alarms(sites)
    if catalogue_sites:
        alarms += health.never_crawled(archive_sites, catalogue_sites)
    if as_json:
        print_json(_describe_status(archive_holdings, sites, findings, alarms))
    else:
        out = open_console()
        print_status(out, path, archive_holdings, sites, findings)
        print_failures(out, alarms)
    if check:
        hooks = Hooks(alert_command, alert_webhook)
        failures = _alert(hooks, path, sites, alarms)
        sys.exit(1 if alarms or failures else 0)


def _print_space(path: Path, *, as_json: bool) -> None:
    with Archive(path) as archive:
        usage: DiskUsage = disk_usage.measure_disk_usage(archive.db)
    if as_json:
        print_json(plain(usage))
    else:
        print_disk_usage(open_console(), path, usage)


def _require_crawled(
    path: Path, only: tuple[str, ...], archive_sites: list[SiteStatus]
) -> None:
    """End the command when it is asked for a site that the archive does not have."""
    crawled_ids = {site.id for site in archive_sites}
    unknown = sorted(set(only) - crawled_ids)
    if unknown:
        raise click.ClickException(
            f"{path}: no site {', '.join(unknown)}: it was never crawled into this archive."
        )


def _refuse_regions(path: Path, regions: tuple[str, ...]) -> None:
    """End the command when it is asked for regions; the archive has no site in them."""
    if regions:
        raise click.ClickException(
            f"{path}: no site in {', '.join(regions)} was crawled into this archive."
        )


def _select_sites(
    archive_sites: list[SiteStatus],
    only: tuple[str, ...],
    regions: tuple[str, ...],
    catalogue_sites: Mapping[str, Site] | None,
) -> list[SiteStatus]:
    """Return the sites of the archive that the options name; all without options.

    Where sites of the catalogue are given, those of them that the archive has.
    """
    if catalogue_sites is not None:
        return [site for site in archive_sites if site.id in catalogue_sites]
    sites = archive_sites
    if only:
        sites = [site for site in sites if site.id in only]
    if regions:
        sites = [site for site in sites if _is_within(site, regions)]
    return sites


def _is_within(site: SiteStatus, regions: tuple[str, ...]) -> bool:
    """Tell whether a site's region or division code begins as one of some regions."""
    name = site.region or ""
    code = site.region_code or ""
    return name.startswith(regions) or code.startswith(regions)


def _collect_alarms(sites: list[SiteHealth]) -> list[str]:
    alarms: list[str] = []
    for site in sites:
        alarms += site.alarms
    return alarms


def _describe_status(
    archive_holdings: Holdings,
    sites: list[SiteHealth],
    findings: list[RuleCount],
    alarms: list[str],
) -> dict[str, Any]:
    """Return the status as its JSON has it."""
    findings_by_rule = []
    for finding in findings:
        findings_by_rule.append(
            {
                "rule": finding.rule,
                "severity": finding.severity,
                "count": finding.findings,
            }
        )
    return {
        "holdings": plain(archive_holdings),
        "sites": [site.to_json() for site in sites],
        "findings": findings_by_rule,
        "alarms": alarms,
    }


def _alert(
    hooks: Hooks, path: Path, sites: list[SiteHealth], alarms: list[str]
) -> list[str]:
    """Tell the alert hooks of alarms; return the hooks that failed."""
    ailing = tuple(site for site in sites if site.alarms)
    alert = Alert(archive=str(path), errors=tuple(alarms), sites=ailing)
    failures = hooks.send(alert)
    print_failures(open_console(stderr=True), failures)
    return failures
