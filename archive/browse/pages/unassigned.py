"""The reports of which the agency or the year could not be read, each with its page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nianbao.archive.browse.page import BrowsePage, PageRequest
from nianbao.archive.browse.remembered import get_figure_reader, get_overview
from nianbao.archive.read_model.overviews.unassigned import (
    UnassignedEntry,
    select_unassigned_reports,
)

if TYPE_CHECKING:
    from sqlite_utils import Database


@dataclass(frozen=True, slots=True)
class UnassignedPage:
    """What the page shows."""

    site: str | None  # the reports of this site only
    unassigned: int  # of all sites
    reports: list[UnassignedEntry]


def show_unassigned(db: Database, request: PageRequest) -> BrowsePage:
    """Show a page of unassigned reports, in the order of their addresses."""
    site = request.get_text("site") or None
    reader = get_figure_reader(db, request)
    rows = select_unassigned_reports(
        db, reader, site, request.limit + 1, request.offset
    )
    reports = rows[: request.limit]
    overview = get_overview(db, request)
    return BrowsePage(
        "unassigned.html",
        request.language("unassigned.title"),
        UnassignedPage(site, overview.unassigned, reports),
        rows=reports,
        more=len(rows) > request.limit,
    )
