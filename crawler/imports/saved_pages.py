"""Saved pages: files that hold one page each and say themselves where and when it was seen.

Those that do not say it are not taken.
"""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage, Message
from email.utils import parsedate_to_datetime
from html import unescape
from pathlib import Path

from nianbao.archive.clock import utc_text
from nianbao.crawler.imports.items import ImportItem, PageItem, RefusedItem
from nianbao.crawler.settings import DOWNLOAD_MAXSIZE

# what browsers write at the top of a page they save: the length of the address, then the address
COMMENT = re.compile(rb"<!--\s*saved from url=\((\d{4})\)(\S+)\s*-->")
# what systems of Chinese government sites write into the head of a page: its own address
META = re.compile(rb"<meta\s[^<>]{1,4000}>", re.I)
META_NAME = re.compile(rb"""\bname\s*=\s*["']?url["'\s/>]""", re.I)
META_CONTENT = re.compile(
    rb"""\bcontent\s*=\s*(?:"([^"]+)"|'([^']+)'|([^\s"'>]+))""", re.I
)
TOP_BYTES = 4096
HEAD_BYTES = 1 << 16
NO_TIME = (
    "it does not say when it was seen: name it in a manifest,"
    " or say --file-times if the file's time is that"
)
TOO_LARGE = f"has more than {DOWNLOAD_MAXSIZE} bytes"


def load_page(
    path: Path, url: str, visited_at: str, content_type: str | None = None
) -> ImportItem:
    """Return a file as the page at an address at a time."""
    if path.stat().st_size > DOWNLOAD_MAXSIZE:
        return RefusedItem(str(path), TOO_LARGE)
    headers = (("Content-Type", content_type),) if content_type else ()
    return PageItem(str(path), url, visited_at, None, headers, path.read_bytes())


def load_commented_page(path: Path, *, file_times: bool) -> ImportItem:
    """Return a page that a browser saved: its address is in a comment at the top, else in a meta
    tag.
    """
    url = _url_in_comment(path) or _url_in_meta(path)
    if url is None:
        return RefusedItem(
            str(path), "it does not say where it was seen: name it in a manifest"
        )
    if not file_times:
        return RefusedItem(str(path), NO_TIME)
    return load_page(path, url, file_time(path))


def _url_in_comment(path: Path) -> str | None:
    """Return the address in the comment that browsers write; None without a sound one."""
    with path.open("rb") as file:
        match = COMMENT.search(file.read(TOP_BYTES))
    if match is None:
        return None
    url = match[2].decode("latin-1")
    if int(match[1]) != len(url) or not url.startswith(("http://", "https://")):
        return None
    return url


def _url_in_meta(path: Path) -> str | None:
    """Return the address in the tag `<meta name="Url">`; None without one, or with several."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    urls = set()
    for tag in META.findall(head):
        content = META_CONTENT.search(tag)
        if content is not None and META_NAME.search(tag):
            value = next(group for group in content.groups() if group is not None)
            urls.add(unescape(value.decode("latin-1")).strip())
    addresses = [url for url in urls if url.startswith(("http://", "https://"))]
    return addresses[0] if len(addresses) == len(urls) == 1 else None


def file_time(path: Path) -> str:
    """Return when a file was last changed."""
    return utc_text(datetime.fromtimestamp(path.stat().st_mtime, UTC))


@dataclass(frozen=True, slots=True)
class MhtmlPage:
    """The page of an MHTML file, as far as the file has it."""

    url: str
    saved_at: str | None
    body: bytes | None
    content_type: str


def load_mhtml(path: Path) -> ImportItem:
    """Return the page of an MHTML file, which says where and when it was saved."""
    if path.stat().st_size > DOWNLOAD_MAXSIZE:
        return RefusedItem(str(path), TOO_LARGE)
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    try:
        page = _parse_mhtml(message)
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        return RefusedItem(str(path), f"no MHTML file of one page: {error}")
    if page.body is None or not page.url.startswith(("http://", "https://")):
        return RefusedItem(str(path), "no MHTML file of one page with its address")
    if page.saved_at is None:
        return RefusedItem(str(path), NO_TIME)
    headers = (("Content-Type", page.content_type),)
    return PageItem(str(path), page.url, page.saved_at, None, headers, page.body)


def _parse_mhtml(message: EmailMessage) -> MhtmlPage:
    """Return the page of a message. Raises what the email package does on a broken one."""
    location = message["Snapshot-Content-Location"] or message["Content-Location"]
    saved_at = None
    if message["Date"]:
        instant = parsedate_to_datetime(str(message["Date"]))
        saved_at = utc_text(instant) if instant.tzinfo is not None else None
    body = None
    content_type = ""
    root = _html_part(message)
    if root is not None:
        payload = root.get_payload(decode=True)
        body = payload if isinstance(payload, bytes) else None
        content_type = str(root["Content-Type"])
    return MhtmlPage(str(location or "").strip(), saved_at, body, content_type)


def _html_part(message: EmailMessage) -> Message | None:
    for part in message.walk():
        if part.get_content_type() == "text/html":
            return part
    return None
