"""What the files of an import hold, whatever their format."""

from __future__ import annotations

from dataclasses import dataclass, field

from nianbao.archive.export import told

Headers = tuple[tuple[str, str], ...]  # as in the archive: bytes as Latin-1


@dataclass(frozen=True, slots=True)
class Page:
    """An answer, or a page without one (status None), as it was sent: the body may be packed."""

    where: str  # file and record
    url: str
    visited_at: str
    status: int | None
    headers: Headers
    body: bytes = field(repr=False)
    digest: str | None = None  # of its payload, as the file writes it


@dataclass(frozen=True, slots=True)
class Again:
    """A capture that found what another one has: the payload is to be looked up."""

    where: str
    url: str
    visited_at: str
    status: int | None
    headers: Headers
    not_modified: bool
    digest: str | None
    of_url: str | None  # the address and time of the capture that has it
    of_time: str | None


@dataclass(frozen=True, slots=True)
class Own:
    """A visit of an archive like this one, with all that was kept of it."""

    where: str
    visit: told.Visit
    headers: Headers = ()
    payload: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Told:
    """A site or a run of an archive like this one."""

    where: str
    what: told.Site | told.Run


@dataclass(frozen=True, slots=True)
class Refused:
    """What was not taken in, and why."""

    where: str
    reason: str


@dataclass(frozen=True, slots=True)
class Damaged(Refused):
    """A file, or the rest of it, that cannot be read: something that should have worked did not."""


Item = Page | Again | Own | Told | Refused
