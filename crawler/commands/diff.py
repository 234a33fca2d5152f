"""`nianbao diff`: what changed between two versions of a page."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from nianbao.archive import Archive
from nianbao.archive.derived.figures import compare_figures
from nianbao.archive.read_model.documents import DocumentVersion, compare_fields
from nianbao.crawler.commands.find_document import find_document, find_version
from nianbao.crawler.commands.options import archive_option, json_option, print_json
from nianbao.crawler.commands.terminal.console import open_console

COLOURS = {"+": "green", "-": "red", "@": "cyan"}  # of lines, by their first character


@click.command()
@click.argument("url")
@click.argument("versions", type=int, nargs=2, required=False)
@archive_option
@json_option
def diff(url: str, versions: tuple[int, int] | None, path: Path, as_json: bool) -> None:
    """Show what changed between two versions of a page: its text and its figures. Without
    numbers, the last two.

    \b
    nianbao diff http://xixia.localhost:8620/zwgk/…
    nianbao diff http://xixia.localhost:8620/zwgk/… 1 3
    """
    with Archive(path) as archive:
        document = find_document(archive, url)
    if not versions and len(document.versions) < 2:
        raise click.ClickException(
            f"{document.url} has one version: nothing has changed since it was first seen."
        )
    old_number, new_number = versions or (-2, -1)
    old = find_version(document, old_number)
    new = find_version(document, new_number)
    lines = _compare_texts(old, new)
    cells = _compare_cells(old, new)
    changed_fields = _compare_fields(old, new)
    if as_json:
        print_json(
            {
                "url": document.url,
                "from": old.number,
                "to": new.number,
                "text": lines,
                "figures": cells,
                "fields": changed_fields,
            }
        )
    else:
        _print_differences(open_console(), lines, cells, changed_fields)


def _compare_texts(old: DocumentVersion, new: DocumentVersion) -> list[str]:
    """Return a unified diff of two texts."""
    lines = difflib.unified_diff(
        old.text.splitlines(),
        new.text.splitlines(),
        f"version {old.number}, first seen {old.first_seen}",
        f"version {new.number}, first seen {new.first_seen}",
        lineterm="",
        n=1,
    )
    return list(lines)


def _compare_cells(old: DocumentVersion, new: DocumentVersion) -> list[dict[str, Any]]:
    """Return the table cells that say something else in the later of two versions."""
    keys = ("table", "row", "column", "from", "to")
    cells = compare_figures(old.figures, new.figures)
    return [dict(zip(keys, cell, strict=True)) for cell in cells]


def _compare_fields(old: DocumentVersion, new: DocumentVersion) -> list[dict[str, Any]]:
    """Return the fields of the reading that differ between two versions."""
    keys = ("field", "from", "to")
    return [dict(zip(keys, field, strict=True)) for field in compare_fields(old, new)]


def _print_differences(
    out: Console,
    lines: list[str],
    cells: list[dict[str, Any]],
    changed_fields: list[dict[str, Any]],
) -> None:
    """Print what differs: fields, figures, text."""
    for field in changed_fields:
        out.print(f"{field['field']}: {field['from']} → {field['to']}", markup=False)
    for cell in cells:
        place = f"{cell['table']} {cell['row']} {cell['column']}"
        old_text = cell["from"] or "–"
        new_text = cell["to"] or "–"
        out.print(f"{place}: {old_text} → {new_text}", markup=False)
    for line in lines:
        out.print(line, style=COLOURS.get(line[:1]), markup=False, highlight=False)
    if not (changed_fields or cells or lines):
        out.print("no difference: the contents are the same")
