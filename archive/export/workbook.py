"""Export an Excel workbook: wide panel, long figures, findings, agencies, dictionary.

No more than a row is in memory, whatever the archive holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nianbao.archive.export import earlier_exports, sheets
from nianbao.archive.export.dictionary import (
    TYPE_NAMES,
    ColumnDescription,
    dictionary,
)
from nianbao.archive.export.sheets import SheetLosses, TableSheets
from nianbao.archive.export.tables import select_rows
from nianbao.archive.read_model.row_filter import resolve_filter
from nianbao.archive.storage.atomic_files import write_atomically
from nianbao.archive.storage.snapshot import Progress, open_snapshot
from nianbao.archive.storage.target import named_write_errors

if TYPE_CHECKING:
    from xlsxwriter import Workbook

    from nianbao.archive.read_model.row_filter import RowFilter
    from nianbao.archive.read_model.rows import RowValues
    from nianbao.archive.store import Archive

NAMES = ["panel", "figures", "findings", "agencies"]
DICTIONARY = "dictionary"
ABOUT = "about"
LINK = "url"
# Of each figure, that is of each of a million rows; `panel` has the digests of its page.
LEFT_OUT = {"figures": ("content_sha256", "payload_sha256")}
# Behind the measures, which people look for.
MOVED = {
    "panel": ("state", "site", "url", "version", "content_sha256", "payload_sha256")
}
ABOUT_TABLES = {
    "panel": "a row for each body and year, a column for each measure"
    " 每个机关每一年度一行，每项指标一列",
    "figures": "a row for each cell of the statutory tables 法定表格每个单元格一行",
    "findings": "what does not add up, is missing or contradicts itself"
    " 前后不符、缺失或矛盾之处",
    "agencies": "the bodies that issue reports 发布报告的机关",
}
DICTIONARY_COLUMNS = (
    "table",
    "column",
    "title 名称",
    "type 类型",
    "what it holds 说明",
)
ABOUT_COLUMNS = ("sheet 工作表", "rows 行数", "what it holds 内容")
ABOUT_TEXTS = (
    "Two rows of headings: what a column holds, and its name in every other format."
    " 标题两行：列的含义，以及其他格式中的列名。",
    "An empty cell means: not known, or not printed. It is not 0."
    " 空单元格表示不明或未印，不是 0。",
    "The columns at the end of the sheet panel, folded away, say which cells each measure is"
    " from. 宽面板末尾折叠的各列说明指标取自哪些单元格。",
)
CUT_TEXT = (
    "{} texts are longer than a cell holds and end with an ellipsis; the other formats have them"
    " whole. {} 处文字超过单元格容量，以省略号结尾，其他格式中完整。"
)
CHANGED_TEXT = (
    "{} texts have characters that no Excel file can hold; in their place stands \ufffd, and the"
    " other formats have them. {} 处文字含 Excel 文件无法保存的字符，以 \ufffd 代替，其他格式中有。"
)
UNLINKED_TEXT = (
    "{} addresses are no links: a sheet holds 65,530 of them, each of at most 2,079 characters."
    " {} 个网址不是链接，因为每个工作表最多 65,530 个，每个最长 2,079 字符。"
)
LEFT_OUT_TEXT = (
    "{} is left out here, for there would be too many rows; `nianbao export xlsx` has it."
    " 此处行数过多，未含 {}，命令 `nianbao export xlsx` 的文件中有。"
)
FURTHER_TEXT = (
    "{} goes on in the sheets {}: a sheet holds 1,048,576 rows."
    " {} 接着在工作表 {} 中，每个工作表最多 1,048,576 行。"
)


@dataclass(frozen=True, slots=True)
class WorkbookSummary:
    """What was written: rows and sheets of each table, and what a sheet cannot hold."""

    rows: dict[str, int]
    sheets: dict[str, list[str]]
    texts_cut: int
    texts_changed: int
    addresses_unlinked: int


def export_workbook(
    archive: Archive,
    target: Path,
    only: RowFilter,
    progress: Progress,
    *,
    names: Sequence[str] = NAMES,
    force: bool = False,
) -> WorkbookSummary:
    """Write the tables of some names into an Excel file, which has its name when it is whole.

    The same archive gives the same bytes. An earlier export there is replaced with `force`.
    Raises TargetRefused, ArchiveUnwritable, UnknownName.
    """
    check_target = partial(
        earlier_exports.require_replaceable, target, archive.path, force=force
    )
    check_target()
    only = resolve_filter(archive.db, only)
    with named_write_errors(target), open_snapshot(archive.db) as db:
        rows = {name: select_rows(db, name, only, progress) for name in names}
        with write_atomically(target, check_target) as part:
            return write_workbook(part, rows)


def write_workbook(path: Path, rows: dict[str, Iterator[RowValues]]) -> WorkbookSummary:
    """Write the rows of each table into a new Excel file; it says which tables are left out."""
    losses = SheetLosses()
    with sheets.open_workbook(path) as workbook:
        formats = sheets.make_formats(workbook)
        make_sheets = partial(TableSheets, workbook, formats, losses)
        tables: list[TableSheets] = []
        for name, table_rows in rows.items():
            columns = _list_columns(name)
            link = _find_link(columns)
            table = make_sheets(name, [column for _, column in columns], link)
            indexes = [index for index, _ in columns]
            for row in table_rows:
                table.write_row([row[index] for index in indexes])
            table.finish()
            tables.append(table)
        _write_dictionary(workbook, formats, list(rows))
        _write_about(workbook, formats, tables, losses)
    return WorkbookSummary(
        rows={table.name: table.rows for table in tables},
        sheets={table.name: table.names for table in tables},
        texts_cut=losses.texts_cut,
        texts_changed=losses.texts_changed,
        addresses_unlinked=losses.addresses_unlinked,
    )


def _list_columns(name: str) -> list[tuple[int, ColumnDescription]]:
    """Return the columns that a sheet has, each with its place in a row."""
    left_out = LEFT_OUT.get(name, ())
    moved = MOVED.get(name, ())
    columns, last_columns, folded_columns = [], [], []
    for index, column in enumerate(dictionary()[name].columns):
        if column.name in left_out:
            continue
        if column.name in moved:
            last_columns.append((index, column))
        elif column.name.endswith(sheets.FOLDED):
            folded_columns.append((index, column))
        else:
            columns.append((index, column))
    return columns + last_columns + folded_columns


def _find_link(columns: list[tuple[int, ColumnDescription]]) -> int | None:
    for index, (_, column) in enumerate(columns):
        if column.name == LINK:
            return index
    return None


def _write_dictionary(
    workbook: Workbook, formats: sheets.CellFormats, names: list[str]
) -> None:
    """Write what every column holds."""
    rows: list[tuple[Any, ...]] = []
    for name in names:
        table = dictionary()[name]
        rows.append((name, None, table.title, None, table.says))
        for _, column in _list_columns(name):
            type_name = TYPE_NAMES[column.type]
            rows.append((name, column.name, column.title, type_name, column.says))
    widths = (12, 30, 40, 12, 110)
    _write_plain_sheet(workbook, formats, DICTIONARY, DICTIONARY_COLUMNS, widths, rows)


def _write_about(
    workbook: Workbook,
    formats: sheets.CellFormats,
    tables: list[TableSheets],
    losses: SheetLosses,
) -> None:
    """Write what the sheets are, and what they do not hold."""
    rows: list[tuple[Any, ...]] = []
    for table in tables:
        sheet_names = ", ".join(table.names)
        rows.append((sheet_names, table.rows, ABOUT_TABLES[table.name]))
    left_out = [name for name in NAMES if name not in {one.name for one in tables}]
    for name in left_out:
        rows.append((None, None, LEFT_OUT_TEXT.format(name, name)))
    for text in ABOUT_TEXTS:
        rows.append((None, None, text))
    for table in tables:
        if len(table.names) > 1:
            further = ", ".join(table.names[1:])
            text = FURTHER_TEXT.format(table.name, further, table.name, further)
            rows.append((None, None, text))
    if losses.texts_cut:
        count = losses.texts_cut
        rows.append((None, None, CUT_TEXT.format(count, count)))
    if losses.texts_changed:
        count = losses.texts_changed
        rows.append((None, None, CHANGED_TEXT.format(count, count)))
    if losses.addresses_unlinked:
        count = losses.addresses_unlinked
        rows.append((None, None, UNLINKED_TEXT.format(count, count)))
    _write_plain_sheet(workbook, formats, ABOUT, ABOUT_COLUMNS, (24, 12, 140), rows)


def _write_plain_sheet(
    workbook: Workbook,
    formats: sheets.CellFormats,
    name: str,
    headings: tuple[str, ...],
    widths: tuple[int, ...],
    rows: list[tuple[Any, ...]],
) -> None:
    """Write a sheet of our own texts, with one row of headings."""
    sheet = workbook.add_worksheet(name)
    for index, heading in enumerate(headings):
        sheet.set_column(index, index, widths[index])
        sheet.write_string(0, index, heading, formats.title)
    sheet.freeze_panes(1, 0)
    for number, row in enumerate(rows, start=1):
        for index, value in enumerate(row):
            if isinstance(value, str):
                sheet.write_string(number, index, value)
            elif value is not None:
                sheet.write_number(number, index, value)
    sheet.autofilter(0, 0, len(rows), len(headings) - 1)
