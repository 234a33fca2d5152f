"""`nianbao export warc` and `wacz`: every visit in the formats of web archives."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import click

from nianbao.archive import Archive
from nianbao.archive.export import wacz as wacz_export
from nianbao.archive.export import warc as warc_export
from nianbao.archive.export.warc import WarcSummary
from nianbao.crawler.commands.options import (
    archive_option,
    force_option,
    json_option,
    plain,
    print_json,
)
from nianbao.crawler.commands.terminal.console import join_counts, open_console
from nianbao.crawler.language import say
from nianbao.crawler.progress import Steps
from nianbao.crawler.settings import VERSION
from nianbao.crawler.signals import end_on_signals

UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


class Size(click.ParamType[int]):
    """A size in bytes on the command line: 500M, 2G."""

    name = "size"

    def convert(
        self, value: str | int, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Return the size in bytes; fail with what is wanted when it is none."""
        match = re.fullmatch(r"([1-9]\d*)([KMG]?)B?", str(value), re.I)
        if match is None:
            self.fail(f"{value}: a size such as 500M or 2G is wanted.", param, ctx)
        return int(match[1]) * UNITS[match[2].upper()]


size_option = click.option(
    "--size",
    type=Size(),
    default="1G",
    show_default=True,
    help="Begin another WARC file when one has so much.",
)


@click.command()
@click.argument("out", type=click.Path(path_type=Path))
@size_option
@archive_option
@force_option
@json_option
def warc(out: Path, size: int, path: Path, force: bool, as_json: bool) -> None:
    """Write every visit into WARC files, with their index, in a new folder.

    Requests, answers, revisit records for what was unchanged, and in metadata records what WARC
    has no field for, so that `nianbao import` makes the same archive of it. All is read back
    before the folder gets its name. The same archive gives the same bytes. What is there already
    is not replaced, but for an earlier export with --force; an archive, or a folder with anything
    else in it, never is.

    \b
    nianbao export warc captures
    nianbao export warc captures --size 500M --archive other.db
    """
    _write(warc_export.export_warc, out, size, path, force=force, as_json=as_json)


@click.command()
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@size_option
@archive_option
@force_option
@json_option
def wacz(out: Path, size: int, path: Path, force: bool, as_json: bool) -> None:
    """Write every visit into one WACZ file, with an index and a list of the reports' versions.

    As `nianbao export warc`, in one file that can be looked through in a browser with
    ReplayWeb.page. A file that is there already is not replaced, but for an earlier export with
    --force.

    \b
    nianbao export wacz captures.wacz
    """
    _write(wacz_export.export_wacz, out, size, path, force=force, as_json=as_json)


def _write(
    write: Callable[..., WarcSummary],
    out: Path,
    size: int,
    path: Path,
    *,
    force: bool,
    as_json: bool,
) -> None:
    """Write an export and print what was written."""
    steps = Steps(open_console(stderr=True), quiet=as_json)
    with end_on_signals(), Archive(path) as archive, steps:
        summary = write(
            archive,
            out,
            size=size,
            software=f"nianbao {VERSION}",
            progress=steps.update,
            force=force,
        )
    if as_json:
        print_json({"out": str(out), **plain(summary)})
        return
    size_bytes = sum(summary.files.values())
    say(
        f"{out}: {summary.visits} visits in {len(summary.files)} WARC files, {size_bytes} bytes;"
        f" records: {join_counts(summary.records)}"
    )
    say("read back: every digest is right and every record at its place")
