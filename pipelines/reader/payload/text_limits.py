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
MAX_ATTRIBUTES = 1_000  # of one element; a parser compares each with all others
_LONG_TAG = re.compile(r"<[A-Za-z][^<>]{8000,}")
_STEP = (
    4000  # a tag of 8,000 characters holds a whole step, and no other tag begins there
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


def limit_attributes(text: str) -> str:
    """Return a page without the attributes of an element that has more than any page's."""
    if not _may_have_long_tag(text):
        return text
    return _LONG_TAG.sub(_shorten_tag, text)


def _may_have_long_tag(text: str) -> bool:
    """Tell in no time whether a step of a text has no beginning of a tag."""
    starts = range(0, len(text), _STEP)
    return any(text.find("<", start, start + _STEP) < 0 for start in starts)


def _shorten_tag(match: re.Match[str]) -> str:
    tag = match[0]
    if tag.count("=") <= MAX_ATTRIBUTES:
        return tag
    return tag.split(maxsplit=1)[0]
