"""Read: what a page says, worked out in another process from its bytes, address and hints alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass

from scrapy.exceptions import DropItem

from archive.records import Finding, Note, Reading
from pipelines import identify
from pipelines.identify import Unread
from pipelines.readers import said
from pipelines.run import Run, RunPipeline


@dataclass(frozen=True, slots=True)
class Read:
    """A page and what the reader made of it."""

    visit_id: int
    reading: Reading


class ReadPipeline(RunPipeline):
    """Read a page that was not read before."""

    async def process_item(self, item: Unread) -> Read:
        try:
            reading = await asyncio.wrap_future(_submit(self.run, item))
        except Exception as error:
            with self.run.writing():
                message = failed(self.run, item, error)
            raise DropItem(message) from error
        return Read(item.visit_id, reading)


def _submit(run: Run, item: Unread) -> Future[Reading]:
    return run.readers.submit(item.payload, url=item.url, hints=item.hints, visited_on=item.visited_on)


def failed(run: Run, item: Unread, error: BaseException) -> str:
    """Note that a page could not be read; it stays stored and is read at the next chance. Raises ArchiveError."""
    message = f"{item.url}: {said(error)}. The page is stored and will be read at the next crawl."
    run.archive.note(run.id, Note(item.site, item.url, Finding("reader.failed", "error", message)))
    return message


def catch_up(run: Run, reader_version: str, progress: Callable[[int, int], None] | None = None) -> None:
    """Read what is stored and was never read, and read again what an older reader read.

    A crawl begins with it: a kill, or a reader that failed, leaves pages unread. `progress` is
    called with the pages done and the pages in all.
    """
    new = run.archive.unread()
    old = run.archive.outdated(reader_version)
    for done, visit_id in enumerate([*new, *old]):
        if progress is not None:
            progress(done, len(new) + len(old))
        item = identify.unread(run.archive, visit_id)
        try:
            reading = _submit(run, item).result()
        except Exception as error:  # noqa: BLE001  as above
            failed(run, item, error)
            continue
        store = run.archive.show if done < len(new) else run.archive.reread
        store(visit_id, reading)
