"""Saved pages: files that hold one page each and say themselves where and when it was seen, or
are not taken.
"""

from __future__ import annotations

import email
import email.policy
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

from nianbao.archive.clock import utc_text
from nianbao.crawler.imports.items import Item, Page, Refused
from nianbao.crawler.settings import DOWNLOAD_MAXSIZE

# what browsers write at the top of a page they save: the length of the address, then the address
COMMENT = re.compile(rb"<!--\s*saved from url=\((\d{4})\)(\S+)\s*-->")
TOP_BYTES = 4096
NO_TIME = "it does not say when it was seen: name it in a manifest, or say --file-times if the file's time is that"
TOO_LARGE = f"has more than {DOWNLOAD_MAXSIZE} bytes"


def page(
    path: Path, url: str, visited_at: str, content_type: str | None = None
) -> Item:
    """Return a file as the page at an address at a time."""
    if path.stat().st_size > DOWNLOAD_MAXSIZE:
        return Refused(str(path), TOO_LARGE)
    headers = (("Content-Type", content_type),) if content_type else ()
    return Page(str(path), url, visited_at, None, headers, path.read_bytes())


def commented(path: Path, *, file_times: bool) -> Item:
    """Return a page that a browser saved, with its address in a comment at the top."""
    with path.open("rb") as file:
        found = COMMENT.search(file.read(TOP_BYTES))
    url = found[2].decode("latin-1") if found else ""
    if (
        not found
        or int(found[1]) != len(url)
        or not url.startswith(("http://", "https://"))
    ):
        return Refused(
            str(path), "it does not say where it was seen: name it in a manifest"
        )
    if not file_times:
        return Refused(str(path), NO_TIME)
    return page(path, url, file_time(path))


def file_time(path: Path) -> str:
    """Return when a file was last changed."""
    return utc_text(datetime.fromtimestamp(path.stat().st_mtime, UTC))


def mhtml(path: Path) -> Item:
    """Return the page of an MHTML file, which says where and when it was saved."""
    if path.stat().st_size > DOWNLOAD_MAXSIZE:
        return Refused(str(path), TOO_LARGE)
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    try:
        url = str(
            message["Snapshot-Content-Location"] or message["Content-Location"] or ""
        ).strip()
        root = next(
            (part for part in message.walk() if part.get_content_type() == "text/html"),
            None,
        )
        body = root.get_payload(decode=True) if root is not None else None
        at = parsedate_to_datetime(str(message["Date"])) if message["Date"] else None
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        return Refused(str(path), f"no MHTML file of one page: {error}")
    if (
        root is None
        or not isinstance(body, bytes)
        or not url.startswith(("http://", "https://"))
    ):
        return Refused(str(path), "no MHTML file of one page with its address")
    if at is None or at.tzinfo is None:
        return Refused(str(path), NO_TIME)
    kind = (("Content-Type", str(root["Content-Type"])),)
    return Page(str(path), url, utc_text(at), None, kind, body)
