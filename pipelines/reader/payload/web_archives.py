"""Web archives: a page that Word or Excel saved as MHTML, often under the name .doc or .xls.

It is a MIME message whose parts are the page, its sheets and its images. The page is read.
"""

from __future__ import annotations

import re
from email import message_from_bytes
from email.message import Message
from typing import NamedTuple

_MAX_HEADER_LENGTH = 2_000
_MAX_PARTS = 500
_HEADER = re.compile(
    rb"\s*(?:[A-Za-z][\w-]{0,40}:[^\n]{0,300}\r?\n(?:[ \t][^\n]*\n)*)+"
)
_VERSION = re.compile(rb"^mime-version:", re.IGNORECASE | re.MULTILINE)
_HIDDEN_SHEET = re.compile(rb"<x:Visible>\s*Sheet(?:Very)?Hidden", re.IGNORECASE)
_FRAMESET = re.compile(rb"<frameset", re.IGNORECASE)


class WebPage(NamedTuple):
    """The bytes of a page, and the content type that was given for them."""

    payload: bytes
    content_type: str | None


def is_web_archive(payload: bytes) -> bool:
    """Tell a MIME message from a page: it begins with headers, and names its version."""
    beginning = payload[:_MAX_HEADER_LENGTH]
    header = _HEADER.match(beginning)
    return header is not None and _VERSION.search(header[0]) is not None


def extract_web_page(payload: bytes) -> WebPage | None:
    """Return the page of a web archive, its visible sheets one after the other; None without one.

    Of a workbook the frames that hold the sheets are left out. Parts within parts without end
    hold no page.
    """
    try:
        message = message_from_bytes(payload.lstrip())
    except RecursionError:
        return None
    pages: list[WebPage] = []
    for number, part in enumerate(message.walk()):
        if number >= _MAX_PARTS:
            break
        if part.get_content_type() in ("text/html", "application/xhtml+xml"):
            page = _decode_part(part)
            if not _FRAMESET.search(page) and not _HIDDEN_SHEET.search(page):
                pages.append(WebPage(page, part.get("Content-Type")))
    if not pages:
        return None
    joined = b"\n".join(page.payload for page in pages)
    return WebPage(joined, pages[0].content_type)


def _decode_part(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""
