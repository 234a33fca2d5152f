"""`nianbao export xlsx`: an Excel workbook."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from nianbao.archive import Archive
from nianbao.archive.export.workbook import WorkbookSummary, export_workbook
from nianbao.archive.read_model.row_filter import RowFilter
from nianbao.crawler.commands.export.tables import OPTIONS, resolve_names
from nianbao.crawler.commands.options import join_years, plain, print_json
from nianbao.crawler.commands.terminal.console import open_console, write_counts
from nianbao.crawler.language import say
from nianbao.crawler.progress import Steps
from nianbao.crawler.signals import end_on_signals


def _write(
    out: Path,
    path: Path,
    years: tuple[frozenset[int], ...],
    every_version: bool,
    force: bool,
    as_json: bool,
    **filters: Any,
) -> None:
    """Write an Excel file: wide panel, figures, findings, agencies and the dictionary.

    A sheet each, with filters below the headings. Numbers are numbers, what is not known is
    empty, addresses are links, and no text is a formula, whatever it begins with. The columns
    that say which cells the measures are from are folded away at the end of the sheet panel. What
    is more than a sheet holds (1,048,576 rows) goes on in a further one. The same archive gives
    the same bytes. What is there already is not replaced, but for an earlier export with --force
    that nobody has saved anew.

    \b
    nianbao export xlsx panel.xlsx
    nianbao export xlsx zhejiang.xlsx --region 浙江 --year 2019-2023
    """
    wanted_years = join_years(years)
    only = RowFilter(wanted_years, every_version=every_version, **filters)
    steps = Steps(open_console(stderr=True), quiet=as_json)
    with end_on_signals(), Archive(path) as archive, steps:
        resolved = resolve_names(archive, only)
        summary = export_workbook(archive, out, resolved, steps.update, force=force)
    if as_json:
        print_json({"path": str(out), **plain(summary)})
    else:
        _print_summary(out, summary)


def _print_summary(out: Path, summary: WorkbookSummary) -> None:
    """Print what was written, and what a sheet could not hold."""
    click.echo(f"{out}: {write_counts(summary.rows.items())}")
    for table, names in summary.sheets.items():
        if len(names) > 1:
            further = ", ".join(names[1:])
            say(
                f"{table} goes on in the sheets {further}: a sheet holds 1,048,576 rows."
            )
    if summary.texts_cut:
        count = summary.texts_cut
        say(
            f"{count:d} texts are longer than a cell holds, and are cut; `export csv` has them."
        )
    if summary.texts_changed:
        count = summary.texts_changed
        say(
            f"{count:d} texts have characters that no Excel file can hold; `export csv` has them."
        )
    if summary.addresses_unlinked:
        count = summary.addresses_unlinked
        say(
            f"{count:d} addresses are no links: a sheet holds 65,530 of them, each of at most"
            " 2,079 characters."
        )


def _make_command() -> click.Command:
    """Return the command, with the options of the other tables."""
    command: Callable[..., None] = _write
    for option in reversed(OPTIONS):
        command = option(command)
    return click.command("xlsx")(command)


xlsx = _make_command()
