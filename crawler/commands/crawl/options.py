"""The options of `nianbao crawl`, in groups, and the plan that they make."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from pathlib import Path
from typing import Any

import click

from nianbao.crawler.alerts import Hooks
from nianbao.crawler.commands.options import (
    Network,
    cluster_option,
    noon_in_china,
    only_options,
    years_option,
)
from nianbao.crawler.egress.proxies import Proxy, proxy_option
from nianbao.crawler.plan import CrawlPlan
from nianbao.crawler.selection import ReportFilter
from nianbao.crawler.site_files.proposal import DEFAULT_DELAY
from nianbao.sample import DEFAULT_PORT

Command = Callable[..., Any]


def _group(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Return what gives a command some options, in this order in its help."""

    def add_options(command: Command) -> Command:
        return reduce(_apply, reversed(options), command)

    return add_options


def _apply(command: Command, option: Callable[[Command], Command]) -> Command:
    return option(command)


choice_options = _group(
    click.option(
        "--sites",
        type=click.Path(path_type=Path),
        help="Only the site files of this folder.",
    ),
    only_options,
    click.option(
        "--due",
        is_flag=True,
        help="Only what the calendar says is due: for cron or a timer.",
    ),
)
discovery_options = _group(
    click.option(
        "--discover",
        is_flag=True,
        help="Search the sites of governments (of --region, else of all) that have no site file.",
    ),
    click.option(
        "--search-again",
        is_flag=True,
        help="With --discover: also those that were searched not long ago.",
    ),
    click.option(
        "--delay",
        type=click.FloatRange(0),
        default=DEFAULT_DELAY,
        show_default=True,
        help="Seconds between two requests to a site that has no file.",
    ),
)
filter_options = _group(
    click.option(
        "--limit",
        type=click.IntRange(1),
        help="Ask for so many pages at most; the next start goes on.",
    ),
    click.option(
        "--since",
        type=click.DateTime(["%Y-%m-%d"]),
        help="Only reports that a list dates on this day or later.",
    ),
    years_option,
)
visit_options = _group(
    click.option(
        "--distrust",
        type=click.FloatRange(0, 1),
        envvar="NIANBAO_DISTRUST",
        help="Ask for this share of the known pages as if they were new, to find servers that"
        " lie. [default: 0.05]",
    ),
    click.option(
        "--dry-run",
        is_flag=True,
        help="Fetch nothing; list the visits that are due and those to come, and why, and say"
        " how many requests the crawl takes, and how long.",
    ),
    click.option(
        "--forecast",
        is_flag=True,
        help="With --dry-run: only how many requests, servers and hours.",
    ),
    click.option(
        "--at",
        type=click.DateTime(["%Y-%m-%d"]),
        help="With --due or --dry-run: as if it were this day's noon.",
    ),
    click.option(
        "--allow-address",
        multiple=True,
        type=Network(),
        help="A private network the crawl may reach, such as 127.0.0.0/8.",
    ),
    click.option(
        "--browser",
        is_flag=True,
        help="As if every site file said `browser: true`: lists, and listed pages without their"
        " report, are drawn by Chromium.",
    ),
    proxy_option,
)
sample_options = _group(
    click.option(
        "--sample",
        is_flag=True,
        help="Serve the sample province on this machine and crawl that.",
    ),
    click.option(
        "--state",
        type=click.IntRange(1, 2),
        default=1,
        show_default=True,
        help="With --sample: its state.",
    ),
    click.option(
        "--port",
        type=int,
        default=DEFAULT_PORT,
        show_default=True,
        help="With --sample: where it is served.",
    ),
)


def _refuse_former(_: click.Context, param: click.Parameter, value: str | None) -> None:
    """Raise UsageError for an option that there is no more."""
    if value is not None:
        raise click.UsageError(
            f"{param.opts[0]} is gone, with Redis: many machines crawl with --cluster ADDRESS,"
            " of a Dask scheduler."
        )


def _former_option(name: str) -> Callable[[Command], Command]:
    """Return an option that is not shown, and refused."""
    return click.option(name, callback=_refuse_former, expose_value=False, hidden=True)


cluster_options = _group(
    cluster_option,
    _former_option("--redis"),
    _former_option("--round"),
    _former_option("--lease"),
)


@dataclass(frozen=True, slots=True)
class CrawlOptions:
    """The options of a crawl, as they were given."""

    path: Path
    sites: Path | None
    only: tuple[str, ...]
    regions: tuple[str, ...]
    due: bool
    discover: bool
    search_again: bool
    delay: float
    limit: int | None
    since: datetime | None
    years: tuple[frozenset[int], ...]
    distrust: float | None
    dry_run: bool
    forecast: bool
    at: datetime | None
    allow_address: tuple[str, ...]
    browser: bool
    proxy: Proxy | None
    sample: bool
    state: int
    port: int
    cluster: str | None
    alert_command: str | None
    alert_webhook: str | None
    as_json: bool

    @property
    def hooks(self) -> Hooks:
        """Who is told what goes wrong."""
        return Hooks(self.alert_command, self.alert_webhook)

    def require_valid(self) -> None:
        """Raise UsageError for options that do not go together."""
        if self.cluster and self.limit:
            raise click.UsageError(
                "--limit counts the pages of one process; --cluster has many."
            )
        if self.forecast and not self.dry_run:
            raise click.UsageError("--forecast needs --dry-run.")
        if self.search_again and not self.discover:
            raise click.UsageError("--search-again needs --discover.")

    def make_plan(self) -> CrawlPlan:
        """Return the plan of the crawl."""
        first_day = self.since.date() if self.since else None
        return CrawlPlan(
            archive=self.path,
            sites=self.sites,
            only=self.only,
            allow_address=self.allow_address,
            due=self.due,
            at=noon_in_china(self.at),
            regions=self.regions,
            reports=ReportFilter(first_day, frozenset().union(*self.years)),
            distrust=self.distrust,
            limit=self.limit,
            browser=self.browser,
            proxy=self.proxy,
            cluster=self.cluster,
            discover=self.discover,
            search_again=self.search_again,
            delay=self.delay,
        )
