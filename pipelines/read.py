"""Read: what a page says, worked out in another process from its bytes, address and hints alone."""

from __future__ import annotations

import asyncio
from functools import partial

from scrapy.exceptions import DropItem

from nianbao.pipelines.ingest import UnreadPage, UnreadVisit, VisitReading
from nianbao.pipelines.process_pool import CannotBegin
from nianbao.pipelines.run import RunPipeline


class ReadPipeline(RunPipeline):
    """Read a page that was not read before."""

    async def process_item(self, item: UnreadVisit) -> VisitReading:
        try:
            reading = await asyncio.wrap_future(self.ingest.submit(item.page))
        except CannotBegin as error:
            self.run.abort(str(error))
            raise DropItem(str(error)) from error
        except Exception as error:
            message = await self._note_failure(item.page, error)
            raise DropItem(message) from error
        return VisitReading(item.visit_id, reading)

    async def _note_failure(self, page: UnreadPage, error: Exception) -> str:
        """Note that a page could not be read, and return the message.

        What is called has the error; in the frame that raised it, each would keep the other, and
        the page, until garbage is collected.
        """
        note_failure = partial(self.ingest.note_failure, self.run.id, page, error)
        return await self.run.write(note_failure)
