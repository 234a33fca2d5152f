"""The sites that were crawled, and how the last crawl of each went."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nianbao.archive.browse.languages import Language
from nianbao.archive.browse.page import BrowsePage, PageRequest
from nianbao.archive.browse.remembered import get_site_statuses
from nianbao.archive.finding_texts import translate_message
from nianbao.archive.read_model.crawls.health_reasons import ENDED_EARLY, HealthReason
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
        _translate_reasons(status, request.language)
        for status in statuses[request.offset : end]
    ]
    return BrowsePage(
        "sites.html",
        request.language("sites.title"),
        SitesPage(rows),
        rows=rows,
        more=len(statuses) > end,
    )


def _translate_reasons(status: SiteStatus, language: Language) -> SiteStatus:
    """Return a status whose reasons say what is wrong and what to do in a language."""
    reasons = []
    for reason in status.reasons:
        advice = find_advice(reason.rule, language.code)
        message = _translate_message(reason, status.last_reason, language)
        reasons.append(replace(reason, message=message, advice=advice))
    return replace(status, reasons=tuple(reasons))


def _translate_message(
    reason: HealthReason, last_reason: str | None, language: Language
) -> str:
    if reason.rule == ENDED_EARLY and last_reason:
        word = language.word("end", last_reason)
        return language("sites.ended_early", reason=word)
    if not reason.parameters:
        return reason.message
    parameters = json.loads(reason.parameters)
    return translate_message(reason.rule, reason.message, parameters, language.code)
