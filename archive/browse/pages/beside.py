"""The frame with both panes: a document of its own, under the policy of archived pages.

Both panes stand in one document, for no script may run in either: which cell is touched, style
rules alone can tell, and only within a document.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from nianbao.archive.browse import replay
from nianbao.archive.browse.beside.marked_page import MarkedPage, mark_page
from nianbao.archive.browse.formats import get_environment
from nianbao.archive.browse.page import PageNotFound, PageRequest, RawAnswer
from nianbao.archive.browse.pages.archived import GUARD_HEADERS, read_content
from nianbao.archive.browse.pages.document import find_document_page
from nianbao.archive.browse.pages.report import get_moment
from nianbao.archive.read_model.payloads import find_payload, load_images

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlite_utils import Database

    from nianbao.archive.browse.shown_version import ShownVersion

NO_PAGE = MarkedPage("", {})


def send_beside(db: Database, request: PageRequest) -> RawAnswer:
    """Answer a version as its page printed it, beside what was read: `/beside?url=…&at=…`."""
    url = request.get_text("url")
    data = find_document_page(db, url, get_moment(request, request.get_text("at")))
    if data is None:
        raise PageNotFound(request.language("document.none", url=url or "–"))
    images = load_images(db, data.shown.visit_id)
    shown_images = {
        address: image
        for address, image in images.items()
        if image is not None and replay.is_shown_image(image)
    }
    original = _mark_original(db, request, data.shown, shown_images)
    document = (
        get_environment()
        .get_template("beside.html")
        .render(
            t=request.language,
            shown=data.shown,
            original=Markup(original.html),  # it is clean, and the policy guards it
            numbers=original.numbers,
            images_left=len(images) - len(shown_images),
            style=Markup(replay.STYLE),
        )
    )
    return RawAnswer(document.encode(), "text/html; charset=utf-8", GUARD_HEADERS)


def _mark_original(
    db: Database,
    request: PageRequest,
    shown: ShownVersion,
    images: Mapping[str, bytes],
) -> MarkedPage:
    """Return the archived page; nothing of what is no page: a PDF, a Word document."""
    content = read_content(db, request, shown.payload_sha256)
    if not replay.is_html(content):
        return NO_PAGE
    payload = find_payload(db, shown.payload_sha256)
    charset = payload.charset if payload else None
    return mark_page(content, charset, shown.tables, images)
