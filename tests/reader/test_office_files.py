"""Files: one report of ours as LibreOffice writes it in each format, and files that are none."""

from __future__ import annotations

import dataclasses
import io
import zipfile
from pathlib import Path

import pypdfium2
import pytest

from nianbao.archive.records import Figure, Reading
from nianbao.pipelines.reader import read
from tests.reader import bad_files, hostile_files, office_parts

FOLDER = Path(__file__).parent / "files"
KINDS = ("docx", "doc", "xlsx", "xls", "pdf")


def report(kind: str) -> bytes:
    return (FOLDER / f"report.{kind}").read_bytes()


REFUSALS = (
    "file.damaged",
    "file.protected",
    "file.too_large",
    "file.unsupported",
    "payload.not_text",
)


def refusal(reading: Reading, rule: str = "payload.not_text") -> str:
    """Return why a payload was not read; nothing is known of it."""
    assert (reading.is_report, reading.title, reading.figures, reading.text) == (
        False,
        None,
        (),
        "",
    )
    (finding,) = reading.findings
    assert finding.rule == rule
    return finding.message


def stated(figure: Figure) -> Figure:
    """Return a figure but for its print: a sheet has the number 327.773 where 327.7730 is shown."""
    return dataclasses.replace(figure, text="")


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_says_what_the_page_says(kind: str) -> None:
    page, file = read(report("html")), read(report(kind))
    assert len(page.figures) == 200
    assert list(map(stated, file.figures)) == list(map(stated, page.figures))
    for name in (
        "title",
        "report_year",
        "agency",
        "form",
        "signed_on",
        "is_report",
        "period",
    ):
        assert getattr(file, name) == getattr(page, name), name
    assert [section.key for section in file.sections] == [
        section.key for section in page.sections
    ]
    assert file.findings == page.findings


@pytest.mark.parametrize("kind", KINDS)
def test_the_magic_bytes_decide_and_not_the_name(kind: str) -> None:
    assert read(report(kind), url="https://www.example.gov.cn/download.html").is_report


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("share", [0.02, 0.5, 0.9])
def test_a_file_cut_off_is_refused_or_read_as_far_as_it_goes(
    kind: str, share: float
) -> None:
    whole = report(kind)
    reading = read(whole[: int(len(whole) * share)])
    if reading.findings and reading.findings[0].rule in REFUSALS:
        refusal(reading, reading.findings[0].rule)
    known = {(f.table, f.row, f.column): f.value for f in read(whole).figures}
    assert all(
        known[f.table, f.row, f.column] == f.value
        for f in reading.figures
        if f.value is not None
    )


def test_a_scan_is_not_read() -> None:
    document = pypdfium2.PdfDocument.new()
    document.new_page(595, 842)
    kept = io.BytesIO()
    document.save(kept)
    assert "a PDF of 1 pages without text, a scan" in refusal(read(kept.getvalue()))


def test_a_bomb_is_not_unpacked() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("word/document.xml", bytes(100_000_000))
    assert "unpacks to 100000000 bytes" in refusal(
        read(packed.getvalue()), "file.too_large"
    )


@pytest.mark.parametrize(
    ("payload", "rule", "kind"),
    [
        (b"PK\3\4" + bytes(400), "file.damaged", "a ZIP"),
        (b"Rar!" + bytes(400), "file.unsupported", "an archive"),
        (
            bytes.fromhex("d0cf11e0a1b11ae1")
            + "PowerPoint Document".encode("utf-16-le"),
            "file.unsupported",
            "a PPT",
        ),
        (b"\x89PNG\r\n\x1a\n" + bytes(400), "payload.not_text", "an image"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(4000), "file.damaged", "an XLS"),
        (b"%PDF-1.7\n" + bytes(400), "file.damaged", "a PDF"),
    ],
)
def test_what_holds_no_text_is_named(payload: bytes, rule: str, kind: str) -> None:
    assert kind in refusal(read(payload), rule)


def test_a_panic_of_the_library_is_an_unreadable_file() -> None:
    """One byte of a sheet is another: the library in Rust panics, with a BaseException."""
    damaged = bytearray(report("xls"))
    damaged[2420] = 249
    message = refusal(read(bytes(damaged)), "file.damaged")
    assert "an XLS of 23040 bytes that cannot be opened (PanicException)" in message


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit])
def test_who_stops_the_program_is_not_taken_for_a_broken_file(
    stop: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop_program(*_: object) -> None:
        raise stop

    monkeypatch.setattr("python_calamine.CalamineWorkbook.from_filelike", stop_program)
    with pytest.raises(stop):
        read(report("xls"))


def write_rows(count: int, columns: int = 1) -> bytes:
    """A workbook with a report's table, and behind it a sheet of numbers."""
    sheet = office_parts.write_sheet(office_parts.request_rows())
    numbers = office_parts.write_sheet([["1"] * columns] * count)
    return office_parts.write_workbook(("visible", sheet), ("visible", numbers))


def test_a_sheet_that_is_read_in_part_is_said() -> None:
    reading = read(write_rows(2_001))
    assert reading.is_report
    messages = [f.message for f in reading.findings if f.rule == "sheet.cut"]
    assert messages == [
        "the sheet 表2 has 2001 rows and 1 columns;"
        " the first 2000 rows and 100 columns are read"
    ]
    whole = read(write_rows(2_000))
    assert "sheet.cut" not in [finding.rule for finding in whole.findings]


def test_a_sheet_that_no_memory_holds_is_refused() -> None:
    message = refusal(read(bad_files.make_far_cell()), "file.too_large")
    assert "a sheet of 65536 rows and 65536 columns" in message


def test_a_workbook_of_many_sheets_is_refused() -> None:
    sheets = [("visible", office_parts.write_sheet([["1"]]))] * 101
    message = refusal(read(office_parts.write_workbook(*sheets)), "file.too_large")
    assert "a workbook of 101 sheets" in message


@pytest.mark.parametrize("kind", ["docx", "xlsx"])
def test_a_file_without_words_is_named(kind: str) -> None:
    if kind == "xlsx":
        sheet = office_parts.write_sheet([[("", "")]])
        payload = office_parts.write_workbook(("visible", sheet))
    else:
        parts = hostile_files.unzip("docx")
        parts["word/document.xml"] = hostile_files.write_main("docx", "<w:p/>")
        payload = hostile_files.zip_parts(parts)
    assert "without text" in refusal(read(payload))


def test_a_file_with_a_password_is_named() -> None:
    name = "EncryptedPackage".encode("utf-16-le")
    payload = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(2_000) + name + bytes(2_000)
    message = refusal(read(payload), "file.protected")
    assert f"a Word or Excel file of {len(payload)} bytes with a password" in message
