"""Parts of a WARC record: its fields, status, headers and body, checked."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from warcio.bufferedreaders import ChunkedDataReader

from nianbao.archive.clock import utc_text
from nianbao.crawler.imports.body import BodyRefused, decode_body
from nianbao.crawler.imports.digests import normalize_digest
from nianbao.crawler.imports.items import DamagedItem, Headers
from nianbao.crawler.imports.warc_streams import (
    BLOCK_BYTES,
    BoundedLineReader,
    DamagedFile,
    RecordWatch,
)
from nianbao.crawler.settings import DOWNLOAD_MAXSIZE

PAYLOAD_PROBLEM = "payload digest"  # what warcio says of one begins so
# Where a record was fetched from, as tools write it that take captures out of web archives.
SOURCE = "WARC-Source-URI"
# https://web.archive.org/web/20210120011403id_/http://www.example.gov.cn/
REPLAY_ADDRESS = re.compile(
    r"https?://[^\s?#]+?/(?P<timestamp>(?:19|20)[0-9]{12})(?:[a-z]{2}_)?/https?:"
)
# What a replay says of the time of a capture, as cdx-toolkit keeps it.
MEMENTO_TIME = "x-archive-memento-datetime"
TIMESTAMP = re.compile(r"[0-9]{14}")
STATUS = re.compile(r"[1-9][0-9]{2}")
SHORTEST_INSTANT = len("2021-01-20T01:14:03Z")


class RecordTooLarge(ValueError):
    """A record holds more than any page does."""


def is_sound(record: Any) -> bool:
    """Tell whether a record says what it is and how long."""
    length = record.rec_headers.get_header("Content-Length") or ""
    return record.rec_type is not None and length.isascii() and length.isdigit()


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
    if STATUS.fullmatch(code) is None:
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
    return utc_text(instant)


def capture_instant(record: Any) -> str:
    """Return when a record's page was captured, as the archive writes instants.

    What fetches captures out of a web archive (cdx-toolkit does) may write the time at which it
    did so as WARC-Date, or that of the page. The replay address in WARC-Source-URI has the time
    that was asked for, and the web archive's own word on the capture is among the headers. In
    what was not fetched from a web archive, and where there are two, that may be the page's own
    word, which tells nothing. Raises ValueError.
    """
    match = REPLAY_ADDRESS.match(field_text(record, SOURCE))
    if match is None:
        return parse_instant(field_text(record, "WARC-Date"))
    headers = http_headers(record)
    times = [value for name, value in headers if name.lower() == MEMENTO_TIME]
    if len(times) > 1:
        raise ValueError(f"{len(times)} times of capture: {', '.join(times)[:80]!r}")
    if times:
        return _parse_http_date(times[0])
    return parse_timestamp(match["timestamp"])


def _parse_http_date(text: str) -> str:
    """Return a date of HTTP as the archive writes instants. Raises ValueError."""
    instant = parsedate_to_datetime(text)
    if instant.tzinfo is None:
        raise ValueError(f"no time of capture: {text[:40]!r}")
    return utc_text(instant)


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


def has_swallowed_others(record: Any, lines: BoundedLineReader) -> bool:
    """Tell whether a record that was read to its end is longer than it is, and has others in it.

    One that has the digest it states, or behind which the next one begins, only looks so.
    """
    watch: RecordWatch = record.raw_stream
    if not watch.has_others or record.digest_checker.passed:
        return False
    return watch.limit > 0 or not lines.ends_record()


def check_digests(
    record: Any, where: str, body: bytes, headers: Headers
) -> DamagedItem | None:
    """Return what is wrong with a record's digests; None when nothing is.

    The payload digest is that of the body as it was sent: with its chunks, as many programs make
    it; without them, as the standard has it; or without content encodings, too.
    """
    record.raw_stream.drain()
    if record.digest_checker.passed is not False:
        return None
    problems = list(record.digest_checker.problems)
    if all(problem.startswith(PAYLOAD_PROBLEM) for problem in problems):
        digest = field_text(record, "WARC-Payload-Digest")
        if _has_digest(body, digest) or _has_digest(_decode(headers, body), digest):
            return None
    return DamagedItem(where, "; ".join(problems))


def _has_digest(body: bytes, digest: str) -> bool:
    """Tell whether a body has a digest in the one form to compare it in."""
    kind = digest.partition(":")[0]
    hexdigest = hashlib.new(kind, body, usedforsecurity=False).hexdigest()
    return normalize_digest(f"{kind}:{hexdigest}") == digest


def _decode(headers: Headers, body: bytes) -> bytes:
    """Return a body without content encodings; as it is where they cannot be undone."""
    try:
        return decode_body(headers, body, DOWNLOAD_MAXSIZE)[1]
    except BodyRefused:
        return body


def require_record_end(record: Any) -> None:
    """Raise DamagedFile when there is less of a record than it says."""
    if record.raw_stream.limit:
        raise DamagedFile("the record is not as long as it says")
