"""A page as it was archived: in a frame that lets nothing out, with its evidence around it; the
bytes as a file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nianbao.archive.browse import replay
from nianbao.archive.browse.page import Ask, Crumb, NotHere, Page, Raw
from nianbao.archive.browse.pages.report import agency_crumbs
from nianbao.archive.browse.queries import payloads
from nianbao.archive.browse.queries.payloads import Payload
from nianbao.archive.errors import PayloadDamaged

if TYPE_CHECKING:
    from sqlite_utils import Database

GUARDED = {"Content-Security-Policy": replay.POLICY, "X-Frame-Options": "SAMEORIGIN"}


@dataclass(frozen=True, slots=True)
class Archived:
    """A payload, and whether it is a page that can be shown."""

    payload: Payload
    is_page: bool


def view(db: Database, ask: Ask) -> Page:
    """Show where and when a page was seen, and the page in a frame."""
    payload = _find(db, ask)
    first = payload.places[0]
    crumbs = []
    if first.agency and first.report_year:
        address = ask.to.report(first.region, first.agency, first.report_year)
        crumbs = [
            *agency_crumbs(db, ask, first.region, first.agency),
            Crumb(str(first.report_year), address),
        ]
    is_page = replay.is_page(_content(db, ask))
    title = ask.language("archived.title", title=first.title or first.url)
    return Page(
        "archived.html",
        title,
        Archived(payload, is_page),
        rows=payload.places,
        crumbs=crumbs,
        frames=True,
    )


def framed(db: Database, ask: Ask) -> Raw:
    """Answer the page, cleaned, for the frame. Whatever is left in it could do nothing under
    this policy either.
    """
    payload, content = _find(db, ask), _content(db, ask)
    if not replay.is_page(content):
        raise NotHere(
            ask.language("archived.no_page"),
            [Crumb(payload.sha256, ask.to.archived(payload.sha256))],
        )
    shown = replay.page(content, payload.charset, payload.places[0].title or "")
    return Raw(shown.encode(), "text/html; charset=utf-8", GUARDED)


def content(db: Database, ask: Ask) -> Raw:
    """Answer the bytes as they came, as a file that no browser opens by itself."""
    found = _content(db, ask)
    sha256 = ask.names["sha256"]
    return Raw(
        found,
        "application/octet-stream",
        {"Content-Disposition": f'attachment; filename="{sha256}"', **GUARDED},
    )


def _find(db: Database, ask: Ask) -> Payload:
    payload = payloads.find(db, ask.names["sha256"])
    if payload is None:
        raise NotHere(ask.language("archived.none", sha256=ask.names["sha256"]))
    return payload


def _content(db: Database, ask: Ask) -> bytes:
    try:
        return payloads.content(db, ask.names["sha256"])
    except KeyError as error:
        raise NotHere(
            ask.language("archived.none", sha256=ask.names["sha256"])
        ) from error
    except PayloadDamaged as error:
        raise NotHere(
            ask.language("archived.damaged", sha256=ask.names["sha256"])
        ) from error
