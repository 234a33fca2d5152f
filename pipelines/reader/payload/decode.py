"""Decoding: from the bytes of a payload to text or HTML, whatever the bytes are."""

from __future__ import annotations

from nianbao.archive.charsets import decode_text
from nianbao.archive.finding_texts import make_finding
from nianbao.pipelines.reader.payload.compressed import UnpackError, unpack
from nianbao.pipelines.reader.payload.office_files import (
    NOT_TEXT,
    UnreadableFileError,
    convert_file,
    is_office_file,
)
from nianbao.pipelines.reader.payload.text_limits import (
    limit_size,
)
from nianbao.pipelines.reader.payload.web_archives import (
    extract_web_page,
    is_web_archive,
)


class PageTooLargeError(Exception):
    """A page beyond any report."""

    def __init__(self, size_bytes: int, tag_count: int) -> None:
        super().__init__(f"{size_bytes} bytes with {tag_count} tags")
        self.size_bytes = size_bytes
        self.tag_count = tag_count


def decode_payload(
    payload: bytes, content_type: str | None = None
) -> tuple[str, str | None]:
    """Return the text of a page or file, and the charset of a page.

    Raises UnreadableFileError and PageTooLargeError.
    """
    try:
        payload = unpack(payload)
    except UnpackError as error:
        parameters = {
            "case": "compressed",
            "bytes": len(payload),
            "reason": str(error),
        }
        finding = make_finding(NOT_TEXT, "warning", parameters)
        raise UnreadableFileError(finding) from error
    if is_office_file(payload):
        return convert_file(payload), None
    if is_web_archive(payload):
        web_page = extract_web_page(payload)
        if web_page is None:
            parameters = {"case": "no_page", "bytes": len(payload)}
            raise UnreadableFileError(make_finding(NOT_TEXT, "warning", parameters))
        payload, content_type = web_page
    page = limit_size(payload)
    if page is None:
        raise PageTooLargeError(len(payload), payload.count(b"<"))
    return decode_text(page, content_type)
