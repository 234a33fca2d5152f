"""What WARC has no field for: runs, sites and visits as JSON in metadata records, so that a way
back is lossless.

A metadata record has the media type `application/warc-fields` and one field, named by SITE, RUN
or VISIT, with the JSON of the record class in ASCII. What is read is checked: wrong types,
unknown names and missing ones are refused.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, TypeAdapter

from nianbao.archive.records import Capture, Finding, Hints, Outcome, Role

Instant = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Uid = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
Headers = tuple[tuple[str, str], ...]

FORMAT = "nianbao-warc/1"
REBUILT = "X-Nianbao-Rebuilt"  # header of a record whose answer is known only in part


@dataclass(frozen=True, slots=True)
class Site:
    """A site, as :data:`nianbao.archive.transfer.intake.SITE` selects it."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    id: str
    name: str
    platform: str
    region: str | None
    code: str | None
    code_source: str | None
    seen_at: Instant | None


@dataclass(frozen=True, slots=True)
class SiteRun:
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
class Note:
    """What was noted in a run about a site."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    site: str
    url: str
    finding: Finding


@dataclass(frozen=True, slots=True)
class Run:
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
    sites: tuple[SiteRun, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Visit:
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
    headers: (
        Headers | None
    )  # only where the answer's own are written otherwise than they were kept
    request_body: str | None  # what is known of a body that was sent

    def capture(self, headers: Headers, payload: bytes | None) -> Capture:
        """Return the visit as it was handed to the archive it comes from."""
        own = ("run", "record", "headers", "request_body")
        values = {
            name.name: getattr(self, name.name)
            for name in dataclasses.fields(self)
            if name.name not in own
        }
        return Capture(
            **values,
            headers=headers if self.headers is None else self.headers,
            payload=payload,
        )


KINDS: Mapping[str, type[Site | Run | Visit]] = {
    "nianbao-site": Site,
    "nianbao-run": Run,
    "nianbao-visit": Visit,
}


def fields(told: Site | Run | Visit) -> bytes:
    """Return the block of a metadata record."""
    name = next(name for name, kind in KINDS.items() if kind is type(told))
    return f"{name}: {json.dumps(dataclasses.asdict(told), separators=(',', ':'))}\r\n".encode()


def read(block: bytes) -> Site | Run | Visit | None:
    """Return what the block of a metadata record tells; None for another's; raise ValueError
    when it is not right.
    """
    name, _, text = block.partition(b": ")
    if name.decode("latin-1") not in KINDS:
        return None
    found: Site | Run | Visit = _adapter(name.decode()).validate_json(text)
    return found


@cache
def _adapter(name: str) -> TypeAdapter[Any]:
    return TypeAdapter(KINDS[name])
