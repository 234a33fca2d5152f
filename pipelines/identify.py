"""Identify: store the visit, its payload by digest, and stop there when the page is known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from scrapy.exceptions import DropItem

from nianbao.archive import Archive
from nianbao.archive.clock import CHINA
from nianbao.archive.raw.visits import Visit
from nianbao.archive.records import Capture, Hints, Note
from nianbao.pipelines.run import RunPipeline


@dataclass(frozen=True, slots=True)
class Unread:
    """A page that is stored and has not been read yet."""

    visit_id: int
    site: str
    url: str
    payload: bytes
    hints: Hints
    visited_on: date  # nothing on the page was published later


class IdentifyPipeline(RunPipeline):
    """Store what came; let through only what is still to be read."""

    async def process_item(self, item: object) -> Unread:
        if isinstance(item, Note):
            await self.run.write(
                partial(self.run.archive.store_note, self.run.id, item)
            )
            raise DropItem("noted")
        if not isinstance(item, Capture):
            raise TypeError(
                f"the pipelines take captures and notes, not {type(item).__name__}"
            )
        visit_id, to_read = await self.run.write(
            partial(self.run.archive.store_capture, self.run.id, item)
        )
        if not to_read:
            raise DropItem("stored; nothing to read")
        if item.payload is None:
            return unread(self.run.archive, visit_id)
        return _unread(visit_id, item, item.payload)


def unread(archive: Archive, visit_id: int) -> Unread:
    """Return a stored page for reading, from the bytes the archive has."""
    visit = archive.visit(visit_id)
    if visit.payload_sha256 is None:
        raise ValueError(f"visit {visit_id} has no payload to read")
    return _unread(visit_id, visit, archive.payload(visit.payload_sha256))


def _unread(visit_id: int, of: Capture | Visit, payload: bytes) -> Unread:
    visited_on = datetime.fromisoformat(of.visited_at).astimezone(CHINA).date()
    return Unread(visit_id, of.site, of.final_url, payload, of.hints, visited_on)
