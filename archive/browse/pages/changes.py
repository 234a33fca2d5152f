"""The latest changes to the pages that carry reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nianbao.archive.browse import feeds
from nianbao.archive.browse.page import Ask, Page
from nianbao.archive.browse.queries import changes

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.browse.queries.changes import Changed


@dataclass(frozen=True, slots=True)
class Changes:
    """What the page shows."""

    kind: str | None
    kinds: tuple[str, ...]
    changes: list[Changed]


def view(db: Database, ask: Ask) -> Page:
    """Show a page of changes, the newest first; `kind` narrows them down."""
    kind = ask.text("kind") or None
    found = changes.latest(db, ask.limit + 1, ask.offset, kind)
    shown = found[: ask.limit]
    return Page(
        "changes.html",
        ask.language("changes.title"),
        Changes(kind, changes.KINDS, shown),
        rows=shown,
        entries=feeds.of_changes(shown, ask) if ask.format == "atom" else (),
        more=len(found) > ask.limit,
    )
