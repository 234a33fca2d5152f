"""Identify: store the visit and its payload by digest; stop there when the payload is known.

Why known payloads stop here: docs/decisions/known-payloads-stop-early.md.
"""

from __future__ import annotations

from functools import partial

from scrapy.exceptions import DropItem

from nianbao.archive.records import Capture, Note
from nianbao.pipelines.ingest import UnreadVisit
from nianbao.pipelines.run import RunPipeline


class IdentifyPipeline(RunPipeline):
    """Store captures and notes; let through only what is still to be read."""

    async def process_item(self, item: object) -> UnreadVisit:
        if isinstance(item, Note):
            await self._store_note(item)
            raise DropItem("noted")
        if not isinstance(item, Capture):
            raise TypeError(
                f"the pipelines take captures and notes, not {type(item).__name__}"
            )
        store_capture = partial(self.ingest.store_capture, self.run.id, item)
        try:
            visit_id, needs_reading = await self.run.write(store_capture)
        except DropItem:
            self.run.pages.end((item.url, *item.redirects), item.site)
            raise
        self.run.pages.store(item, visit_id)
        if not needs_reading:
            raise DropItem("stored; nothing to read")
        return self.ingest.unread_visit(visit_id, item)

    async def _store_note(self, note: Note) -> None:
        await self.run.write(partial(self.run.archive.store_note, self.run.id, note))
