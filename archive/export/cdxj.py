"""The index of a set of WARC files: a line for each answer, sorted by key and time, in CDXJ."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from nianbao.archive.export.surt import surt

if TYPE_CHECKING:
    from nianbao.archive.export.records import Entry
    from nianbao.archive.export.series import Place


def line(entry: Entry, place: Place) -> str | None:
    """Return the line of a record; None for one that nobody looks up."""
    if entry.indexed_as is None:
        return None
    record = entry.record
    at = "".join(
        letter
        for letter in record.rec_headers.get_header("WARC-Date")[:19]
        if letter.isdigit()
    )
    http = record.http_headers
    mime = http.get_header("Content-Type", "unk") if http else record.content_type
    values = {
        "url": record.rec_headers.get_header("WARC-Target-URI"),
        "mime": "warc/revisit"
        if record.rec_type == "revisit"
        else mime.partition(";")[0].strip() or "unk",
        "status": http.get_statuscode()
        if http and record.rec_type == "response"
        else "-",
        "digest": record.rec_headers.get_header("WARC-Payload-Digest"),
        "length": str(place.length),
        "offset": str(place.offset),
        "filename": place.file,
    }
    return f"{surt(entry.indexed_as)} {at} {json.dumps(values)}"
