"""Which payloads are read as text: no files and images, and none that is too large."""

from __future__ import annotations

import re

MAX_BYTES = 8_000_000
MAX_TAGS = 300_000
_MAGIC_BYTES = (
    b"%PDF",
    b"PK\x03\x04",  # ZIP, DOCX, XLSX
    b"\xd0\xcf\x11\xe0",  # DOC, XLS
    b"\x89PNG",
    b"\xff\xd8\xff",  # JPEG
    b"GIF8",
    b"Rar!",
    b"\x1f\x8b",  # GZIP
    b"7z\xbc\xaf",
    b"{\\rtf",
)
_EMBEDDED_DATA = re.compile(rb"data:[\w/+.-]{1,60};base64,[A-Za-z0-9+/=\s%]*")


def is_binary(payload: bytes) -> bool:
    """Tell files and images by their magic bytes: they are not text in any charset."""
    return payload.startswith(_MAGIC_BYTES)


def limit_size(payload: bytes) -> bytes | None:
    """Return a payload that is small enough to be read, or None when it is too large.

    Images inside a page that is too long are cut out first. The longest whole report pages
    seen have 0.5 MB and 20,000 tags.
    """
    if len(payload) > MAX_BYTES:
        payload = _EMBEDDED_DATA.sub(b"data:", payload)
    if len(payload) > MAX_BYTES:
        return None
    if len(payload) > MAX_TAGS and payload.count(b"<") > MAX_TAGS:
        return None
    return payload
