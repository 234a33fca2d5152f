"""Attachments: the files that a report's body links to or shows in a frame."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urljoin

from nianbao.archive.records import Attachment

_FILE_NAME = re.compile(
    r"\.(?:pdf|docx?|xlsx?|wps|et|ofd|zip|rar|7z|pptx?|csv|txt|rtf|mht(?:ml)?|od[ts])(?:$|[?#&])",
    re.IGNORECASE,
)
_OTHER_SCHEMES = ("javascript:", "mailto:", "#")


def collect_attachments(
    links: Sequence[tuple[str, str]],
    url: str | None,
) -> tuple[Attachment, ...]:
    """Return each linked file once, in order, its address made absolute.

    A link leads to a file by the name in its address or in its text. The kind is found out
    later by the magic bytes: download addresses give error pages with status 200.
    """
    attachments: dict[str, Attachment] = {}
    for address, label in links:
        if is_file(address, label):
            file_url = _resolve_address(url, address)
            attachments.setdefault(file_url, Attachment(file_url, ""))
    return tuple(attachments.values())


def is_file(address: str, label: str) -> bool:
    """Tell whether a link leads to a file."""
    if address.lower().startswith(_OTHER_SCHEMES):
        return False
    if _FILE_NAME.search(address):
        return True
    return "/" in address and _FILE_NAME.search(label) is not None


def _resolve_address(url: str | None, address: str) -> str:
    if not url:
        return address
    try:
        return urljoin(url, address)
    except ValueError:
        return address  # an address that is none: http://[::1
