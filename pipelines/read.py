"""Read: what a page says, worked out in another process from its bytes, address and hints alone."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial

from scrapy.exceptions import DropItem

from nianbao.archive import Archive
from nianbao.archive.records import Finding, Note, Reading
from nianbao.pipelines import identify
from nianbao.pipelines.identify import Unread
from nianbao.pipelines.readers import Readers, said
from nianbao.pipelines.run import RunPipeline

PAGES_AHEAD = 16  # being read while others are stored


@dataclass(frozen=True, slots=True)
class Read:
    """A page and what the reader made of it."""

    visit_id: int
    reading: Reading


class ReadPipeline(RunPipeline):
    """Read a page that was not read before."""

    async def process_item(self, item: Unread) -> Read:
        try:
            reading = await asyncio.wrap_future(_submit(self.run.readers, item))
        except Exception as error:
            message = await self.run.write(
                partial(_note_failure, self.run.archive, self.run.id, item, error)
            )
            raise DropItem(message) from error
        return Read(item.visit_id, reading)


def _submit(readers: Readers, item: Unread) -> Future[Reading]:
    return readers.submit(
        item.payload, url=item.url, hints=item.hints, visited_on=item.visited_on
    )


def _note_failure(
    archive: Archive, run_id: int, item: Unread, error: BaseException
) -> str:
    """Note that a page could not be read; it stays stored and is read at the next chance.
    Raises ArchiveError.
    """
    message = f"{item.url}: {said(error)}. The page is stored and will be read at the next crawl."
    archive.store_note(
        run_id, Note(item.site, item.url, Finding("reader.failed", "error", message))
    )
    return message


def catch_up(
    archive: Archive,
    readers: Readers,
    reader_version: str,
    *,
    run_id: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[str]:
    """Read what is stored and was not read by this reader, and settle what follows; return what
    failed.

    A crawl begins with it: a kill, or a reader that failed, leaves pages unread. Each page is
    written in a transaction of its own, so it can be cut off and gone on with at any moment.
    `progress` is called with the pages done and the pages in all. What failed is noted in the
    run `run_id`, else in the visit's own. Raises ArchiveError.
    """
    done: set[int] = set()
    failures: list[str] = []
    while waiting := [
        visit_id
        for visit_id in archive.unread_visits(reader_version)
        if visit_id not in done
    ]:
        for visit_id, item, future in _ahead(archive, readers, waiting):
            if progress is not None:
                progress(len(done), len(done) + len(waiting))
            done.add(visit_id)
            try:
                reading = future.result()
            except Exception as error:  # noqa: BLE001  as above
                failures.append(
                    _note_failure(
                        archive, run_id or archive.visit(visit_id).run_id, item, error
                    )
                )
            else:
                archive.store_reading(visit_id, reading)
    archive.finalize(run_id)
    return failures


def _ahead(
    archive: Archive, readers: Readers, visit_ids: Iterable[int]
) -> Iterator[tuple[int, Unread, Future[Reading]]]:
    """Yield visits with their readings to come, in order; some pages ahead are being read
    meanwhile.
    """
    ahead: deque[tuple[int, Unread, Future[Reading]]] = deque()
    for visit_id in visit_ids:
        item = identify.unread(archive, visit_id)
        ahead.append((visit_id, item, _submit(readers, item)))
        if len(ahead) > PAGES_AHEAD:
            yield ahead.popleft()
    yield from ahead
