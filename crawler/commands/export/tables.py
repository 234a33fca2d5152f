"""`nianbao export jsonl`, `csv`, `parquet` and `sqlite`: the archive as tables."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from nianbao.archive import Archive
from nianbao.archive.export import tables
from nianbao.archive.read_model.row_filter import RowFilter
from nianbao.archive.storage import lean
from nianbao.crawler.commands.options import (
    archive_option,
    force_option,
    json_option,
    print_json,
)
from nianbao.crawler.commands.terminal.console import open_console
from nianbao.crawler.commands.terminal.signals import end_on_signals
from nianbao.crawler.progress import Steps

SAYS = {
    "jsonl": "Write the tables as JSON Lines, an object a line.",
    "csv": "Write the tables as CSV, in UTF-8.",
    "parquet": "Write the tables as Parquet, for DuckDB, pandas, Polars, R.",
    "sqlite": "Write the figures alone as a small SQLite file, with a view `figures`.",
}
FOLDER = """
    Into a new folder: reports, figures, findings and agencies, a file each; DICTIONARY.md says
    what every column holds, and datapackage.json says it to programs (Data Package, as of
    Frictionless). Each figure names the address, the version and the digest of the bytes it was
    read from.
"""
FILE = """
    Each figure names the address, the version and the digest of the bytes it was read from.
"""
REST = """
    What is written is the version that stands for each report; --every-version asks for all
    versions of all pages. The same archive gives the same bytes, in whatever order it was merged
    or read again. What is there already is not replaced, but for an earlier export with --force;
    an archive, or a folder with anything else in it, never is.

    \b
    nianbao export {0} {1}
    nianbao export {0} {1} --year 2021 --year 2022 --region 浙江省
    nianbao export {0} {1} --table requests --row new_received --column total
"""
OPTIONS: tuple[Callable[[Any], Any], ...] = (
    click.argument("out", type=click.Path(path_type=Path)),
    archive_option,
    click.option(
        "--year",
        type=int,
        multiple=True,
        help="Only reports on this year; several times.",
    ),
    click.option(
        "--region",
        help="Only this region and those in it: its name's or code's beginning.",
    ),
    click.option("--agency", help="Only agencies with this in their name."),
    click.option("--site", help="Only pages of this site (an id)."),
    click.option(
        "--table",
        help="Only figures of this table: g2021.requests, or requests for that of every form.",
    ),
    click.option("--row", help="Only figures of this row, such as new_received."),
    click.option("--column", help="Only figures of this column, such as total."),
    click.option(
        "--every-version", is_flag=True, help="Figures of every version of every page."
    ),
    force_option,
    json_option,
)


def _make_command(kind: str) -> click.Command:
    """Return the command that writes a format: its options are the same for each."""

    def write(
        out: Path,
        path: Path,
        year: tuple[int, ...],
        every_version: bool,
        force: bool,
        as_json: bool,
        **filters: Any,
    ) -> None:
        only = RowFilter(year or None, every_version=every_version, **filters)
        rows = _export(kind, path, out, only, force=force, quiet=as_json)
        if as_json:
            print_json({"path": str(out), "rows": rows})
        else:
            counts = ", ".join(f"{count} {name}" for name, count in rows.items())
            click.echo(f"{out}: {counts}")

    write.__doc__ = _make_help(kind)
    for option in reversed(OPTIONS):
        write = option(write)
    return click.command(kind)(write)


def _make_help(kind: str) -> str:
    if kind == "sqlite":
        return f"{SAYS[kind]}\n{FILE}{REST.format(kind, 'panel.db')}"
    return f"{SAYS[kind]}\n{FOLDER}{REST.format(kind, 'panel')}"


def _export(
    kind: str, path: Path, out: Path, only: RowFilter, *, force: bool, quiet: bool
) -> dict[str, int]:
    """Write the tables of an archive; return the rows by table.

    pyarrow imports pandas where it can, which takes 60 MB, and keeps that it could not. That
    is no harm: this process ends with the export.
    """
    steps = Steps(open_console(stderr=True), quiet=quiet)
    with end_on_signals(), Archive(path) as archive, steps, lean.absent_unused():
        return tables.export_tables(archive, kind, out, only, steps.update, force=force)


COMMANDS: tuple[click.Command, ...] = tuple(map(_make_command, tables.KINDS))
