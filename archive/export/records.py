"""Captures as WARC records: which records a visit makes, and what stands in them.

| visit | records |
|---|---|
| an answer with a payload not written before | request, response |
| a payload that another record has | request, revisit (identical-payload-digest) |
| 304 | request, revisit (server-not-modified) without a head, which is in the metadata record |
| a payload without an answer of a server (a saved page) | resource |
| no answer | none |

and for each a metadata record (:mod:`nianbao.archive.export.metadata`). The answer stands at
the address it came from; each hop before it is a response of its own, rebuilt from the
redirect chain.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from itertools import pairwise
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from warcio.statusandheaders import StatusAndHeaders

from nianbao.archive.export import metadata
from nianbao.archive.export.metadata import (
    REBUILT,
    DecisionRecord,
    DiscoveryRecord,
    RecognitionRecord,
    RunRecord,
    SiteRecord,
    VisitRecord,
)
from nianbao.archive.export.record_builder import (
    build_record,
    escape_address,
    escape_header_name,
    escape_header_value,
    parse_written_headers,
    record_id,
)
from nianbao.archive.export.source import POST
from nianbao.archive.raw.blobs import payload_digest

if TYPE_CHECKING:
    from warcio.recordloader import ArcWarcRecord

    from nianbao.archive.export.source import OriginalVisit
    from nianbao.archive.records import Capture

PROFILES = "http://netpreserve.org/warc/1.1/revisit/"
FIELDS_TYPE = "application/warc-fields"
UNKNOWN_TYPE = "application/octet-stream"
# Headers of the answer as it was sent; the archive has the decoded body.
FRAMING = ("content-encoding", "transfer-encoding")
# Put before the name of a header that is not true of the decoded body.
AS_SENT = "X-Archive-Orig-"
# What a head in a record has at most: other programs read no more. The metadata record has all.
LONGEST_VALUE = 8192  # characters of a header
MOST_HEADERS = 1 << 16  # characters of a head
NO_ADDRESS = "http://no-address.invalid/"  # of an answer from no address of the web
BODY_NOT_KEPT = "not kept, but for the digest in the address: "
HOP_NOT_KEPT = "the status and the other headers of this redirect were not kept"
REQUEST_NOT_KEPT = "of the request only method, address and host are known"


@dataclass(frozen=True, slots=True)
class ExportRecord:
    """A record, and the address under which the index has it; None: not in the index."""

    record: ArcWarcRecord
    index_url: str | None = None


def file_record(name: str, created_at: str, software: str) -> ExportRecord:
    """Return the record that a file begins with."""
    fields = {
        "software": software,
        "format": "WARC File Format 1.1",
        "conformsTo": metadata.FORMAT,
    }
    lines = [f"{field}: {value}\r\n" for field, value in fields.items()]
    record = build_record(
        "warcinfo",
        None,
        created_at,
        f"{name} {created_at}",
        headers={"WARC-Filename": name},
        block="".join(lines).encode(),
        content_type=FIELDS_TYPE,
    )
    return ExportRecord(record)


def site_record(site: SiteRecord, created_at: str) -> ExportRecord:
    """Return the record of a site."""
    url = f"urn:nianbao:site:{site.id}"
    name = metadata.identify_site(site)
    return _metadata_record(url, created_at, name, metadata.format_block(site))


def run_record(run: RunRecord) -> ExportRecord:
    """Return the record of a run."""
    url = f"urn:nianbao:run:{run.uid}"
    return _metadata_record(url, run.started_at, run.uid, metadata.format_block(run))


def decision_record(decision: DecisionRecord) -> ExportRecord:
    """Return the record of a decision."""
    url = f"urn:nianbao:decision:{decision.uid}"
    block = metadata.format_block(decision)
    return _metadata_record(url, decision.decided_at, decision.uid, block)


def discovery_record(record: DiscoveryRecord) -> ExportRecord:
    """Return the record of a discovery."""
    discovery = record.discovery
    url = f"urn:nianbao:discovery:{discovery.uid}"
    block = metadata.format_block(record)
    return _metadata_record(url, discovery.ended_at, discovery.uid, block)


def recognition_record(record: RecognitionRecord) -> ExportRecord:
    """Return the record of what OCR recognised."""
    sha256 = record.payload_sha256
    url = f"urn:nianbao:recognition:{sha256}"
    block = metadata.format_block(record)
    return _metadata_record(url, record.recognized_at, f"recognition {sha256}", block)


def visit_records(
    capture: Capture, run_uid: str, original: OriginalVisit | None
) -> Iterator[ExportRecord]:
    """Yield the records of a visit.

    `original` is another visit whose record has the payload; None where this one's has it.
    """
    return _VisitRecords(capture, run_uid, original).build()


def _metadata_record(url: str, date: str, name: str, block: bytes) -> ExportRecord:
    record = build_record(
        "metadata", url, date, name, block=block, content_type=FIELDS_TYPE
    )
    return ExportRecord(record)


class _VisitRecords:
    """Builds the records of one visit."""

    def __init__(
        self, capture: Capture, run_uid: str, original: OriginalVisit | None
    ) -> None:
        self.capture = capture
        self.run_uid = run_uid
        self.original = original
        # The address, and the digest of a body that was sent there.
        address, _, self.post_digest = capture.final_url.partition(POST)
        self.address = address if capture.status is None else _web_address(address)
        visit = f"{run_uid} {capture.visited_at} {capture.role} {capture.url}"
        self.name = visit
        self.request_body: str | None = None
        if self.post_digest:
            self.request_body = f"{BODY_NOT_KEPT}post-{self.post_digest}"

    def build(self) -> Iterator[ExportRecord]:
        """Yield the records in the order in which they are written."""
        answer = self._build_answer()
        block = metadata.format_block(self._describe_visit(answer))
        name = f"{self.name} metadata"
        url = escape_address(self.address or NO_ADDRESS)
        yield _metadata_record(url, self.capture.visited_at, name, block)
        yield from self._build_hops()
        if answer is None:
            return
        if answer.rec_type != "resource":
            yield ExportRecord(self._build_request(answer))
        yield ExportRecord(answer, self._index_url())

    def _describe_visit(self, answer: ArcWarcRecord | None) -> VisitRecord:
        """Return the visit as its metadata record has it."""
        capture = self.capture
        written_headers: list[tuple[str, str]] = []
        if answer is not None and answer.http_headers:
            written_headers = answer.http_headers.headers
        headers = None
        if tuple(parse_written_headers(written_headers)) != capture.headers:
            headers = capture.headers
        return VisitRecord(
            run=self.run_uid,
            record=None if answer is None else record_id(answer),
            site=capture.site,
            url=capture.url,
            role=capture.role,
            outcome=capture.outcome,
            visited_at=capture.visited_at,
            status=capture.status,
            message=capture.message,
            payload_sha256=_payload_digest(capture),
            redirects=capture.redirects,
            hints=capture.hints,
            headers=headers,
            request_body=self.request_body,
        )

    def _index_url(self) -> str:
        """Return the address for the index: pywb looks up a POST by this form of it."""
        if not self.post_digest:
            return self.address
        separator = "&" if "?" in self.address else "?"
        return f"{self.address}{separator}__wb_method=POST&post-{self.post_digest}"

    # --- the answer -------------------------------------------------------------------------

    def _build_answer(self) -> ArcWarcRecord | None:
        """Return the record of the answer; None where nothing came."""
        if self.capture.status is None:
            return self._build_resource()
        if self.original is not None and not self._is_written_whole():
            return self._build_revisit(self.original)
        return self._build_response()

    def _is_written_whole(self) -> bool:
        """Tell whether the record has the payload itself."""
        if self.capture.payload is None:
            return False
        return self.original is None or POST in self.capture.final_url

    def _digest_header(self) -> dict[str, str]:
        payload = self.capture.payload or b""
        digest = self.capture.payload_sha256 or payload_digest(payload)
        return {"WARC-Payload-Digest": f"sha256:{digest}"}

    def _build_resource(self) -> ArcWarcRecord | None:
        """Return the record of a payload that no server sent now; None without a payload."""
        if self.capture.payload is None:
            return None
        return build_record(
            "resource",
            self.address,
            self.capture.visited_at,
            f"{self.name} answer",
            block=self.capture.payload,
            content_type=self.capture.hints.content_type or UNKNOWN_TYPE,
        )

    def _build_revisit(self, original: OriginalVisit) -> ArcWarcRecord:
        profile = "identical-payload-digest"
        http: StatusAndHeaders | None = _build_head(self.capture)
        if self.capture.outcome == "not_modified":
            profile = "server-not-modified"
            # Without a head a 304 is replayed as the page; with it, as an empty answer.
            http = None
        headers = {
            **self._digest_header(),
            "WARC-Profile": PROFILES + profile,
            "WARC-Refers-To-Target-URI": escape_address(original.url),
            "WARC-Refers-To-Date": original.visited_at,
        }
        return build_record(
            "revisit",
            self.address,
            self.capture.visited_at,
            f"{self.name} answer",
            headers=headers,
            http=http,
        )

    def _build_response(self) -> ArcWarcRecord:
        headers = self._digest_header()
        if _is_cut(self.capture):
            headers["WARC-Truncated"] = "unspecified"
        return build_record(
            "response",
            self.address,
            self.capture.visited_at,
            f"{self.name} answer",
            headers=headers,
            block=self.capture.payload,
            http=_build_head(self.capture),
        )

    # --- what came before the answer --------------------------------------------------------

    def _build_request(self, answer: ArcWarcRecord) -> ArcWarcRecord:
        """Return the record of the request, rebuilt from what is known of it."""
        parts = urlsplit(escape_address(self.address))
        target = parts.path or "/"
        if parts.query:
            target = f"{target}?{parts.query}"
        method = "GET"
        rebuilt = REQUEST_NOT_KEPT
        if self.request_body:
            method = "POST"
            rebuilt = f"{rebuilt}; its body is {self.request_body}"
        http = StatusAndHeaders(
            f"{target} HTTP/1.1", [("Host", parts.netloc)], protocol=method
        )
        return build_record(
            "request",
            self.address,
            self.capture.visited_at,
            f"{self.name} request",
            headers={"WARC-Concurrent-To": record_id(answer), REBUILT: rebuilt},
            http=http,
        )

    def _build_hops(self) -> Iterator[ExportRecord]:
        """Yield the redirects that led to the answer: only from where to where is known."""
        chain = (self.capture.url, *self.capture.redirects)
        for number, (url, next_url) in enumerate(pairwise(chain)):
            address = _web_address(url.partition("#")[0])
            location = ("Location", escape_address(next_url))
            record = build_record(
                "response",
                address,
                self.capture.visited_at,
                f"{self.name} hop {number}",
                headers={REBUILT: HOP_NOT_KEPT},
                http=StatusAndHeaders("302 Found", [location], protocol="HTTP/1.1"),
            )
            yield ExportRecord(record, address)


def _web_address(url: str) -> str:
    """Return an address under which readers of WARC take a record for an answer of a server."""
    return url if url.startswith(("http:", "https:")) else NO_ADDRESS


def _payload_digest(capture: Capture) -> str | None:
    if capture.payload_sha256:
        return capture.payload_sha256
    if capture.payload is None:
        return None
    return payload_digest(capture.payload)


def _is_cut(capture: Capture) -> bool:
    """Tell whether the archive has the answer without its body, or a part of the body.

    The message of such a visit has the digest of the whole body.
    """
    if capture.payload is None:
        return True
    if capture.outcome == "fetched":
        return False
    digest = payload_digest(capture.payload)
    return digest not in (capture.message or "")


def _build_head(capture: Capture) -> StatusAndHeaders:
    """Return the head of the answer, changed so that it is true of the decoded body."""
    status = capture.status or 0
    phrase = ""
    if status in HTTPStatus._value2member_map_:
        phrase = HTTPStatus(status).phrase
    size = str(len(capture.payload or b""))
    headers: list[tuple[str, str]] = []
    room = MOST_HEADERS
    for key, value in capture.headers:
        name = escape_header_name(key)[:LONGEST_VALUE]
        written_value = escape_header_value(value)[:LONGEST_VALUE]
        is_cut = len(value) > LONGEST_VALUE
        if is_cut or _is_untrue(key.lower(), value, size):
            name = AS_SENT + name
        room -= len(name) + len(written_value)
        if room < 0:
            break
        headers.append((name, written_value))
    return StatusAndHeaders(f"{status} {phrase}".strip(), headers, protocol="HTTP/1.1")


def _is_untrue(key: str, value: str, size: str) -> bool:
    """Tell whether a header is not true of a decoded body of a size."""
    if key in FRAMING:
        return True
    return key == "content-length" and value.strip() != size
