"""Recognition processes: OCR a page image at a time, each bounded as a reading is.

They begin as reading processes do, with the models loaded before the limits are set.
"""

from __future__ import annotations

import os
from concurrent.futures import CancelledError
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeVar

from nianbao.pipelines.process_pool import CannotBegin, ProcessPool
from nianbao.pipelines.reader.ocr.models import name_engine, require_ocr
from nianbao.pipelines.reader.ocr.recognition import Recognition, RecognizedPage
from nianbao.pipelines.reading_pool import (
    SECONDS,
    explain_failure,
    is_fault_of_page,
)
from nianbao.pipelines.reading_process import (
    MOST_CPU_SECONDS,
    begin_process,
    run_task,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future
    from datetime import date

    from nianbao.archive.records import Hints, Reading

Result = TypeVar("Result")
# a payload, its recognition as JSON, its address, what is known of it, and the day
Scan: TypeAlias = "tuple[bytes, str, str | None, Hints, date]"
MOST_PAGES = 60  # the longest report seen has so many


class PageImage(NamedTuple):
    """A payload, and which of its page images is meant."""

    payload: bytes
    number: int


@dataclass(slots=True)
class PendingRecognition:
    """Page images that are being recognised, each in a process.

    `is_final` is False where a page failed that may not fail again: on a busy machine.
    """

    engine: str
    futures: list[Future[RecognizedPage]]
    failures: list[str]
    is_final: bool = True

    def note_failure(self, error: Exception) -> None:
        """Take in that a page failed."""
        self.failures.append(explain_failure(error))
        if not is_fault_of_page(error, is_second=False):
            self.is_final = False

    def result(self) -> Recognition:
        """Return what stands on the page images, when all are done.

        A page that failed or took too long is left out, and said so. Raises CannotBegin.
        """
        pages: list[RecognizedPage] = []
        for future in self.futures:
            try:
                pages.append(future.result())
            except (CannotBegin, CancelledError):
                raise
            except Exception as error:  # noqa: BLE001
                # the other pages are read all the same
                self.note_failure(error)
        return Recognition(self.engine, tuple(pages), tuple(self.failures))


class RecognitionPool:
    """A pool of recognition processes; :meth:`close` ends them. Raises OcrMissingError."""

    def __init__(self, workers: int | None = None) -> None:
        require_ocr()
        self.engine = name_engine()
        self._pool = ProcessPool(workers or os.cpu_count() or 1, begin_recognition)

    def submit(self, payload: bytes) -> PendingRecognition:
        """Give the page images of a payload to the processes. Raises CannotBegin."""
        pending = PendingRecognition(self.engine, [], [])
        try:
            numbers = self._submit(list_page_images, payload, 0).result()
        except (CannotBegin, CancelledError):
            raise
        except Exception as error:  # noqa: BLE001
            # whatever a library raises for a broken file
            pending.note_failure(error)
            return pending
        if len(numbers) > MOST_PAGES:
            pending.failures.append(
                f"it has {len(numbers)} pages, and {MOST_PAGES} at most are read"
            )
        for number in numbers[:MOST_PAGES]:
            pending.futures.append(self._submit(recognize_image, payload, number))
        return pending

    def recognize(self, payload: bytes) -> Recognition:
        """Return what stands on the page images of a payload. Raises CannotBegin."""
        return self.submit(payload).result()

    def _submit(
        self, task: Callable[[PageImage], Result], payload: bytes, number: int
    ) -> Future[Result]:
        image = PageImage(payload, number)
        return self._pool.submit(
            run_task,
            image,
            MOST_CPU_SECONDS,
            task=task,
            size=len(payload),
            seconds=SECONDS,
        )

    def close(self) -> None:
        """End the processes, whatever they are doing."""
        self._pool.close()


def begin_recognition() -> None:
    """Prepare a recognition process.

    It looks at a page of nothing before the limits are set: what the models take for themselves
    is not a page's.
    """
    from nianbao.pipelines.reader.ocr.page_layout import warm_up

    warm_up()
    begin_process()


def list_page_images(image: PageImage) -> list[int]:
    """Return the numbers of the page images of a payload."""
    from nianbao.pipelines.reader.ocr.page_images import list_pages

    return list_pages(image.payload)


def recognize_image(image: PageImage) -> RecognizedPage:
    """Return what stands on a page image."""
    from nianbao.pipelines.reader.ocr.page_images import load_page
    from nianbao.pipelines.reader.ocr.page_layout import recognize_page

    return recognize_page(load_page(image.payload, image.number))


def read_scan(scan: Scan) -> Reading:
    """Read what was recognised in a scan; for a reading process."""
    from nianbao.pipelines.reader.ocr.image_reading import read_images

    payload, recognition, url, hints, today = scan
    return read_images(
        payload, [Recognition.from_json(recognition)], url=url, hints=hints, today=today
    )
