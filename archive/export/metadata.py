"""Metadata records: what WARC has no field for, as JSON, so that an import loses nothing.

A metadata record has the media type `application/warc-fields` and one field, named as a key of
KINDS, with the JSON of the record class in ASCII. What is read is checked: wrong types, unknown
names and missing ones are refused.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, TypeAdapter

from nianbao.archive.raw.decisions import Decision
from nianbao.archive.raw.discoveries import SiteDiscovery
from nianbao.archive.raw.recognitions import StoredRecognition
from nianbao.archive.records import Capture, Finding, Hints, Outcome, Role

Instant = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Uid = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
Headers = tuple[tuple[str, str], ...]

FORMAT = "nianbao-warc/1"
REBUILT = "X-Nianbao-Rebuilt"  # header of a record whose answer is known only in part


@dataclass(frozen=True, slots=True)
class SiteRecord:
    """A site, as :func:`nianbao.archive.transfer.intake.list_sites` returns it.

    Exports of 0.2.0 and before do not have the hosts.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")
    id: str
    name: str
    platform: str
    region: str | None
    code: str | None
    code_source: str | None
    seen_at: Instant | None
    hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SiteRunRecord:
    """How a run went on a site."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    site_id: str
    started_at: Instant
    ended_at: Instant | None
    end_reason: str | None
    vanish_after: int
    expected_links: int
    most_links: int | None
    learn_since: str | None
    links: int | None
    healthy: Literal[0, 1] | None


@dataclass(frozen=True, slots=True)
class NoteRecord:
    """What was noted in a run about a site."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    site: str
    url: str
    finding: Finding


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run with its sites and notes."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    uid: Uid
    kind: Literal["crawl", "import"]
    started_at: Instant
    ended_at: Instant | None
    end_reason: str | None
    software_version: str
    settings: str
    counts: str | None
    sites: tuple[SiteRunRecord, ...]
    notes: tuple[NoteRecord, ...]


@dataclass(frozen=True, slots=True)
class VisitRecord:
    """A visit without its payload. `record` is the id of the record that has the answer, where
    there was one.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")
    run: Uid
    record: str | None
    site: str
    url: str
    role: Role
    outcome: Outcome
    visited_at: Instant
    status: int | None
    message: str | None
    payload_sha256: Digest | None
    redirects: tuple[str, ...]
    hints: Hints
    # Only where the record has the answer's headers in another form than the archive.
    headers: Headers | None
    request_body: str | None  # what is known of a body that was sent

    def to_capture(self, headers: Headers, payload: bytes | None) -> Capture:
        """Return the visit as the archive it comes from was given it.

        `headers` are those of the answer's record.
        """
        if self.headers is not None:
            headers = self.headers
        return Capture(
            site=self.site,
            url=self.url,
            role=self.role,
            outcome=self.outcome,
            visited_at=self.visited_at,
            status=self.status,
            message=self.message,
            payload_sha256=self.payload_sha256,
            redirects=self.redirects,
            hints=self.hints,
            headers=headers,
            payload=payload,
        )


@dataclass(frozen=True, slots=True)
class DecisionRecord:
    """A decision of a person, as :class:`nianbao.archive.raw.decisions.Decision` has it."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    kind: Literal["report", "body"]
    reason: str
    url: str | None
    content_sha256: Digest | None
    agency: str | None
    region: str | None
    report_year: int | None
    former_agency: str | None
    former_region: str | None
    decided_at: Instant
    uid: Uid

    def to_decision(self) -> Decision:
        """Return it as the archive has it."""
        return Decision(**dataclasses.asdict(self))


@dataclass(frozen=True, slots=True)
class DiscoveryRecord:
    """What a search of a site found."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    discovery: SiteDiscovery


@dataclass(frozen=True, slots=True)
class RecognitionRecord:
    """What OCR recognised in a payload."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    payload_sha256: Digest
    recognized_at: Instant
    engine: str
    pages: Annotated[int, Field(ge=0)]
    failures: Annotated[int, Field(ge=0)]
    text: str

    def to_recognition(self) -> StoredRecognition:
        """Return it as the archive has it."""
        return StoredRecognition(**dataclasses.asdict(self))


MetadataRecord = (
    SiteRecord
    | RunRecord
    | VisitRecord
    | DecisionRecord
    | DiscoveryRecord
    | RecognitionRecord
)

KINDS: Mapping[str, type[MetadataRecord]] = {
    "nianbao-site": SiteRecord,
    "nianbao-run": RunRecord,
    "nianbao-visit": VisitRecord,
    "nianbao-decision": DecisionRecord,
    "nianbao-discovery": DiscoveryRecord,
    "nianbao-recognition": RecognitionRecord,
}
NAMES = {record_class: name for name, record_class in KINDS.items()}


def identify_site(site: SiteRecord) -> str:
    """Return a text that differs where anything about a site differs.

    The id of the site's record follows from it, so it stays as it is.
    """
    values = dataclasses.asdict(site)
    if not site.hosts:  # as an earlier version wrote the record
        del values["hosts"]
    fields = ", ".join(f"{name}={value!r}" for name, value in values.items())
    return f"Site({fields})"


def format_block(record: MetadataRecord) -> bytes:
    """Return the block of a metadata record."""
    text = json.dumps(dataclasses.asdict(record), separators=(",", ":"))
    return f"{NAMES[type(record)]}: {text}\r\n".encode()


def parse_block(block: bytes) -> MetadataRecord | None:
    """Return what the block of a metadata record holds; None for another program's.

    Raises ValueError when a field is missing, unknown or of a wrong type.
    """
    name, _, text = block.partition(b": ")
    kind = name.decode("latin-1")
    if kind not in KINDS:
        return None
    record: MetadataRecord = _type_adapter(kind).validate_json(text)
    return record


@cache
def _type_adapter(kind: str) -> TypeAdapter[Any]:
    return TypeAdapter(KINDS[kind])
