"""Print what an archive holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from nianbao.archive.read_model.holdings import Holdings


def print_holdings(out: Console, holdings: Holdings) -> None:
    """Print the numbers of reports, documents, versions and findings."""
    years = "none"
    if holdings.years:
        years = f"{holdings.years[0]}–{holdings.years[1]}"
    out.print(
        f"archive: {holdings.reports} reports of {holdings.agencies} agencies, years {years};"
        f" {holdings.documents} documents ({holdings.copies} copies), {holdings.versions} versions;"
        f" {holdings.findings} findings"
    )
    for sentence in _list_kinds_of_reports(holdings):
        out.print(sentence, highlight=False)
    if holdings.unread:
        out.print(
            f"{holdings.unread} pages are stored and not read yet: the next crawl reads them",
            style="red",
        )


def _list_kinds_of_reports(holdings: Holdings) -> Iterator[str]:
    """Yield what is to be known of the reports that do not simply stand on a page."""
    if holdings.unassigned:
        yield (
            f"unassigned: {holdings.unassigned} reports of unknown agency or year;"
            " `nianbao browse` lists them, `nianbao assign` puts one in its place"
        )
    if holdings.replaced:
        yield (
            f"replaced: {holdings.replaced} reports whose addresses show another report now"
        )
    if holdings.vanished:
        yield f"vanished: {holdings.vanished} reports whose pages are gone"
    if holdings.reused:
        yield f"reused: {holdings.reused} addresses have shown more than one report"
    if holdings.namesakes:
        yield (
            f"namesakes: {holdings.namesakes} agencies of unknown region have a name that"
            " another has; --site tells them apart"
        )
