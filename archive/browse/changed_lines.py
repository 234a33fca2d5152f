"""Changes of the feed as pages and Atom entries tell them: what changed, and where to see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from nianbao.archive.browse.page import FeedEntry
from nianbao.archive.read_model.report_changes import ReportChange
from nianbao.archive.read_model.version_changes import (
    CHANGED_KINDS,
    find_version_change,
)
from nianbao.archive.table_layout import load_layout

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlite_utils import Database

    from nianbao.archive.browse.addresses import Addresses
    from nianbao.archive.browse.languages import Language
    from nianbao.archive.browse.page import PageRequest
    from nianbao.archive.read_model.changes import PageChange
    from nianbao.archive.read_model.version_changes import ChangedCell, VersionChange

MOST_CELLS = 3  # that a line names


class ChangedLine(NamedTuple):
    """What changed in words, and the address of both versions side by side."""

    words: str
    address: str


def describe_changes(
    db: Database,
    changes: Iterable[PageChange | ReportChange],
    request: PageRequest,
    to: Addresses,
) -> dict[int, ChangedLine]:
    """Return what changed for each change of content, by the number of the change."""
    lines = {}
    for change in changes:
        if change.kind not in CHANGED_KINDS:
            continue
        earlier: tuple[str | None, int | None] = (None, None)
        if isinstance(change, ReportChange):
            earlier = (change.previous_url, change.previous_version)
        difference = find_version_change(db, change.url, change.version, *earlier)
        if difference is not None:
            lines[change.id] = make_changed_line(difference, request.language, to)
    return lines


def make_changed_line(
    change: VersionChange, language: Language, to: Addresses
) -> ChangedLine:
    """Return what a version changed in words, and where both are side by side."""
    target = None if change.url == change.earlier_url else change.url
    address = to.diff(change.earlier_url, change.earlier_at, change.at, target)
    return ChangedLine(describe_version_change(change, language), address)


def describe_version_change(change: VersionChange, language: Language) -> str:
    """Return what a version changed, in words."""
    parts = []
    if change.equals is not None:
        numbers = {"number": str(change.version), "equal": str(change.equals)}
        parts.append(language("change.equals", **numbers))
    for cell in change.cells[:MOST_CELLS]:
        parts.append(_describe_cell(cell, language))
    if len(change.cells) > MOST_CELLS:
        parts.append(language("change.more", n=len(change.cells) - MOST_CELLS))
    if change.line is not None:
        before, after = change.line
        parts.append(f"“{before or '–'}” → “{after or '–'}”")
    return language("change.join").join(parts)


def _describe_cell(cell: ChangedCell, language: Language) -> str:
    row = cell.row_label
    column = cell.column_label
    if language.code == "en":
        row = load_layout()["rows"].get(cell.row, row)
        column = load_layout()["columns"].get(cell.column, column)
    return f"{row}·{column} {cell.before or '–'} → {cell.after or '–'}"


# --- entries of Atom --------------------------------------------------------------------


def make_change_entries(
    db: Database, changes: Sequence[PageChange | ReportChange], request: PageRequest
) -> list[FeedEntry]:
    """Return an entry for each change; that of a changed content says what changed.

    Its id is the number of the change in this archive, which only grows.
    """
    lines = describe_changes(db, changes, request, request.cite)
    return [_make_entry(change, lines.get(change.id), request) for change in changes]


def _make_entry(
    change: PageChange | ReportChange, line: ChangedLine | None, request: PageRequest
) -> FeedEntry:
    kind = request.language.word("kind", change.kind)
    summary = f"{kind} · {change.site} · {change.url}"
    if change.moved_to:
        summary += f" → {change.moved_to}"
    address = _change_address(change, request)
    if line is not None:
        address = line.address
        summary = f"{line.words} · {summary}"
    return FeedEntry(
        id=f"{request.cite.changes()}#{change.id}",
        title=f"{kind}: {change.title or change.url}",
        address=address,
        updated=change.occurred_at,
        summary=summary,
    )


def _change_address(change: PageChange | ReportChange, request: PageRequest) -> str:
    """Return the address of the report, or of the document if the report is unknown."""
    if change.known and change.agency is not None and change.report_year is not None:
        return request.cite.report(
            change.region, change.agency, change.report_year, site=change.agency_site
        )
    return request.cite.document(change.url, at=change.at)
