"""Build WARC records with SHA-256 digests and ids that follow from what is recorded."""

from __future__ import annotations

import re
import uuid
from io import BytesIO
from typing import TYPE_CHECKING
from urllib.parse import quote

from warcio.recordbuilder import RecordBuilder
from warcio.statusandheaders import StatusAndHeaders, StatusAndHeadersParser
from warcio.utils import Digester

if TYPE_CHECKING:
    from collections.abc import Iterable

    from warcio.recordloader import ArcWarcRecord

VERSION = "WARC/1.1"
NAMESPACE = uuid.UUID("5f1d2a52-6c3d-5b0e-9f0e-6e69616e0001")  # of record ids
# Of an address in a record: other programs read no longer lines. The metadata record has all.
LONGEST_ADDRESS = 1 << 15
NOT_IN_ADDRESS = re.compile(r"[^\x21-\x7e]")
NOT_IN_NAME = re.compile(r"[^\x21-\x39\x3b-\x7e]")
NOT_IN_VALUE = re.compile(r"[\r\n\x00]")


class Sha256:
    """What makes SHA-256 the digest of warcio's builder and writer."""

    @staticmethod
    def _create_digester() -> Digester:
        return Digester("sha256")


class Sha256RecordBuilder(Sha256, RecordBuilder):  # type: ignore[misc]  # warcio has no types
    """warcio's builder, with SHA-256 as the digest."""


_builder = Sha256RecordBuilder(warc_version=VERSION)


def build_record(
    rec_type: str,
    url: str | None,
    date: str,
    name: str,
    *,
    headers: dict[str, str] | None = None,
    block: bytes | None = None,
    http: StatusAndHeaders | None = None,
    content_type: str = "",
) -> ArcWarcRecord:
    """Return a record.

    `name` identifies what is recorded: the record's id follows from it. `headers` are further
    WARC headers, `http` is the head of an HTTP message in front of the block.
    """
    payload = block or b""
    warc_headers = {
        "WARC-Type": rec_type,
        "WARC-Record-ID": f"<urn:uuid:{uuid.uuid5(NAMESPACE, name)}>",
        "WARC-Date": date,
        **(headers or {}),
    }
    return _builder.create_warc_record(
        url and escape_address(url),
        rec_type,
        payload=BytesIO(payload),
        length=len(payload),
        warc_content_type=content_type,
        warc_headers_dict=warc_headers,
        http_headers=http,
    )


def record_id(record: ArcWarcRecord) -> str:
    """Return the id of a record."""
    value: str = record.rec_headers.get_header("WARC-Record-ID")
    return value


def parse_written_headers(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return HTTP headers as a reader of the record finds them."""
    head = StatusAndHeaders("200", list(headers), protocol="HTTP/1.1")
    parser = StatusAndHeadersParser([], verify=False)
    parsed = parser.parse(BytesIO(head.to_ascii_bytes()))
    return [tuple(header) for header in parsed.headers]


def escape_address(url: str) -> str:
    """Return an address in ASCII, without what would break a line of the record."""
    return NOT_IN_ADDRESS.sub(_percent_encode, url)[:LONGEST_ADDRESS]


def escape_header_name(name: str) -> str:
    """Return a header's name without what would break the header."""
    return NOT_IN_NAME.sub(_percent_encode, name)


def escape_header_value(value: str) -> str:
    """Return a header's value without what would break the line."""
    return NOT_IN_VALUE.sub(_percent_encode, value)


def _percent_encode(match: re.Match[str]) -> str:
    return quote(match[0])
