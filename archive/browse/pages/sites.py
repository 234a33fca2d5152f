"""The sites that were crawled, and how the last crawl of each went."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nianbao.archive.browse.page import BrowsePage, PageRequest
from nianbao.archive.browse.remembered import get_site_statuses
from nianbao.archive.read_model.crawls.health_rules import find_advice
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
    rows = [
        _translate_advice(status, request.language.code)
        for status in statuses[request.offset : end]
    ]
    return BrowsePage(
        "sites.html",
        request.language("sites.title"),
        SitesPage(rows),
        rows=rows,
        more=len(statuses) > end,
    )


def _translate_advice(status: SiteStatus, language: str) -> SiteStatus:
    """Return a status whose reasons say what to do in a language."""
    reasons = []
    for reason in status.reasons:
        advice = find_advice(reason.rule, language)
        reasons.append(replace(reason, advice=advice))
    return replace(status, reasons=tuple(reasons))
