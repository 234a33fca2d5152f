"""An archived page: in a frame that lets nothing out, with its evidence; the bytes as a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nianbao.archive.browse import replay
from nianbao.archive.browse.crumbs import make_report_crumbs
from nianbao.archive.browse.page import (
    BrowsePage,
    Crumb,
    PageNotFound,
    PageRequest,
    RawAnswer,
)
from nianbao.archive.errors import PayloadDamaged
from nianbao.archive.read_model.payloads import (
    PayloadPlace,
    PayloadRow,
    find_payload,
    read_payload,
)
from nianbao.archive.read_model.report_names import ReportName

if TYPE_CHECKING:
    from sqlite_utils import Database

GUARD_HEADERS = {
    "Content-Security-Policy": replay.POLICY,
    "X-Frame-Options": "SAMEORIGIN",
}


@dataclass(frozen=True, slots=True)
class ArchivedPage:
    """A payload, and whether it is a page that can be shown."""

    payload: PayloadRow
    is_page: bool


def show_archived_page(db: Database, request: PageRequest) -> BrowsePage:
    """Show where and when a page was seen, and the page in a frame."""
    payload = _find_payload(db, request)
    is_page = replay.is_html(read_content(db, request, request.path_values["sha256"]))
    first = payload.places[0]
    name = first.title or first.url
    return BrowsePage(
        "archived.html",
        request.language("archived.title", title=name),
        ArchivedPage(payload, is_page),
        rows=payload.places,
        crumbs=make_report_crumbs(db, request, _name_report(first)),
        frames=True,
    )


def _name_report(place: PayloadPlace) -> ReportName:
    return ReportName(
        agency=place.agency,
        region=place.region,
        site=place.agency_site,
        report_year=place.report_year,
        ordinal=None,
    )


def send_framed_page(db: Database, request: PageRequest) -> RawAnswer:
    """Answer the page, cleaned, for the frame.

    Whatever the cleaner misses can do nothing under this policy either.
    """
    payload = _find_payload(db, request)
    content = read_content(db, request, request.path_values["sha256"])
    if not replay.is_html(content):
        link = Crumb(payload.sha256, request.to.archived(payload.sha256))
        raise PageNotFound(request.language("archived.no_page"), [link])
    title = payload.places[0].title or ""
    html = replay.build_page(content, payload.charset, title)
    return RawAnswer(html.encode(), "text/html; charset=utf-8", GUARD_HEADERS)


def send_payload(db: Database, request: PageRequest) -> RawAnswer:
    """Answer the bytes as they came, as a file that no browser opens by itself."""
    content = read_content(db, request, request.path_values["sha256"])
    file_name = request.path_values["sha256"]
    headers = {"Content-Disposition": f'attachment; filename="{file_name}"'}
    return RawAnswer(content, "application/octet-stream", headers | GUARD_HEADERS)


def _find_payload(db: Database, request: PageRequest) -> PayloadRow:
    sha256 = request.path_values["sha256"]
    payload = find_payload(db, sha256)
    if payload is None:
        raise PageNotFound(request.language("archived.none", sha256=sha256))
    return payload


def read_content(db: Database, request: PageRequest, sha256: str) -> bytes:
    """Return the bytes of a payload; raise PageNotFound where they cannot be had."""
    try:
        return read_payload(db, sha256)
    except KeyError as error:
        message = request.language("archived.none", sha256=sha256)
        raise PageNotFound(message) from error
    except PayloadDamaged as error:
        message = request.language("archived.damaged", sha256=sha256)
        raise PageNotFound(message) from error
