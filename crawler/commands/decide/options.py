"""The option that names the file of judgements."""

from __future__ import annotations

from pathlib import Path

import click

notes_option = click.option(
    "--notes",
    "notes_path",
    type=click.Path(dir_okay=False, readable=False, path_type=Path),
    envvar="NIANBAO_NOTES",
    show_envvar=True,
    help="The file of judgements; unless given, archive.notes.db beside archive.db.",
)
