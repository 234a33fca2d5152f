"""`nianbao plan`: the jobs of a crawl by many machines."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nianbao.archive import Archive
from nianbao.archive.storage.connection import is_there
from nianbao.crawler.commands.options import (
    archive_option,
    json_option,
    only_options,
    plain,
    print_json,
)
from nianbao.crawler.dispatch import SITES_AT_A_TIME
from nianbao.crawler.plan import CrawlPlan
from nianbao.spiders.site_folders import load_all_sites

if TYPE_CHECKING:
    from nianbao.crawler.discovery.targets import Targets


@click.command()
@archive_option
@click.option(
    "--sites",
    type=click.Path(path_type=Path),
    help="Only the site files of this folder.",
)
@only_options
@click.option(
    "--most-sites",
    type=click.IntRange(1),
    default=SITES_AT_A_TIME,
    show_default=True,
    help="Put small groups together, up to so many sites a job.",
)
@json_option
def plan(
    path: Path,
    sites: Path | None,
    only: tuple[str, ...],
    regions: tuple[str, ...],
    most_sites: int,
    as_json: bool,
) -> None:
    """Print the jobs of a crawl by many machines that share nothing: no two jobs have a site, a
    server or an address in common.

    Each line has the options of `nianbao crawl` for one job. Where names lead is looked up now,
    on this machine. `nianbao crawl --cluster` does all of it by itself; this is for other
    engines.

    \b
    nianbao plan
    nianbao plan --region 浙江 --most-sites 8
    nianbao plan --json
    """
    from nianbao.crawler.cluster.crawl import plan_groups
    from nianbao.crawler.cluster.groups import bundle_groups

    targets = _choose_targets(
        CrawlPlan(archive=path, sites=sites, only=only, regions=regions)
    )
    jobs = bundle_groups(plan_groups(targets, targets.hosts()), most_sites)
    if as_json:
        print_json({"jobs": [plain(job) for job in jobs]})
        return
    for job in jobs:
        click.echo(shlex.join(select_sites(job.sites)))


def select_sites(site_ids: Iterable[str]) -> list[str]:
    """Return the options of `nianbao crawl` that name these sites."""
    return [word for site_id in site_ids for word in ("--site", site_id)]


def _choose_targets(crawl_plan: CrawlPlan) -> Targets:
    """Return what a crawl of a plan visits, by what the archive knows where there is one."""
    from nianbao.crawler.discovery.choice import choose_targets

    files = load_all_sites(crawl_plan.sites)
    if not is_there(crawl_plan.archive):
        return choose_targets(crawl_plan, files, None)
    with Archive(crawl_plan.archive) as archive:
        return choose_targets(crawl_plan, files, archive)
