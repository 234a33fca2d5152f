"""`nianbao reread`: read the stored pages again."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console

from nianbao.archive.read_model.holdings import count_holdings
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
from nianbao.pipelines.reader.ocr.models import OcrMissingError
from nianbao.pipelines.recognition_pool import RecognitionPool
from nianbao.pipelines.recognize import RecognitionResult, recognize_images


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
@click.option(
    "--ocr",
    "with_ocr",
    is_flag=True,
    help="Read scans and images of reports, too: the extra `nianbao[ocr]`.",
)
@cluster_option
@json_option
def reread(
    path: Path,
    where: str | None,
    everything: bool,
    with_ocr: bool,
    cluster: str | None,
    as_json: bool,
) -> None:
    """Read the stored pages again and lay out anew what follows from them. Nothing is fetched.

    Without options, the pages that another version of the reader read, and those never read,
    among them what the reader failed on.
    With --ocr, scans and the images of report pages are recognised that were not before, on this
    machine, some seconds a page; what was recognised stays, for every later reading too.
    What comes out differently is announced in the feed as `reread`: ours, not a change of the
    page. It can be cut off at any moment and started again; whoever reads the archive meanwhile
    is not held up.

    \b
    nianbao reread
    nianbao reread --where "documents.site_id = 'xixia' AND readings.report_year = 2021"
    nianbao reread --all
    nianbao reread --ocr
    nianbao reread --cluster tcp://scheduler.example:8786
    """
    console = open_console(stderr=True)
    bar = Bar("reading", console, quiet=as_json)
    require_file(path)
    recognized = RecognitionResult()
    with (
        _open_recognition(with_ocr) as ocr_pool,
        open_cluster_readers(cluster) as readers,
        open_to_write(path, console, quiet=as_json) as archive,
    ):
        if where or everything:
            archive.mark_unread(where or "1")
        unread_ids = archive.unread_visits(reader.READER_VERSION, with_failed=True)
        page_count = len(unread_ids)
        failures = read_pending_pages(archive, bar, with_failed=True, readers=readers)
        if ocr_pool is not None:
            with Bar("recognizing images", console, quiet=as_json) as ocr_bar:
                recognized = recognize_images(archive, ocr_pool, ocr_bar.update)
            failures += recognized.failures
            bar = Bar("reading", console, quiet=as_json)
            failures += read_pending_pages(archive, bar, readers=readers)
        holdings_after = count_holdings(archive.db)
    if as_json:
        print_json(
            {
                "pages": page_count,
                "recognized": recognized.pages,
                "failed": failures,
                "holdings": plain(holdings_after),
                "ok": not failures,
            }
        )
    else:
        out = open_console()
        out.print(f"{page_count} pages read")
        if with_ocr:
            _print_recognized(out, recognized)
        print_holdings(out, holdings_after)
        print_failures(out, failures)
    sys.exit(1 if failures else 0)


@contextmanager
def _open_recognition(is_wanted: bool) -> Iterator[RecognitionPool | None]:
    """Yield the processes that recognise page images; None where OCR is not wanted.

    Without the extra `ocr` it ends the command.
    """
    if not is_wanted:
        yield None
        return
    try:
        pool = RecognitionPool()
    except OcrMissingError as error:
        raise click.ClickException(str(error)) from error
    try:
        yield pool
    finally:
        pool.close()


def _print_recognized(out: Console, result: RecognitionResult) -> None:
    out.print(f"{result.pages} page images of {result.payloads} files recognized")
