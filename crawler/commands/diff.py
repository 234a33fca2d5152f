"""`nianbao diff`: what changed between two versions of a report, or of a page."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any, NamedTuple

import click
from rich.console import Console
from rich.text import Text

from nianbao.archive import Archive
from nianbao.archive.derived.figures import compare_figures
from nianbao.archive.read_model.documents import (
    Document,
    DocumentVersion,
    compare_fields,
    find_equal_version,
    find_last_change,
)
from nianbao.archive.read_model.reports import find_report_id
from nianbao.crawler.commands.find_document import (
    find_agency_of_year,
    find_document,
    find_version,
)
from nianbao.crawler.commands.options import (
    agency_site_option,
    archive_option,
    json_option,
    print_json,
)
from nianbao.crawler.commands.terminal.console import open_console
from nianbao.crawler.language import translate, translate_word

HEAD_LINES = 2  # of a unified diff: which versions it compares
COLOURS = {"+": "green", "-": "red", "@": "cyan"}  # of lines, by their first character


@click.command()
@click.argument("target")
@click.argument("numbers", type=int, nargs=-1)
@agency_site_option
@archive_option
@json_option
def diff(
    target: str,
    numbers: tuple[int, ...],
    site: str | None,
    path: Path,
    as_json: bool,
) -> None:
    """Show what changed in a report: its text and its figures.

    By the address of a page: what its last version changed of the one before it of the same
    report, or two versions by their numbers. By agency and year: what the version that stands
    for the report changed of the last one before it, whatever their addresses are.

    \b
    nianbao diff http://xixia.localhost:8620/zwgk/…
    nianbao diff http://xixia.localhost:8620/zwgk/… 1 3
    nianbao diff 上高县锦江镇人民政府 2020
    """
    with Archive(path) as archive:
        if len(numbers) == 1:
            pair = _find_versions_of_report(archive, target, numbers[0], site)
        else:
            pair = _find_versions_of_page(archive, target, numbers)
    lines = _compare_texts(pair.old, pair.new)
    cells = _compare_cells(pair.old, pair.new)
    changed_fields = _compare_fields(pair.old, pair.new)
    if as_json:
        print_json(
            {
                "url": pair.new_url,
                "from_url": pair.old_url,
                "from": pair.old.number,
                "to": pair.new.number,
                "equals": pair.equals,
                "text": lines,
                "figures": cells,
                "fields": changed_fields,
            }
        )
    else:
        out = open_console()
        if pair.equals is not None:
            equal = f"version {pair.new.number} equals version {pair.equals}: reverted"
            out.print(equal, highlight=False)
        _print_differences(out, lines, cells, changed_fields)


class _VersionPair(NamedTuple):
    """Two versions that are compared, with the addresses of their pages."""

    old_url: str
    old: DocumentVersion
    new_url: str
    new: DocumentVersion
    equals: int | None  # the first version of the page that the new one takes back to


def _find_versions_of_page(
    archive: Archive, url: str, numbers: tuple[int, ...]
) -> _VersionPair:
    document = find_document(archive, url)
    if len(numbers) > 2:
        raise click.UsageError("two versions can be compared, no more.")
    if numbers:
        old, new = (find_version(document, number) for number in numbers)
        return _make_pair(document, old, document, new)
    new = document.versions[-1]
    if len(document.versions) == 1:
        raise click.ClickException(
            f"{document.url} has one version: nothing has changed since it was first seen."
        )
    if new.previous is None:
        raise click.ClickException(
            f"{document.url}: version {new.number} is the first of another report than the"
            f" version before it. `nianbao diff {document.url} {new.number - 1}"
            f" {new.number}` compares them all the same."
        )
    old = find_version(document, new.previous)
    return _make_pair(document, old, document, new)


def _make_pair(
    source: Document, old: DocumentVersion, target: Document, new: DocumentVersion
) -> _VersionPair:
    equal = find_equal_version(target, new)
    number = equal.number if equal else None
    return _VersionPair(source.url, old, target.url, new, number)


def _find_versions_of_report(
    archive: Archive, name: str, year: int, site: str | None
) -> _VersionPair:
    agency = find_agency_of_year(archive, name, year, site)
    report_id = find_report_id(archive.db, agency.id, year)
    places = None
    if report_id is not None:
        places = find_last_change(archive.db, report_id)
    if places is None:
        raise click.ClickException(
            f"{name} {year}: the report has not changed since it was first seen."
        )
    old_place, new_place = places
    source = find_document(archive, old_place.url)
    target = find_document(archive, new_place.url)
    old = find_version(source, old_place.number)
    return _make_pair(source, old, target, find_version(target, new_place.number))


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
    """Print what differs: fields, figures, text. What pages say is no text of ours."""
    for field in changed_fields:
        name = translate_word(field["field"])
        out.print(Text(f"{name}: {field['from']} → {field['to']}"))
    for cell in cells:
        place = f"{cell['table']} {cell['row']} {cell['column']}"
        old_text = cell["from"] or "–"
        new_text = cell["to"] or "–"
        out.print(Text(f"{place}: {old_text} → {new_text}"))
    for line in lines[:HEAD_LINES]:
        out.print(Text(line[:4] + translate(line[4:]), COLOURS.get(line[:1], "")))
    for line in lines[HEAD_LINES:]:
        out.print(Text(line, COLOURS.get(line[:1], "")))
    if not (changed_fields or cells or lines):
        out.print("no difference: the contents are the same")
