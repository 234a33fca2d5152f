"""Decoding: from the bytes of a payload to text or HTML, whatever the bytes are."""

from __future__ import annotations

from nianbao.pipelines.reader.payload.charset import (
    MAX_BYTES,
    MAX_TAGS,
    decode_text,
    is_binary,
    limit_size,
)
from nianbao.pipelines.reader.payload.compressed import UnpackError, unpack
from nianbao.pipelines.reader.payload.office_files import (
    UnreadableFileError,
    convert_file,
)


class PageTooLargeError(Exception):
    """A page beyond any report."""


def decode_payload(
    payload: bytes, content_type: str | None = None
) -> tuple[str, str | None]:
    """Return the text of a page or file, and the charset of a page.

    Raises UnreadableFileError and PageTooLargeError.
    """
    try:
        payload = unpack(payload)
    except UnpackError as error:
        raise UnreadableFileError(
            f"{len(payload)} bytes that are compressed: {error}"
        ) from error
    if is_binary(payload):
        return convert_file(payload), None
    page = limit_size(payload)
    if page is None:
        tag_count = payload.count(b"<")
        raise PageTooLargeError(
            f"{len(payload)} bytes with {tag_count} tags are more than a report page has"
            f" ({MAX_BYTES}, {MAX_TAGS}): not read"
        )
    return decode_text(page, content_type)
