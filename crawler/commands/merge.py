"""`nianbao merge`: take in what other archives saw."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from nianbao.archive import Archive
from nianbao.archive.read_model.holdings import Holdings, count_holdings
from nianbao.archive.transfer import merge as transfer
from nianbao.archive.transfer.merge import MergeResult
from nianbao.crawler.archives import open_to_write
from nianbao.crawler.commands.options import (
    archive_option,
    json_option,
    plain,
    print_json,
)
from nianbao.crawler.commands.read_pages import read_pending_pages
from nianbao.crawler.commands.terminal.console import open_console, print_failures
from nianbao.crawler.commands.terminal.holdings import print_holdings
from nianbao.crawler.progress import Bar


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
    with open_to_write(path, open_console(stderr=True), quiet=as_json) as archive:
        holdings_before = count_holdings(archive.db)
        total = MergeResult()
        for other in others:
            total += _merge_archive(archive, other, quiet=as_json)
        bar = Bar("reading", open_console(stderr=True), quiet=as_json)
        failures = read_pending_pages(archive, bar)
        pack_all_sites(archive)
        holdings_after = count_holdings(archive.db)
    if as_json:
        print_json(
            {
                **plain(total),
                "failed": failures,
                "holdings": plain(holdings_after),
                "ok": not failures,
            }
        )
    else:
        _print_result(total, holdings_before, holdings_after, failures)
    sys.exit(1 if failures else 0)


def _merge_archive(archive: Archive, other: Path, *, quiet: bool) -> MergeResult:
    """Merge one other archive; return what it brought."""
    bar = Bar(f"merging {other.name}", open_console(stderr=True), quiet=quiet)
    with Archive(other) as source, bar:
        return transfer.merge_archive(archive, source, bar.update)


def pack_all_sites(archive: Archive) -> None:
    """Pack the payloads of every site, and those that belong to none."""
    for site_id in (*archive.site_ids(), None):
        archive.repack(site_id)


def _print_result(
    total: MergeResult, before: Holdings, after: Holdings, failures: list[str]
) -> None:
    documents = after.documents - before.documents
    versions = after.versions - before.versions
    out = open_console()
    out.print(
        f"{total.visits} visits of {total.runs} runs taken in; {documents} documents"
        f" and {versions} versions more; {total.healed} damaged payloads healed"
    )
    print_holdings(out, after)
    print_failures(out, failures)
