"""Files: PDF, DOCX, DOC, XLSX and XLS brought to the text or HTML that is read like any page.

The magic bytes decide what a file is, never its name: download addresses say .pdf and send
anything. Word and Excel files become HTML, so that merged cells keep their spans; a PDF becomes
lines. These libraries are no extra: what a payload says is a function of its bytes and the
reader version, on every machine. Each is imported when the first file of its kind comes:
together they take a third of a second, and most pages are HTML.
"""

from __future__ import annotations

import io
import re
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from nianbao.archive.records import Finding
from nianbao.pipelines.reader.payload.refusals import (
    PageTooLargeError,
    UnreadableFileError,
    refuse_file,
)
from nianbao.pipelines.reader.payload.sheets import convert_workbook
from nianbao.pipelines.reader.payload.text_limits import MAX_BYTES, is_binary
from nianbao.pipelines.reader.payload.word_text import show_word_file

if TYPE_CHECKING:
    import pypdfium2

_OLE = bytes.fromhex("d0cf11e0")
_MAX_PDF_PAGES = 300  # the longest report seen has 60
_MAX_UNPACKED_BYTES = 64_000_000  # of all parts of a DOCX or XLSX
_MAX_PARTS = 2_000
_UNREAD_KINDS = {b"{\\rtf": "an RTF"}
# <Workbook> of Excel 2003, <w:wordDocument>, and a DOCX in one XML file.
_OFFICE_XML = re.compile(
    rb"\s*<\?xml[^<]{0,200}(?:<\?[^<]{0,200}|<!--[^<]{0,200}){0,5}"
    rb"<(?:w:wordDocument|pkg:package|office:document|(?:ss:)?Workbook)[\s>]"
)
_PAGE = '<html><body><div id="zoom">{}</div></body></html>'
_TAG = re.compile("<[^<>]*>")
# what a file is encrypted as, in the directory of an OLE container
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


class ConvertedFile(NamedTuple):
    """The text or HTML of a file, and what was left out of it."""

    text: str
    findings: tuple[Finding, ...] = ()


def is_office_file(payload: bytes) -> bool:
    """Tell a file that a program of an office wrote, an image or an archive from a page."""
    return is_binary(payload) or _OFFICE_XML.match(payload) is not None


def convert_file(payload: bytes) -> ConvertedFile:
    """Return the text or HTML that a file holds.

    Raises UnreadableFileError and PageTooLargeError.
    """
    kind, convert = _detect_kind(payload)
    size = len(payload)
    if convert is None:
        raise refuse_file("no_text", bytes=size, kind=kind)
    try:
        file = convert(payload)
    except (UnreadableFileError, PageTooLargeError):
        raise
    # each library raises dozens of its own and of Python's for a broken file
    except BaseException as error:
        if not _is_library_failure(error):
            raise
        reason = type(error).__name__
        raise refuse_file(
            "cannot_open", kind=kind, bytes=size, reason=reason
        ) from error
    if len(file.text) > MAX_BYTES:
        raise PageTooLargeError(len(file.text), file.text.count("<"))
    if not _TAG.sub("", file.text).strip():
        raise refuse_file("no_words", kind=kind, bytes=size)
    return file


def _is_library_failure(error: BaseException) -> bool:
    """Tell whether a library failed at a file; KeyboardInterrupt and SystemExit are no failures.

    A panic of a library in Rust is a BaseException whose class cannot be imported.
    """
    if isinstance(error, Exception):
        return True
    return type(error).__name__ == "PanicException"


def _detect_kind(
    payload: bytes,
) -> tuple[str, Callable[[bytes], ConvertedFile] | None]:
    """Return what a file is, in words, and the function that converts it.

    There is no function for a file that holds no text.
    """
    if payload.startswith(b"%PDF"):
        return "a PDF", _convert_pdf
    if payload.startswith(b"PK\3\4"):
        return _detect_zip_kind(payload)
    if payload.startswith(_OLE):
        if _ENCRYPTED in payload:
            return "a Word or Excel file with a password", None
        if "WordDocument".encode("utf-16-le") in payload:
            return "a DOC", _convert_doc
        return "an XLS", _convert_sheets
    if _OFFICE_XML.match(payload):
        return "an XML file of Word or Excel 2003", None
    for beginning, kind in _UNREAD_KINDS.items():
        if payload.startswith(beginning):
            return kind, None
    return "an image or an archive", None


def _detect_zip_kind(
    payload: bytes,
) -> tuple[str, Callable[[bytes], ConvertedFile] | None]:
    part_names = _list_zip_parts(payload)
    if "word/document.xml" in part_names:
        return "a DOCX", _convert_docx
    if "xl/workbook.xml" in part_names:
        return "an XLSX", _convert_sheets
    return "a ZIP", None


def _list_zip_parts(payload: bytes) -> frozenset[str]:
    """Return the names of what a ZIP holds.

    A ZIP that unpacks to more than any report is refused.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(payload)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as error:
        raise refuse_file(
            "cannot_open", kind="a ZIP", bytes=len(payload), reason=str(error)
        ) from error
    size = sum(part.file_size for part in parts)
    if size > _MAX_UNPACKED_BYTES or len(parts) > _MAX_PARTS:
        raise refuse_file("large_zip", bytes=size, parts=len(parts))
    return frozenset(part.filename for part in parts)


def _convert_pdf(payload: bytes) -> ConvertedFile:
    import pypdfium2

    pages: list[str] = []
    length = 0

    with pypdfium2.PdfDocument(payload) as document:
        count = len(document)
        if count > _MAX_PDF_PAGES:
            raise refuse_file("long_pdf", pages=count, most=_MAX_PDF_PAGES)
        for number in range(count):
            page_text = _extract_page_text(document, number)
            pages.append(page_text)
            length += len(page_text)
            if length > MAX_BYTES:
                raise PageTooLargeError(length, 0)
    text = "\n".join(pages)
    if not text.strip():
        raise refuse_file("scan", pages=count)
    return ConvertedFile(text.replace("\r\n", "\n"))


def _extract_page_text(document: pypdfium2.PdfDocument, number: int) -> str:
    page = document[number]
    return str(page.get_textpage().get_text_bounded())


def _convert_docx(payload: bytes) -> ConvertedFile:
    import mammoth

    without_images = mammoth.images.img_element(lambda _: {})
    result = mammoth.convert_to_html(
        io.BytesIO(show_word_file(payload)),
        convert_image=without_images,
    )
    return ConvertedFile(_PAGE.format(result.value))


def _convert_doc(payload: bytes) -> ConvertedFile:
    import doc2docx

    with tempfile.TemporaryDirectory() as folder:
        doc_path = Path(folder, "file.doc")
        docx_path = Path(folder, "file.docx")
        doc_path.write_bytes(payload)
        doc2docx.convert(doc_path, docx_path)
        return _convert_docx(docx_path.read_bytes())


def _convert_sheets(payload: bytes) -> ConvertedFile:
    tables, findings = convert_workbook(payload)
    return ConvertedFile(_PAGE.format(tables), findings)
