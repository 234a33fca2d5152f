"""`nianbao status`: what the archive holds, how each site does, what is wrong."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nianbao.archive.clock import CHINA
from nianbao.archive.read_model.crawls.site_status import select_site_statuses
from nianbao.archive.read_model.findings import count_standing_findings
from nianbao.archive.read_model.holdings import count_holdings
from nianbao.archive.region_names import find_nearest, is_in_region
from nianbao.archive.storage.connection import open_reader
from nianbao.crawler import health
from nianbao.crawler.alerts import Alert, Hooks, alert_options
from nianbao.crawler.commands.options import (
    NotBegun,
    archive_option,
    json_option,
    noon_in_china,
    only_options,
    plain,
    print_json,
)
from nianbao.crawler.commands.terminal.console import open_console, print_failures
from nianbao.crawler.commands.terminal.disk_usage import print_disk_usage
from nianbao.crawler.commands.terminal.status import (
    print_notices,
    print_roster_summary,
    print_status,
)
from nianbao.crawler.health import SiteHealth

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.read_model.crawls.site_status import SiteStatus
    from nianbao.archive.read_model.findings import RuleCount
    from nianbao.archive.read_model.holdings import Holdings
    from nianbao.archive.read_model.roster.counts import RosterSummary


@click.command()
@archive_option
@click.option(
    "--check",
    is_flag=True,
    help="End with exit code 1 when a site failed, is overdue, or lacks a year.",
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
    latest runs; the newest year of a report; the blocks of the last run; whether it is overdue,
    which is three days after the calendar wanted its lists. Where it is not well, why, and what
    to do. With --sites, also sites of that folder that were never crawled. --check is for cron:
    exit code 1 when a site failed in its last run, is overdue, or lacks a year that was due,
    and then the alert hooks are told.

    With --region, also how many bodies of the region must publish, and have, as `nianbao roster`
    says it of each.

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
    selection = _SiteSelection(path, folder, only, regions)
    status = _read_status(selection, noon_in_china(at) or datetime.now(CHINA))
    if as_json:
        print_json(_describe_status(status))
    else:
        out = open_console()
        print_status(out, path, status.holdings, status.sites, status.findings)
        print_roster_summary(out, status.roster)
        print_notices(out, status.sites)
        print_failures(out, status.alarms)
    if check:
        failures = _alert(Hooks(alert_command, alert_webhook), path, status)
        sys.exit(1 if status.alarms or failures else 0)


@dataclass(frozen=True, slots=True)
class _ArchiveStatus:
    """What an archive holds, how its sites do, what is wrong with them."""

    holdings: Holdings
    sites: list[SiteHealth]
    findings: list[RuleCount]
    alarms: list[str]
    roster: RosterSummary | None  # of the regions that were asked for


@contextmanager
def _open(path: Path) -> Iterator[Database]:
    """Yield an archive to read, without loading what writes one."""
    db = open_reader(path)
    try:
        yield db
    finally:
        db.conn.close()


def _print_space(path: Path, *, as_json: bool) -> None:
    from nianbao.archive.maintenance.disk_usage import measure_disk_usage

    with _open(path) as db:
        usage = measure_disk_usage(db)
    if as_json:
        print_json(plain(usage))
    else:
        print_disk_usage(open_console(), path, usage)


def _read_status(selection: _SiteSelection, now: datetime) -> _ArchiveStatus:
    """Read an archive and judge the sites that the options name."""
    with _open(selection.archive) as db:
        archive_holdings = count_holdings(db)
        archive_sites = select_site_statuses(db)
        findings = count_standing_findings(db)
        roster = None
        if selection.regions:
            from nianbao.archive.read_model.roster.counts import summarize_roster

            roster = summarize_roster(db, selection.regions)
    if selection.folder is None:
        alarms: list[str] = []
        statuses = selection.select(archive_sites)
    else:
        # with the list readers comes Scrapy, which nothing else here needs
        from nianbao.crawler.selection import choose

        sites = choose(selection.folder, selection.only, selection.regions)
        alarms = health.never_crawled(archive_sites, sites)
        statuses = [site for site in archive_sites if site.id in sites]
    site_healths = [health.judge_site(status, now) for status in statuses]
    site_alarms = [alarm for site in site_healths for alarm in site.alarms]
    return _ArchiveStatus(
        archive_holdings, site_healths, findings, site_alarms + alarms, roster
    )


@dataclass(frozen=True, slots=True)
class _SiteSelection:
    """The options that name sites: of an archive, or of a folder of site files."""

    archive: Path
    folder: Path | None
    only: tuple[str, ...]
    regions: tuple[str, ...]

    def select(self, sites: list[SiteStatus]) -> list[SiteStatus]:
        """Return the sites of the archive that the options name; all without options.

        Ends the command when it is asked for an id, or for regions, that the archive has not.
        """
        site_ids = [site.id for site in sites]
        unknown_ids = sorted(set(self.only) - set(site_ids))
        if unknown_ids:
            ids = ", ".join(unknown_ids)
            text = f"no site {ids}: it was never crawled into it"
            raise self._refuse(text, unknown_ids[0], site_ids)
        chosen = []
        names = []
        for site in sites:
            if self.only and site.id not in self.only:
                continue
            if site.region:
                names.append(site.region)
            if _is_within(site, self.regions):
                chosen.append(site)
        if self.regions and not chosen:
            regions = ", ".join(self.regions)
            text = f"no site in {regions} was crawled into it"
            raise self._refuse(text, self.regions[0], names)
        return chosen

    def _refuse(self, text: str, name: str, names: list[str]) -> NotBegun:
        nearest = ", ".join(find_nearest(name, names)) or "none"
        return NotBegun(f"{self.archive}: {text}. Names like it: {nearest}.")


def _is_within(site: SiteStatus, regions: tuple[str, ...]) -> bool:
    """Tell whether a site is in one of some regions, or none is named."""
    if not regions:
        return True
    codes = [site.region_code]
    return any(is_in_region(site.region, codes, region) for region in regions)


def _describe_status(status: _ArchiveStatus) -> dict[str, Any]:
    """Return the status as its JSON has it."""
    findings = []
    for finding in status.findings:
        findings.append(
            {
                "rule": finding.rule,
                "severity": finding.severity,
                "count": finding.findings,
            }
        )
    return {
        "holdings": plain(status.holdings),
        "sites": [site.to_json() for site in status.sites],
        "findings": findings,
        "alarms": status.alarms,
        "roster": plain(status.roster),
    }


def _alert(hooks: Hooks, path: Path, status: _ArchiveStatus) -> list[str]:
    """Tell the alert hooks of alarms; return the hooks that failed."""
    ailing = tuple(site for site in status.sites if site.alarms)
    alert = Alert(archive=str(path), errors=tuple(status.alarms), sites=ailing)
    failures = hooks.send(alert)
    print_failures(open_console(stderr=True), failures)
    return failures
