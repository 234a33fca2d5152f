"""What the records of an XLS say of its cells besides their values.

Rows and columns that are hidden or of no size, and cells whose font strikes them out. The records
are those of [MS-XLS]: number and length of two bytes each, little-endian.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from nianbao.pipelines.reader.payload.sheet_marks import (
    MAX_COLUMNS,
    SheetMarks,
    require_few_sheets,
)

_BEGIN, _END = 0x0809, 0x000A
_SHEET_NAME, _FONT, _FORMAT = 0x0085, 0x0031, 0x00E0
_ROW, _COLUMNS = 0x0208, 0x007D
_FORMULA, _NUMBER, _RK, _STRING, _TEXT, _ERROR = (
    0x0006,
    0x0203,
    0x027E,
    0x00FD,
    0x0204,
    0x0205,
)
_CELLS = frozenset((_FORMULA, _NUMBER, _RK, _STRING, _TEXT, _ERROR))
_SEVERAL_NUMBERS = 0x00BD
_STRUCK_FONT = 0x08
_HIDDEN_ROW = 0x20
_HIDDEN_COLUMN = 0x01
_LEFT_OUT_FONT = 4  # there is no font of this number
_STREAMS = ("Workbook", "Book")
_MOST_COLUMNS = 256  # of a sheet in Excel 2003


def read_xls_marks(payload: bytes) -> dict[str, SheetMarks]:
    """Return what each sheet of an XLS says of its cells, by the name of the sheet."""
    stream = _open_stream(payload)
    book = _Book(stream)
    require_few_sheets(len(book.sheet_offsets))
    return {
        name: book.read_sheet(offset) for name, offset in book.sheet_offsets.items()
    }


def _open_stream(payload: bytes) -> bytes:
    from doc2docx.cfb import CompoundFile

    container = CompoundFile(payload)
    paths = {entry.path.strip("/"): entry.path for entry in container.entries}
    for name in _STREAMS:
        if name in paths:
            return bytes(container.open_stream(paths[name]))
    return b""


class _Book:
    """The records of a workbook that its sheets refer to by number."""

    def __init__(self, stream: bytes) -> None:
        self.stream = stream
        self.sheet_offsets: dict[str, int] = {}
        self._struck_fonts: set[int] = set()
        self._struck_formats: set[int] = set()
        self._read_globals()

    def _read_globals(self) -> None:
        font_count = 0
        format_count = 0
        for kind, data in _iter_records(self.stream, 0):
            if kind == _SHEET_NAME and len(data) >= 8:
                offset = int.from_bytes(data[:4], "little")
                self.sheet_offsets[_read_name(data)] = offset
            elif kind == _FONT and len(data) >= 4:
                if data[2] & _STRUCK_FONT:
                    self._struck_fonts.add(font_count)
                font_count += 2 if font_count == _LEFT_OUT_FONT - 1 else 1
            elif kind == _FORMAT and len(data) >= 2:
                if int.from_bytes(data[:2], "little") in self._struck_fonts:
                    self._struck_formats.add(format_count)
                format_count += 1

    def read_sheet(self, offset: int) -> SheetMarks:
        """Return the marks of the sheet whose records begin at an offset."""
        marks = SheetMarks()
        column_count = 0
        for kind, data in _iter_records(self.stream, offset):
            if kind == _ROW and len(data) >= 16:
                _read_row(data, marks)
            elif kind == _COLUMNS and len(data) >= 10:
                column_count += 1
                if column_count <= _MOST_COLUMNS:
                    _read_columns(data, marks)
            else:
                for row, column, cell_format in _iter_cells(kind, data):
                    marks.include(row, column)
                    if cell_format in self._struck_formats:
                        marks.texts[row, column] = ""
        return marks


def _iter_records(stream: bytes, offset: int) -> Iterator[tuple[int, bytes]]:
    """Yield the records of a part of a workbook, from its beginning to its end.

    Charts within a sheet are parts of their own; their records are left out.
    """
    depth = 0
    while offset + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, offset)
        data = stream[offset + 4 : offset + 4 + length]
        offset += 4 + length
        if kind == _BEGIN:
            depth += 1
        elif kind == _END:
            depth -= 1
        elif depth == 1:
            yield kind, data
        if depth < 1:
            return


def _read_name(data: bytes) -> str:
    """Return the name of a sheet: its length, whether it is UTF-16, its characters."""
    length, is_wide = data[6], data[7] & 1
    if is_wide:
        return data[8 : 8 + 2 * length].decode("utf-16-le", "replace")
    return data[8 : 8 + length].decode("latin-1")


def _read_row(data: bytes, marks: SheetMarks) -> None:
    row, _, _, height = struct.unpack_from("<HHHH", data)
    is_flat = height & 0x7FFF == 0
    if is_flat or data[12] & _HIDDEN_ROW:
        marks.hidden_rows.add(row)


def _read_columns(data: bytes, marks: SheetMarks) -> None:
    first, last, width, _, options = struct.unpack_from("<HHHHH", data)
    if width == 0 or options & _HIDDEN_COLUMN:
        columns = range(first, min(last + 1, MAX_COLUMNS))
        marks.hidden_columns.update(columns)


def _iter_cells(kind: int, data: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield row, column and number of the format of the cells in a record."""
    if kind in _CELLS and len(data) >= 6:
        row, column, cell_format = struct.unpack_from("<HHH", data)
        yield row, column, cell_format
    elif kind == _SEVERAL_NUMBERS and len(data) >= 6:
        row, column = struct.unpack_from("<HH", data)
        for place in range(4, len(data) - 6 + 1, 6):
            (cell_format,) = struct.unpack_from("<H", data, place)
            yield row, column + (place - 4) // 6, cell_format
