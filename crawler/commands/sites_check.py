"""`nianbao sites check`: visits the sites of the catalogue and writes into their files what was
seen.

Each file is written when its site is done, so what was cut off is gone on with: those not seen
for longest come first.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from scrapy import signals

from nianbao.archive import Archive
from nianbao.archive.clock import CHINA
from nianbao.crawler import contact, looks
from nianbao.crawler.commands import terminal
from nianbao.crawler.commands.options import (
    Network,
    archive_option,
    json_option,
    only_options,
)
from nianbao.crawler.networks import networks_of
from nianbao.crawler.progress import Progress
from nianbao.crawler.proposal import note
from nianbao.crawler.selection import choose
from nianbao.crawler.settings import CONTACT
from nianbao.spiders.catalogue import Seen, Site
from nianbao.spiders.checker import Check, Checker, homes

if TYPE_CHECKING:
    from sqlite_utils import Database

SITES_AT_A_TIME = 16
LONGEST_NOTE = 300  # characters


@click.command()
@click.option(
    "--sites", "folder", type=click.Path(path_type=Path), help="A folder of site files."
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
@archive_option
@json_option
@click.pass_obj
def check(
    default: Path,
    folder: Path | None,
    only: tuple[str, ...],
    regions: tuple[str, ...],
    limit: int | None,
    dry_run: bool,
    allow_address: tuple[str, ...],
    path: Path,
    as_json: bool,
) -> None:
    """Visit sites of the catalogue; say what is seen of each and write it into its file.

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
    chosen = sorted(choose(folder, only, regions).values(), key=_seen_on)[:limit]
    if dry_run:
        _say_plan(chosen, as_json=as_json)
        return
    contact.require(CONTACT, chosen, networks_of(allow_address))
    paths = {file.stem: file for file in folder.rglob("*.yml")}
    checks: list[Check] = []
    today = datetime.now(CHINA).date()

    def done(found: Check) -> None:
        if found.state != "left_out":
            note(paths[found.site.id], seen(found, today))
        checks.append(found)

    with ExitStack() as stack:
        archive = stack.enter_context(Archive(path)) if path.exists() else None
        visit(
            chosen,
            allow_address,
            archive.db if archive else None,
            done,
            Progress(terminal.console(stderr=True), quiet=as_json),
        )
    checks.sort(key=lambda found: found.site.id)
    if as_json:
        click.echo(
            json.dumps(
                [stated(found) for found in checks], ensure_ascii=False, indent=2
            )
        )
    else:
        terminal.checks(terminal.console(), checks, len(chosen))
    sound = all(found.state in ("as_stated", "left_out") for found in checks)
    sys.exit(0 if sound and len(checks) == len(chosen) else 1)


def visit(
    sites: Iterable[Site],
    allow_address: Iterable[str],
    db: Database | None,
    done: Callable[[Check], None],
    progress: Progress,
) -> None:
    """Check sites, some at a time; hand over each that is done. One that was interrupted is not."""
    process = looks.process(allow_address, db)
    waiting = list(sites)
    failures: list[BaseException] = []

    def start_next() -> None:
        if not waiting or failures:
            return
        found = Check(waiting.pop(0))
        crawler = process.create_crawler(Checker)

        def closed(reason: str) -> None:
            if reason == "finished":
                try:
                    done(found)
                except Exception as error:  # noqa: BLE001 — raised again when the reactor has stopped
                    failures.append(error)

        crawler.signals.connect(closed, signal=signals.spider_closed, weak=False)
        progress.follow(crawler, found.site)
        process.crawl(crawler, check=found).add_done_callback(lambda _: start_next())

    for _ in range(SITES_AT_A_TIME):
        start_next()
    with progress:
        process.start()
    for failure in failures:
        raise failure


def seen(found: Check, today: date) -> Seen:
    """Return what is written into a site file."""
    notes = "; ".join(found.notes()) or None
    return Seen(
        day=today,
        state=found.state,
        platform=found.platform,
        links=found.links,
        note=notes[:LONGEST_NOTE] if notes else None,
    )


def stated(found: Check) -> dict[str, Any]:
    """Return what was seen of a site, for JSON."""
    return {
        "site": found.site.id,
        "name": found.site.name,
        "state": found.state,
        "platform": {"stated": found.site.platform, "seen": found.platform},
        "links": found.links,
        "pages": [
            {
                "url": page.url,
                "column": page.column,
                "answer": page.answer,
                "links": page.links,
            }
            for page in found.pages
        ],
        "notes": found.notes(),
        "requests": found.requests,
    }


def _seen_on(site: Site) -> date:
    return site.seen.day if site.seen else date.min


def _say_plan(sites: Iterable[Site], *, as_json: bool) -> None:
    visits = [
        (site.id, url)
        for site in sites
        for url in (*(entry.url for entry in site.entries), *homes(site))
    ]
    if as_json:
        click.echo(
            json.dumps(
                [{"site": site, "url": url} for site, url in visits],
                ensure_ascii=False,
                indent=2,
            )
        )
    for site, url in visits if not as_json else ():
        click.echo(f"{site}\t{url}")
