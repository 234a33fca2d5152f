"""`nianbao export jsonl`, `csv`, `parquet` and `sqlite`: the archive as tables."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from nianbao.archive import Archive
from nianbao.archive.export import tables
from nianbao.archive.read_model.row_filter import RowFilter, resolve_filter
from nianbao.archive.storage import lean
from nianbao.crawler.commands.options import (
    archive_option,
    force_option,
    join_years,
    json_option,
    print_json,
    years_option,
)
from nianbao.crawler.commands.terminal.console import open_console, write_counts
from nianbao.crawler.language import say
from nianbao.crawler.progress import Steps
from nianbao.crawler.signals import end_on_signals

SAYS = {
    "jsonl": "Write the tables as JSON Lines, an object a line.",
    "csv": "Write the tables as CSV, in UTF-8.",
    "parquet": "Write the tables as Parquet, for DuckDB, pandas, Polars, R.",
    "sqlite": "Write the figures and the wide panel alone as a small SQLite file.",
}
FOLDER = """
    Into a new folder: reports, the wide panel of all measures, figures, findings, agencies and
    roster, a file each; DICTIONARY.md says what every column holds, and datapackage.json says it
    to programs (Data Package, as of Frictionless). Each figure names the address, the version and
    the digest of the bytes it was read from.
"""
FILE = """
    The figures are in a view `figures`, the measures in a table `panel`. Each figure names the
    address, the version and the digest of the bytes it was read from.
"""
REST = """
    What is written is the version that stands for each report; --every-version asks for all
    versions of all pages. The same archive gives the same bytes, in whatever order it was merged
    or read again. What is there already is not replaced, but for an earlier export with --force;
    an archive, or a folder with anything else in it, never is.

    \b
    nianbao export {0} {1}
    nianbao export {0} {1} --year 2019-2022 --region 浙江
    nianbao export {0} {1} --table requests --row new_received --column total
"""
OPTIONS: tuple[Callable[[Any], Any], ...] = (
    click.argument("out", type=click.Path(path_type=Path)),
    archive_option,
    years_option,
    click.option(
        "--region",
        help="Only this region and those in it: its name, its beginning (浙江, 杭州), or its"
        " code's.",
    ),
    click.option("--agency", help="Only agencies with this in their name."),
    click.option("--site", help="Only pages of this site (an id)."),
    click.option(
        "--table",
        help="Only figures of this table: g2021.requests, or requests for that of every form.",
    ),
    click.option(
        "--row",
        help="Only figures of this row: new_received, or as a form prints it (予以公开).",
    ),
    click.option(
        "--column",
        help="Only figures of this column: total, or as a form prints it (自然人).",
    ),
    click.option(
        "--every-version", is_flag=True, help="Figures of every version of every page."
    ),
    force_option,
    json_option,
)


bom_option = click.option(
    "--bom",
    is_flag=True,
    help="Begin each file with a byte order mark: Excel shows Chinese as gibberish without one"
    " where a CSV file is opened with a double click. Other programs do not need it.",
)


def _make_command(kind: str) -> click.Command:
    """Return the command that writes a format: its options are the same for each."""

    def write(
        out: Path,
        path: Path,
        years: tuple[frozenset[int], ...],
        every_version: bool,
        force: bool,
        as_json: bool,
        bom: bool = False,
        **filters: Any,
    ) -> None:
        wanted_years = join_years(years)
        only = RowFilter(wanted_years, every_version=every_version, **filters)
        rows = _export(kind, path, out, only, force=force, bom=bom, quiet=as_json)
        if as_json:
            print_json({"path": str(out), "rows": rows})
        else:
            click.echo(f"{out}: {write_counts(rows.items())}")

    write.__doc__ = _make_help(kind)
    options = OPTIONS if kind != "csv" else (*OPTIONS, bom_option)
    for option in reversed(options):
        write = option(write)
    return click.command(kind)(write)


def _make_help(kind: str) -> str:
    if kind == "sqlite":
        return f"{SAYS[kind]}\n{FILE}{REST.format(kind, 'panel.db')}"
    return f"{SAYS[kind]}\n{FOLDER}{REST.format(kind, 'panel')}"


def _export(
    kind: str,
    path: Path,
    out: Path,
    only: RowFilter,
    *,
    force: bool,
    bom: bool,
    quiet: bool,
) -> dict[str, int]:
    """Write the tables of an archive; return the rows by table.

    pyarrow imports pandas where it can, which takes 60 MB, and keeps that it could not. That
    is no harm: this process ends with the export.
    """
    steps = Steps(open_console(stderr=True), quiet=quiet)
    with end_on_signals(), Archive(path) as archive, steps, lean.absent_unused():
        resolved = resolve_names(archive, only)
        return tables.export_tables(
            archive, kind, out, resolved, steps.update, force=force, bom=bom
        )


def resolve_names(archive: Archive, only: RowFilter) -> RowFilter:
    """Return a filter with the archive's own names; say where a row is a column."""
    resolved = resolve_filter(archive.db, only)
    if only.row is not None and resolved.row is None:
        names = ", ".join(resolved.column or ())
        say(f"{only.row} is a column: --column {names} is taken.", err=True)
    return resolved


COMMANDS: tuple[click.Command, ...] = tuple(map(_make_command, tables.KINDS))
