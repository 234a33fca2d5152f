"""The sites that were crawled, and how the last crawl of each went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nianbao.archive.browse.page import BrowsePage, PageRequest
from nianbao.archive.browse.remembered import get_site_statuses
from nianbao.archive.read_model.crawls.site_status import SiteStatus

if TYPE_CHECKING:
    from sqlite_utils import Database


@dataclass(frozen=True, slots=True)
class SitesPage:
    """What the page shows."""

    sites: list[SiteStatus]


def show_sites(db: Database, request: PageRequest) -> BrowsePage:
    """Show every site."""
    statuses = get_site_statuses(db, request)
    end = request.offset + request.limit
    rows = statuses[request.offset : end]
    return BrowsePage(
        "sites.html",
        request.language("sites.title"),
        SitesPage(rows),
        rows=rows,
        more=len(statuses) > end,
    )
