"""`nianbao crawl`: crawl sites into the archive."""

from __future__ import annotations

import dataclasses
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from nianbao.archive import Archive
from nianbao.archive.clock import CHINA
from nianbao.archive.errors import ArchiveError
from nianbao.archive.read_model.crawls.run_summary import RunSummary
from nianbao.archive.read_model.crawls.site_status import select_site_statuses
from nianbao.crawler import health
from nianbao.crawler.alerts import Alert, Hooks, alert_options
from nianbao.crawler.cluster.errors import ClusterUnusable
from nianbao.crawler.commands.crawl.options import (
    CrawlOptions,
    choice_options,
    cluster_options,
    discovery_options,
    filter_options,
    sample_options,
    visit_options,
)
from nianbao.crawler.commands.options import archive_option, json_option, print_json
from nianbao.crawler.commands.rehearse import rehearse
from nianbao.crawler.commands.terminal.console import open_console, print_failures
from nianbao.crawler.commands.terminal.run_summary import print_run_summary
from nianbao.crawler.contact import ContactMissing
from nianbao.crawler.plan import CrawlPlan
from nianbao.crawler.progress import Progress
from nianbao.crawler.runs import crawl as run_crawl
from nianbao.pipelines.process_pool import CannotBegin
from nianbao.sample import DEFAULT_PORT
from nianbao.spiders.catalogue import CatalogueError

SAMPLE_SITES = Path(__file__).parents[3] / "sample" / "sites"
LOOPBACK = "127.0.0.0/8"
# what keeps a crawl from being made at all
NO_BEGIN = (
    ArchiveError,
    CannotBegin,
    CatalogueError,
    ClusterUnusable,
    ContactMissing,
)


@click.command()
@archive_option
@choice_options
@discovery_options
@filter_options
@visit_options
@sample_options
@cluster_options
@alert_options
@json_option
def crawl(**values: Any) -> None:
    """Crawl sites into the archive. A crawl that was cut off, or came to its --limit, is gone
    on with.

    Governments without a site file are crawled by what a search of their sites found. With
    --discover, those that nobody has searched are searched first, at most 40 pages each. A site
    is searched again when its columns work no more, and once a year from November.

    With --since and --year, every list is read and the reports that they do not name are left
    alone; what a list gives no date or year for is visited. Nothing is said to have vanished by
    such a run.

    Ends with exit code 1 when something that should have worked did not, 2 when it could not
    begin; then, and when something is strange, the alert hooks are told what it is. A government
    without a column of annual reports is a finding, and no failure.

    \b
    nianbao crawl --sample
    nianbao crawl --site pingtan
    nianbao crawl --region 浙江 --limit 500
    nianbao crawl --region 浙江 --discover
    nianbao crawl --site pingtan --years 2008-2018
    nianbao crawl --region 浙江 --due
    nianbao crawl --dry-run --at 2027-02-03
    nianbao crawl --due --dry-run --forecast --json
    nianbao crawl --sites my-sites --allow-address 10.0.0.0/8
    nianbao crawl --cluster tcp://scheduler.example:8786
    """
    options = CrawlOptions(**values)
    options.require_valid()
    with ExitStack() as stack:
        plan = _make_plan(options, stack)
        if options.dry_run:
            sys.exit(0 if _rehearse(plan, options) else 1)
        progress = Progress(open_console(stderr=True), quiet=options.as_json)
        with _alert_when_refused(options.hooks, options.path):
            summary = run_crawl(plan, progress)
    if options.as_json:
        print_json({**dataclasses.asdict(summary), "ok": summary.ok})
    else:
        print_run_summary(open_console(), summary, options.path)
    failures = _alert(options.hooks, options.path, summary)
    sys.exit(0 if summary.ok and not failures else 1)


def _make_plan(options: CrawlOptions, stack: ExitStack) -> CrawlPlan:
    """Return the plan of a crawl; the sample province is served until the stack is closed."""
    plan = options.make_plan()
    if not options.sample:
        return plan
    serve = not options.dry_run
    return dataclasses.replace(
        plan,
        sites=_open_sample(stack, options.state, options.port, serve=serve),
        name=f"sample province, state {options.state}",
        allow_address=(LOOPBACK,),
    )


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


def _rehearse(plan: CrawlPlan, options: CrawlOptions) -> bool:
    return rehearse(plan, only_forecast=options.forecast, as_json=options.as_json)


@contextmanager
def _alert_when_refused(hooks: Hooks, path: Path) -> Iterator[None]:
    """Tell the alert hooks when a crawl cannot be made at all; raise the error again."""
    try:
        yield
    except NO_BEGIN as error:
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
