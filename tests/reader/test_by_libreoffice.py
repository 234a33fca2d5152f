"""Twenty reports of all forms as LibreOffice writes them in each format: cells, title, year, agency
and date are those of the page.

`make libreoffice`, with Debian's libreoffice-writer-nogui and libreoffice-calc-nogui: minutes.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from itertools import chain, zip_longest
from pathlib import Path
from random import Random

import pytest

from nianbao.pipelines.reader import read
from nianbao.sample.postings import make_postings
from nianbao.sample.reports import Report
from tests.reader import report_files
from tests.reader.test_word_numbers import list_lines, write_random_lists

SOFFICE = shutil.which("soffice") if "BY_LIBREOFFICE" in os.environ else None
COUNT = 20
WRITER_FORMATS = {
    "docx": "MS Word 2007 XML",
    "doc": "MS Word 97",
    "rtf": "Rich Text Format",
    "odt": "writer8",
    "fodt": "OpenDocument Text Flat XML",
    "pdf": "writer_pdf_Export",
}
CALC_FORMATS = {
    "xlsx": "Calc MS Excel 2007 XML",
    "xls": "MS Excel 97",
    "ods": "calc8",
    "xml": "MS Excel 2003 XML",
}
FORMATS = WRITER_FORMATS | CALC_FORMATS
FIELDS = (
    "title",
    "report_year",
    "agency",
    "published_on",
    "published_basis",
    "signed_on",
    "form",
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        SOFFICE is None, reason="LibreOffice is not installed, or not asked for"
    ),
]


def pick_reports() -> list[Report]:
    """Reports of every form and markup in turn."""
    groups: dict[tuple[str, str], list[Report]] = {}
    for posting in make_postings(2026, 1):
        report = posting.report
        if report is None or report.ragged or report.year is None:
            continue
        if report.form != "unknown" and report.is_assigned and report.year < 2025:
            groups.setdefault((report.form, report.markup), []).append(report)
    turns = chain.from_iterable(zip_longest(*groups.values()))
    return [report for report in turns if report is not None][:COUNT]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    for number, report in enumerate(pick_reports()):
        header = f"来源：{report.agency}    时间：{(report.year or 0) + 1}-05-18"
        page = report_files.write_page(report_files.list_blocks(report, header))
        page = page.replace(b"<table>", b'<table border="1">')
        (folder / f"{number:02}.html").write_bytes(page)
    return folder


def convert(pages: Path, kind: str, folder: Path) -> Iterator[tuple[Path, Path]]:
    """Yield each page with the file that LibreOffice makes of it."""
    program = "Writer" if kind in WRITER_FORMATS else "Calc"
    sources = sorted(pages.glob("*.html"))
    command = [
        str(SOFFICE),
        f"-env:UserInstallation=file://{folder}/profile",
        "--headless",
        f"--infilter=HTML (Star{program})",
        "--convert-to",
        f"{kind}:{FORMATS[kind]}",
        "--outdir",
        str(folder),
        *map(str, sources),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    for source in sources:
        yield source, folder / f"{source.stem}.{kind}"


@pytest.mark.parametrize("kind", FORMATS)
def test_a_file_of_libreoffice_says_what_its_page_says(
    pages: Path, kind: str, tmp_path: Path
) -> None:
    cell_count = 0
    for page_path, file_path in convert(pages, kind, tmp_path):
        page, file = read(page_path.read_bytes()), read(file_path.read_bytes())
        cells = {(f.table, f.row, f.column): f.value for f in page.figures}
        assert {(f.table, f.row, f.column): f.value for f in file.figures} == cells
        for name in FIELDS:
            assert getattr(file, name) == getattr(page, name), (page_path.name, name)
        cell_count += len(cells)
    assert cell_count > 2_000


def find_numbers(lines: list[str]) -> dict[str, str]:
    """Return what stands before the text of each paragraph."""
    matches = (re.fullmatch(r"(.*?)(T\d+)", line.strip()) for line in lines)
    return {match[2]: "".join(match[1].split()) for match in matches if match}


def test_numbers_of_lists_are_those_of_libreoffice(tmp_path: Path) -> None:
    """Or none: half of the lists go on and begin anew in ways of which nobody is sure."""
    for seed in range(100):
        (tmp_path / f"{seed:03}.docx").write_bytes(write_random_lists(Random(seed)))
    sources = sorted(tmp_path.glob("*.docx"))
    command = [
        str(SOFFICE),
        f"-env:UserInstallation=file://{tmp_path}/profile",
        "--headless",
        "--convert-to",
        "txt:Text (encoded):UTF8",
        "--outdir",
        str(tmp_path),
        *map(str, sources),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    equal = left_out = 0
    for source in sources:
        lines = source.with_suffix(".txt").read_text("utf-8-sig").split("\n")
        shown = find_numbers(lines)
        for text, number in find_numbers(list_lines(source.read_bytes())).items():
            assert number in ("", shown[text]), (source.name, text)
            equal += number == shown[text]
            left_out += number != shown[text]
    assert equal > left_out
