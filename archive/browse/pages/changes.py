"""The latest changes of the pages that carry reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nianbao.archive.browse.feeds import make_change_entries
from nianbao.archive.browse.page import BrowsePage, FeedEntry, PageRequest
from nianbao.archive.read_model.changes import (
    PAGE_KINDS,
    PageChange,
    select_latest_changes,
)

if TYPE_CHECKING:
    from sqlite_utils import Database


@dataclass(frozen=True, slots=True)
class ChangesPage:
    """What the page shows."""

    kind: str | None
    kinds: tuple[str, ...]
    changes: list[PageChange]


def show_changes(db: Database, request: PageRequest) -> BrowsePage:
    """Show a page of changes, the newest first; `kind` filters them."""
    kind = request.get_text("kind") or None
    rows = select_latest_changes(db, request.limit + 1, request.offset, kind)
    changes = rows[: request.limit]
    entries: Sequence[FeedEntry] = ()
    if request.format == "atom":
        entries = make_change_entries(changes, request)
    return BrowsePage(
        "changes.html",
        request.language("changes.title"),
        ChangesPage(kind, PAGE_KINDS, changes),
        rows=changes,
        entries=entries,
        more=len(rows) > request.limit,
    )
