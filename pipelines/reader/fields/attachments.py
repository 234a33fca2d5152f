"""Attachments: the files that a report's body links to or shows in a frame."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urljoin

from nianbao.archive.records import Attachment

_FILE = re.compile(
    r"\.(?:pdf|docx?|xlsx?|wps|et|ofd|zip|rar|pptx?|csv|txt|rtf)(?:$|[?#&])",
    re.IGNORECASE,
)
_NO_FILE = ("javascript:", "mailto:", "#")


def read(links: Sequence[tuple[str, str]], url: str | None) -> tuple[Attachment, ...]:
    """Return each linked file once, in order, its address made absolute; by name of address or
    of link text.

    The kind is settled later by the magic bytes: download addresses give error pages with
    status 200.
    """
    found: dict[str, Attachment] = {}
    for address, label in links:
        if is_file(address, label):
            full = _joined(url, address)
            found.setdefault(full, Attachment(full, ""))
    return tuple(found.values())


def is_file(address: str, label: str) -> bool:
    """Tell whether a link leads to a file."""
    if address.lower().startswith(_NO_FILE):
        return False
    return bool(_FILE.search(address)) or ("/" in address and bool(_FILE.search(label)))


def _joined(url: str | None, address: str) -> str:
    try:
        return urljoin(url, address) if url else address
    except ValueError:
        return address  # an address that is none: http://[::1
