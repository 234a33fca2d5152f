"""A recognition with a value in every field."""

from __future__ import annotations

from nianbao.archive.raw.recognitions import StoredRecognition
from nianbao.pipelines.reader.ocr.recognition import Recognition


def store_form(
    sha256: str,
    recognition: Recognition,
    recognized_at: str = "2026-03-01T00:00:00.000Z",
) -> StoredRecognition:
    """What the archive keeps of the recognition of a payload."""
    return StoredRecognition(
        sha256,
        recognized_at,
        recognition.engine,
        len(recognition.pages),
        len(recognition.failures),
        recognition.to_json(),
    )
