"""Captures as WARC records: which records a visit makes, and what stands in them.

| visit | records |
|---|---|
| an answer with a payload not written before | request, response |
| a payload that another record has | request, revisit (identical-payload-digest) |
| 304 | request, revisit (server-not-modified) without a head, which is in the metadata record |
| a payload without an answer of a server (a saved page) | resource |
| no answer | none |

and for each a metadata record (:mod:`nianbao.archive.export.told`). The answer stands at the
address it came from; each hop before it is a response of its own, rebuilt from the redirect
chain.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from io import BytesIO
from itertools import pairwise
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from warcio.recordbuilder import RecordBuilder
from warcio.statusandheaders import StatusAndHeaders, StatusAndHeadersParser
from warcio.utils import Digester

from nianbao.archive.export import told
from nianbao.archive.export.source import POST

if TYPE_CHECKING:
    from warcio.recordloader import ArcWarcRecord

    from nianbao.archive.export.source import Original
    from nianbao.archive.records import Capture

VERSION = "WARC/1.1"
PROFILES = "http://netpreserve.org/warc/1.1/revisit/"
NAMESPACE = uuid.UUID(
    "5f1d2a52-6c3d-5b0e-9f0e-6e69616e0001"
)  # of record ids, which follow from what is recorded
FRAMING = (
    "content-encoding",
    "transfer-encoding",
)  # of what was sent; what is kept is the decoded body
# before the name of a header that is not true of the body as it is kept
AS_SENT = "X-Archive-Orig-"
NOT_IN_ADDRESS = re.compile(r"[^\x21-\x7e]")
NOT_IN_NAME = re.compile(r"[^\x21-\x39\x3b-\x7e]")
NOT_IN_VALUE = re.compile(r"[\r\n\x00]")
BODY_NOT_KEPT = "not kept, but for the digest in the address: "


class Sha256:
    """What makes SHA-256 the digest of warcio's builder and writer."""

    @staticmethod
    def _create_digester() -> Digester:
        return Digester("sha256")


class Builder(Sha256, RecordBuilder):  # type: ignore[misc]  # warcio has no types
    """warcio's builder, with SHA-256 as the digest."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A record, and the address under which the index is to have it: None for what nobody looks
    up.
    """

    record: ArcWarcRecord
    indexed_as: str | None = None


_builder = Builder(warc_version=VERSION)


def of_file(name: str, at: str, software: str) -> Entry:
    """Return the record that a file begins with."""
    lines = {
        "software": software,
        "format": "WARC File Format 1.1",
        "conformsTo": told.FORMAT,
    }
    block = "".join(f"{field}: {value}\r\n" for field, value in lines.items()).encode()
    return _fields("warcinfo", None, at, f"{name} {at}", block, {"WARC-Filename": name})


def of_site(site: told.Site, at: str) -> Entry:
    """Return the record of a site."""
    return _fields(
        "metadata", f"urn:nianbao:site:{site.id}", at, f"{site}", told.fields(site)
    )


def of_run(run: told.Run) -> Entry:
    """Return the record of a run."""
    return _fields(
        "metadata",
        f"urn:nianbao:run:{run.uid}",
        run.started_at,
        run.uid,
        told.fields(run),
    )


def of_visit(
    capture: Capture, run_uid: str, original: Original | None
) -> Iterator[Entry]:
    """Yield the records of a visit; `original` is the visit whose record has its payload, if
    that is not this one.
    """
    address, _, sent = capture.final_url.partition(POST)
    name = f"{run_uid} {capture.visited_at} {capture.role} {capture.url}"
    answer = _answer(capture, address, name, original)
    request_body = f"{BODY_NOT_KEPT}post-{sent}" if sent else None
    own = (
        answer.http_headers.headers
        if answer is not None and answer.http_headers
        else []
    )
    visit = told.Visit(
        run=run_uid,
        record=answer.rec_headers.get_header("WARC-Record-ID")
        if answer is not None
        else None,
        site=capture.site,
        url=capture.url,
        role=capture.role,
        outcome=capture.outcome,
        visited_at=capture.visited_at,
        status=capture.status,
        message=capture.message,
        payload_sha256=capture.payload_sha256 or _sha256(capture.payload),
        redirects=capture.redirects,
        hints=capture.hints,
        headers=None if tuple(_reread(own)) == capture.headers else capture.headers,
        request_body=request_body,
    )
    yield _fields(
        "metadata",
        _target(address),
        capture.visited_at,
        f"{name} metadata",
        told.fields(visit),
    )
    yield from _hops(capture, name)
    if answer is not None:
        if answer.rec_type != "resource":
            yield Entry(_request(address, capture, name, answer, request_body))
        post = (
            f"{'&' if '?' in address else '?'}__wb_method=POST&post-{sent}"
            if sent
            else ""
        )
        yield Entry(answer, address + post)


def _answer(
    capture: Capture, address: str, name: str, original: Original | None
) -> ArcWarcRecord | None:
    if capture.status is None:
        return None if capture.payload is None else _resource(capture, address, name)
    more = {
        "WARC-Payload-Digest": f"sha256:{capture.payload_sha256 or _sha256(capture.payload or b'')}"
    }
    whole = capture.payload is not None and (
        original is None or POST in capture.final_url
    )
    if original is not None and not whole:
        unmodified = capture.outcome == "not_modified"
        kept = "server-not-modified" if unmodified else "identical-payload-digest"
        more |= {
            "WARC-Profile": PROFILES + kept,
            "WARC-Refers-To-Target-URI": _target(original.url),
        }
        more |= {"WARC-Refers-To-Date": original.visited_at}
        # without a head of its own a 304 is replayed as the page; with it, as an empty answer
        http = None if unmodified else _http(capture)
        return _record(
            "revisit", address, capture.visited_at, f"{name} answer", more, http=http
        )
    if _is_cut(capture):
        more["WARC-Truncated"] = "unspecified"
    return _record(
        "response",
        address,
        capture.visited_at,
        f"{name} answer",
        more,
        capture.payload,
        _http(capture),
    )


def _is_cut(capture: Capture) -> bool:
    """Tell whether the answer was kept without its body, or cut: the message has the digest of
    the whole.
    """
    if capture.payload is None:
        return True
    whole = hashlib.sha256(capture.payload).hexdigest()
    return capture.outcome != "fetched" and whole not in (capture.message or "")


def _http(capture: Capture) -> StatusAndHeaders:
    """Return the answer's head, such that it is true of the body as it is kept."""
    status = capture.status or 0
    phrase = (
        HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else ""
    )
    size = str(len(capture.payload or b""))
    pairs = [
        (
            AS_SENT * _is_untrue(key.lower(), value, size)
            + NOT_IN_NAME.sub(_percent, key),
            NOT_IN_VALUE.sub(_percent, value),
        )
        for key, value in capture.headers
    ]
    return StatusAndHeaders(f"{status} {phrase}".strip(), pairs, protocol="HTTP/1.1")


def _is_untrue(key: str, value: str, size: str) -> bool:
    return key in FRAMING or (key == "content-length" and value.strip() != size)


def _reread(pairs: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield headers as a reader of the record finds them."""
    head = StatusAndHeaders("200", list(pairs), protocol="HTTP/1.1")
    parsed = StatusAndHeadersParser([], verify=False).parse(
        BytesIO(head.to_ascii_bytes())
    )
    yield from (tuple(pair) for pair in parsed.headers)


def _resource(capture: Capture, address: str, name: str) -> ArcWarcRecord:
    kind = capture.hints.content_type or "application/octet-stream"
    return _record(
        "resource",
        address,
        capture.visited_at,
        f"{name} answer",
        {},
        capture.payload,
        kind=kind,
    )


def _hops(capture: Capture, name: str) -> Iterator[Entry]:
    """Yield what is known of the answers that led to the last one: from where to where."""
    chain = (capture.url, *capture.redirects)
    said = {
        told.REBUILT: "the status and the other headers of this redirect were not kept"
    }
    for number, (here, there) in enumerate(pairwise(chain)):
        address = here.partition("#")[0]
        http = StatusAndHeaders(
            "302 Found", [("Location", _target(there))], protocol="HTTP/1.1"
        )
        record = _record(
            "response",
            address,
            capture.visited_at,
            f"{name} hop {number}",
            said,
            http=http,
        )
        yield Entry(record, address)


def _request(
    address: str,
    capture: Capture,
    name: str,
    answer: ArcWarcRecord,
    request_body: str | None,
) -> ArcWarcRecord:
    parts = urlsplit(_target(address))
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    method = "POST" if request_body else "GET"
    http = StatusAndHeaders(
        f"{target} HTTP/1.1", [("Host", parts.netloc)], protocol=method
    )
    more = {
        "WARC-Concurrent-To": answer.rec_headers.get_header("WARC-Record-ID"),
        told.REBUILT: "of the request only method, address and host are known"
        + (f"; its body is {request_body}" if request_body else ""),
    }
    return _record(
        "request", address, capture.visited_at, f"{name} request", more, http=http
    )


def _fields(
    kind: str,
    uri: str | None,
    at: str,
    name: str,
    block: bytes,
    more: dict[str, str] | None = None,
) -> Entry:
    record = _record(
        kind, uri, at, name, more or {}, block, kind="application/warc-fields"
    )
    return Entry(record)


def _record(
    rec_type: str,
    uri: str | None,
    at: str,
    name: str,
    more: dict[str, str],
    block: bytes | None = None,
    http: StatusAndHeaders | None = None,
    kind: str = "",
) -> ArcWarcRecord:
    block = block or b""
    headers = {
        "WARC-Type": rec_type,
        "WARC-Record-ID": f"<urn:uuid:{uuid.uuid5(NAMESPACE, name)}>",
        "WARC-Date": at,
        **more,
    }
    return _builder.create_warc_record(
        uri and _target(uri),
        rec_type,
        payload=BytesIO(block),
        length=len(block),
        warc_content_type=kind,
        warc_headers_dict=headers,
        http_headers=http,
    )


def _target(url: str) -> str:
    """Return an address in ASCII, without what would break a line of the record."""
    return NOT_IN_ADDRESS.sub(_percent, url)


def _percent(found: re.Match[str]) -> str:
    return quote(found[0])


def _sha256(payload: bytes | None) -> str | None:
    return None if payload is None else hashlib.sha256(payload).hexdigest()
