"""`nianbao merge`: take in what other archives saw."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from nianbao.archive import Archive
from nianbao.archive.raw.runs import require_right_clock
from nianbao.archive.raw.site_identity import SiteIdentity
from nianbao.archive.read_model.holdings import Holdings, count_holdings
from nianbao.archive.transfer import merge as transfer
from nianbao.archive.transfer.merge import MergeResult
from nianbao.archive.transfer.readings import carry_readings
from nianbao.archive.transfer.site_ids import SiteComparison, choose_site_ids
from nianbao.crawler.archived_sites import make_site_judge
from nianbao.crawler.archives import name_cells, open_to_write
from nianbao.crawler.commands.options import (
    archive_option,
    json_option,
    plain,
    print_json,
    rename_option,
)
from nianbao.crawler.commands.read_pages import read_pending_pages
from nianbao.crawler.commands.terminal.console import open_console, print_failures
from nianbao.crawler.commands.terminal.holdings import print_holdings
from nianbao.crawler.progress import Bar
from nianbao.pipelines import reader


@click.command()
@click.argument(
    "others",
    nargs=-1,
    required=True,
    type=click.Path(dir_okay=False, readable=False, path_type=Path),
)
@archive_option
@rename_option
@click.option(
    "--sites",
    type=click.Path(path_type=Path),
    help="Only the site files of this folder say which sites have moved.",
)
@json_option
def merge(
    others: tuple[Path, ...],
    path: Path,
    renames: tuple[tuple[str, str], ...],
    sites: Path | None,
    as_json: bool,
) -> None:
    """Take into the archive what other archives saw: crawls of other machines, an older copy.

    Every visit and payload is taken once, however often it is merged and in whatever order;
    versions, states and reports are laid out anew from all of them. A page that this reader has
    read in the other archive is not read again. A payload that is damaged here and whole in the
    other archive is healed. The others are only read. What was cut off is
    gone on with by the same command. One id that stands for two sites (other hosts, another
    region) is refused before anything is written; --rename takes the other archive's site in
    under an id of its own. Exit code 1 when a page could not be read, an id stands for two
    sites, or another archive is damaged.

    \b
    nianbao merge henan.db hubei.db
    nianbao merge --archive all.db machine1.db machine2.db
    nianbao merge hubei.db --rename county=county-hubei
    """
    if renames and len(others) > 1:
        raise click.UsageError(
            "--rename is about the sites of one archive: merge that one alone."
        )
    with open_to_write(path, open_console(stderr=True), quiet=as_json) as archive:
        holdings_before = count_holdings(archive.db)
        _compare_sites(archive, others, dict(renames), sites)
        name_cells(archive)
        total = MergeResult()
        for other in others:
            total += _merge_archive(archive, other, dict(renames), quiet=as_json)
        # Behind all: a decision of the last archive may be about a page of the first.
        for other in others:
            total += _carry_readings(archive, other, quiet=as_json)
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


def _compare_sites(
    archive: Archive,
    others: tuple[Path, ...],
    renames: dict[str, str],
    sites: Path | None,
) -> None:
    """Raise SitesClash when one id stands for two sites in the archives together.

    Raises ClockWrong when one of them has been in the future.
    """
    comparison = SiteComparison(archive, make_site_judge(sites))
    for other in others:
        with Archive(other) as source:
            require_right_clock(source.db, other)
            site_ids = choose_site_ids(archive.db, source, renames)
            comparison.add(source, site_ids)
    comparison.require_no_clash()


def _merge_archive(
    archive: Archive, other: Path, renames: dict[str, str], *, quiet: bool
) -> MergeResult:
    """Merge one other archive, whose sites were compared before; return what it brought."""
    bar = Bar(f"merging {other.name}", open_console(stderr=True), quiet=quiet)
    with Archive(other) as source, bar:
        return transfer.merge_archive(
            archive, source, bar.update, renames=renames, is_one_site=_is_compared
        )


def _carry_readings(archive: Archive, other: Path, *, quiet: bool) -> MergeResult:
    """Take over the readings of an archive that was merged; return how many."""
    bar = Bar("taking over readings", open_console(stderr=True), quiet=quiet)
    with Archive(other) as source, bar:
        count = carry_readings(archive, source, reader.READER_VERSION, bar.update)
    return MergeResult(readings=count)


def _is_compared(_: SiteIdentity, __: SiteIdentity) -> bool:
    """Tell that sites of one id are one: those of all archives were compared at once."""
    return True


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
        f"{total.visits} visits of {total.runs} runs taken in; {total.readings} readings taken"
        f" over; {documents} documents and {versions} versions more; {total.healed} damaged"
        " payloads healed"
    )
    print_holdings(out, after)
    print_failures(out, failures)
