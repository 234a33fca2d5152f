"""The parts of a ZIP: DOCX, XLSX, ODT, ODS and OFD are ZIPs of XML."""

from __future__ import annotations

import io
import lzma
import zipfile
import zlib
from typing import TypeAlias

from lxml import etree

from nianbao.pipelines.reader.payload.refusals import PageTooLargeError, refuse_file
from nianbao.pipelines.reader.payload.text_limits import MAX_TAGS

Element: TypeAlias = etree._Element

_MAX_UNPACKED_BYTES = 64_000_000  # of all parts of a file
_MAX_PARTS = 2_000
_ENCRYPTED = 0x1  # of the flags of a part
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True)
# what zipfile raises for a ZIP that is none
ZIP_ERRORS = (
    zipfile.BadZipFile,
    lzma.LZMAError,
    zlib.error,
    EOFError,
    NotImplementedError,
    OSError,
    ValueError,
)


def open_zip(payload: bytes) -> zipfile.ZipFile:
    """Open a ZIP that unpacks to no more than any report and asks for no password.

    Raises UnreadableFileError.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(payload))
        parts = archive.infolist()
    except ZIP_ERRORS as error:
        raise refuse_file(
            "file.damaged",
            "cannot_open",
            kind="a ZIP",
            bytes=len(payload),
            reason=str(error),
        ) from error
    size = sum(part.file_size for part in parts)
    if size > _MAX_UNPACKED_BYTES or len(parts) > _MAX_PARTS:
        raise refuse_file("file.too_large", "large_zip", bytes=size, parts=len(parts))
    if any(part.flag_bits & _ENCRYPTED for part in parts):
        raise refuse_file("file.protected", None, kind="a ZIP", bytes=len(payload))
    return archive


def parse_part(archive: zipfile.ZipFile, name: str) -> Element:
    """Return the tree of a part. Raises PageTooLargeError for more tags than a report has."""
    return parse_xml(archive.read(name))


def parse_xml(content: bytes) -> Element:
    """Return the tree of an XML text. Raises PageTooLargeError for more tags than a report has."""
    tag_count = content.count(b"<")
    if tag_count > MAX_TAGS:
        raise PageTooLargeError(len(content), tag_count)
    return etree.fromstring(content, _PARSER)


def write_zip(parts: dict[str, bytes]) -> bytes:
    """Return a ZIP of some parts, by name."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return packed.getvalue()
