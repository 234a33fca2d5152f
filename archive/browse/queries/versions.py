"""Versions of a document over time: which stood when, what each changed, and whether the page
or our reader did it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from nianbao.archive.derived.figures import compare_figures
from nianbao.archive.read_model import documents as document_lookup

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

    from nianbao.archive.read_model.documents import Version

MOMENT = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{3})?)?Z?)?")
LAST = "0000-00-00T23:59:59.999Z"  # fills a moment up to its last millisecond
LENGTHS = (10, 16, 19)  # of a day, a minute, a second

# of changes of the page itself
KINDS = "SELECT kind FROM changes WHERE version_id = ? AND finding_id IS NULL"

Cause = Literal["page", "reader", "unsure"]


@dataclass(frozen=True, slots=True)
class Step:
    """A version on the timeline: what it changed of the one before, None for the first. `at`
    names it in addresses.
    """

    number: int
    at: str
    first_seen: str
    last_seen: str
    payload_sha256: str
    reader_version: str
    cause: Cause | None
    fields: tuple[document_lookup.Field, ...]
    cells: int | None
    text: bool | None


@dataclass(frozen=True, slots=True)
class Event:
    """A line of the change feed about a document."""

    kind: str
    occurred_at: str
    moved_to: str | None


def is_moment(text: str) -> bool:
    """Return whether a text is a day, minute, second or millisecond (UTC, ISO 8601)."""
    return MOMENT.fullmatch(text) is not None


def at(versions: Sequence[Version], moment: str) -> Version | None:
    """Return the version that stood at the end of a moment, None before the first was seen."""
    bare = moment.removesuffix("Z")
    until = bare + LAST[len(bare) :]
    return next(
        (version for version in reversed(versions) if version.first_seen <= until), None
    )


def moment(versions: Sequence[Version], version: Version) -> str:
    """Return the shortest moment at which a version stood: the day on which it was first seen,
    if that is enough.
    """
    for length in LENGTHS:
        if at(versions, version.first_seen[:length]) is version:
            return version.first_seen[:length]
    return version.first_seen


def steps(db: Database, versions: Sequence[Version]) -> tuple[Step, ...]:
    """Return the versions of a document as a timeline, the first one first."""
    told = [_step(versions, version) for version in versions[:1]]
    told += [
        _step(
            versions,
            new,
            cause(db, old, new),
            tuple(document_lookup.fields(old, new)),
            len(compare_figures(old.figures, new.figures)),
            old.text != new.text,
        )
        for old, new in pairwise(versions)
    ]
    return tuple(told)


def cause(db: Database, old: Version, new: Version) -> Cause:
    """Tell whether the page changed between two versions, or only what our reader made of it.

    Of equal bytes another reader made another content. Of other bytes that two readers read
    nobody can tell.
    """
    if old.payload_sha256 == new.payload_sha256:
        return "reader"
    if old.reader_version == new.reader_version:
        return "page"
    kinds = {kind for (kind,) in db.execute(KINDS, [new.id]).fetchall()}
    return "reader" if kinds == {"reread"} else "unsure"


def events(db: Database, document_id: int) -> tuple[Event, ...]:
    """Return what the change feed says of a document itself, oldest first; its findings stand
    with its versions.
    """
    rows = db.execute(
        "SELECT kind, occurred_at, moved_to FROM changes WHERE document_id = ? AND finding_id IS NULL ORDER BY id",
        [document_id],
    ).fetchall()
    return tuple(Event(*row) for row in rows)


def _step(
    versions: Sequence[Version],
    version: Version,
    cause: Cause | None = None,
    fields: tuple[document_lookup.Field, ...] = (),
    cells: int | None = None,
    text: bool | None = None,
) -> Step:
    seen = version.first_seen, version.last_seen
    name = moment(versions, version)
    return Step(
        version.number,
        name,
        *seen,
        version.payload_sha256,
        version.reader_version,
        cause,
        fields,
        cells,
        text,
    )
