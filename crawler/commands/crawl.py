"""`nianbao crawl`: crawl sites into the archive."""

from __future__ import annotations

import dataclasses
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

import click

from nianbao.archive import Archive
from nianbao.archive.clock import CHINA
from nianbao.archive.errors import ArchiveError
from nianbao.archive.read_model.crawls.run_summary import RunSummary
from nianbao.archive.read_model.crawls.site_status import select_site_statuses
from nianbao.crawler import health
from nianbao.crawler.alerts import Alert, Hooks, alert_options
from nianbao.crawler.commands.options import (
    Network,
    archive_option,
    json_option,
    noon_in_china,
    only_options,
    print_json,
)
from nianbao.crawler.commands.rehearse import rehearse
from nianbao.crawler.commands.terminal.console import open_console, print_failures
from nianbao.crawler.commands.terminal.run_summary import print_run_summary
from nianbao.crawler.contact import ContactMissing
from nianbao.crawler.plan import CrawlPlan
from nianbao.crawler.progress import Progress
from nianbao.crawler.runs import crawl as run_crawl
from nianbao.crawler.selection import ReportFilter, YearsOption
from nianbao.sample import DEFAULT_PORT
from nianbao.spiders.catalogue import CatalogueError

SAMPLE_SITES = Path(__file__).parents[2] / "sample" / "sites"
LOOPBACK = "127.0.0.0/8"


@click.command()
@archive_option
@click.option(
    "--sample",
    is_flag=True,
    help="Serve the sample province on this machine and crawl that.",
)
@click.option(
    "--state",
    type=click.IntRange(1, 2),
    default=1,
    show_default=True,
    help="With --sample: its state.",
)
@click.option(
    "--port",
    type=int,
    default=DEFAULT_PORT,
    show_default=True,
    help="With --sample: where it is served.",
)
@click.option(
    "--sites",
    type=click.Path(path_type=Path),
    help="Only the site files of this folder.",
)
@only_options
@click.option(
    "--due",
    is_flag=True,
    help="Only what the calendar says is due: for cron or a timer.",
)
@click.option(
    "--limit",
    type=click.IntRange(1),
    help="Ask for so many pages at most; the next start goes on.",
)
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Only reports that a list dates on this day or later.",
)
@click.option(
    "--year",
    "--years",
    "years",
    multiple=True,
    type=YearsOption(),
    help="Only reports on these years: 2015, or 2008-2018.",
)
@click.option(
    "--distrust",
    type=click.FloatRange(0, 1),
    envvar="NIANBAO_DISTRUST",
    help="Ask for this share of the known pages as if they were new, to find servers that lie."
    " [default: 0.05]",
)
@click.option(
    "--dry-run",
    is_flag=True,
    help="Fetch nothing; list the visits that are due and those to come, and why.",
)
@click.option(
    "--at",
    type=click.DateTime(["%Y-%m-%d"]),
    help="With --due or --dry-run: as if it were this day's noon.",
)
@click.option(
    "--allow-address",
    multiple=True,
    type=Network(),
    help="A private network the crawl may reach, such as 127.0.0.0/8.",
)
@click.option(
    "--browser",
    is_flag=True,
    help="As if every site file said `browser: true`: lists, and listed pages without their"
    " report, are drawn by Chromium.",
)
@click.option(
    "--redis",
    help="Crawl with other workers: take sites from the round at this Redis, redis://HOST:PORT/N.",
)
@click.option(
    "--round",
    "round_name",
    help="With --redis: which round; today's date in China, unless given.",
)
@click.option(
    "--lease",
    type=float,
    default=60.0,
    show_default=True,
    help="With --redis: seconds till a dead worker's sites are free.",
)
@alert_options
@json_option
def crawl(
    path: Path,
    sample: bool,
    state: int,
    port: int,
    sites: Path | None,
    only: tuple[str, ...],
    regions: tuple[str, ...],
    due: bool,
    limit: int | None,
    since: datetime | None,
    years: tuple[frozenset[int], ...],
    distrust: float | None,
    dry_run: bool,
    at: datetime | None,
    allow_address: tuple[str, ...],
    browser: bool,
    redis: str | None,
    round_name: str | None,
    lease: float,
    alert_command: str | None,
    alert_webhook: str | None,
    as_json: bool,
) -> None:
    """Crawl sites into the archive. A crawl that was cut off, or came to its --limit, is gone
    on with.

    With --since and --year, every list is read and the reports that they do not name are left
    alone; what a list gives no date or year for is visited. Nothing is said to have vanished by
    such a run.

    Ends with exit code 1 when something that should have worked did not, 2 when it could not
    begin; then, and when something is strange, the alert hooks are told what it is.

    \b
    nianbao crawl --sample
    nianbao crawl --site pingtan
    nianbao crawl --region 浙江 --limit 500
    nianbao crawl --site pingtan --years 2008-2018
    nianbao crawl --region 浙江 --due
    nianbao crawl --dry-run --at 2027-02-03
    nianbao crawl --sites my-sites --allow-address 10.0.0.0/8
    nianbao crawl --redis redis://queue.example/0 --archive worker1.db
    """
    if redis and due:
        raise click.UsageError(
            "--due asks one archive what was visited; the workers of --redis have one each."
        )
    first_day = since.date() if since else None
    reports = ReportFilter(first_day, frozenset().union(*years))
    hooks = Hooks(alert_command, alert_webhook)
    name = None
    with ExitStack() as stack:
        if sample:
            sites = _open_sample(stack, state, port, serve=not dry_run)
            name = f"sample province, state {state}"
            allow_address = (LOOPBACK,)
        plan = CrawlPlan(
            archive=path,
            sites=sites,
            only=only,
            allow_address=allow_address,
            name=name,
            due=due,
            at=noon_in_china(at),
            regions=regions,
            reports=reports,
            distrust=distrust,
            limit=limit,
            browser=browser,
            redis=redis,
            round=round_name or f"{datetime.now(CHINA):%F}",
            lease=lease,
        )
        if dry_run:
            sys.exit(0 if rehearse(plan, as_json=as_json) else 1)
        progress = Progress(open_console(stderr=True), quiet=as_json)
        with _alert_when_refused(hooks, path):
            summary = run_crawl(plan, progress)
    if as_json:
        print_json({**dataclasses.asdict(summary), "ok": summary.ok})
    else:
        print_run_summary(open_console(), summary, path)
    failures = _alert(hooks, path, summary)
    sys.exit(0 if summary.ok and not failures else 1)


def _open_sample(stack: ExitStack, state: int, port: int, *, serve: bool) -> Path:
    """Serve the sample province until the stack is closed; return its site files' folder."""
    if serve:
        from nianbao.sample import server

        stack.enter_context(server.serve(state, port=port))
    folder = stack.enter_context(tempfile.TemporaryDirectory())
    return sample_sites(port, Path(folder))


def sample_sites(port: int, folder: Path) -> Path:
    """Return the folder of the sample's site files.

    Where the port is not the usual one, they are copied to `folder` with that port.
    """
    if port == DEFAULT_PORT:
        return SAMPLE_SITES
    for site_file in SAMPLE_SITES.glob("*.yml"):
        text = site_file.read_text("utf-8")
        text = text.replace(f":{DEFAULT_PORT}/", f":{port}/")
        (folder / site_file.name).write_text(text, "utf-8")
    return folder


@contextmanager
def _alert_when_refused(hooks: Hooks, path: Path) -> Iterator[None]:
    """Tell the alert hooks when a crawl cannot be made at all; raise the error again."""
    try:
        yield
    except (ArchiveError, CatalogueError, ContactMissing) as error:
        failures = hooks.send(Alert(str(path), (str(error),)))
        print_failures(open_console(stderr=True), failures)
        raise


def _alert(hooks: Hooks, path: Path, summary: RunSummary) -> list[str]:
    """Tell the alert hooks what went wrong in a run; return the hooks that failed."""
    alert = Alert(
        archive=str(path),
        errors=summary.errors,
        warnings=summary.warnings,
        run=summary,
        sites=_find_ailing_sites(path, summary),
    )
    failures = hooks.send(alert)
    print_failures(open_console(stderr=True), failures)
    return failures


def _find_ailing_sites(
    path: Path, summary: RunSummary
) -> tuple[health.SiteHealth, ...]:
    """Return the health of those sites of a run that somebody should look at."""
    crawled_ids = {site.id for site in summary.sites}
    now = datetime.now(CHINA)
    ailing = []
    with Archive(path) as archive:
        for site in select_site_statuses(archive.db):
            site_status = health.judge_site(site, now)
            if site.id in crawled_ids and site_status.alarms:
                ailing.append(site_status)
    return tuple(ailing)
