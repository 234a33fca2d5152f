"""Atom entries of the changes of pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from nianbao.archive.browse.page import FeedEntry, PageRequest

if TYPE_CHECKING:
    from nianbao.archive.read_model.changes import PageChange
    from nianbao.archive.read_model.report_changes import ReportChange


def make_change_entries(
    changes: Iterable[PageChange | ReportChange], request: PageRequest
) -> list[FeedEntry]:
    """Return an entry for each change.

    Its id is the number of the change in this archive, which only grows.
    """
    return [_make_entry(change, request) for change in changes]


def _make_entry(change: PageChange | ReportChange, request: PageRequest) -> FeedEntry:
    kind = request.language.word("kind", change.kind)
    summary = f"{kind} · {change.site} · {change.url}"
    if change.moved_to:
        summary += f" → {change.moved_to}"
    return FeedEntry(
        id=f"{request.cite.changes()}#{change.id}",
        title=f"{kind}: {change.title or change.url}",
        address=_change_address(change, request),
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
