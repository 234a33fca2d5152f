"""Print what a backfill did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nianbao.crawler.backfill import backfill, selection
from nianbao.crawler.commands.terminal.console import join_counts, print_failures
from nianbao.crawler.commands.terminal.holdings import print_holdings

if TYPE_CHECKING:
    from rich.console import Console

    from nianbao.crawler.backfill.summary import BackfillSummary


def print_backfill(out: Console, summary: BackfillSummary) -> None:
    """Print the captures, what was taken in, and what was left."""
    _print_captures(out, summary)
    result = summary.imports
    out.print(
        f"{result.visits} visits taken in, {result.reports} of them of reports that had to be"
        " read"
    )
    if result.skips:
        out.print(f"passed over: {join_counts(result.skips)}")
    _print_versions(out, summary)
    if summary.holdings is not None:
        print_holdings(out, summary.holdings)
    for line in (*summary.fetches.gone, *result.refusals):
        out.print(f"not taken: {line}", markup=False, highlight=False)
    for line in summary.warnings:
        out.print(f"warning: {line}", markup=False, highlight=False, style="yellow")
    if summary.left:
        out.print(
            f"{summary.left} captures are left: start the same command again to go on"
        )
    if summary.targets_left:
        out.print(
            f"{summary.targets_left} of {summary.targets} sites were not asked for"
        )
    print_failures(out, [*summary.failures, *result.failures])


def _print_captures(out: Console, summary: BackfillSummary) -> None:
    counts = summary.fetches.counts
    out.print(
        f"captures: {counts[selection.NEW]} new, {counts[selection.HELD]} of bytes that are here,"
        f" {counts[selection.SAME]} the same as what stood before,"
        f" {counts[selection.KNOWN]} known already"
    )
    out.print(
        f"{summary.requests} requests, {counts[backfill.FETCHED]} captures fetched,"
        f" {counts[backfill.GONE]} not given"
    )
    if counts[backfill.OTHER_SITES]:
        out.print(f"{counts[backfill.OTHER_SITES]} captures of other sites left out")
    if counts[backfill.DIFFERENT]:
        out.print(
            f"{counts[backfill.DIFFERENT]} captures do not have the digest that the index states;"
            " they were taken as they came"
        )


def _print_versions(out: Console, summary: BackfillSummary) -> None:
    versions = summary.versions
    if versions is None:
        return
    out.print(
        f"versions added: {versions.before} before ours, {versions.between} between ours,"
        f" {versions.after} after ours, {versions.alone} of pages that we never saw;"
        f" {versions.earlier} of ours were seen earlier"
    )
    out.print(
        f"reports that nobody shows any more, or that we never saw: {versions.rescued}"
    )
