"""Print what an archive holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
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
    if holdings.unread:
        out.print(
            f"{holdings.unread} pages are stored and not read yet: the next crawl reads them",
            style="red",
        )
