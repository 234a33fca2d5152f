"""The sites that were crawled, and how the last crawl of each went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from archive import health
from archive.browse.page import Ask, Page

if TYPE_CHECKING:
    from sqlite_utils import Database

    from archive.health import SiteStatus


@dataclass(frozen=True, slots=True)
class Sites:
    """What the page shows."""

    sites: list[SiteStatus]


def view(db: Database, ask: Ask) -> Page:
    """Show every site."""
    found: list[SiteStatus] = ask.remember("sites", lambda: health.sites(db))
    shown = found[ask.offset : ask.offset + ask.limit]
    more = len(found) > ask.offset + ask.limit
    return Page("sites.html", ask.language("sites.title"), Sites(shown), rows=shown, more=more)
