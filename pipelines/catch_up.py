"""Catching up: what is stored and was not read by the present reader is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent import futures
from functools import partial
from typing import TYPE_CHECKING

from nianbao.archive.storage.batch import Batch, open_batch
from nianbao.pipelines.ingest import Ingest, QueuedPage, ReadingQueue, VisitReading
from nianbao.pipelines.process_pool import CannotBegin

if TYPE_CHECKING:
    from nianbao.archive import Archive
    from nianbao.pipelines.reading_pool import PageReaders


def catch_up(
    archive: Archive,
    pool: PageReaders,
    reader_version: str,
    *,
    run_id: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    with_failed: bool = False,
) -> list[str]:
    """Read what is stored and was not read by this reader, then finalize; return what failed.

    A crawl begins with it: a kill, or a reader that failed, leaves pages unread. The pages
    are written whole, many in a commit, so the work can be cut off and resumed at any moment;
    nothing that is written waits for a page that is slow to read.
    `progress` is called with the number of pages that were read and of all pages. A failure is
    noted in the run `run_id`, else in the run of the visit. What this reader failed on before is
    tried again only `with_failed`. Raises ArchiveError, and CannotBegin where nothing can be
    read.
    """
    ingest = Ingest(archive, pool)
    processed_ids: set[int] = set()
    failures: list[str] = []
    while True:
        unread_ids = archive.unread_visits(reader_version, with_failed=with_failed)
        # one that failed is not tried a second time
        pending_ids = [id_ for id_ in unread_ids if id_ not in processed_ids]
        if not pending_ids:
            break
        total = len(processed_ids) + len(pending_ids)
        with open_batch(archive) as batch:
            for queued in _read_ahead(ingest, pending_ids):
                if progress is not None:
                    progress(len(processed_ids), total)
                processed_ids.add(queued.item)
                _wait_for_reading(queued, batch)
                store = partial(_store_result, ingest, queued, run_id)
                failure = batch.write(store)
                if failure is not None:
                    failures.append(failure)
                if batch.is_full or batch.seconds_left == 0:
                    batch.commit()
    archive.finalize(run_id)
    return failures


def _wait_for_reading(queued: QueuedPage[int], batch: Batch) -> None:
    """Wait until a page is read, or has failed; a batch that is due meanwhile is committed."""
    done, _ = futures.wait([queued.future], timeout=batch.seconds_left)
    if not done:
        batch.commit()
        futures.wait([queued.future])


def _read_ahead(ingest: Ingest, visit_ids: Iterable[int]) -> Iterator[QueuedPage[int]]:
    """Yield visits in order; some pages ahead are being read meanwhile."""
    queue: ReadingQueue[int] = ReadingQueue(ingest)
    for visit_id in visit_ids:
        unread = ingest.load_unread_visit(visit_id)
        queue.add(visit_id, unread.page)
        yield from queue.take_surplus()
    yield from queue.take_all()


def _store_result(
    ingest: Ingest, queued: QueuedPage[int], run_id: int | None
) -> str | None:
    """Store a reading, or note that it failed and return the message."""
    visit_id = queued.item
    try:
        reading = queued.future.result()
    except CannotBegin:
        raise
    except Exception as error:  # noqa: BLE001
        # whatever a reader raises, the page stays unread
        if run_id is None:
            run_id = ingest.archive.visit(visit_id).run_id
        return ingest.note_failure(run_id, queued.page, error)
    ingest.store_reading(VisitReading(visit_id, reading))
    return None
