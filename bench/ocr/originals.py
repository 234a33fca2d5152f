"""The reports that are made into images: pages of the sample province in each form, printed by
Chromium, and the real PDF where it lies beside the checkout.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import pypdfium2

from nianbao.archive.records import Reading
from nianbao.pipelines.reader import read
from nianbao.sample.pages import print_body
from nianbao.sample.postings import Posting, make_postings
from nianbao.sample.province import DEFAULT_SEED

CellKey: TypeAlias = tuple[str, str, str]
Values: TypeAlias = Mapping[CellKey, int | float | None]

SHARED_PDF = Path(__file__).parents[2].parent / "shared/data/pdf/hongze_2023.pdf"
FIELDS = ("title", "report_year", "agency", "published_on", "signed_on")
_PAGE = """<html><head><meta charset="utf-8"><title>{title}</title><style>
@page {{ size: A4; margin: 20mm }}
body {{ font: {size}pt {font}; line-height: 1.7 }}
table {{ width: 100%; line-height: 1.4; {table} }} td {{ {cell} }}
</style></head><body><h2 align="center">{title}</h2>
<p align="center">发布时间：{day}　来源：{agency}</p><div class="content">{body}</div></body></html>"""
# How pages are printed: the font, its size, and the lines of tables.
_STYLES = (
    ("Noto Serif CJK SC", 12, "border-collapse: collapse", "border: 1px solid #000"),
    (
        "Noto Sans CJK SC",
        10.5,
        "border-collapse: collapse",
        "border: 1px solid #888; padding: 3px; text-align: center",
    ),
    ("Noto Serif CJK SC", 11, "", "text-align: center"),
)


@dataclass(frozen=True, slots=True)
class Original:
    """A report as PDF, and what is right: its cells and fields, and its text."""

    name: str
    pdf: bytes
    cells: Values
    fields: Mapping[str, str | int | None]
    text: str


def iterate_originals(most: int) -> Iterator[Original]:
    """Yield the real report, then `most` of the sample province, in turn one of each form."""
    if SHARED_PDF.is_file():
        pdf = SHARED_PDF.read_bytes()
        # equal to truth/hongze_2023.json: tests/reader/test_round_trip.py
        yield _describe(SHARED_PDF.stem, pdf, read(pdf))
    for number, posting in enumerate(_choose_postings(most)):
        html = print_page(posting, number)
        report = posting.report
        assert report is not None
        reading = read(html.encode())
        original = _describe(f"{report.form} {number}", print_pdf(html), reading)
        yield original


def _describe(name: str, pdf: bytes, reading: Reading) -> Original:
    cells = {
        (figure.table, figure.row, figure.column): figure.value
        for figure in reading.figures
    }
    return Original(name, pdf, cells, get_fields(reading), extract_text(pdf))


def extract_text(pdf: bytes) -> str:
    """Return all that a PDF prints."""
    with pypdfium2.PdfDocument(pdf) as document:
        pages = [document[number] for number in range(len(document))]
        return "\n".join(page.get_textpage().get_text_bounded() for page in pages)


def get_fields(reading: Reading) -> dict[str, str | int | None]:
    """Return the fields of a reading that are looked at."""
    fields = {name: getattr(reading, name) for name in FIELDS}
    fields["agency"] = reading.agency.name or reading.agency.printed
    return fields


def _choose_postings(most: int) -> Iterator[Posting]:
    """Yield postings with a report, in turn one of each form."""
    by_form: defaultdict[str, list[Posting]] = defaultdict(list)
    for posting in make_postings(DEFAULT_SEED, 1):
        report = posting.report
        if report is not None and report.figures and not report.ragged:
            by_form[report.form].append(posting)
    for number in range(most):
        postings = by_form[sorted(by_form)[number % len(by_form)]]
        yield postings[(number * 7) % len(postings)]


def print_page(posting: Posting, number: int) -> str:
    """Return the page of a report as it is printed; `number` chooses the style."""
    font, size, table, cell = _STYLES[number % len(_STYLES)]
    return _PAGE.format(
        title=posting.title,
        day=posting.posted_at.date().isoformat(),
        agency=posting.source,
        body=print_body(posting.content),
        font=font,
        size=size,
        table=table,
        cell=cell,
    )


def print_pdf(html: str) -> bytes:
    """Return a page as Chromium prints it."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "page.html"), Path(folder, "page.pdf")
        source.write_text(html, "utf-8")
        command = [
            "chromium",
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            f"--user-data-dir={folder}/profile",
            "--no-pdf-header-footer",
            f"--print-to-pdf={target}",
            source.as_uri(),
        ]
        subprocess.run(command, check=True, capture_output=True)
        return target.read_bytes()
