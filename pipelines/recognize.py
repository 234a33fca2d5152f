"""Recognising: OCR of what an archive holds as images and nobody has recognised yet."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from nianbao.archive.clock import utc_now
from nianbao.archive.errors import PayloadDamaged
from nianbao.archive.raw.recognitions import StoredRecognition, may_be_scan

if TYPE_CHECKING:
    from collections.abc import Callable

    from nianbao.archive import Archive
    from nianbao.archive.raw.recognitions import UnrecognizedPayload
    from nianbao.pipelines.recognition_pool import PendingRecognition, RecognitionPool

_PAYLOADS_AHEAD = 4  # whose pages are being recognised while another is stored
_NEXT_TIME = "it is tried again by the next `nianbao reread --ocr`"


@dataclass(slots=True)
class RecognitionResult:
    """What was recognised: payloads and their pages; failures as sentences."""

    payloads: int = 0
    pages: int = 0
    failures: list[str] = field(default_factory=list)


class _Queued(NamedTuple):
    payload: UnrecognizedPayload
    pending: PendingRecognition


def recognize_images(
    archive: Archive,
    pool: RecognitionPool,
    progress: Callable[[int, int], None] | None = None,
) -> RecognitionResult:
    """Recognise the page images that an archive holds, those that were seen last first.

    What is done of a payload is stored with it, and its pages are unread then: the work can be
    cut off at any moment, and what was stored is not done again. A page that fails by its own
    fault is stored as unread; what failed on a busy machine is done the next time. `progress` is
    called with the payloads done and the payloads in all. Raises ArchiveError, and CannotBegin.
    """
    result = RecognitionResult()
    payloads = archive.unrecognized_payloads()
    queue: deque[_Queued] = deque()
    for number, payload in enumerate(payloads):
        if progress is not None:
            progress(number - len(queue), len(payloads))
        pending = _submit(archive, pool, payload, result)
        if pending is not None:
            queue.append(_Queued(payload, pending))
        if len(queue) > _PAYLOADS_AHEAD:
            _store_result(archive, queue.popleft(), result)
    while queue:
        _store_result(archive, queue.popleft(), result)
        if progress is not None:
            progress(len(payloads) - len(queue), len(payloads))
    return result


def _submit(
    archive: Archive,
    pool: RecognitionPool,
    payload: UnrecognizedPayload,
    result: RecognitionResult,
) -> PendingRecognition | None:
    """Give a payload to the processes; return None where it has no page images."""
    try:
        content = archive.payload(payload.sha256)
    except PayloadDamaged as error:
        result.failures.append(f"{payload.url}: {error}")
        return None
    if not may_be_scan(content):
        return None
    return pool.submit(content)


def _store_result(archive: Archive, queued: _Queued, result: RecognitionResult) -> None:
    """Store what was recognised in a payload, when it is done."""
    payload, pending = queued
    recognition = pending.result()
    if not pending.is_final:
        reasons = "; ".join(recognition.failures)
        result.failures.append(f"{payload.url}: {reasons}; {_NEXT_TIME}")
        return
    if not recognition.pages and not recognition.failures:
        return
    stored = StoredRecognition(
        payload.sha256,
        utc_now(),
        recognition.engine,
        len(recognition.pages),
        len(recognition.failures),
        recognition.to_json(),
    )
    archive.store_recognitions([stored])
    result.payloads += 1
    result.pages += stored.pages
