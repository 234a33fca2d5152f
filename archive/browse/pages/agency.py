"""The page of an agency: its years as a strip, its figures as small charts, where they do not
link up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nianbao.archive.browse.page import Ask, Entry, Page
from nianbao.archive.browse.pages.report import named, region_crumbs
from nianbao.archive.browse.queries import agencies

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.browse.queries.agencies import AgencyShown, Change


def view(db: Database, ask: Ask) -> Page:
    """Show an agency over the years."""
    agency = named(db, ask)
    found = agencies.shown(db, agency)
    rows = (
        agencies.panel(db, agency, ask.limit + 1, ask.offset)
        if ask.format == "csv"
        else []
    )
    return Page(
        "agency.html",
        agency.name,
        found,
        rows=rows[: ask.limit],
        entries=[_entry(ask, found, change) for change in found.changes],
        crumbs=region_crumbs(db, ask, agency.region),
        more=len(rows) > ask.limit,
    )


def _entry(ask: Ask, agency: AgencyShown, change: Change) -> Entry:
    address = ask.cite.document(change.url)
    if change.report_year is not None:
        address = ask.cite.report(agency.region, agency.name, change.report_year)
    kind = ask.language.word("kind", change.kind)
    title = change.title or change.url
    updated = change.occurred_at
    return Entry(
        f"{ask.cite.front()}#change-{change.id}",
        f"{kind}: {title}",
        address,
        updated,
        change.url,
    )
