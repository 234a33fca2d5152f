"""Files that hold little and show much, or are damaged where nobody looks: each is refused by name."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from collections.abc import Callable

import pytest

from nianbao.pipelines.reader import read
from tests.reader import bad_files, hostile_files, office_parts
from tests.reader import report_files as files

LONG = "一" * 100_000
REFUSALS = ("file.damaged", "file.too_large", "file.unsupported", "payload.not_text")


def rules_of(payload: bytes) -> list[str]:
    return [finding.rule for finding in read(payload).findings]


# --- text that is repeated --------------------------------------------------------------------


def repeat_cell(attributes: str, content: str = f"<text:p>{LONG}</text:p>") -> str:
    return f"<table:table-cell {attributes}>{content}</table:table-cell>"


def lay_row(cell: str, attributes: str = "") -> str:
    row = f"<table:table-row {attributes}>{cell}</table:table-row>"
    return f"<table:table>{row}</table:table>"


COLUMNS = 'table:number-columns-repeated="{}"'.format
ROWS = 'table:number-rows-repeated="{}"'.format
SPANS = 'table:number-rows-spanned="2" table:number-columns-spanned="2"'


def nest(levels: int) -> str:
    content = f"<text:p>{LONG[:1000]}</text:p>"
    for _ in range(levels):
        content = lay_row(repeat_cell(COLUMNS(30), content))
    return content


def repeat_in_text(content: str) -> bytes:
    return files.pack_open_document("text", content)


def repeat_in_sheet(content: str) -> bytes:
    return files.pack_open_document("spreadsheet", content)


def share_string() -> bytes:
    cells = '<c t="s"><v>0</v></c>' * 100
    sheet = f'<worksheet xmlns="{office_parts.S}"><sheetData>{f"<row>{cells}</row>" * 20}</sheetData></worksheet>'
    strings = f'<sst xmlns="{office_parts.S}"><si><t>{LONG}</t></si></sst>'
    return office_parts.write_workbook(("visible", sheet), strings=strings)


REPEATS: dict[str, Callable[[], bytes]] = {
    "columns of a text": lambda: repeat_in_text(lay_row(repeat_cell(COLUMNS(99)))),
    "rows of a text": lambda: repeat_in_text(lay_row(repeat_cell(""), ROWS(1999))),
    "tables in tables": lambda: repeat_in_text(nest(3)),
    "columns of a sheet": lambda: repeat_in_sheet(lay_row(repeat_cell(COLUMNS(99)))),
    "rows of a sheet": lambda: repeat_in_sheet(lay_row(repeat_cell(""), ROWS(1999))),
    "merged cells": lambda: repeat_in_sheet(lay_row(repeat_cell(SPANS), ROWS(1999))),
    "a shared string": share_string,
}


@pytest.mark.parametrize("kind", REPEATS)
def test_a_text_that_is_repeated_counts_each_time(kind: str) -> None:
    payload = REPEATS[kind]()
    read(files.pack_open_document("text", "<text:p>1</text:p>"))  # loads the modules
    tracemalloc.start()
    try:
        assert rules_of(payload) == ["page.too_large"]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 60_000_000


@pytest.mark.parametrize(
    "cells", [r"\cellx100" * 401, "".join(rf"\cellx{40 * n}" for n in range(401))]
)
def test_a_row_of_more_cells_than_a_table_has_is_refused(cells: str) -> None:
    """Each row is laid out by all of them."""
    row = rf"\trowd{cells}\pard\intbl 1\cell\row\pard".encode()
    whole = files.write_rtf(["1"])
    assert rules_of(whole[:-1] + row + b"}") == ["page.too_large"]


# --- damage -----------------------------------------------------------------------------------


METHODS = (
    zipfile.ZIP_STORED,
    zipfile.ZIP_DEFLATED,
    zipfile.ZIP_BZIP2,
    zipfile.ZIP_LZMA,
)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("kind", ["docx", "odt", "ods", "ofd", "zip of rtf"])
def test_a_part_that_is_damaged_is_named_whichever_it_is(
    kind: str, method: int
) -> None:
    """Where a part is not asked for, the file says what it said."""
    packed = files.WRITERS[kind](["年报", "报告"])
    text = read(packed).text
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    whole = hostile_files.zip_parts(contents, method)
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        parts = archive.infolist()
    assert len(parts) > 1
    for part in parts:
        name = len(part.filename.encode())
        damaged = bytearray(whole)
        damaged[part.header_offset + 30 + name] ^= 0xFF
        reading = read(bytes(damaged))
        if reading.text:
            assert reading.text == text, part.filename
        else:
            assert reading.findings[0].rule in REFUSALS, part.filename


@pytest.mark.parametrize(
    ("function", "kind"),
    [("mammoth.convert_to_html", "docx"), ("pypdfium2.PdfDocument", "pdf")],
)
def test_a_file_that_memory_does_not_hold_is_too_large_and_not_damaged(
    function: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise MemoryError

    payload = bad_files.read_sample(kind)
    monkeypatch.setattr(function, fail)
    assert rules_of(payload) == ["file.too_large"]


def test_a_packed_file_that_memory_does_not_hold_is_too_large(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> None:
        raise MemoryError

    payload = files.write_zip_of(files.write_rtf(["报告"]))
    monkeypatch.setattr(zipfile.ZipFile, "read", fail)
    assert rules_of(payload) == ["file.too_large"]
