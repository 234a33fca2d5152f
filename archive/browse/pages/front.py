"""The front page: what the archive holds, and where to begin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive.browse.page import Ask, Page
from archive.browse.queries import whole

if TYPE_CHECKING:
    from sqlite_utils import Database


def view(db: Database, ask: Ask) -> Page:
    """Show the front page."""
    return Page("front.html", ask.language("site.title"), whole.held(db, ask))
