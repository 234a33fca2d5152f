"""Captures as WARC records: fetched out of a replay, cut out of a WARC file, or bytes at hand."""

from __future__ import annotations

import gzip
import re
import zlib
from datetime import datetime
from email.utils import formatdate
from io import BytesIO
from typing import NamedTuple
from uuid import uuid4

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from nianbao.archive.addresses import canonicalize
from nianbao.crawler.backfill.client import (
    SUCCESS,
    AddressTrouble,
    Client,
    ServiceAnswer,
)
from nianbao.crawler.backfill.holdings import CapturePlace, make_digests
from nianbao.crawler.backfill.index_lines import IndexCapture
from nianbao.crawler.backfill.services import WebArchive
from nianbao.crawler.imports.body import BodyRefused, decode_body
from nianbao.crawler.imports.warc_records import MEMENTO_TIME, SOURCE, parse_timestamp
from nianbao.crawler.imports.warc_streams import ARC_MARK
from nianbao.crawler.settings import DOWNLOAD_MAXSIZE

ORIGINAL = (
    "x-archive-orig-"  # before headers of the page, in answers of the Internet Archive
)
# headers of the page that other web archives pass on as they are
PAGE_HEADERS = (
    "content-type",
    "content-disposition",
    "content-language",
    "etag",
    "last-modified",
)
# of the page: it came whole, and it is not for the page to say when it was captured
DROPPED = ("transfer-encoding", MEMENTO_TIME)
PROFILE = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
FORBIDDEN = 403
GZIP_WINDOW = 31
MOST_RECORD = DOWNLOAD_MAXSIZE + (1 << 20)
# the header of a record, its first line for itself
RECORD_HEAD = re.compile(rb"(WARC/1\.[01]\r\n)((?:[^\r\n]+\r\n)+)\r\n")


class CaptureGone(Exception):
    """A web archive does not give a capture that its index has; the message says why."""


class FetchedRecord(NamedTuple):
    """A packed WARC record, and whether its bytes have the digest that the index states."""

    data: bytes
    has_digest: bool


def fetch_record(
    service: WebArchive, client: Client, capture: IndexCapture
) -> FetchedRecord:
    """Return a capture as a record. Raises CaptureGone, AddressTrouble, ServiceTrouble."""
    if service.records and capture.file:
        record = _cut_out_record(service.records, client, capture)
        return FetchedRecord(record, has_digest=True)  # the import checks it
    return _fetch_replay(service, client, capture)


def make_revisit(capture: IndexCapture, place: CapturePlace, source: str) -> bytes:
    """Return a capture whose bytes were seen elsewhere as a packed record that refers to them."""
    fields = {
        "WARC-Profile": PROFILE,
        "WARC-Refers-To-Target-URI": place.url,
        "WARC-Refers-To-Date": place.visited_at,
    }
    if capture.digest:
        fields["WARC-Payload-Digest"] = capture.digest
    headers = []
    if capture.mime and "warc/" not in capture.mime:
        headers.append(("Content-Type", capture.mime))
    return _pack(capture, "revisit", headers, b"", source, fields)


def _fetch_replay(
    service: WebArchive, client: Client, capture: IndexCapture
) -> FetchedRecord:
    """Return the answer of a replay as a record."""
    address = service.replay_address(capture.url, capture.timestamp)
    answer = client.get(address, DOWNLOAD_MAXSIZE)
    _require_capture(answer, capture)
    try:
        _, body = decode_body(answer.headers, answer.body, DOWNLOAD_MAXSIZE)
    except BodyRefused as error:
        raise CaptureGone(str(error)) from error
    record = _pack(capture, "response", _list_page_headers(answer), body, address, {})
    digests = make_digests(body) | make_digests(answer.body)
    return FetchedRecord(record, capture.digest is None or capture.digest in digests)


def _require_capture(answer: ServiceAnswer, capture: IndexCapture) -> None:
    """Raise CaptureGone where an answer is not the capture that was asked for.

    Raises AddressTrouble where the service does not let us have it: that may be a ban.
    """
    if answer.status == FORBIDDEN:
        raise AddressTrouble(f"status {answer.status}")
    if answer.status not in SUCCESS:
        raise CaptureGone(f"status {answer.status}")
    if answer.is_cut:
        raise CaptureGone(f"more than {DOWNLOAD_MAXSIZE} bytes")
    moment = answer.header("memento-datetime")
    if moment is not None and moment != _http_date(capture):
        raise CaptureGone(f"another capture stood there, of {moment}")


def _http_date(capture: IndexCapture) -> str:
    instant = datetime.fromisoformat(capture.visited_at)
    return formatdate(instant.timestamp(), usegmt=True)


def _list_page_headers(answer: ServiceAnswer) -> list[tuple[str, str]]:
    """Return the headers that came with the page when it was captured."""
    originals = []
    others = []
    for name, value in answer.headers:
        key = name.lower()
        if key.startswith(ORIGINAL):
            originals.append((name[len(ORIGINAL) :], value))
        elif key in PAGE_HEADERS:
            others.append((name, value))
    if not originals:
        return others
    names = {name.lower() for name, _ in originals}
    pairs = [pair for pair in others if pair[0].lower() not in names]
    return pairs + [pair for pair in originals if pair[0].lower() not in DROPPED]


def _pack(
    capture: IndexCapture,
    kind: str,
    headers: list[tuple[str, str]],
    body: bytes,
    source: str,
    fields: dict[str, str],
) -> bytes:
    """Return a record of a capture, packed for itself."""
    output = BytesIO()
    writer = WARCWriter(output, gzip=True, warc_version="WARC/1.1")
    record = writer.create_warc_record(
        capture.url,
        kind,
        payload=BytesIO(body),
        length=len(body),
        http_headers=StatusAndHeaders("200 OK", headers, protocol="HTTP/1.1"),
        warc_headers_dict={
            "WARC-Date": capture.visited_at,
            SOURCE: source,
            **fields,
        },
    )
    writer.write_record(record)
    return output.getvalue()


def _cut_out_record(place: str, client: Client, capture: IndexCapture) -> bytes:
    """Return a part of a WARC file as a record that says where it is from."""
    if not 0 < capture.length <= MOST_RECORD or capture.offset < 0:
        raise CaptureGone(f"a record of {capture.length} bytes")
    address = f"{place.rstrip('/')}/{capture.file}"
    last = capture.offset + capture.length - 1
    part = f"bytes={capture.offset}-{last}"
    answer = client.get(address, capture.length, {"Range": part})
    if answer.status == FORBIDDEN:
        raise AddressTrouble(f"status {answer.status} for a part of {capture.file}")
    if answer.status != 206:
        raise CaptureGone(f"status {answer.status} for a part of {capture.file}")
    record = _convert_arc_record(_unpack_record(answer.body))
    head = RECORD_HEAD.match(record)
    if head is None:
        raise CaptureGone(f"no WARC record in {capture.file} at {capture.offset}")
    _require_record(head[2], record[head.end() :], capture)
    source = f"{SOURCE}: {address}\r\nWARC-Source-Range: {part}\r\n"
    return gzip.compress(
        head[1] + source.encode() + head[2] + b"\r\n" + record[head.end() :], mtime=0
    )


def _unpack_record(packed: bytes) -> bytes:
    """Return the one gzip member that a part of a file is. Raises CaptureGone."""
    unpacker = zlib.decompressobj(GZIP_WINDOW)
    try:
        record = unpacker.decompress(packed, MOST_RECORD)
    except zlib.error as error:
        raise CaptureGone(f"cannot be unpacked: {error}") from error
    if not unpacker.eof or unpacker.unused_data:
        raise CaptureGone("the part of the file is not one record")
    return record


def _convert_arc_record(record: bytes) -> bytes:
    """Return a record of an ARC file, as Common Crawl's first ones are, as a WARC record.

    Others are returned as they are. Raises CaptureGone.
    """
    line = ARC_MARK.beginning.match(record)
    if line is None:
        return record
    url, _, timestamp, _, length = line[0].decode("latin-1").rstrip().rsplit(" ", 4)
    block = record[line.end() :]
    size = int(length) if length.isascii() and length.isdigit() else -1
    if block[size:] not in (b"", b"\n", b"\r\n"):
        raise CaptureGone("the record is not as long as it says")
    try:
        instant = parse_timestamp(timestamp)
    except ValueError as error:
        raise CaptureGone(str(error)) from error
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\n"
        f"WARC-Date: {instant}\r\nWARC-Record-ID: <{uuid4().urn}>\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {size}\r\n\r\n"
    )
    return head.encode("latin-1") + block[:size] + b"\r\n\r\n"


def _require_record(head: bytes, block: bytes, capture: IndexCapture) -> None:
    """Raise CaptureGone where a record is not the one that the index tells of."""
    fields = {}
    for line in head.decode("utf-8", "replace").split("\r\n"):
        name, _, value = line.partition(":")
        fields[name.strip().lower()] = value.strip()
    length = fields.get("content-length", "")
    if length != str(len(block.removesuffix(b"\r\n\r\n"))):
        raise CaptureGone("the record is not as long as it says")
    url = fields.get("warc-target-uri", "").strip("<>")
    if canonicalize(url) != canonicalize(capture.url):
        raise CaptureGone(f"the record is of another address: {url}")
    digits = re.sub(r"\D", "", fields.get("warc-date", ""))
    if digits[: len(capture.timestamp)] != capture.timestamp:
        raise CaptureGone(f"the record is of another time: {fields.get('warc-date')}")
