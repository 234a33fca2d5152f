"""Read: what a page says, worked out in another process from its bytes, address and hints alone."""

from __future__ import annotations

import asyncio
from functools import partial

from scrapy.exceptions import DropItem

from nianbao.pipelines.ingest import UnreadVisit, VisitReading
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
            note_failure = partial(
                self.ingest.note_failure, self.run.id, item.page, error
            )
            message = await self.run.write(note_failure)
            raise DropItem(message) from error
        return VisitReading(item.visit_id, reading)
