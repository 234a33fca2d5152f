"""The XML of Excel 2003 (SpreadsheetML): its sheets, cell by cell as they are shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from nianbao.pipelines.reader.payload.refusals import PageTooLargeError
from nianbao.pipelines.reader.payload.sheet_marks import (
    MAX_COLUMNS,
    MAX_ROWS,
    require_few_sheets,
)
from nianbao.pipelines.reader.payload.sheets import CellSheet, show_boolean
from nianbao.pipelines.reader.payload.word_text import NOT_STORED
from nianbao.pipelines.reader.payload.zip_parts import Element

_S = "{urn:schemas-microsoft-com:office:spreadsheet}"
_X = "{urn:schemas-microsoft-com:office:excel}"
_STRUCK = ("S", "Del", "Strike")
_RAISED = ("Sup", "Sub")
_FAR = 2_000_000  # more rows or columns than a sheet has
_MOST_PARENTS = 20
_MOST_CELLS = 60_000  # of all sheets; no report has a tenth
_MIDNIGHT = "T00:00:00.000"
_NUMBER = re.compile(r"\s*[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d{1,3})?\s*", re.ASCII)


def is_excel_xml(root: Element) -> bool:
    """Tell the XML of Excel 2003 from other XML."""
    return root.tag == _S + "Workbook"


def read_excel_xml(root: Element) -> list[CellSheet]:
    """Return the visible sheets of a workbook.

    Raises UnreadableFileError for more sheets than a report has, PageTooLargeError for more cells.
    """
    worksheets = list(root.iterchildren(_S + "Worksheet"))
    require_few_sheets(len(worksheets))
    struck_styles = _find_struck_styles(root)
    sheets: list[CellSheet] = []
    cell_count = 0
    for worksheet in worksheets:
        state = worksheet.findtext(f"{_X}WorksheetOptions/{_X}Visible") or ""
        if state.strip().endswith("Hidden"):
            continue
        sheet = CellSheet(worksheet.get(_S + "Name", ""))
        for table in worksheet.iterchildren(_S + "Table"):
            _read_table(table, sheet, struck_styles)
        cell_count += len(sheet.marks.texts)
        if cell_count > _MOST_CELLS:
            raise PageTooLargeError(0, cell_count)
        sheets.append(sheet)
    return sheets


def _find_struck_styles(root: Element) -> frozenset[str]:
    """Return the ids of the styles whose font strikes text out."""
    own: dict[str, bool] = {}
    parents: dict[str, str] = {}
    for style in root.iterfind(f"{_S}Styles/{_S}Style"):
        identifier = style.get(_S + "ID", "")
        font = style.find(_S + "Font")
        struck = None if font is None else font.get(_S + "StrikeThrough")
        if struck is not None:
            own[identifier] = struck != "0"
        parents[identifier] = style.get(_S + "Parent", "")
    struck_styles: set[str] = set()
    for identifier in parents:
        name = identifier
        for _ in range(_MOST_PARENTS):
            if name in own or not name:
                break
            name = parents.get(name, "")
        if own.get(name, False):
            struck_styles.add(identifier)
    return frozenset(struck_styles)


def _read_table(
    table: Element, sheet: CellSheet, struck_styles: frozenset[str]
) -> None:
    marks = sheet.marks
    column_styles: dict[int, str] = {}
    for place, column in _iter_places(table, "Column"):
        columns = range(
            place, min(place + 1 + _read_number(column, "Span"), MAX_COLUMNS)
        )
        if _is_hidden(column, "Width"):
            marks.hidden_columns.update(columns)
        column_styles |= dict.fromkeys(columns, column.get(_S + "StyleID", ""))
    covered: dict[int, int] = {}  # the last row of the merged cell over each column
    for place, row in _iter_places(table, "Row"):
        if _is_hidden(row, "Height"):
            last = min(place + 1 + _read_number(row, "Span"), MAX_ROWS)
            marks.hidden_rows.update(range(place, last))
        for column_place, cell in _iter_cells(row, place, covered):
            style = cell.get(_S + "StyleID") or row.get(_S + "StyleID")
            style = style or column_styles.get(column_place, "")
            content = "" if style in struck_styles else _write_cell(cell)
            _put_cell(sheet, place, column_place, content)
            _put_merge(sheet, place, column_place, cell)


def _iter_places(parent: Element, name: str) -> Iterator[tuple[int, Element]]:
    """Yield rows or columns with their numbers from 0."""
    place = 0
    for element in parent.iterchildren(_S + name):
        number = _read_number(element, "Index")
        place = number - 1 if number else place
        yield place, element
        place += 1 + _read_number(element, "Span")


def _iter_cells(
    row: Element, row_place: int, covered: dict[int, int]
) -> Iterator[tuple[int, Element]]:
    """Yield the cells of a row with their columns: beside those that are merged from above."""
    column = 0
    for cell in row.iterchildren(_S + "Cell"):
        number = _read_number(cell, "Index")
        column = number - 1 if number else column
        while not number and covered.get(column, -1) >= row_place:
            column += 1
        yield column, cell
        width = 1 + _read_number(cell, "MergeAcross")
        height = _read_number(cell, "MergeDown")
        if height:
            columns = range(column, min(column + width, MAX_COLUMNS))
            covered.update(dict.fromkeys(columns, row_place + height))
        column += width


def _read_number(element: Element, name: str) -> int:
    text = element.get(_S + name, "")
    if not (text.isascii() and text.isdigit()):
        return 0
    return min(int(text[:9]), _FAR)


def _is_hidden(line: Element, size: str) -> bool:
    if line.get(_S + "Hidden", "0") != "0":
        return True
    try:
        return float(line.get(_S + size, "1")) == 0
    except ValueError:
        return False


def _put_cell(sheet: CellSheet, row: int, column: int, content: str) -> None:
    if not content:
        return
    sheet.marks.include(row, column)
    if row < MAX_ROWS and column < MAX_COLUMNS:
        sheet.marks.texts[row, column] = content


def _put_merge(sheet: CellSheet, row: int, column: int, cell: Element) -> None:
    height = _read_number(cell, "MergeDown")
    width = _read_number(cell, "MergeAcross")
    if height or width:
        sheet.merges.append(((row, column), (row + height, column + width)))


def _write_cell(cell: Element) -> str:
    """Return what a cell shows, as HTML."""
    data = cell.find("{*}Data")
    if data is None:
        return NOT_STORED if cell.get(_S + "Formula") else ""
    kind = data.get(_S + "Type", "")
    text = data.text or ""
    if kind == "Boolean":
        return show_boolean(text.strip() == "1")
    if kind == "Number":
        return escape(_show_number(text))
    if kind == "DateTime":
        return escape(text.removesuffix(_MIDNIGHT).replace("T", " "))
    return "".join(_iter_text(data)).replace("\n", "<br>")


def _show_number(text: str) -> str:
    """Return a number as it is shown: a whole one without a point."""
    if not _NUMBER.fullmatch(text):
        return text
    number = float(text)
    if number.is_integer() and abs(number) < 1e15:
        return str(int(number))
    return text


def _iter_text(element: Element) -> Iterator[str]:
    """Yield the pieces of a text: what is struck out not, what is raised as such."""
    yield escape(element.text or "")
    for child in element.iterchildren("*"):
        name = str(child.tag).rpartition("}")[2]
        if name not in _STRUCK:
            content = "".join(_iter_text(child))
            yield f"<sup>{content}</sup>" if name in _RAISED else content
        yield escape(child.tail or "")
