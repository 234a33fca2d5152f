"""ODS: the sheets of an OpenDocument spreadsheet, cell by cell as they are shown."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from nianbao.pipelines.reader.payload.formats.open_document import (
    OFFICE,
    TABLE,
    TEXT,
    DocumentStyles,
    count_repeats,
    iter_own,
    read_span,
    write_paragraph,
)
from nianbao.pipelines.reader.payload.refusals import PageTooLargeError
from nianbao.pipelines.reader.payload.sheet_marks import (
    MAX_COLUMNS,
    MAX_ROWS,
    require_few_sheets,
)
from nianbao.pipelines.reader.payload.sheets import CellSheet
from nianbao.pipelines.reader.payload.text_limits import MAX_BYTES
from nianbao.pipelines.reader.payload.word_text import NOT_STORED
from nianbao.pipelines.reader.payload.zip_parts import Element

_ROW, _COLUMN = TABLE + "table-row", TABLE + "table-column"
_CELLS = (TABLE + "table-cell", TABLE + "covered-table-cell")
_HIDDEN = ("collapse", "filter")
_FAR = 2_000_000  # more rows or columns than a sheet has
_MOST_CELLS = 60_000  # with text, of all sheets; no report has a tenth


def read_open_sheets(roots: list[Element]) -> list[CellSheet]:
    """Return the visible sheets of a spreadsheet, by the trees of its parts.

    Raises UnreadableFileError for more sheets than a report has, PageTooLargeError for more cells.
    """
    body = roots[0].find(f"{OFFICE}body/{OFFICE}spreadsheet")
    if body is None:
        return []
    styles = DocumentStyles(roots)
    tables = list(body.iterchildren(TABLE + "table"))
    require_few_sheets(len(tables))
    reader = _SheetReader(styles)
    return [reader.read(table) for table in tables if not styles.hides_table(table)]


class _SheetReader:
    """Reads sheets; counts their cells and text, which can be repeated without end."""

    def __init__(self, styles: DocumentStyles) -> None:
        self._styles = styles
        self._cell_count = 0
        self._length = 0

    def read(self, table: Element) -> CellSheet:
        sheet = CellSheet(table.get(TABLE + "name", ""))
        column_styles = _read_columns(table, sheet)
        first_row = 0
        for row in iter_own(table, _ROW):
            count = count_repeats(row, "rows", _FAR)
            rows = range(first_row, min(first_row + count, MAX_ROWS))
            if _is_hidden(row, table):
                sheet.marks.hidden_rows.update(rows)
            for column, content, cell in self._iter_cells(row, column_styles):
                sheet.marks.include(first_row + count - 1, column)
                for number in rows:
                    self._count_cell(content)
                    _put_cell(sheet, (number, column), content, cell)
            first_row += count
        return sheet

    def _iter_cells(
        self, row: Element, column_styles: dict[int, str]
    ) -> Iterator[tuple[int, str, Element]]:
        """Yield the column, the text as HTML and the element of the cells with text or a span."""
        column = 0
        for cell in row.iterchildren(*_CELLS):
            count = count_repeats(cell, "columns", _FAR)
            style = cell.get(TABLE + "style-name") or column_styles.get(column)
            content = self._write(cell)
            if content and self._styles.hides("table-cell", style):
                content = ""
            has_span = (
                read_span(cell, "columns", 2) > 1 or read_span(cell, "rows", 2) > 1
            )
            if content or has_span:
                for number in range(column, min(column + count, MAX_COLUMNS)):
                    yield number, content, cell
                if column + count > MAX_COLUMNS and content:
                    yield column + count - 1, "", cell
            column += count

    def _write(self, cell: Element) -> str:
        """Return what a cell shows: its paragraphs, else its value."""
        paragraphs = list(cell.iterchildren(TEXT + "p"))
        if paragraphs:
            lines = (write_paragraph(line, self._styles) for line in paragraphs)
            return "<br>".join(lines)
        value = cell.get(OFFICE + "value")
        if value is None and cell.get(TABLE + "formula") is not None:
            return NOT_STORED
        return escape(value or "")

    def _count_cell(self, content: str) -> None:
        self._cell_count += 1
        self._length += len(content)
        if self._cell_count > _MOST_CELLS or self._length > MAX_BYTES:
            raise PageTooLargeError(self._length, self._cell_count)


def _read_columns(table: Element, sheet: CellSheet) -> dict[int, str]:
    """Note the hidden columns of a sheet; return the style of the cells of each column."""
    styles: dict[int, str] = {}
    first_column = 0
    for column in iter_own(table, _COLUMN):
        count = count_repeats(column, "columns", _FAR)
        columns = range(first_column, min(first_column + count, MAX_COLUMNS))
        if _is_hidden(column, table):
            sheet.marks.hidden_columns.update(columns)
        style = column.get(TABLE + "default-cell-style-name")
        if style is not None:
            styles.update(dict.fromkeys(columns, style))
        first_column += count
    return styles


def _is_hidden(line: Element, table: Element) -> bool:
    """Tell whether a row or column is not shown, or its group is folded."""
    if line.get(TABLE + "visibility") in _HIDDEN:
        return True
    for group in line.iterancestors("*"):
        if group is table:
            return False
        if group.get(TABLE + "display") == "false":
            return True
    return False


def _put_cell(
    sheet: CellSheet, place: tuple[int, int], content: str, cell: Element
) -> None:
    row, column = place
    if column >= MAX_COLUMNS:
        return
    sheet.marks.texts[place] = content
    height = read_span(cell, "rows", MAX_ROWS)
    width = read_span(cell, "columns", MAX_COLUMNS)
    if height > 1 or width > 1:
        sheet.merges.append((place, (row + height - 1, column + width - 1)))
