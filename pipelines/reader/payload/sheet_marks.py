"""What the parts of an XLSX say of its cells besides their values.

Hidden rows and columns, text that is struck out or raised, formulas without a stored result.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from itertools import islice

from lxml import etree

from nianbao.pipelines.reader.payload.refusals import PageTooLargeError, refuse_file
from nianbao.pipelines.reader.payload.word_text import NOT_STORED, Element

_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True)
_PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
MAX_ROWS = 2_000  # that are read of a sheet
MAX_COLUMNS = 100
MOST_SHEETS = 100
_MOST_COLUMNS = 16_384  # of a sheet in Excel
_MOST_TEXT = 64_000_000  # characters of all cells: as much as a file may have by itself
_OFF = frozenset(("0", "false", "off"))
_RAISED = frozenset(("superscript", "subscript"))
_BOOK = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"
_STRINGS = "xl/sharedStrings.xml"
_STYLES = "xl/styles.xml"


@dataclass(slots=True)
class SheetMarks:
    """What is not shown of a sheet, by numbers from 0; `texts` is what a cell shows as HTML.

    `height` and `width` are the numbers of rows and columns up to the last cell with a value.
    """

    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    texts: dict[tuple[int, int], str] = field(default_factory=dict)
    height: int = 0
    width: int = 0

    def include(self, row: int, column: int) -> None:
        """Make the sheet as large as a cell with a value asks for."""
        self.height = max(self.height, row + 1)
        self.width = max(self.width, column + 1)


@dataclass(slots=True)
class _BookParts:
    """What the cells of all sheets refer to by number, and how much text they have so far."""

    strings: dict[int, str] = field(default_factory=dict)  # with struck or raised parts
    lengths: list[int] = field(default_factory=list)  # of all shared strings
    struck_formats: frozenset[int] = frozenset()
    text_length: int = 0

    def count_text(self, kind: str, value: str) -> None:
        """Count the text of a cell: each has a shared string to itself when it is read.

        Raises PageTooLargeError.
        """
        number = _read_int(value) if kind == "s" else None
        if number is None or number >= len(self.lengths):
            return
        self.text_length += self.lengths[number]
        if self.text_length > _MOST_TEXT:
            raise PageTooLargeError(self.text_length, 0)


def read_sheet_marks(payload: bytes) -> dict[str, SheetMarks]:
    """Return what each sheet of an XLSX says of its cells, by the name of the sheet.

    Raises UnreadableFileError for more sheets than a report has, PageTooLargeError for more text.
    """
    marks: dict[str, SheetMarks] = {}
    with zipfile.ZipFile(io.BytesIO(payload)) as archive:
        names = frozenset(archive.namelist())
        parts = _BookParts()
        if _STRINGS in names:
            _read_strings(archive, parts)
        if _STYLES in names:
            parts.struck_formats = _find_struck_formats(archive)
        sheet_parts = list(_iter_sheet_parts(archive))
        require_few_sheets(len(sheet_parts))
        for sheet_name, part_name in sheet_parts:
            if part_name in names:
                root = _parse(archive, part_name)
                marks[sheet_name] = _read_sheet(root, parts)
    return marks


def require_few_sheets(count: int) -> None:
    """Raise UnreadableFileError for more sheets than a report has: each may be all of the file."""
    if count > MOST_SHEETS:
        raise refuse_file(
            "file.too_large", "many_sheets", sheets=count, most=MOST_SHEETS
        )


def _parse(archive: zipfile.ZipFile, name: str) -> Element:
    return etree.fromstring(archive.read(name), _PARSER)


def _iter_sheet_parts(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Yield the name of each sheet and of the part that holds it."""
    if _RELATIONS not in archive.namelist():
        return
    targets: dict[str, str] = {}
    for relation in _parse(archive, _RELATIONS).iter("{*}Relationship"):
        targets[relation.get("Id", "")] = relation.get("Target", "")
    for sheet in _parse(archive, _BOOK).iter("{*}sheet"):
        identifier = _get_relation_id(sheet)
        target = posixpath.join("/xl", targets.get(identifier, ""))
        yield sheet.get("name", ""), posixpath.normpath(target).lstrip("/")


def _get_relation_id(sheet: Element) -> str:
    for name, value in sheet.attrib.items():
        if str(name).endswith("}id"):
            return str(value)
    return ""


def _read_strings(archive: zipfile.ZipFile, parts: _BookParts) -> None:
    for number, string in enumerate(_parse(archive, _STRINGS).iter("{*}si")):
        parts.lengths.append(sum(map(len, string.itertext())))
        text = _write_out_runs(string)
        if text is not None:
            parts.strings[number] = text


def _write_out_runs(string: Element) -> str | None:
    """Return a text with struck or raised runs as HTML; None where it has none."""
    pieces: list[str] = []
    has_marks = False
    for run in string.iterchildren("{*}r", "{*}t"):
        text = escape("".join(part.text or "" for part in run.iter("{*}t")))
        if _is_on(run.find("{*}rPr/{*}strike")):
            has_marks = True
        elif _is_raised(run):
            has_marks = True
            pieces.append(f"<sup>{text}</sup>")
        else:
            pieces.append(text)
    return "".join(pieces) if has_marks else None


def _is_raised(run: Element) -> bool:
    alignment = run.find("{*}rPr/{*}vertAlign")
    return alignment is not None and alignment.get("val") in _RAISED


def _is_on(element: Element | None) -> bool:
    return element is not None and element.get("val", "1") not in _OFF


def _find_struck_formats(archive: zipfile.ZipFile) -> frozenset[int]:
    """Return the numbers of the cell formats whose font strikes text out."""
    root = _parse(archive, _STYLES)
    fonts = [
        _is_on(font.find("{*}strike")) for font in root.iterfind("{*}fonts/{*}font")
    ]
    struck: set[int] = set()
    for number, cell_format in enumerate(root.iterfind("{*}cellXfs/{*}xf")):
        font = _read_int(cell_format.get("fontId"))
        if font is not None and font < len(fonts) and fonts[font]:
            struck.add(number)
    return frozenset(struck)


def _read_sheet(root: Element, parts: _BookParts) -> SheetMarks:
    marks = SheetMarks()
    for columns in islice(root.iterfind("{*}cols/{*}col"), _MOST_COLUMNS):
        if _is_hidden(columns, "width"):
            marks.hidden_columns.update(_iter_columns(columns))
    for number, row in enumerate(root.iterfind("{*}sheetData/{*}row")):
        row_number = _read_int(row.get("r"))
        index = number if row_number is None else row_number - 1
        if _is_hidden(row, "ht"):
            marks.hidden_rows.add(index)
        for column, cell in enumerate(row.iterchildren("{*}c")):
            text = _read_cell(cell, parts)
            place = _read_place(cell.get("r", ""))
            if len(cell):
                marks.include(*(place or (index, column)))
            if text is not None and place is not None:
                marks.texts[place] = text
    return marks


def _is_hidden(element: Element, size: str) -> bool:
    """Tell whether a row or column is hidden, or has no height or width."""
    if element.get("hidden", "0") not in _OFF:
        return True
    try:
        return float(element.get(size, "1")) == 0
    except ValueError:
        return False


def _iter_columns(element: Element) -> range:
    first = _read_int(element.get("min")) or 1
    last = _read_int(element.get("max")) or first
    return range(first - 1, min(last, MAX_COLUMNS))


def _read_cell(cell: Element, parts: _BookParts) -> str | None:
    """Return what a cell shows in the place of its value; None where that is its value."""
    kind = cell.get("t", "n")
    value = cell.findtext("{*}v") or ""
    parts.count_text(kind, value)
    if (_read_int(cell.get("s")) or 0) in parts.struck_formats:
        return ""
    if kind == "s":
        return parts.strings.get(_read_int(value) or 0)
    if kind == "inlineStr":
        string = cell.find("{*}is")
        return None if string is None else _write_out_runs(string)
    if kind == "e":
        return escape(value)
    if not value and cell.find("{*}f") is not None:
        return NOT_STORED
    return None


def _read_place(reference: str) -> tuple[int, int] | None:
    """Return row and column, from 0, of a reference such as B12."""
    match = _PLACE.fullmatch(reference)
    if match is None:
        return None
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(match[2]) - 1, column - 1


def _read_int(text: str | None) -> int | None:
    if text and text.isascii() and text.isdigit():
        return int(text)
    return None
