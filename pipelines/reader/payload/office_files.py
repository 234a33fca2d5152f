"""Files: what a program of an office wrote, brought to the text or HTML that is read like any page.

The magic bytes decide what a file is, never its name: download addresses say .pdf and send
anything. Word, Excel, OpenDocument, OFD and Rich Text files become HTML, so that merged cells
keep their spans, and so does a PDF with ruled tables; without them it becomes lines. These
libraries are no extra: what a payload says is a function of its bytes and the reader version, on
every machine. Each is imported when the first file of its kind comes: together they take a third
of a second, and most pages are HTML.
"""

from __future__ import annotations

import io
import re
import tempfile
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, TypeAlias

from nianbao.archive.records import Finding
from nianbao.pipelines.reader.payload.refusals import (
    PageTooLargeError,
    UnreadableFileError,
    refuse_file,
)
from nianbao.pipelines.reader.payload.sheets import convert_workbook, write_sheets
from nianbao.pipelines.reader.payload.text_limits import MAX_BYTES, is_binary
from nianbao.pipelines.reader.payload.word_text import show_word_file
from nianbao.pipelines.reader.payload.zip_parts import (
    ZIP_ERRORS,
    Element,
    open_zip,
    parse_xml,
)

_OLE = bytes.fromhex("d0cf11e0")
_RTF = b"{\\rtf"
# <Workbook> of Excel 2003, <w:wordDocument>, a DOCX in one XML file, and OpenDocument in one.
_OFFICE_XML = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*<\?xml[^<]{0,200}(?:<\?[^<]{0,200}|<!--[^<]{0,200}){0,5}"
    rb"<(?:w:wordDocument|pkg:package|office:document|(?:ss:)?Workbook)[\s>]"
)
_WORD_PART = re.compile(r"word/document\d*\.xml")
_PAGE = '<html><body><div class="content">{}</div></body></html>'
_TAG = re.compile("<[^<>]*>")
# the names of streams in the directory of an OLE container
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_SLIDES_STREAM = "PowerPoint Document".encode("utf-16-le")
_WORD_STREAM = "WordDocument".encode("utf-16-le")
_IMAGES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8")
_MIME_TYPE = "mimetype"
_PASSWORD_ERRORS = ("EncryptedDocumentError", "PasswordError")
_PDF_PASSWORD = 4  # FPDF_ERR_PASSWORD


class ConvertedFile(NamedTuple):
    """The text or HTML of a file, and what was left out of it."""

    text: str
    findings: tuple[Finding, ...] = ()


def is_office_file(payload: bytes) -> bool:
    """Tell a file that a program of an office wrote, an image or an archive from a page."""
    return is_binary(payload) or _OFFICE_XML.match(payload) is not None


_Convert: TypeAlias = Callable[[bytes], ConvertedFile]


def convert_file(payload: bytes) -> ConvertedFile:
    """Return the text or HTML that a file holds.

    Raises UnreadableFileError and PageTooLargeError.
    """
    kind, convert = _detect_kind(payload)
    size = len(payload)
    try:
        file = convert(payload)
    except (UnreadableFileError, PageTooLargeError):
        raise
    # each library raises dozens of its own and of Python's for a broken file
    except BaseException as error:
        if not _is_library_failure(error):
            raise
        raise _explain_failure(error, kind, size) from error
    if len(file.text) > MAX_BYTES:
        raise PageTooLargeError(len(file.text), file.text.count("<"))
    if not _TAG.sub("", file.text).strip():
        raise refuse_file("payload.not_text", "no_words", kind=kind, bytes=size)
    return file


def _is_library_failure(error: BaseException) -> bool:
    """Tell whether a library failed at a file; KeyboardInterrupt and SystemExit are no failures.

    A panic of a library in Rust is a BaseException whose class cannot be imported.
    """
    if isinstance(error, Exception):
        return True
    return type(error).__name__ == "PanicException"


def _explain_failure(error: BaseException, kind: str, size: int) -> UnreadableFileError:
    """Return the error for a file that a library could not open."""
    name = type(error).__name__
    if name in _PASSWORD_ERRORS or getattr(error, "err_code", None) == _PDF_PASSWORD:
        return refuse_file("file.protected", None, kind=kind, bytes=size)
    if isinstance(error, MemoryError):
        return refuse_file("file.too_large", "memory", kind=kind, bytes=size)
    return refuse_file(
        "file.damaged", "cannot_open", kind=kind, bytes=size, reason=name
    )


def _detect_kind(payload: bytes) -> tuple[str, _Convert]:
    """Return what a file is, in words, and the function that converts it.

    Raises UnreadableFileError for a file of which there is none to convert.
    """
    if payload.startswith(b"%PDF"):
        return "a PDF", _convert_pdf
    if payload.startswith(b"PK\3\4"):
        return _detect_zip_kind(payload)
    if payload.startswith(_OLE):
        return _detect_ole_kind(payload)
    if payload.startswith(_RTF):
        return "an RTF", _convert_rtf
    if _OFFICE_XML.match(payload):
        return "an XML file of Office", _convert_office_xml
    size = len(payload)
    if payload.startswith(_IMAGES):
        raise refuse_file("payload.not_text", "no_text", kind="an image", bytes=size)
    raise refuse_file("file.unsupported", "kind", kind="an archive", bytes=size)


def _detect_ole_kind(payload: bytes) -> tuple[str, _Convert]:
    """Return the kind of a file in an OLE container: Word and WPS write one kind, Excel and ET."""
    if _ENCRYPTED in payload:
        raise refuse_file(
            "file.protected", None, kind="a Word or Excel file", bytes=len(payload)
        )
    if _SLIDES_STREAM in payload:
        raise refuse_file("file.unsupported", "kind", kind="a PPT", bytes=len(payload))
    if _WORD_STREAM in payload:
        return "a DOC", _convert_doc
    return "an XLS", _convert_sheets


def _detect_zip_kind(payload: bytes) -> tuple[str, _Convert]:
    with open_zip(payload) as archive:
        names = frozenset(archive.namelist())
        if any(map(_WORD_PART.fullmatch, names)):
            return "a DOCX", _convert_docx
        if "xl/workbook.xml" in names:
            return "an XLSX", _convert_sheets
        if "OFD.xml" in names:
            return "an OFD", _convert_ofd
        if "content.xml" in names:
            return _detect_open_document(archive)
    raise refuse_file("file.unsupported", "kind", kind="a ZIP", bytes=len(payload))


def _detect_open_document(archive: zipfile.ZipFile) -> tuple[str, _Convert]:
    """Return the kind of an OpenDocument file: ODT where the part that says it cannot be read."""
    is_sheet = False
    if _MIME_TYPE in archive.namelist():
        with suppress(*ZIP_ERRORS):
            is_sheet = b"spreadsheet" in archive.read(_MIME_TYPE)
    return "an ODS" if is_sheet else "an ODT", _convert_open_document


def _convert_pdf(payload: bytes) -> ConvertedFile:
    from nianbao.pipelines.reader.payload.formats.pdf import convert_pdf

    text, is_html, findings = convert_pdf(payload)
    return ConvertedFile(_PAGE.format(text) if is_html else text, findings)


def _convert_ofd(payload: bytes) -> ConvertedFile:
    from nianbao.pipelines.reader.payload.formats.ofd import convert_ofd

    markup, findings = convert_ofd(payload)
    return ConvertedFile(markup, findings)


def _convert_rtf(payload: bytes) -> ConvertedFile:
    from nianbao.pipelines.reader.payload.formats.rtf import convert_rtf

    markup, findings = convert_rtf(payload)
    return ConvertedFile(_PAGE.format(markup), findings)


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


def _convert_open_document(payload: bytes) -> ConvertedFile:
    from nianbao.pipelines.reader.payload.formats.open_document import open_document

    with open_zip(payload) as archive:
        return _convert_open_parts(open_document(archive, len(payload)))


def _convert_open_parts(roots: list[Element]) -> ConvertedFile:
    """Return the text or the sheets of OpenDocument, by the trees of its parts."""
    from nianbao.pipelines.reader.payload.formats import open_sheets, open_text

    sheets = open_sheets.read_open_sheets(roots)
    if sheets:
        tables, findings = write_sheets(sheets)
        return ConvertedFile(_PAGE.format(tables), findings)
    return ConvertedFile(_PAGE.format(open_text.convert_text(roots)))


def _convert_office_xml(payload: bytes) -> ConvertedFile:
    from nianbao.pipelines.reader.payload.formats import excel_xml, word_xml

    root = parse_xml(payload)
    if word_xml.is_flat_package(root):
        return convert_file(word_xml.unpack_flat_package(root))
    if word_xml.is_word_xml(root):
        return _convert_docx(word_xml.convert_word_xml(root, len(payload)))
    if excel_xml.is_excel_xml(root):
        tables, findings = write_sheets(excel_xml.read_excel_xml(root))
        return ConvertedFile(_PAGE.format(tables), findings)
    return _convert_open_parts([root])
