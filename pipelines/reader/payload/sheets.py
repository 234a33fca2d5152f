"""Workbooks: the sheets, rows, columns and cells of an XLSX or XLS that a person sees, as HTML."""

from __future__ import annotations

import io
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from nianbao.archive.finding_texts import make_finding
from nianbao.pipelines.reader.payload.refusals import PageTooLargeError, refuse_file
from nianbao.pipelines.reader.payload.sheet_marks import (
    MAX_COLUMNS,
    MAX_ROWS,
    SheetMarks,
    read_sheet_marks,
)
from nianbao.pipelines.reader.payload.text_limits import MAX_BYTES
from nianbao.pipelines.reader.payload.xls_marks import read_xls_marks

if TYPE_CHECKING:
    from nianbao.archive.records import Finding

# of a sheet, up to its last value: the library keeps room for each, 24 bytes
_MOST_PLACES = 8_000_000
_ZIP = b"PK"

_Place: TypeAlias = tuple[int, int]  # row and column
_Merge: TypeAlias = tuple[_Place, _Place]  # the first and the last of its places
_NO_MARKS = SheetMarks()


@dataclass(slots=True)
class CellSheet:
    """A sheet whose cells are all in its marks, and the cells that are merged."""

    name: str
    marks: SheetMarks = field(default_factory=SheetMarks)
    merges: list[_Merge] = field(default_factory=list)


class _MergedCell(NamedTuple):
    """A cell over several places: where its value stands, and its visible size."""

    source: _Place
    height: int
    width: int


def convert_workbook(payload: bytes) -> tuple[str, tuple[Finding, ...]]:
    """Return the tables of the sheets that a person sees, and what was left out of them.

    Raises UnreadableFileError for more sheets, or larger ones, than the library can hold,
    PageTooLargeError for more text than a report has.
    """
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    read_marks = read_sheet_marks if payload.startswith(_ZIP) else read_xls_marks
    marks = read_marks(payload)
    for sheet_marks in marks.values():
        _require_holdable(sheet_marks)
    tables: list[str] = []
    findings: list[Finding] = []
    with CalamineWorkbook.from_filelike(io.BytesIO(payload)) as book:
        for sheet in book.sheets_metadata:
            is_visible = sheet.visible == SheetVisibleEnum.Visible
            if is_visible and sheet.typ == SheetTypeEnum.WorkSheet:
                cells = book.get_sheet_by_name(sheet.name)
                sheet_marks = marks.get(sheet.name, _NO_MARKS)
                values = cells.to_python(skip_empty_area=False, nrows=MAX_ROWS)
                merges = cells.merged_cell_ranges or ()
                tables.append(_Sheet(values, merges, sheet_marks).write())
                _require_readable(tables)
                findings += _find_cut(sheet.name, sheet_marks)
    return "".join(tables), tuple(findings)


def write_sheets(sheets: Iterable[CellSheet]) -> tuple[str, tuple[Finding, ...]]:
    """Return the tables of sheets, and what was left out of them. Raises PageTooLargeError."""
    tables: list[str] = []
    findings: list[Finding] = []
    for sheet in sheets:
        tables.append(_Sheet((), sheet.merges, sheet.marks).write())
        _require_readable(tables)
        findings += _find_cut(sheet.name, sheet.marks)
    return "".join(tables), tuple(findings)


def _require_readable(pieces: Iterable[str]) -> None:
    """Raise PageTooLargeError for more text than a report has."""
    size = sum(map(len, pieces))
    if size > MAX_BYTES:
        raise PageTooLargeError(size, 0)


def _require_holdable(marks: SheetMarks) -> None:
    if marks.height * marks.width > _MOST_PLACES:
        raise refuse_file(
            "file.too_large", "large_sheet", rows=marks.height, columns=marks.width
        )


def _find_cut(name: str, marks: SheetMarks) -> Iterator[Finding]:
    """Yield the finding that a sheet is read in part only, if it is."""
    if marks.height > MAX_ROWS or marks.width > MAX_COLUMNS:
        parameters = {
            "sheet": name,
            "rows": marks.height,
            "columns": marks.width,
            "most_rows": MAX_ROWS,
            "most_columns": MAX_COLUMNS,
        }
        yield make_finding("sheet.cut", "warning", parameters)


class _Sheet:
    """One sheet: the values of its cells, and what its marks say of them."""

    def __init__(
        self,
        values: Sequence[Sequence[Any]],
        merges: Iterable[_Merge],
        marks: SheetMarks,
    ) -> None:
        self.values = values
        self.texts = marks.texts
        places = [*marks.texts, (-1, -1)]
        height = max(len(self.values), max(row for row, _ in places) + 1)
        widths = map(len, self.values)
        width = max([*widths, max(column for _, column in places) + 1])
        self.rows = _list_visible(min(height, MAX_ROWS), marks.hidden_rows)
        self.columns = _list_visible(min(width, MAX_COLUMNS), marks.hidden_columns)
        self.merged_cells: dict[_Place, _MergedCell] = {}
        self.covered: set[_Place] = set()
        self.merged_places = 0
        for first_cell, last_cell in merges:
            self._merge(first_cell, last_cell)

    def write(self) -> str:
        """Return the table of the sheet. Raises PageTooLargeError."""
        pieces: list[str] = []
        size = 0
        for piece in self._iter_pieces():
            size += len(piece)
            if size > MAX_BYTES:
                raise PageTooLargeError(size, 0)
            pieces.append(piece)
        return f"<table>{''.join(pieces)}</table>"

    def _iter_pieces(self) -> Iterator[str]:
        for row in self.rows:
            yield "<tr>"
            yield from self._iter_cells(row)
            yield "</tr>"

    def _merge(self, first_cell: _Place, last_cell: _Place) -> None:
        """Note a merged cell; it stands at the first of its places that is visible."""
        rows = _select_between(self.rows, first_cell[0], last_cell[0])
        columns = _select_between(self.columns, first_cell[1], last_cell[1])
        if not rows or not columns or (rows[0], columns[0]) in self.covered:
            return
        # cells that are merged twice are no sheet of Excel's
        self.merged_places += len(rows) * len(columns)
        if self.merged_places > MAX_ROWS * MAX_COLUMNS:
            return
        merged_cell = _MergedCell(first_cell, len(rows), len(columns))
        self.merged_cells[rows[0], columns[0]] = merged_cell
        for row in rows:
            self.covered.update((row, column) for column in columns)

    def _iter_cells(self, row: int) -> Iterator[str]:
        for column in self.columns:
            place = (row, column)
            merged_cell = self.merged_cells.get(place)
            if merged_cell is not None:
                content = self._show(merged_cell.source)
                yield _write_cell(content, merged_cell.height, merged_cell.width)
            elif place not in self.covered:
                yield _write_cell(self._show(place), 1, 1)

    def _show(self, place: _Place) -> str:
        """Return what a cell shows, as HTML; Excel keeps 3 as 3.0."""
        if place in self.texts:
            return self.texts[place]
        row, column = place
        if row >= len(self.values) or column >= len(self.values[row]):
            return ""
        value = self.values[row][column]
        if isinstance(value, bool):
            return show_boolean(value)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return escape(str(value))


def show_boolean(value: bool) -> str:
    """Return what Excel shows of a cell that is true or false."""
    return "TRUE" if value else "FALSE"


def _list_visible(count: int, hidden: set[int]) -> list[int]:
    return [number for number in range(count) if number not in hidden]


def _select_between(numbers: list[int], first: int, last: int) -> list[int]:
    """Return the numbers from the first to the last; `numbers` are in order."""
    return numbers[bisect_left(numbers, first) : bisect_right(numbers, last)]


def _write_cell(content: str, height: int, width: int) -> str:
    return f'<td rowspan="{height}" colspan="{width}">{content}</td>'
