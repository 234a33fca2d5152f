"""`nianbao export judgements`: what persons judged, as a table."""

from __future__ import annotations

from pathlib import Path

import click

from nianbao.archive import Archive
from nianbao.archive.export.judgements import export_judgements
from nianbao.archive.notes.notebook import Notebook, name_notebook
from nianbao.crawler.commands.decide.options import notes_option
from nianbao.crawler.commands.options import archive_option, json_option, print_json
from nianbao.crawler.commands.terminal.console import write_counts
from nianbao.crawler.language import say
from nianbao.crawler.signals import end_on_signals


@click.command()
@click.argument("out", type=click.Path(path_type=Path))
@archive_option
@notes_option
@json_option
def judgements(
    out: Path,
    path: Path,
    notes_path: Path | None,
    as_json: bool,
) -> None:
    """Write what persons judged (`nianbao decide`) as one table: CSV, JSON Lines or Parquet, as
    the ending of the file says.

    A row for each judgement that stands: on which cell, field or finding of which report and
    version, what was said, what was read then and is read now, who and why. It joins the figures
    by address, version, table, row and column. What is there already is not replaced.

    \b
    nianbao export judgements judgements.csv
    nianbao export judgements judgements.parquet --notes colleague.notes.db
    """
    notebook_path = notes_path or name_notebook(path)
    with (
        end_on_signals(),
        Archive(path) as archive,
        Notebook.open(notebook_path) as notebook,
    ):
        count = export_judgements(archive, notebook, out)
    if as_json:
        print_json({"path": str(out), "rows": {"judgements": count}})
    else:
        say(f"{out}: {write_counts([('judgements', count)])}")
