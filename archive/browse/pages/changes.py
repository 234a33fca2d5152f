"""The latest changes of the pages that carry reports, or of the reports themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nianbao.archive.browse.changed_lines import (
    ChangedLine,
    describe_changes,
    make_change_entries,
)
from nianbao.archive.browse.page import BrowsePage, FeedEntry, PageRequest
from nianbao.archive.events.feed import PAGE_KINDS, REPORT_KINDS
from nianbao.archive.read_model.changes import PageChange, select_latest_changes
from nianbao.archive.read_model.report_changes import (
    ReportChange,
    select_report_changes,
)

if TYPE_CHECKING:
    from sqlite_utils import Database

PAGES, REPORTS = "pages", "reports"
MOST_DESCRIBED = 50  # changes: of more, an answer to a program says what happened only


@dataclass(frozen=True, slots=True)
class ChangesPage:
    """What the page shows: changes of pages or of reports."""

    kind: str | None
    kinds: tuple[str, ...]
    changes: Sequence[PageChange | ReportChange]
    about: str
    lines: dict[int, ChangedLine]  # what changed, by the number of the change


def show_changes(db: Database, request: PageRequest) -> BrowsePage:
    """Show a page of changes, the newest first; `kind` filters them.

    `about=reports` shows those of reports, whatever their addresses.
    """
    kind = request.get_text("kind") or None
    about = PAGES
    kinds: tuple[str, ...] = PAGE_KINDS
    if request.get_text("about") == REPORTS or kind in REPORT_KINDS:
        about = REPORTS
        kinds = REPORT_KINDS
    rows = _select_changes(db, request, about, kind)
    changes = rows[: request.limit]
    entries: Sequence[FeedEntry] = ()
    if request.format == "atom":
        entries = make_change_entries(db, changes, request)
    lines = describe_changes(db, changes[:MOST_DESCRIBED], request, request.to)
    return BrowsePage(
        "changes.html",
        request.language("changes.title"),
        ChangesPage(kind, kinds, changes, about, lines),
        rows=changes,
        entries=entries,
        more=len(rows) > request.limit,
    )


def _select_changes(
    db: Database, request: PageRequest, about: str, kind: str | None
) -> Sequence[PageChange | ReportChange]:
    """Return a page of changes and one more, if there are more."""
    limit = request.limit + 1
    if about == REPORTS:
        return select_report_changes(db, limit, request.offset, kind)
    return select_latest_changes(db, limit, request.offset, kind)
