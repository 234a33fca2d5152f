"""Recognitions: what OCR recognised in a payload, kept once for each.

The reader makes a reading of it on any machine; who has the models of OCR makes it. One is never
changed. Where two archives have one each of the same payload, the earlier stands in both, so that
the order of merges decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import zstandard

from nianbao.archive.errors import PayloadDamaged
from nianbao.archive.raw import seals

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlite_utils import Database

    from nianbao.archive.records import Hints

_SCANS = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8")
_LEVEL = 10
_MOST_BYTES = 64 << 20  # of one, unpacked
_COLUMNS = "payload_sha256, recognized_at, engine, pages, failures, data"
_ONE = f"SELECT {_COLUMNS} FROM recognitions WHERE payload_sha256 = ?"
_ALL = f"SELECT {_COLUMNS} FROM recognitions ORDER BY payload_sha256"
_STORE = """
INSERT OR REPLACE INTO recognitions VALUES (?, ?, ?, ?, ?, ?)
"""
# Return the images of report pages that nobody recognised, the files that were read as no report,
# and those with pages that are images, each with its latest visit.
_UNRECOGNIZED = """
SELECT payload_sha256, max(visited_at) AS visited_at, url
FROM (
    SELECT substr(image.value, 1, 64) AS payload_sha256, visits.visited_at, visits.url
    FROM sightings
    JOIN visits ON visits.id = sightings.visit_id
    JOIN hint_sets ON hint_sets.id = visits.hint_set_id
    JOIN json_each(hint_sets.hints, '$.images') AS image
    UNION ALL
    SELECT visits.payload_sha256, visits.visited_at, visits.url
    FROM sightings
    JOIN visits ON visits.id = sightings.visit_id
    WHERE sightings.effect = 'not_a_report'
    UNION ALL
    SELECT visits.payload_sha256, visits.visited_at, visits.url
    FROM findings
    JOIN readings ON readings.version_id = findings.version_id
    JOIN visits ON visits.id = readings.visit_id
    WHERE findings.rule = 'file.pages_unread'
)
JOIN blobs ON blobs.sha256 = payload_sha256
WHERE payload_sha256 NOT IN (SELECT payload_sha256 FROM recognitions)
GROUP BY payload_sha256
ORDER BY visited_at DESC, payload_sha256
"""


@dataclass(frozen=True, slots=True)
class StoredRecognition:
    """What OCR recognised in a payload: `pages` that it read, `failures` of pages it did not.

    `text` is JSON (:class:`nianbao.pipelines.reader.ocr.recognition.Recognition`).
    """

    payload_sha256: str
    recognized_at: str  # UTC, ISO 8601
    engine: str
    pages: int
    failures: int
    text: str = field(repr=False)


class UnrecognizedPayload(NamedTuple):
    """A payload in which page images may stand, and the address of the page that has it."""

    sha256: str
    url: str


def may_be_scan(payload: bytes) -> bool:
    """Tell a file whose pages may be images: a PDF, or an image."""
    return payload.startswith(_SCANS)


def store_recognition(db: Database, recognition: StoredRecognition) -> bool:
    """Store a recognition, unless an earlier one of the payload is here; return whether it was."""
    here = load_recognition(db, recognition.payload_sha256)
    if here is not None and _rank(here) <= _rank(recognition):
        return False
    compressor = zstandard.ZstdCompressor(level=_LEVEL)
    row = [
        recognition.payload_sha256,
        recognition.recognized_at,
        recognition.engine,
        recognition.pages,
        recognition.failures,
        compressor.compress(recognition.text.encode()),
    ]
    db.execute(_STORE, row)
    seals.seal_subject(db, f"recognition {recognition.payload_sha256}")
    return True


def _rank(recognition: StoredRecognition) -> tuple[str, str]:
    return recognition.recognized_at, recognition.text


def load_recognition(db: Database, sha256: str) -> StoredRecognition | None:
    """Return the recognition of a payload; None without one. Raises PayloadDamaged."""
    for recognition in _make_recognitions(db.execute(_ONE, [sha256])):
        return recognition
    return None


def list_recognitions(db: Database) -> Iterator[StoredRecognition]:
    """Yield every recognition in the order of the payloads. Raises PayloadDamaged."""
    yield from _make_recognitions(db.conn.execute(_ALL))


def load_page_recognitions(
    db: Database, sha256: str, hints: Hints
) -> tuple[StoredRecognition, ...]:
    """Return what was recognised of a page: of its images, else of its own payload.

    There is nothing until all of its images are recognised. Raises PayloadDamaged.
    """
    recognitions: list[StoredRecognition] = []
    for digest in list_recognizable(sha256, hints):
        recognition = load_recognition(db, digest)
        if recognition is None:
            return ()
        recognitions.append(recognition)
    return tuple(recognitions)


def list_recognizable(sha256: str, hints: Hints) -> Sequence[str]:
    """Return the payloads in which the report of a page may stand as images, in their order."""
    images = hints.images or ()
    digests = dict.fromkeys(image.partition(" ")[0] for image in images)
    return list(digests) or [sha256]


def list_unrecognized(db: Database) -> list[UnrecognizedPayload]:
    """Return the payloads in which page images may stand, those that were seen last first."""
    rows = db.execute(_UNRECOGNIZED).fetchall()
    return [UnrecognizedPayload(sha256, url) for sha256, _, url in rows]


def _make_recognitions(
    rows: Iterable[tuple[Any, ...]],
) -> Iterator[StoredRecognition]:
    for sha256, recognized_at, engine, pages, failures, data in rows:
        decompressor = zstandard.ZstdDecompressor()
        try:
            text = decompressor.decompress(data, max_output_size=_MOST_BYTES).decode()
        except (UnicodeDecodeError, zstandard.ZstdError) as error:
            raise PayloadDamaged(
                f"what OCR recognised in payload {sha256} cannot be unpacked ({error}): the"
                " archive file is damaged"
            ) from error
        yield StoredRecognition(sha256, recognized_at, engine, pages, failures, text)
