"""Parts of a WARC record: its fields, status, headers and body, checked."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from warcio.bufferedreaders import ChunkedDataReader

from nianbao.archive.clock import utc_text
from nianbao.crawler.imports.items import DamagedItem, Headers
from nianbao.crawler.imports.warc_streams import (
    SWALLOWED_RECORD,
    BoundedLineReader,
    DamagedFile,
)
from nianbao.crawler.settings import DOWNLOAD_MAXSIZE

BLOCK_BYTES = 1 << 16
# Where a record was fetched from, as tools write it that take captures out of web archives.
SOURCE = "WARC-Source-URI"
# https://web.archive.org/web/20210120011403id_/http://www.example.gov.cn/
REPLAY_ADDRESS = re.compile(
    r"https?://[^\s?#]+?/(?P<timestamp>(?:19|20)[0-9]{12})(?:[a-z]{2}_)?/https?:"
)
TIMESTAMP = re.compile(r"[0-9]{14}")
SHORTEST_INSTANT = len("2021-01-20T01:14:03Z")


class RecordTooLarge(ValueError):
    """A record holds more than any page does."""


def require_sound_record(record: Any) -> None:
    """Raise DamagedFile when a record is none: what follows it cannot be found either."""
    if record.format != "warc":
        raise DamagedFile("an ARC file; WARC is wanted")
    length = record.rec_headers.get_header("Content-Length") or ""
    has_length = length.isascii() and length.isdigit()
    if record.rec_type is None or not has_length:
        raise DamagedFile("a record without its type or length")


def field_text(record: Any, name: str) -> str:
    """Return a field of a record; an empty text where it does not have it."""
    value = record.rec_headers.get_header(name)
    return str(value).strip() if value else ""


def http_headers(record: Any) -> Headers:
    """Return the headers of the answer in a record; none where there is no answer."""
    if not record.http_headers:
        return ()
    return tuple(tuple(pair) for pair in record.http_headers.headers)


def http_status(record: Any) -> int | None:
    """Return the status of the answer in a record; None for a revisit without one.

    Raises ValueError.
    """
    if record.http_headers is None and record.rec_type == "revisit":
        return None
    code = record.http_headers.get_statuscode() if record.http_headers else ""
    is_number = code.isascii() and code.isdigit()
    if not is_number or not 100 <= int(code[:4]) <= 999:
        raise ValueError(f"no HTTP status: {code[:20]!r}")
    return int(code)


def parse_instant(text: str) -> str:
    """Return a WARC-Date as the archive writes instants. Raises ValueError."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None or len(text) < SHORTEST_INSTANT:
        raise ValueError(f"no time of capture: {text[:40]!r}")
    return utc_text(instant.astimezone(UTC))


def capture_instant(record: Any) -> str:
    """Return when a record's page was captured, as the archive writes instants.

    What fetches captures out of a web archive (cdx-toolkit does) may write the time at which it
    did so as WARC-Date; the replay address in WARC-Source-URI has that of the capture. Raises
    ValueError.
    """
    match = REPLAY_ADDRESS.match(field_text(record, SOURCE))
    if match is None:
        return parse_instant(field_text(record, "WARC-Date"))
    return parse_timestamp(match["timestamp"])


def parse_timestamp(timestamp: str) -> str:
    """Return a time stamp of fourteen digits as the archive writes instants.

    Raises ValueError.
    """
    if TIMESTAMP.fullmatch(timestamp) is None:
        raise ValueError(f"no time stamp of fourteen digits: {timestamp[:40]!r}")
    instant = datetime.strptime(timestamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    return utc_text(instant)


def find_web_archive(record: Any) -> str | None:
    """Return the host of the web archive that a record was fetched from; None for no such."""
    try:
        return urlsplit(field_text(record, SOURCE)).netloc.rpartition("@")[2] or None
    except ValueError:
        return None


def read_unchunked_body(record: Any) -> tuple[bytes, Headers]:
    """Return the body without the chunks it was sent in, and the headers without that encoding.

    Raises RecordTooLarge.
    """
    is_chunked = False
    headers = []
    for name, value in http_headers(record):
        if name.lower() != "transfer-encoding":
            headers.append((name, value))
        elif "chunked" in value.lower():
            is_chunked = True
    stream = record.raw_stream
    if is_chunked:
        stream = ChunkedDataReader(stream)
    body = read_rest(stream, DOWNLOAD_MAXSIZE)
    return body, tuple(headers)


def read_rest(stream: Any, most_bytes: int) -> bytes:
    """Return the rest of a record; raise RecordTooLarge when it is more than that."""
    pieces = []
    size = 0
    while data := stream.read(BLOCK_BYTES):
        pieces.append(data)
        size += len(data)
        if size > most_bytes:
            raise RecordTooLarge(f"has more than {most_bytes} bytes")
    return b"".join(pieces)


def unread_next_record(record: Any, body: bytes, lines: BoundedLineReader) -> bool:
    """Have the next record read that a body has swallowed; return whether it has one.

    A body of the digest that the record states has none, whatever it is about.
    """
    match = SWALLOWED_RECORD.search(body)
    if match is None or record.digest_checker.passed:
        return False
    lines.unread(body[match.start(1) :])
    return True


def check_digests(record: Any, where: str) -> DamagedItem | None:
    """Return what is wrong with a record's digests; None when nothing is.

    Raises DamagedFile when the file ends before the record does.
    """
    while record.raw_stream.read(BLOCK_BYTES):
        pass
    require_record_end(record)
    if record.digest_checker.passed is False:
        return DamagedItem(where, "; ".join(record.digest_checker.problems))
    return None


def require_record_end(record: Any) -> None:
    """Raise DamagedFile when there is less of a record than it says."""
    if getattr(record.raw_stream, "limit", 0):
        raise DamagedFile("the record is not as long as it says")
