"""Files: PDF, DOCX, DOC, XLSX and XLS brought to the text or the HTML that is read like any page.

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
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pypdfium2
    from python_calamine import CalamineSheet

_OLE = bytes.fromhex("d0cf11e0")
_MOST_PAGES = 300  # of a PDF; the longest report seen has 60
_MOST_UNPACKED = 64_000_000  # bytes of all parts of a DOCX or XLSX
_MOST_PARTS = 2_000
_MOST_ROWS, _MOST_COLUMNS = 2_000, 100  # of a sheet
_PAGE = '<html><body><div id="zoom">{}</div></body></html>'
_Merged = dict[
    tuple[int, int], tuple[int, int]
]  # row and column of a merged cell → its height and width


class Unreadable(Exception):
    """The file holds no text that can be read; the message says what it is and why."""


def source_of(payload: bytes) -> str:
    """Return the text or HTML that a file holds. Raises Unreadable."""
    name, convert = _kind(payload)
    if convert is None:
        raise Unreadable(f"{len(payload)} bytes that are no text ({name}): not read")
    try:
        return convert(payload)
    except Unreadable:
        raise
    # each library raises dozens of its own and of Python's for a broken file
    except Exception as error:
        raise Unreadable(
            f"{name} of {len(payload)} bytes that cannot be opened ({type(error).__name__})"
        ) from error


def _kind(payload: bytes) -> tuple[str, Callable[[bytes], str] | None]:
    """Return what a file is, in words, and what converts it; nothing converts what holds no
    text.
    """
    if payload.startswith(b"%PDF"):
        return "a PDF", _pdf
    if payload.startswith(b"PK\3\4"):
        parts = _parts(payload)
        if "word/document.xml" in parts:
            return "a DOCX", _docx
        return ("an XLSX", _sheets) if "xl/workbook.xml" in parts else ("a ZIP", None)
    if payload.startswith(_OLE):
        if "WordDocument".encode("utf-16-le") in payload:
            return "a DOC", _doc
        return "an XLS", _sheets
    return "an image or an archive", None


def _parts(payload: bytes) -> frozenset[str]:
    """Return the names of what a ZIP holds; one that unpacks to more than any report is refused."""
    try:
        with zipfile.ZipFile(io.BytesIO(payload)) as packed:
            parts = packed.infolist()
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as error:
        raise Unreadable(
            f"a ZIP of {len(payload)} bytes that cannot be opened ({error})"
        ) from error
    unpacked = sum(part.file_size for part in parts)
    if unpacked > _MOST_UNPACKED or len(parts) > _MOST_PARTS:
        raise Unreadable(
            f"a ZIP that unpacks to {unpacked} bytes in {len(parts)} parts: not read"
        )
    return frozenset(part.filename for part in parts)


def _pdf(payload: bytes) -> str:
    import pypdfium2

    with pypdfium2.PdfDocument(payload) as document:
        count = len(document)
        if count > _MOST_PAGES:
            raise Unreadable(
                f"a PDF of {count} pages, more than a report has ({_MOST_PAGES}): not read"
            )
        text = "\n".join([_text_of(document, number) for number in range(count)])
    if not text.strip():
        raise Unreadable(f"a PDF of {count} pages without text, a scan: not read")
    return text.replace("\r\n", "\n")


def _text_of(document: pypdfium2.PdfDocument, number: int) -> str:
    page = document[number]
    return str(page.get_textpage().get_text_bounded())


def _docx(payload: bytes) -> str:
    import mammoth

    found = mammoth.convert_to_html(
        io.BytesIO(payload), convert_image=mammoth.images.img_element(lambda _: {})
    )
    return _PAGE.format(found.value)


def _doc(payload: bytes) -> str:
    import doc2docx

    with tempfile.TemporaryDirectory() as folder:
        source, made = Path(folder, "file.doc"), Path(folder, "file.docx")
        source.write_bytes(payload)
        doc2docx.convert(source, made)
        return _docx(made.read_bytes())


def _sheets(payload: bytes) -> str:
    from python_calamine import CalamineWorkbook

    with CalamineWorkbook.from_filelike(io.BytesIO(payload)) as book:
        return _PAGE.format(
            "".join(
                map(_table, (book.get_sheet_by_name(name) for name in book.sheet_names))
            )
        )


def _table(sheet: CalamineSheet) -> str:
    merged: _Merged = {}
    covered: set[tuple[int, int]] = set()
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        bottom, right = min(bottom, top + _MOST_ROWS), min(right, left + _MOST_COLUMNS)
        merged[top, left] = bottom - top + 1, right - left + 1
        covered.update(
            (row, column)
            for row in range(top, bottom + 1)
            for column in range(left, right + 1)
        )
    return f"<table>{''.join(_rows(sheet, merged, covered - merged.keys()))}</table>"


def _rows(
    sheet: CalamineSheet, merged: _Merged, covered: set[tuple[int, int]]
) -> Iterator[str]:
    for row, values in enumerate(
        sheet.to_python(skip_empty_area=False, nrows=_MOST_ROWS)
    ):
        cells = [
            _cell(value, *merged.get((row, column), (1, 1)))
            for column, value in enumerate(values[:_MOST_COLUMNS])
            if (row, column) not in covered
        ]
        yield f"<tr>{''.join(cells)}</tr>"


def _cell(value: object, height: int, width: int) -> str:
    """Return a cell; Excel keeps 3 as 3.0."""
    shown = int(value) if isinstance(value, float) and value.is_integer() else value
    return f'<td rowspan="{height}" colspan="{width}">{escape(str(shown))}</td>'
