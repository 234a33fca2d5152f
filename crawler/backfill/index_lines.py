"""Lines of CDX indexes, in the forms that servers give them: JSON in two ways, CDXJ and CDX."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from nianbao.crawler.imports.digests import normalize_digest
from nianbao.crawler.imports.warc_records import parse_timestamp

# names of fields, by those of other servers
NAMES = {"original": "url", "statuscode": "status", "mimetype": "mime"}
CDX_FIELDS = ("urlkey", "timestamp", "url", "mime", "status", "digest")
REVISIT = "warc/revisit"
SHA1_LENGTH = 32  # in base 32, as most indexes have it without its name
# What servers say where an index has no capture of what was asked for.
NOTHING = re.compile(r"no (?:captures?|resources?|results?) (?:were )?found", re.I)
MOST_SHOWN = 200  # characters of what a server says


@dataclass(frozen=True, slots=True)
class IndexCapture:
    """A capture as an index has it.

    `digest` is in the form in which the import compares digests. `file`, `offset` and `length`
    say where its record is, where the index does.
    """

    url: str
    timestamp: str
    status: str
    mime: str
    digest: str | None
    file: str | None = None
    offset: int = 0
    length: int = 0

    @property
    def visited_at(self) -> str:
        """When it was captured, as the archive writes instants."""
        return parse_timestamp(self.timestamp)

    @property
    def is_revisit(self) -> bool:
        """Whether it says that it is the same as an earlier one, and has no bytes of its own."""
        return self.mime == REVISIT

    @property
    def is_page(self) -> bool:
        """Whether it is an answer of status 200, or a revisit."""
        return self.status == "200" or (self.status == "-" and self.is_revisit)


@dataclass(frozen=True, slots=True)
class IndexPage:
    """A part of an answer: its captures, and what names the next part, where there is one.

    `trouble` is what the server says in the place of captures.
    """

    captures: tuple[IndexCapture, ...]
    unreadable: int  # lines that are no captures
    next_key: str | None = None
    trouble: str | None = None


def says_nothing_is_there(body: bytes) -> bool:
    """Tell whether an answer says that the index has no capture of what was asked for."""
    message = _find_message(_parse_object(body.decode("utf-8", "replace")))
    return message is not None and NOTHING.search(message) is not None


def is_of_index(body: bytes) -> bool:
    """Tell whether an answer is an index's: no web page, and no trouble that a server tells of."""
    text = body.decode("utf-8", "replace")
    return not text.lstrip().startswith("<") and parse_index(text).trouble is None


def parse_index(text: str) -> IndexPage:
    """Return the captures of an answer, in whatever form it is."""
    if text.lstrip().startswith("["):
        return _parse_table(text)
    captures = []
    unreadable = 0
    trouble = None
    for line in text.splitlines():
        if not line.strip():
            continue
        fields = _parse_line(line)
        message = _find_message(fields)
        if message is not None:
            trouble = trouble if NOTHING.search(message) else message[:MOST_SHOWN]
            continue
        capture = make_capture(fields)
        if capture is None:
            unreadable += 1
        else:
            captures.append(capture)
    return IndexPage(tuple(captures), unreadable, trouble=trouble)


def _parse_table(text: str) -> IndexPage:
    """Parse a list of lists, the first of which names the fields.

    Behind an empty one stands the key of what follows.
    """
    try:
        rows: Any = json.loads(text)
    except (ValueError, RecursionError):
        return IndexPage((), 1)
    if not rows:
        return IndexPage((), 0)
    names = rows[0]
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        return IndexPage((), len(rows))
    next_key = _find_key(rows)
    if next_key is not None:
        rows = rows[:-2]
    captures = []
    unreadable = 0
    for row in rows[1:]:
        is_row = isinstance(row, list) and len(row) == len(names)
        capture = make_capture(dict(zip(names, row, strict=True))) if is_row else None
        if capture is None:
            unreadable += 1
        else:
            captures.append(capture)
    return IndexPage(tuple(captures), unreadable, next_key)


def _find_key(rows: list[Any]) -> str | None:
    """Return the key of what follows a list of lists; None where nothing does."""
    if len(rows) < 3 or rows[-2] != []:
        return None
    row = rows[-1]
    is_key = isinstance(row, list) and len(row) == 1 and isinstance(row[0], str)
    return row[0] if is_key else None


def _parse_line(line: str) -> dict[str, Any]:
    """Return the fields of a line; none where it is in no form that is known."""
    start = line.find("{")
    if start < 0:
        return dict(zip(CDX_FIELDS, line.split(), strict=False))
    values = _parse_object(line[start:])
    words = line[:start].split()
    if len(words) == 2:
        values = {"urlkey": words[0], "timestamp": words[1], **values}
    return values


def _parse_object(text: str) -> dict[str, Any]:
    """Return a JSON object; an empty one for what is none."""
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return values if isinstance(values, dict) else {}


def _find_message(values: dict[str, Any]) -> str | None:
    """Return what a server says in the place of a capture; None where it says nothing."""
    message = values.get("error") or values.get("message")
    if not message or "url" in values or "original" in values:
        return None
    return " ".join(str(message).split())


def make_capture(fields: dict[str, Any]) -> IndexCapture | None:
    """Return a capture out of the fields of a line; None where one is missing or strange."""
    values = {NAMES.get(name, name): value for name, value in fields.items()}
    try:
        capture = IndexCapture(
            url=str(values["url"]),
            timestamp=str(values["timestamp"]),
            status=str(values.get("status", "-")),
            mime=str(values.get("mime", "")),
            digest=_normalize(str(values.get("digest", ""))),
            file=str(values["filename"]) if values.get("filename") else None,
            offset=int(values.get("offset") or 0),
            length=int(values.get("length") or 0),
        )
        _ = capture.visited_at
    except (KeyError, ValueError, TypeError, OverflowError):
        return None
    is_address = capture.url.startswith(("http://", "https://"))
    return capture if is_address and capture.url.isprintable() else None


def _normalize(digest: str) -> str | None:
    """Return a digest in the form to compare it in; one without a name is SHA-1."""
    if ":" not in digest and len(digest) == SHA1_LENGTH:
        digest = f"sha1:{digest}"
    return normalize_digest(digest)
