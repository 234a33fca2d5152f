"""Store: the reading, in the archive's derived layer."""

from __future__ import annotations

from functools import partial

from nianbao.pipelines.read import Read
from nianbao.pipelines.run import RunPipeline


class StorePipeline(RunPipeline):
    """Store what the reader made of a page; a new version when its content is new."""

    async def process_item(self, item: Read) -> Read:
        await self.run.write(
            partial(self.run.archive.store_reading, item.visit_id, item.reading)
        )
        return item
