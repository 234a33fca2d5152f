"""Sheets of an Excel workbook, written row by row: values of each kind, links, further sheets.

What Excel cannot hold is counted, and never left out in silence. A text is a text whatever it
begins with: no formula comes from a page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nianbao.archive.export.dictionary import ColumnDescription

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

# What a sheet of Excel holds.
MOST_ROWS = 1_048_576
MOST_LINKS = 65_530
LONGEST_TEXT = 32_767  # in UTF-16
LONGEST_LINK = 2_079  # in UTF-16, as it is written
LARGEST_NUMBER = 10**15  # Excel keeps fifteen digits
HEADING_ROWS = 2
FOLDED = "_source"  # columns that say where the measures are from
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
NOT_IN_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")
NOT_IN_LINK = re.compile("[\x00-\x1f\ud800-\udfff\ufffe\uffff]")
# What xlsxwriter writes as %20 and so on, where nothing in the address is written so already.
ESCAPED_IN_LINK = re.compile(r'[ "%<>\[\]^`{}]')
IS_ESCAPED = re.compile("%[0-9a-fA-F]{2}")
REPLACEMENT = "\ufffd"
LINK_SCHEMES = ("http://", "https://")
# The same archive gives the same bytes, so a workbook bears no date of its own.
NO_DATE = datetime(1980, 1, 1)  # noqa: DTZ001 - xlsxwriter wants it without a zone
MARK = "nianbao-export/1"
PROPERTIES = {"author": "nianbao", "comments": MARK, "created": NO_DATE}
WIDTHS = {"agency": 30, "region": 26, "url": 44, "message": 60, "message_zh": 60}
TEXT_WIDTH, NUMBER_WIDTH, TITLE_HEIGHT = 16, 11, 60


@dataclass(frozen=True, slots=True)
class CellFormats:
    """How cells look."""

    title: Format
    heading: Format
    link: Format
    quoted: (
        Format  # a text that begins as a formula does stays a text when it is edited
    )


@dataclass(slots=True)
class SheetLosses:
    """What the sheets hold otherwise than the archive, by how often."""

    texts_cut: int = 0
    texts_changed: int = 0  # characters of them are none of XML
    addresses_unlinked: int = 0


@contextmanager
def open_workbook(path: Path) -> Iterator[Workbook]:
    """Yield a workbook that keeps no more than a row in memory; close it, or discard it.

    What it keeps on the disk meanwhile stands in the folder of the path. Raises OSError.
    """
    from xlsxwriter import Workbook
    from xlsxwriter.exceptions import FileCreateError

    options = {"constant_memory": True, "tmpdir": str(path.parent)}
    workbook = Workbook(str(path), options)
    workbook.use_zip64()
    workbook.set_properties(PROPERTIES)
    try:
        yield workbook
        workbook.close()
    except FileCreateError as error:
        raise error.args[0] from None
    finally:
        for sheet in workbook.worksheets():
            sheet._opt_close()


def make_formats(workbook: Workbook) -> CellFormats:
    """Return the formats of a workbook's cells."""
    title = {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#EAF0F6"}
    return CellFormats(
        title=workbook.add_format(title),
        heading=workbook.add_format({"font_color": "#666666", "bg_color": "#EAF0F6"}),
        link=workbook.get_default_url_format(),
        quoted=workbook.add_format({"quote_prefix": True}),
    )


@dataclass(slots=True)
class TableSheets:
    """Writes a table into a sheet, and where that is full into further ones.

    `link` is the column of addresses. An address is a link where it differs from that of the row
    above: so the rows of a page have one, and the links of a sheet are few.
    """

    workbook: Workbook
    formats: CellFormats
    losses: SheetLosses
    name: str
    columns: Sequence[ColumnDescription]
    link: int | None = None
    names: list[str] = field(default_factory=list)
    rows: int = 0
    _sheet: Worksheet = None
    _row: int = MOST_ROWS
    _links: int = 0
    _last_address: str = ""

    def write_row(self, values: Sequence[Any]) -> None:
        """Write a row, in a further sheet where there is no room."""
        if self._row >= MOST_ROWS:
            self._begin_sheet()
        for index, value in enumerate(values):
            if index == self.link and value is not None:
                self._write_address(index, value)
            else:
                self._write_value(index, value)
        self._row += 1
        self.rows += 1

    def finish(self) -> None:
        """End the table, which has a sheet also without rows."""
        if not self.names:
            self._begin_sheet()
        self._set_filter()

    def _begin_sheet(self) -> None:
        """Begin a sheet with its headings: what a column holds, and what programs call it."""
        if self.names:
            self._set_filter()
        number = len(self.names) + 1
        name = self.name if number == 1 else f"{self.name} {number}"
        self.names.append(name)
        self._sheet = sheet = self.workbook.add_worksheet(name)
        sheet.set_row(0, TITLE_HEIGHT)
        for index, column in enumerate(self.columns):
            self._set_width(index, column)
            sheet.write_string(0, index, column.title, self.formats.title)
        for index, column in enumerate(self.columns):
            sheet.write_string(1, index, column.name, self.formats.heading)
        sheet.freeze_panes(HEADING_ROWS, 1)
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        self._row = HEADING_ROWS
        self._links = 0
        self._last_address = ""

    def _set_width(self, index: int, column: ColumnDescription) -> None:
        """Set how wide a column is; where measures are from is folded away."""
        usual = TEXT_WIDTH if column.type is str else NUMBER_WIDTH
        width = WIDTHS.get(column.name, usual)
        options = {}
        if column.name.endswith(FOLDED):
            options = {"level": 1, "hidden": True}
        self._sheet.set_column(index, index, width, None, options)

    def _set_filter(self) -> None:
        last_row = max(self._row - 1, HEADING_ROWS)
        last_column = len(self.columns) - 1
        self._sheet.autofilter(HEADING_ROWS - 1, 0, last_row, last_column)

    def _write_address(self, index: int, address: str) -> None:
        is_repeated = address == self._last_address
        self._last_address = address
        if is_repeated or not address.startswith(LINK_SCHEMES):
            self._write_text(index, address)
            return
        if self._links == MOST_LINKS or not can_be_link(address):
            self.losses.addresses_unlinked += 1
            self._write_text(index, address)
            return
        self._links += 1
        self._sheet.write_url(self._row, index, address, self.formats.link, address)

    def _write_value(self, index: int, value: Any) -> None:
        """Write a number as a number, a text as a text, and nothing for what is not known."""
        if value is None:
            return
        if isinstance(value, bool):
            self._sheet.write_boolean(self._row, index, value)
        elif isinstance(value, str):
            self._write_text(index, value)
        elif abs(value) < LARGEST_NUMBER:
            self._sheet.write_number(self._row, index, value)
        else:
            self._write_text(index, str(value))

    def _write_text(self, index: int, text: str) -> None:
        if not text:
            return
        plain_text = NOT_IN_XML.sub(REPLACEMENT, text)
        if plain_text != text:
            self.losses.texts_changed += 1
        short_text = cut_text(plain_text)
        if short_text != plain_text:
            self.losses.texts_cut += 1
        if short_text.startswith("<r>"):
            short_text += " "  # a text between <r> and </r> is no text to xlsxwriter
        style = None
        if short_text.startswith(FORMULA_SIGNS):
            style = self.formats.quoted
        self._sheet.write_string(self._row, index, short_text, style)


def can_be_link(address: str) -> bool:
    """Tell whether an address is short enough for a link, and of characters that may be in one.

    >>> can_be_link("http://x.cn/" + "年" * 2_067), can_be_link("http://x.cn/" + "𠮷" * 2_067)
    (True, False)
    """
    if NOT_IN_LINK.search(address):
        return False
    units = len(address.encode("utf-16-le")) // 2
    if not IS_ESCAPED.search(address):
        units += 2 * len(ESCAPED_IN_LINK.findall(address))
    return units <= LONGEST_LINK


def cut_text(text: str) -> str:
    """Return a text as long as a cell holds; one that is cut ends with an ellipsis.

    >>> cut_text("年" * 40_000) == "年" * 32_766 + "…"
    True
    """
    if len(text) * 2 <= LONGEST_TEXT:
        return text
    units = text.encode("utf-16-le")
    if len(units) <= LONGEST_TEXT * 2:
        return text
    rest = units[: (LONGEST_TEXT - 1) * 2].decode("utf-16-le", "ignore")
    return f"{rest}…"
