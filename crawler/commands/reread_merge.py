"""Commands that look after the archive itself: reread, verify, merge, backup."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import click

from nianbao.archive import Archive
from nianbao.archive.read_model.summary import holdings
from nianbao.archive.transfer import merge as merging
from nianbao.archive.transfer.merge import MergeResult
from nianbao.crawler.commands import terminal
from nianbao.crawler.commands.options import archive_option, json_option, plain
from nianbao.crawler.progress import Bar
from nianbao.pipelines import reader
from nianbao.pipelines.read import catch_up
from nianbao.pipelines.readers import Readers


def derive(archive: Archive, bar: Bar) -> list[str]:
    """Read every page that this reader has not read, in as many processes as there are cores;
    return what failed.
    """
    readers = Readers(os.cpu_count())
    try:
        with bar:
            return catch_up(
                archive, readers, reader.READER_VERSION, progress=bar.update
            )
    finally:
        readers.close()


@click.command()
@archive_option
@click.option(
    "--where",
    metavar="SQL",
    help="Only these: a condition on `documents` and `readings`.",
)
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help="Pages too that this very reader has read.",
)
@json_option
def reread(path: Path, where: str | None, everything: bool, as_json: bool) -> None:
    """Read the stored pages again and lay out anew what follows from them. Nothing is fetched.

    Without options, the pages that another version of the reader read, and those never read.
    What comes out differently is announced in the feed as `reread`: ours, not a change of the
    page. It can be cut off at any moment and started again; whoever reads the archive meanwhile
    is not held up.

    \b
    nianbao reread
    nianbao reread --where "documents.site_id = 'xixia' AND readings.report_year = 2021"
    nianbao reread --all
    """
    with Archive.create(path) as archive:
        if where or everything:
            archive.mark_unread(where or "1")
        waiting = len(archive.unread_visits(reader.READER_VERSION))
        failures = derive(
            archive, Bar("reading", terminal.console(stderr=True), quiet=as_json)
        )
        held = holdings(archive.db)
    if as_json:
        whole = {
            "pages": waiting,
            "failed": failures,
            "holdings": plain(held),
            "ok": not failures,
        }
        click.echo(json.dumps(whole, ensure_ascii=False, indent=2))
    else:
        out = terminal.console()
        out.print(f"{waiting} pages read")
        terminal.held(out, held)
        terminal.failed(out, failures)
    sys.exit(1 if failures else 0)


@click.command()
@click.argument(
    "others", nargs=-1, required=True, type=click.Path(dir_okay=False, path_type=Path)
)
@archive_option
@json_option
def merge(others: tuple[Path, ...], path: Path, as_json: bool) -> None:
    """Take into the archive what other archives saw: crawls of other machines, an older copy.

    Every visit and payload is taken once, however often it is merged and in whatever order;
    versions, states and reports are laid out anew from all of them. A payload that is damaged
    here and whole in the other archive is healed. The others are only read. What was cut off is
    gone on with by the same command. Exit code 1 when a page could not be read, or another
    archive is damaged.

    \b
    nianbao merge henan.db hubei.db
    nianbao merge --archive all.db machine1.db machine2.db
    """
    console = terminal.console(stderr=True)
    with Archive.create(path) as archive:
        before, brought = holdings(archive.db), MergeResult()
        for other in others:
            with (
                Archive(other) as source,
                Bar(f"merging {other.name}", console, quiet=as_json) as bar,
            ):
                brought += merging.merge_archive(archive, source, bar.update)
        failures = derive(archive, Bar("reading", console, quiet=as_json))
        for site_id in (*archive.site_ids(), None):
            archive.repack(site_id)
        held = holdings(archive.db)
    if as_json:
        whole = {
            **plain(brought),
            "failed": failures,
            "holdings": plain(held),
            "ok": not failures,
        }
        click.echo(json.dumps(whole, ensure_ascii=False, indent=2))
    else:
        out = terminal.console()
        out.print(
            f"{brought.visits} visits of {brought.runs} runs taken in; {held.documents - before.documents} documents"
            f" and {held.versions - before.versions} versions more; {brought.healed} damaged payloads healed"
        )
        terminal.held(out, held)
        terminal.failed(out, failures)
    sys.exit(1 if failures else 0)
