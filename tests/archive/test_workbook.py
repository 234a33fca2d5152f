"""Excel workbooks: values of each kind, texts that begin as formulas, what a sheet cannot hold."""

from __future__ import annotations

import hashlib
import re
import tracemalloc
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from python_calamine import CalamineWorkbook

from nianbao.archive import Archive
from nianbao.archive.export import sheets, workbook
from nianbao.archive.export.dictionary import ColumnDescription, dictionary
from nianbao.archive.export.sheets import (
    SheetLosses,
    TableSheets,
    cut_text,
    make_formats,
    open_workbook,
)
from nianbao.archive.export.workbook import NAMES, WorkbookSummary, export_workbook
from nianbao.archive.read_model.row_filter import RowFilter
from nianbao.archive.records import Figure
from tests.conftest import Crawl, make_reading

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
COLUMNS = (
    ColumnDescription("name", "Name 名称", "A name.", str, required=True),
    ColumnDescription("count", "Count 数", "A number.", float, required=False),
    ColumnDescription("url", "Address 网址", "Where.", str, required=False),
)
HOSTILE = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    '=HYPERLINK("http://x.cn","x")',
    "<r><t>x</t></r>",
    "<r>&</c></row>",
    "a\x00b\x1f",
    "_x0041_",
    "\ufffe\uffff",
    "\ud800",
    "&<>\"'",
    " leading and trailing ",
    "line\nbreak",
    "𠮷" * 3,
    "007",
    "1e5",
    "TRUE",
]


def write(path: Path, rows: list[tuple[Any, ...]]) -> tuple[TableSheets, SheetLosses]:
    losses = SheetLosses()
    with open_workbook(path) as book:
        table = TableSheets(book, make_formats(book), losses, "things", COLUMNS, 2)
        for row in rows:
            table.write_row(row)
        table.finish()
    return table, losses


def read(path: Path, name: str = "things") -> list[list[Any]]:
    """Return the rows of a sheet, as a program that is not ours reads them."""
    return CalamineWorkbook.from_path(path).get_sheet_by_name(name).to_python()


def sheet_xml(path: Path, number: int = 1) -> Any:
    with zipfile.ZipFile(path) as file:
        return etree.fromstring(file.read(f"xl/worksheets/sheet{number}.xml"))


def test_a_value_is_what_it_is(tmp_path: Path) -> None:
    rows = [
        ("a", 3, "http://x.cn/1"),
        ("b", 0.25, None),
        ("c", None, "http://x.cn/2"),
        ("", -7, "urn:x"),
        ("d", 10**15, None),
        ("e", 123_456_789_012_345, None),
    ]
    write(tmp_path / "x.xlsx", rows)
    titles, names, *values = read(tmp_path / "x.xlsx")
    assert titles == ["Name 名称", "Count 数", "Address 网址"]
    assert names == ["name", "count", "url"]
    assert values == [
        ["a", 3.0, "http://x.cn/1"],
        ["b", 0.25, ""],
        ["c", "", "http://x.cn/2"],
        ["", -7.0, "urn:x"],
        ["d", "1000000000000000", ""],  # Excel keeps fifteen digits of a number
        ["e", 123_456_789_012_345.0, ""],
    ]
    cells = {
        cell.get("r"): cell.get("t")
        for cell in sheet_xml(tmp_path / "x.xlsx").iter(f"{MAIN}c")
    }
    assert cells["B3"] is None  # a number
    assert cells["A3"] == "inlineStr"
    assert not cells.keys() & {"C4", "B5", "A6", "C7"}  # nothing at all


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_a_text_is_a_text_whatever_it_says(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.xlsx"
    write(path, [(text, 1, None), ("after", 2, None)])
    xml = sheet_xml(path)
    assert list(xml.iter(f"{MAIN}f")) == []
    (cell,) = (cell for cell in xml.iter(f"{MAIN}c") if cell.get("r") == "A3")
    assert cell.get("t") == "inlineStr"
    (printed,) = cell.iter(f"{MAIN}t")
    plain = re.sub("[\ud800-\udfff\ufffe\uffff]", "\ufffd", text)
    assert unescape(printed.text).rstrip(" ") == plain.rstrip(" ")
    assert read(path)[3][0] == "after"
    with zipfile.ZipFile(path) as file:
        styles = etree.fromstring(file.read("xl/styles.xml"))
    formats = styles.find(f"{MAIN}cellXfs")
    is_quoted = formats[int(cell.get("s", 0))].get("quotePrefix") == "1"
    assert is_quoted == text.startswith(("=", "+", "-", "@", "\t"))


def unescape(text: str) -> str:
    """Return a text as Excel shows it: _xHHHH_ is a character."""
    return re.sub("_x([0-9A-Fa-f]{4})_", lambda match: chr(int(match[1], 16)), text)


def test_a_long_text_is_cut_and_counted(tmp_path: Path) -> None:
    texts = ["x" * 32_767, "x" * 32_768, "𠮷" * 16_383, "𠮷" * 16_384]
    _, losses = write(tmp_path / "x.xlsx", [(text, None, None) for text in texts])
    found = [row[0] for row in read(tmp_path / "x.xlsx")[2:]]
    assert [text == cut for text, cut in zip(texts, found, strict=True)] == [
        *(True, False, True, False)
    ]
    assert losses.texts_cut == 2
    for text in texts:
        assert len(cut_text(text).encode("utf-16-le")) <= 2 * 32_767
        assert text.startswith(cut_text(text).rstrip("…"))


def test_what_a_sheet_does_not_hold_goes_on_in_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "MOST_ROWS", 5)
    path = tmp_path / "x.xlsx"
    for count in range(9):
        table, _ = write(path, [(f"n{n}", n, None) for n in range(count)])
        names = ["things", "things 2", "things 3"][: max(1, -(-count // 3))]
        assert table.names == names
        assert table.rows == count
        found = []
        for number, name in enumerate(names, start=1):
            titles, ids, *rows = read(path, name)
            assert (titles[0], ids[0]) == ("Name 名称", "name")
            assert len(rows) <= 3
            found += [row[0] for row in rows]
            xml = sheet_xml(path, number)
            (pane,) = xml.iter(f"{MAIN}pane")
            assert (pane.get("ySplit"), pane.get("state")) == ("2", "frozen")
            (filters,) = xml.iter(f"{MAIN}autoFilter")
            assert filters.get("ref") == f"A2:C{max(2 + len(rows), 3)}"
        assert found == [f"n{n}" for n in range(count)]


def links(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as file:
        relations = etree.fromstring(file.read("xl/worksheets/_rels/sheet1.xml.rels"))
    targets = {one.get("Id"): one.get("Target") for one in relations}
    key = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
    return {
        link.get("ref"): targets[link.get(key)]
        for link in sheet_xml(path).iter(f"{MAIN}hyperlink")
    }


def test_characters_that_xml_does_not_have_are_counted(tmp_path: Path) -> None:
    texts = ["a\ufffeb", "\uffff", "\ud800", "a\ufffdb", "a\x01b", "年"]
    rows = [(text, None, None) for text in texts]
    _, losses = write(tmp_path / "x.xlsx", rows)
    assert losses.texts_changed == 3
    rows = [("a", None, f"http://x.cn/{text}") for text in texts]
    path = tmp_path / "y.xlsx"
    _, losses = write(path, rows)
    assert losses.texts_changed == 3
    assert losses.addresses_unlinked == 4  # and the one with a control character
    assert set(links(path)) == {"C6", "C8"}


@pytest.mark.parametrize("character", ["a", "年", "𠮷", " ", "[", "&", "%"])
def test_a_link_is_as_long_as_excel_counts_it(tmp_path: Path, character: str) -> None:
    """No address that is taken for a link is longer in the file than a link may be."""
    counts = [680, 690, 1_030, 1_034, 2_067, 2_068]
    addresses = [f"http://x.cn/{character * count}" for count in counts]
    path = tmp_path / "x.xlsx"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        _, losses = write(path, [("a", None, address) for address in addresses])
    targets = links(path)
    assert len(targets) + losses.addresses_unlinked == len(addresses)
    assert 0 < len(targets) < len(addresses)
    longest = max(len(target.encode("utf-16-le")) // 2 for target in targets.values())
    assert longest <= 2_079


def test_addresses_are_links_where_a_sheet_holds_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "MOST_LINKS", 3)
    addresses = [
        "http://x.cn/1",
        "http://x.cn/1",
        "https://x.cn/2?a=1&b=2",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "internal:Sheet2!A1",
        f"http://x.cn/{'a' * 2_100}",
        "http://x.cn/年报",
        "http://x.cn/4",
    ]
    path = tmp_path / "x.xlsx"
    _, losses = write(path, [("a", None, address) for address in addresses])
    assert links(path) == {
        "C3": "http://x.cn/1",
        "C5": "https://x.cn/2?a=1&b=2",
        "C10": "http://x.cn/年报",
    }
    assert [row[2] for row in read(path)[2:]] == addresses
    assert losses.addresses_unlinked == 2  # the long one and the fourth


def test_a_workbook_that_fails_leaves_nothing_open(tmp_path: Path) -> None:
    def fail(path: Path) -> None:
        with open_workbook(path) as book:
            book.add_worksheet("x")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail(tmp_path / "x.xlsx")
    assert not (tmp_path / "x.xlsx").exists()
    with pytest.raises(OSError, match="No such file"):
        lose_folder(tmp_path / "x.xlsx")


def lose_folder(path: Path) -> None:
    with open_workbook(path) as book:
        book.add_worksheet("x")
        book.filename = str(path.parent / "gone" / "x.xlsx")


def test_more_rows_take_no_more_memory(tmp_path: Path) -> None:
    peaks = []
    for count in (2_000, 6_000):
        tracemalloc.start()
        with open_workbook(tmp_path / "x.xlsx") as book:
            formats = make_formats(book)
            table = TableSheets(book, formats, SheetLosses(), "things", COLUMNS, 2)
            for number in range(count):
                table.write_row((f"name {number}", number, "http://x.cn/1"))
            table.finish()
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.1


# --- the export ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    def make(text: str) -> Any:
        figures = (
            Figure("g2021.requests", "new_received", "total", 3, "3", "exact"),
            Figure("g2021.requests", "granted", "total", None, "=1+1\ufffe", "exact"),
        )
        return make_reading(text, figures=figures)

    with Archive.create(tmp_path_factory.mktemp("played") / "archive.db") as archive:
        Crawl(archive, make).run({"http://x.cn/a": "a", "http://x.cn/b": "b"})
        yield archive


def export(archive: Archive, path: Path, **options: Any) -> WorkbookSummary:
    return export_workbook(archive, path, RowFilter(), lambda *_: None, **options)


def test_the_sheets_have_what_the_tables_have(archive: Archive, tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    summary = export(archive, path)
    book = CalamineWorkbook.from_path(path)
    assert book.sheet_names == [*NAMES, "dictionary", "about"]
    for name in NAMES:
        _, ids, *rows = read(path, name)
        records = list(getattr(archive, name)())
        assert summary.rows[name] == len(rows) == len(records)
        columns = {column.name for column in dictionary()[name].columns}
        assert columns - set(ids) == set(workbook.LEFT_OUT.get(name, ()))
        assert len(ids) == len(set(ids))
        for row, record in zip(rows, records, strict=True):
            wanted = [getattr(record, column) for column in ids]
            assert row == [
                "" if value is None else write_plainly(value) for value in wanted
            ]
    described = {(row[0], row[1]) for row in read(path, "dictionary")[1:]}
    for name in NAMES:
        assert {(name, column) for column in read(path, name)[1]} <= described
    told = {row[0]: row[1] for row in read(path, "about")[1:] if row[0]}
    assert told == summary.rows


def write_plainly(value: Any) -> Any:
    return value.replace("\ufffe", "\ufffd") if isinstance(value, str) else value


def test_what_goes_on_is_said(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "MOST_ROWS", 3)
    monkeypatch.setattr(sheets, "MOST_LINKS", 0)
    monkeypatch.setattr(sheets, "LONGEST_TEXT", 20)
    summary = export(archive, tmp_path / "x.xlsx")
    assert summary.sheets["figures"] == ["figures", "figures 2"]
    assert summary.texts_cut > 0
    assert summary.addresses_unlinked > 0
    assert summary.texts_changed > 0
    about = " ".join(row[2] for row in read(tmp_path / "x.xlsx", "about"))
    assert "figures goes on in the sheets figures 2" in about
    assert f"{summary.texts_cut} texts are longer" in about
    assert f"{summary.texts_changed} texts have characters" in about
    assert f"{summary.addresses_unlinked} addresses are no links" in about


def test_the_same_archive_gives_the_same_bytes(
    archive: Archive, tmp_path: Path
) -> None:
    digests = set()
    for name in ("a.xlsx", "b.xlsx"):
        export(archive, tmp_path / name)
        digests.add(hashlib.sha256((tmp_path / name).read_bytes()).hexdigest())
    assert len(digests) == 1
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["a.xlsx", "b.xlsx"]
