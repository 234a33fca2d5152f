"""Store: the reading, in the archive's derived layer."""

from __future__ import annotations

from functools import partial

from nianbao.pipelines.ingest import VisitReading
from nianbao.pipelines.run import RunPipeline


class StorePipeline(RunPipeline):
    """Store what the reader made of a page."""

    async def process_item(self, item: VisitReading) -> VisitReading:
        await self.run.write(partial(self.ingest.store_reading, item))
        return item
