"""The page of one document by its address, whether it is known whose report it is or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nianbao.archive.browse.page import Ask, Crumb, NotHere, Page
from nianbao.archive.browse.pages import report
from nianbao.archive.browse.queries import reports

if TYPE_CHECKING:
    from sqlite_utils import Database


def view(db: Database, ask: Ask) -> Page:
    """Show a document as it stands, or stood at a moment."""
    url, at = ask.text("url"), report.moment(ask, ask.text("at"))
    found = reports.document(db, url, at)
    if found is None:
        links = (
            [Crumb(ask.language("report.as_it_stands"), ask.to.document(url))]
            if at
            else []
        )
        raise NotHere(ask.language("document.none", url=url or "–"), links)
    crumbs = []
    if found.agency and found.report_year:
        address = ask.to.report(found.region, found.agency, found.report_year)
        crumbs = [
            *report.agency_crumbs(db, ask, found.region, found.agency),
            Crumb(str(found.report_year), address),
        ]
    return Page(
        "document.html",
        found.shown.title or found.shown.url,
        found,
        rows=list(report.lines(found.shown)),
        crumbs=crumbs,
        cited=ask.cite.document(
            found.shown.url, at=found.shown.first_seen[: report.SECOND] + "Z"
        ),
    )
