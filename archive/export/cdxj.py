"""The index of WARC files in CDXJ: a line for each answer, sorted by key and time."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nianbao.archive.export.surt import make_surt

if TYPE_CHECKING:
    from warcio.recordloader import ArcWarcRecord

    from nianbao.archive.export.records import ExportRecord

UNKNOWN_TYPE = "unk"


@dataclass(frozen=True, slots=True)
class RecordPlace:
    """Where a record stands in a file: offset and length in bytes, packed."""

    file: str
    offset: int
    length: int


def format_line(export_record: ExportRecord, place: RecordPlace) -> str | None:
    """Return the line of a record; None for a record that nobody looks up."""
    if export_record.index_url is None:
        return None
    record = export_record.record
    headers = record.rec_headers
    values = {
        "url": headers.get_header("WARC-Target-URI"),
        "mime": _media_type(record),
        "status": _status(record),
        "digest": headers.get_header("WARC-Payload-Digest"),
        "length": str(place.length),
        "offset": str(place.offset),
        "filename": place.file,
    }
    key = make_surt(export_record.index_url)
    timestamp = _format_timestamp(headers.get_header("WARC-Date"))
    return f"{key} {timestamp} {json.dumps(values)}"


def _format_timestamp(warc_date: str) -> str:
    """Return the digits of a date to the second: 20210120091403."""
    return "".join(letter for letter in warc_date[:19] if letter.isdigit())


def _media_type(record: ArcWarcRecord) -> str:
    if record.rec_type == "revisit":
        return "warc/revisit"
    content_type: str = record.content_type
    if record.http_headers:
        content_type = record.http_headers.get_header("Content-Type", UNKNOWN_TYPE)
    media_type = content_type.partition(";")[0].strip()
    return media_type or UNKNOWN_TYPE


def _status(record: ArcWarcRecord) -> str:
    if record.rec_type != "response" or not record.http_headers:
        return "-"
    status: str = record.http_headers.get_statuscode()
    return status
