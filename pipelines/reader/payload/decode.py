"""Decoding: from the bytes of a payload to text or HTML, whatever the bytes are."""

from __future__ import annotations

from typing import NamedTuple

from nianbao.archive.charsets import decode_text
from nianbao.archive.records import Finding
from nianbao.pipelines.reader.payload.compressed import (
    UnpackError,
    UnpacksTooLong,
    unpack,
)
from nianbao.pipelines.reader.payload.formats.packed_files import (
    MOST_LEVELS,
    extract_file,
    is_zip_of_files,
)
from nianbao.pipelines.reader.payload.office_files import convert_file, is_office_file
from nianbao.pipelines.reader.payload.refusals import PageTooLargeError, refuse_file
from nianbao.pipelines.reader.payload.text_limits import limit_size
from nianbao.pipelines.reader.payload.web_archives import (
    extract_web_page,
    is_web_archive,
)


class DecodedPage(NamedTuple):
    """The text of a page or file, the charset of a page, and what was left out of a file."""

    text: str
    charset: str | None
    findings: tuple[Finding, ...] = ()


def decode_payload(payload: bytes, content_type: str | None = None) -> DecodedPage:
    """Return the text of a page or file.

    Raises UnreadableFileError and PageTooLargeError.
    """
    payload = _unpack_files(payload)
    if is_office_file(payload):
        file = convert_file(payload)
        return DecodedPage(file.text, None, file.findings)
    if is_web_archive(payload):
        web_page = extract_web_page(payload)
        if web_page is None:
            raise refuse_file(
                "file.damaged", "no_page", kind="a web archive", bytes=len(payload)
            )
        payload, content_type = web_page
    page = limit_size(payload)
    if page is None:
        raise PageTooLargeError(len(payload), payload.count(b"<"))
    text, charset = decode_text(page, content_type)
    return DecodedPage(text, charset)


def _unpack_files(payload: bytes) -> bytes:
    """Return the payload without compression, or the file that a ZIP of files packs."""
    for _ in range(MOST_LEVELS + 1):
        payload = _decompress(payload)
        if not is_zip_of_files(payload):
            return payload
        payload = extract_file(payload)
    raise refuse_file("file.too_large", "nested", most=MOST_LEVELS)


def _decompress(payload: bytes) -> bytes:
    try:
        return unpack(payload)
    except UnpacksTooLong as error:
        raise refuse_file(
            "file.too_large", "unpacks", bytes=len(payload), reason=str(error)
        ) from error
    except UnpackError as error:
        raise refuse_file(
            "file.damaged", "compressed", bytes=len(payload), reason=str(error)
        ) from error
