"""`nianbao crawl`: sites into the archive, or what such a crawl would visit."""

from __future__ import annotations

import dataclasses
import json
import sys
import tempfile
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import click

from nianbao.archive import Archive
from nianbao.archive.clock import CHINA
from nianbao.crawler.alerts import Alert, Hooks, alert_options
from nianbao.crawler.commands import terminal
from nianbao.crawler.commands.options import (
    Network,
    archive_option,
    json_option,
    only_options,
)
from nianbao.crawler.commands.status import ailing, telling
from nianbao.crawler.progress import Progress
from nianbao.crawler.runs import Plan
from nianbao.crawler.runs import crawl as run_crawl
from nianbao.crawler.schedule import Calendar
from nianbao.crawler.selection import Wanted, Years
from nianbao.sample import DEFAULT_PORT
from nianbao.spiders import catalogue

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
    default=catalogue.SITES,
    help="A folder of site files.",
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
    type=Years(),
    help="Only reports on these years: 2015, or 2008-2018.",
)
@click.option(
    "--distrust",
    type=click.FloatRange(0, 1),
    envvar="NIANBAO_DISTRUST",
    help="Ask for this share of the known pages as if they were new, to find servers that lie. [default: 0.05]",
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
    sites: Path,
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
    with ExitStack() as stack:
        name = None
        if sample:
            if not dry_run:
                from nianbao.sample.server import serve

                stack.enter_context(serve(state, port=port))
            sites = sample_sites(
                port, Path(stack.enter_context(tempfile.TemporaryDirectory()))
            )
            name, allow_address = f"sample province, state {state}", (LOOPBACK,)
        noon = at.replace(hour=12, tzinfo=CHINA) if at else None
        wanted = Wanted(since.date() if since else None, frozenset().union(*years))
        plan = Plan(
            archive=path,
            sites=sites,
            only=only,
            allow_address=allow_address,
            name=name,
            due=due,
            at=noon,
            regions=regions,
            wanted=wanted,
            distrust=distrust,
            limit=limit,
            redis=redis,
            round=round_name or f"{datetime.now(CHINA):%F}",
            lease=lease,
        )
        if dry_run:
            _rehearse(plan, as_json)
            return
        hooks = Hooks(alert_command, alert_webhook)
        with telling(hooks, path):
            found = run_crawl(
                plan, Progress(terminal.console(stderr=True), quiet=as_json)
            )
    if as_json:
        click.echo(
            json.dumps(
                dataclasses.asdict(found) | {"ok": found.ok},
                ensure_ascii=False,
                indent=2,
            )
        )
    else:
        terminal.crawl(terminal.console(), found, path)
    untold = hooks.tell(
        Alert(str(path), found.errors, found.warnings, found, ailing(path, found))
    )
    terminal.failed(terminal.console(stderr=True), untold)
    sys.exit(0 if found.ok and not untold else 1)


def _rehearse(plan: Plan, as_json: bool) -> None:
    """Print the visits that are due and those to come; a crawl without --due visits them all.

    Where only some reports are wanted, the lists, for they say which ones those are.
    """
    chosen = plan.chosen()
    with ExitStack() as stack:
        archive = (
            stack.enter_context(Archive(plan.archive))
            if plan.archive.exists()
            else None
        )
        now = plan.at or datetime.now(CHINA)
        calendars = [
            plan.calendar(archive, site) if archive else Calendar(site, {}, now)
            for site in chosen.values()
        ]
        visits = (
            visit
            for one in calendars
            for visit in (one.lists() if plan.wanted else one.coming())
        )
        coming = sorted(visits, key=lambda visit: visit.due_at)
    if as_json:
        listed = [
            dataclasses.asdict(visit)
            | {"due_at": visit.due_at.isoformat(timespec="seconds")}
            for visit in coming
        ]
        click.echo(json.dumps(listed, ensure_ascii=False, indent=2))
    else:
        terminal.coming(terminal.console(), coming, now)


def sample_sites(port: int, folder: Path) -> Path:
    """Return the folder of the sample's site files; copied with another port when it is not the
    usual one.
    """
    if port == DEFAULT_PORT:
        return SAMPLE_SITES
    for source in SAMPLE_SITES.glob("*.yml"):
        text = source.read_text("utf-8").replace(f":{DEFAULT_PORT}/", f":{port}/")
        (folder / source.name).write_text(text, "utf-8")
    return folder
