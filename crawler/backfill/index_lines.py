"""Lines of CDX indexes, in the forms that servers give them: JSON in two ways, CDXJ and CDX."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from nianbao.crawler.imports.warc_loader import normalize_digest
from nianbao.crawler.imports.warc_records import parse_timestamp

# names of fields, by those of other servers
NAMES = {"original": "url", "statuscode": "status", "mimetype": "mime"}
CDX_FIELDS = ("urlkey", "timestamp", "url", "mime", "status", "digest")
REVISIT = "warc/revisit"
SHA1_LENGTH = 32  # in base 32, as most indexes have it without its name


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
    def is_page(self) -> bool:
        """Whether it is an answer of status 200, or says that it is the same as an earlier one."""
        return self.status == "200" or (self.status == "-" and self.mime == REVISIT)


@dataclass(frozen=True, slots=True)
class IndexPage:
    """A part of an answer: its captures, and what names the next part, where there is one."""

    captures: tuple[IndexCapture, ...]
    unreadable: int  # lines that are no captures
    next_key: str | None = None


def parse_index(text: str) -> IndexPage:
    """Return the captures of an answer, in whatever form it is."""
    if text.lstrip().startswith("["):
        return _parse_table(text)
    captures = []
    unreadable = 0
    for line in text.splitlines():
        if not line.strip():
            continue
        fields = _parse_line(line)
        if fields is None:
            continue
        capture = make_capture(fields)
        if capture is None:
            unreadable += 1
        else:
            captures.append(capture)
    return IndexPage(tuple(captures), unreadable)


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
    next_key = None
    captures = []
    unreadable = 0
    if len(rows) > 2 and rows[-2] == [] and len(rows[-1]) == 1:
        next_key = str(rows[-1][0])
        rows = rows[:-2]
    for row in rows[1:]:
        is_row = isinstance(row, list) and len(row) == len(names)
        capture = make_capture(dict(zip(names, row, strict=True))) if is_row else None
        if capture is None:
            unreadable += 1
        else:
            captures.append(capture)
    return IndexPage(tuple(captures), unreadable, next_key)


def _parse_line(line: str) -> dict[str, Any] | None:
    """Return the fields of a line; None for one that tells that there is nothing."""
    start = line.find("{")
    if start < 0:
        return dict(zip(CDX_FIELDS, line.split(), strict=False))
    try:
        values = json.loads(line[start:])
    except (ValueError, RecursionError):
        return {}
    if not isinstance(values, dict):
        return {}
    if values.keys() & {"error", "message"} and "url" not in values:
        return None
    words = line[:start].split()
    if len(words) == 2:
        values = {"urlkey": words[0], "timestamp": words[1], **values}
    return values


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
            file=values.get("filename"),
            offset=int(values.get("offset") or 0),
            length=int(values.get("length") or 0),
        )
        _ = capture.visited_at
    except (KeyError, ValueError, TypeError):
        return None
    is_address = capture.url.startswith(("http://", "https://"))
    return capture if is_address and capture.url.isprintable() else None


def _normalize(digest: str) -> str | None:
    """Return a digest in the form to compare it in; one without a name is SHA-1."""
    if ":" not in digest and len(digest) == SHA1_LENGTH:
        digest = f"sha1:{digest}"
    return normalize_digest(digest)
