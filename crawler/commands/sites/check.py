"""`nianbao sites check`: visit sites of the catalogue and write what was seen into their files.

Each file is written when its site is done, so a check that was cut off is resumed: the sites
that were not seen for longest come first.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from nianbao.archive import Archive
from nianbao.archive.clock import CHINA
from nianbao.archive.storage.connection import is_there
from nianbao.crawler import contact
from nianbao.crawler.commands.options import (
    Network,
    archive_option,
    json_option,
    only_options,
    print_json,
)
from nianbao.crawler.commands.sites.survey import Look, Survey
from nianbao.crawler.commands.terminal.console import open_console
from nianbao.crawler.commands.terminal.sites import print_site_checks
from nianbao.crawler.egress.proxies import Proxy, proxy_option
from nianbao.crawler.networks import networks_of
from nianbao.crawler.progress import Progress
from nianbao.crawler.selection import choose
from nianbao.crawler.settings import CONTACT
from nianbao.crawler.site_files.yaml_file import write_check_result
from nianbao.spiders.catalogue import LastCheck, Site
from nianbao.spiders.discovery.checker import Checker
from nianbao.spiders.discovery.site_check import SiteCheck, home_pages
from nianbao.spiders.site_folders import list_site_files, make_writable

LONGEST_NOTE = 300  # characters


@click.command()
@click.option(
    "--sites",
    "folder",
    type=click.Path(path_type=Path),
    help="Check the site files of this folder, and write into them.",
)
@only_options
@click.option(
    "--limit",
    type=click.IntRange(1),
    help="At most so many sites: those not seen for longest.",
)
@click.option(
    "--dry-run",
    is_flag=True,
    help="Fetch and write nothing; list what would be visited.",
)
@click.option(
    "--allow-address",
    multiple=True,
    type=Network(),
    help="A private network that may be reached.",
)
@proxy_option
@archive_option
@json_option
@click.pass_obj
def check(
    default: Path | None,
    folder: Path | None,
    only: tuple[str, ...],
    regions: tuple[str, ...],
    limit: int | None,
    dry_run: bool,
    allow_address: tuple[str, ...],
    proxy: Proxy | None,
    path: Path,
    as_json: bool,
) -> None:
    """Visit sites of the catalogue; say what is seen of each and write it into its file.

    A file of the catalogue that is installed is not changed: a copy of it goes into your own
    folder of site files first. In a checkout of the project `--sites spiders/sites` writes
    into the catalogue.

    Only the home page and the first pages of the columns are visited, with all the manners of a
    crawl; the archive, where there is one, tells what was asked of a host today and which hosts
    are left alone. `verified:` becomes today's date where the site is as its file states,
    `seen:` says what was seen; comments stay. A site that is left alone now (its hours of rest,
    its budget) is not written.

    Ends with exit code 1 when a site is not as its file states.

    \b
    nianbao sites check --limit 20
    nianbao sites check --region 浙江 --dry-run
    nianbao sites check --site jinyun --json
    """
    folder = folder or default
    sites = sorted(choose(folder, only, regions).values(), key=_last_check_day)[:limit]
    if dry_run:
        _print_plan(sites, as_json=as_json)
        return
    contact.require(CONTACT, sites, networks_of(allow_address))
    progress = Progress(open_console(stderr=True), quiet=as_json)
    checks = _check_sites(sites, folder, path, allow_address, progress, proxy)
    if as_json:
        print_json([_describe_check(site_check) for site_check in checks])
    else:
        print_site_checks(open_console(), checks, len(sites))
    sys.exit(0 if _is_all_as_stated(checks, len(sites)) else 1)


def _check_sites(
    sites: Iterable[Site],
    folder: Path | None,
    archive_path: Path,
    allow_address: tuple[str, ...],
    progress: Progress,
    proxy: Proxy | None,
) -> list[SiteCheck]:
    """Check sites; write each result into its file; return the results in order of id."""
    site_files = list_site_files(folder)
    checks: list[SiteCheck] = []
    today = datetime.now(CHINA).date()

    def save_check(site_check: SiteCheck) -> None:
        if site_check.state != "left_out":
            site_file = site_files[site_check.site.id]
            if folder is None:
                site_file = make_writable(site_file)
            write_check_result(site_file, _summarize_check(site_check, today))
        checks.append(site_check)

    looks = [_plan_look(SiteCheck(site)) for site in sites]
    if is_there(archive_path):
        with Archive(archive_path) as archive:
            db = archive.db
            Survey(looks, allow_address, db, save_check, progress, proxy).run()
    else:
        Survey(looks, allow_address, None, save_check, progress, proxy).run()
    checks.sort(key=_site_id)
    return checks


def _plan_look(site_check: SiteCheck) -> Look[SiteCheck]:
    return Look(site_check.site, Checker, {"check": site_check}, site_check)


def _summarize_check(site_check: SiteCheck, today: date) -> LastCheck:
    """Return what is written into a site file."""
    notes = "; ".join(site_check.notes())[:LONGEST_NOTE]
    return LastCheck(
        day=today,
        state=site_check.state,
        platform=site_check.platform,
        links=site_check.links,
        note=notes or None,
    )


def _is_all_as_stated(checks: list[SiteCheck], site_count: int) -> bool:
    """Tell whether every site was reached, and none differs from its file."""
    if len(checks) < site_count:
        return False
    return all(site_check.state in ("as_stated", "left_out") for site_check in checks)


def _describe_check(site_check: SiteCheck) -> dict[str, Any]:
    """Return the result of a check as its JSON has it."""
    site = site_check.site
    pages = []
    for page in site_check.pages:
        pages.append(
            {
                "url": page.url,
                "column": page.column,
                "answer": page.answer,
                "links": page.links,
            }
        )
    return {
        "site": site.id,
        "name": site.name,
        "state": site_check.state,
        "platform": {"stated": site.platform, "seen": site_check.platform},
        "links": site_check.links,
        "pages": pages,
        "notes": site_check.notes(),
        "requests": site_check.requests,
    }


def _last_check_day(site: Site) -> date:
    return site.seen.day if site.seen else date.min


def _site_id(site_check: SiteCheck) -> str:
    return site_check.site.id


def _print_plan(sites: Iterable[Site], *, as_json: bool) -> None:
    """Print the addresses that a check would visit."""
    visits: list[dict[str, str]] = []
    for site in sites:
        entries = [entry.url for entry in site.entries]
        for url in (*entries, *home_pages(site)):
            visits.append({"site": site.id, "url": url})
    if as_json:
        print_json(visits)
        return
    for visit in visits:
        click.echo(f"{visit['site']}\t{visit['url']}")
