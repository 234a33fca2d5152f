"""`nianbao reread`: read the stored pages again."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from nianbao.archive.read_model.holdings import Holdings, count_holdings
from nianbao.archive.storage.connection import require_file
from nianbao.crawler.archives import open_to_write
from nianbao.crawler.commands.options import (
    archive_option,
    cluster_option,
    json_option,
    plain,
    print_json,
)
from nianbao.crawler.commands.read_pages import (
    open_cluster_readers,
    read_pending_pages,
)
from nianbao.crawler.commands.terminal.console import open_console, print_failures
from nianbao.crawler.commands.terminal.holdings import print_holdings
from nianbao.crawler.progress import Bar
from nianbao.pipelines import reader


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
@cluster_option
@json_option
def reread(
    path: Path,
    where: str | None,
    everything: bool,
    cluster: str | None,
    as_json: bool,
) -> None:
    """Read the stored pages again and lay out anew what follows from them. Nothing is fetched.

    Without options, the pages that another version of the reader read, and those never read,
    among them what the reader failed on.
    What comes out differently is announced in the feed as `reread`: ours, not a change of the
    page. It can be cut off at any moment and started again; whoever reads the archive meanwhile
    is not held up.

    \b
    nianbao reread
    nianbao reread --where "documents.site_id = 'xixia' AND readings.report_year = 2021"
    nianbao reread --all
    nianbao reread --cluster tcp://scheduler.example:8786
    """
    console = open_console(stderr=True)
    bar = Bar("reading", console, quiet=as_json)
    require_file(path)
    with (
        open_cluster_readers(cluster) as readers,
        open_to_write(path, console, quiet=as_json) as archive,
    ):
        if where or everything:
            archive.mark_unread(where or "1")
        unread_ids = archive.unread_visits(reader.READER_VERSION, with_failed=True)
        page_count = len(unread_ids)
        failures = read_pending_pages(archive, bar, with_failed=True, readers=readers)
        holdings_after = count_holdings(archive.db)
    if as_json:
        print_json(
            {
                "pages": page_count,
                "failed": failures,
                "holdings": plain(holdings_after),
                "ok": not failures,
            }
        )
    else:
        _print_result(page_count, failures, holdings_after)
    sys.exit(1 if failures else 0)


def _print_result(page_count: int, failures: list[str], holdings: Holdings) -> None:
    out = open_console()
    out.print(f"{page_count} pages read")
    print_holdings(out, holdings)
    print_failures(out, failures)
