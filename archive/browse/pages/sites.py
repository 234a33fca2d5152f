"""The sites that were crawled, and how the last crawl of each went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nianbao.archive.browse.page import Ask, Page
from nianbao.archive.read_model import site_health

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.read_model.site_health import SiteStatus


@dataclass(frozen=True, slots=True)
class Sites:
    """What the page shows."""

    sites: list[SiteStatus]


def view(db: Database, ask: Ask) -> Page:
    """Show every site."""
    found: list[SiteStatus] = ask.remember("sites", lambda: site_health.sites(db))
    shown = found[ask.offset : ask.offset + ask.limit]
    more = len(found) > ask.offset + ask.limit
    return Page(
        "sites.html", ask.language("sites.title"), Sites(shown), rows=shown, more=more
    )
