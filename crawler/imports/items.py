"""What the files of an import hold, whatever their format."""

from __future__ import annotations

from dataclasses import dataclass, field

from nianbao.archive.export import metadata

Headers = tuple[tuple[str, str], ...]  # as in the archive: bytes as Latin-1


@dataclass(frozen=True, slots=True)
class PageItem:
    """An answer, or a page without one (status None), as it was sent.

    Its body may have content encodings.
    """

    where: str  # file and record
    url: str
    visited_at: str
    status: int | None
    headers: Headers
    body: bytes = field(repr=False)
    digest: str | None = None  # of its payload, as the file writes it
    seen_by: str | None = None  # the host of the web archive that it was fetched from


@dataclass(frozen=True, slots=True)
class RevisitItem:
    """A capture with the payload of another one, which is to be looked up."""

    where: str
    url: str
    visited_at: str
    status: int | None
    headers: Headers
    not_modified: bool
    digest: str | None
    # address and time of the capture that has the payload
    of_url: str | None
    of_time: str | None
    seen_by: str | None = None  # as of a page


@dataclass(frozen=True, slots=True)
class OwnVisitItem:
    """A visit of an archive like this one, with all that it has of the visit."""

    where: str
    visit: metadata.VisitRecord
    headers: Headers = ()
    payload: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class OwnRecordItem:
    """A site, a run, a decision or a discovery of an archive like this one."""

    where: str
    record: (
        metadata.SiteRecord
        | metadata.RunRecord
        | metadata.DecisionRecord
        | metadata.DiscoveryRecord
    )


@dataclass(frozen=True, slots=True)
class OwnRecognitionItem:
    """What OCR recognised in a payload of an archive like this one."""

    where: str
    record: metadata.RecognitionRecord


@dataclass(frozen=True, slots=True)
class RefusedItem:
    """What is not taken in, and why."""

    where: str
    reason: str


@dataclass(frozen=True, slots=True)
class DamagedItem(RefusedItem):
    """A file, or the rest of it, that cannot be read: something that should have worked did not."""


@dataclass(frozen=True, slots=True)
class ClashingSiteItem(RefusedItem):
    """A site whose id is another site's in the archive."""


OwnItem = OwnRecordItem | OwnRecognitionItem
ImportItem = PageItem | RevisitItem | OwnVisitItem | OwnItem | RefusedItem


def find_instant(item: PageItem | RevisitItem | OwnVisitItem | OwnItem) -> str:
    """Return when something was seen, or a run began; an empty text for what has no time."""
    if isinstance(item, OwnVisitItem):
        return item.visit.visited_at
    if isinstance(item, OwnRecordItem):
        if isinstance(item.record, metadata.RunRecord):
            return item.record.started_at
        return ""
    if isinstance(item, OwnRecognitionItem):
        return item.record.recognized_at
    return item.visited_at
