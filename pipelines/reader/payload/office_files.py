"""Files: PDF, DOCX, DOC, XLSX and XLS brought to the text or HTML that is read like any page.

The magic bytes decide what a file is, never its name: download addresses say .pdf and send
anything. Word and Excel files become HTML, so that merged cells keep their spans; a PDF becomes
lines. These libraries are no extra: what a payload says is a function of its bytes and the
reader version, on every machine. Each is imported when the first file of its kind comes:
together they take a third of a second, and most pages are HTML.
"""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import escape
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import pypdfium2
    from python_calamine import CalamineSheet

_OLE = bytes.fromhex("d0cf11e0")
_MAX_PDF_PAGES = 300  # the longest report seen has 60
_MAX_UNPACKED_BYTES = 64_000_000  # of all parts of a DOCX or XLSX
_MAX_PARTS = 2_000
_MAX_ROWS = 2_000
_MAX_COLUMNS = 100
_PAGE = '<html><body><div id="zoom">{}</div></body></html>'


class UnreadableFileError(Exception):
    """The file holds no text that can be read; the message says what it is and why."""


def convert_file(payload: bytes) -> str:
    """Return the text or HTML that a file holds. Raises UnreadableFileError."""
    kind, convert = _detect_kind(payload)
    if convert is None:
        raise UnreadableFileError(
            f"{len(payload)} bytes that are no text ({kind}): not read"
        )
    try:
        return convert(payload)
    except UnreadableFileError:
        raise
    # each library raises dozens of its own and of Python's for a broken file
    except BaseException as error:
        if not _is_library_failure(error):
            raise
        reason = type(error).__name__
        raise UnreadableFileError(
            f"{kind} of {len(payload)} bytes that cannot be opened ({reason})"
        ) from error


def _is_library_failure(error: BaseException) -> bool:
    """Tell whether a library failed at a file; KeyboardInterrupt and SystemExit are no failures.

    A panic of a library in Rust is a BaseException whose class cannot be imported.
    """
    if isinstance(error, Exception):
        return True
    return type(error).__name__ == "PanicException"


def _detect_kind(payload: bytes) -> tuple[str, Callable[[bytes], str] | None]:
    """Return what a file is, in words, and the function that converts it.

    There is no function for a file that holds no text.
    """
    if payload.startswith(b"%PDF"):
        return "a PDF", _convert_pdf
    if payload.startswith(b"PK\3\4"):
        return _detect_zip_kind(payload)
    if payload.startswith(_OLE):
        if "WordDocument".encode("utf-16-le") in payload:
            return "a DOC", _convert_doc
        return "an XLS", _convert_sheets
    return "an image or an archive", None


def _detect_zip_kind(payload: bytes) -> tuple[str, Callable[[bytes], str] | None]:
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
        raise UnreadableFileError(
            f"a ZIP of {len(payload)} bytes that cannot be opened ({error})"
        ) from error
    size = sum(part.file_size for part in parts)
    if size > _MAX_UNPACKED_BYTES or len(parts) > _MAX_PARTS:
        raise UnreadableFileError(
            f"a ZIP that unpacks to {size} bytes in {len(parts)} parts: not read"
        )
    return frozenset(part.filename for part in parts)


def _convert_pdf(payload: bytes) -> str:
    import pypdfium2

    with pypdfium2.PdfDocument(payload) as document:
        count = len(document)
        if count > _MAX_PDF_PAGES:
            raise UnreadableFileError(
                f"a PDF of {count} pages, more than a report has ({_MAX_PDF_PAGES}):"
                " not read"
            )
        pages = [_extract_page_text(document, number) for number in range(count)]
    text = "\n".join(pages)
    if not text.strip():
        raise UnreadableFileError(
            f"a PDF of {count} pages without text, a scan: not read"
        )
    return text.replace("\r\n", "\n")


def _extract_page_text(document: pypdfium2.PdfDocument, number: int) -> str:
    page = document[number]
    return str(page.get_textpage().get_text_bounded())


def _convert_docx(payload: bytes) -> str:
    import mammoth

    without_images = mammoth.images.img_element(lambda _: {})
    result = mammoth.convert_to_html(
        io.BytesIO(payload),
        convert_image=without_images,
    )
    return _PAGE.format(result.value)


def _convert_doc(payload: bytes) -> str:
    import doc2docx

    with tempfile.TemporaryDirectory() as folder:
        doc_path = Path(folder, "file.doc")
        docx_path = Path(folder, "file.docx")
        doc_path.write_bytes(payload)
        doc2docx.convert(doc_path, docx_path)
        return _convert_docx(docx_path.read_bytes())


def _convert_sheets(payload: bytes) -> str:
    from python_calamine import CalamineWorkbook

    with CalamineWorkbook.from_filelike(io.BytesIO(payload)) as book:
        sheets = map(book.get_sheet_by_name, book.sheet_names)
        tables = map(_convert_sheet, sheets)
        return _PAGE.format("".join(tables))


_Pair: TypeAlias = tuple[int, int]  # row and column, or height and width


@dataclass(slots=True)
class _MergedCells:
    """The merged cells of a sheet: size by row and column, and the cells that they cover."""

    sizes: dict[_Pair, _Pair] = field(default_factory=dict)
    covered: set[_Pair] = field(default_factory=set)


def _convert_sheet(sheet: CalamineSheet) -> str:
    merged_cells = _find_merged_cells(sheet)
    rows = "".join(_iter_rows(sheet, merged_cells))
    return f"<table>{rows}</table>"


def _find_merged_cells(sheet: CalamineSheet) -> _MergedCells:
    merged_cells = _MergedCells()
    for first_cell, last_cell in sheet.merged_cell_ranges or ():
        top, first_column = first_cell
        bottom, last_column = last_cell
        height = min(bottom - top, _MAX_ROWS) + 1
        width = min(last_column - first_column, _MAX_COLUMNS) + 1
        merged_cells.sizes[first_cell] = (height, width)
        rows = range(top, top + height)
        columns = range(first_column, first_column + width)
        merged_cells.covered.update(product(rows, columns))
    merged_cells.covered -= merged_cells.sizes.keys()
    return merged_cells


def _iter_rows(sheet: CalamineSheet, merged_cells: _MergedCells) -> Iterator[str]:
    rows = sheet.to_python(skip_empty_area=False, nrows=_MAX_ROWS)
    for row_number, values in enumerate(rows):
        cells = []
        for column, value in enumerate(values[:_MAX_COLUMNS]):
            place = (row_number, column)
            if place not in merged_cells.covered:
                height, width = merged_cells.sizes.get(place, (1, 1))
                cells.append(_format_cell(value, height, width))
        yield f"<tr>{''.join(cells)}</tr>"


def _format_cell(value: object, height: int, width: int) -> str:
    """Return a cell; Excel keeps 3 as 3.0."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    content = escape(str(value))
    return f'<td rowspan="{height}" colspan="{width}">{content}</td>'
