"""Files whose pages are drawn: what their places do not tell is null with a finding."""

from __future__ import annotations

import io
import tracemalloc
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from zipfile import ZipFile

import pypdfium2
import pytest

from nianbao.archive.records import Reading
from nianbao.pipelines.reader import read
from nianbao.pipelines.reader.payload.formats import ofd, pdf_page
from nianbao.pipelines.reader.payload.formats.drawn_text import Glyph, join_in_cell
from nianbao.pipelines.reader.payload.formats.ruled_tables import RuledCell
from nianbao.pipelines.reader.payload.zip_parts import Element, parse_part
from tests.reader import office_parts
from tests.reader import report_files as files
from tests.reader.bad_files import write_pdf, write_stream


def place(text: str, top: float) -> list[Glyph]:
    """Characters of half the width of their height, or of a whole one, from 5 on."""
    glyphs = []
    left = 5.0
    for character in text:
        right = left + (5.0 if character.isascii() else 10.0)
        glyphs.append(Glyph(character, left, top, right, top + 10.0))
        left = right
    return glyphs


FIRST = ("1", "12", "123456", "1.5", "1,", "-", "—", "减1")
SECOND = ("3", "34", ".5", "3件")


@pytest.mark.parametrize(("first", "second"), list(product(FIRST, SECOND)))
def test_digits_below_digits_in_a_cell_are_no_number(first: str, second: str) -> None:
    """However narrow the cell is: it may have broken one number, and may hold two."""
    glyphs = place(first, 0.0) + place(second, 12.0)
    right = max(glyph.x1 for glyph in glyphs)
    for margin in (0.0, 2.0, 5.0, 11.0, 40.0):
        assert join_in_cell(glyphs, 0.0, right + margin) == f"{first}\n{second}"


def test_digits_of_a_sentence_that_goes_on_are_one_number() -> None:
    """A full line of words breaks where the cell ends."""
    glyphs = place("本年度共收到政府信息公开申请1", 0.0) + place("2件。", 12.0)
    right = max(glyph.x1 for glyph in glyphs)
    assert join_in_cell(glyphs, 0.0, right + 5.0).endswith("申请12件。")
    assert join_in_cell(glyphs, 0.0, right + 40.0).endswith("申请1\n2件。")


@pytest.mark.parametrize(
    ("above", "below", "expected"),
    [("12", "34件", "12\n34件"), ("-", "3", "-\n3"), ("规", "章", "规章")],
)
def test_digits_on_the_next_page_are_no_rest_of_a_number(
    above: str, below: str, expected: str
) -> None:
    rest = RuledCell(0, 1, 1, 0.0, 90.0, place(below, 0.0))
    cell = RuledCell(0, 1, 1, 0.0, 90.0, place(above, 0.0), [rest])
    assert cell.text == expected


@pytest.mark.parametrize("number", ["1234", "-1234567"])
def test_a_number_that_a_cell_may_have_broken_has_no_value(number: str) -> None:
    """Of fifteen columns of a page each has room for three digits."""
    blocks = files.list_blocks(files.pick_reports()[0], "")
    grids = [block for block in blocks if not isinstance(block, str)]
    *rows, row = grids[-1]
    grid = (*rows, (*row[:-1], replace(row[-1], text=number)))
    changed = [grid if block is grids[-1] else block for block in blocks]
    whole, file = read(files.write_ofd(blocks)), read(files.write_ofd(changed))
    *figures, figure = file.figures
    assert figures == list(whole.figures[:-1])
    assert (figure.text.replace("\n", ""), figure.value) == (number, None)
    assert "cell.not_read" in [finding.rule for finding in file.findings]


def write_text(words: str) -> str:
    return f"BT /F 9 Tf 50 700 Td ({words}) Tj ET "


WORDS = write_text("twenty pages of words, and not of images " * 2)
SCAN = "q 595 0 0 842 0 0 cm /I Do Q "
STRIPS = "".join(f"q 595 0 0 84.2 0 {84.2 * n} cm /I Do Q " for n in range(8))
LOGO = "q 90 0 0 90 0 700 cm /I Do Q "
LETTERS = "".join(f"{n} 9 m 9 {n} l 5 5 l f " for n in range(120))
FRAME = "9 9 m 500 9 l S "


def write_drawn_pdf(pages: Sequence[str]) -> bytes:
    """A PDF of A4 pages that draw something with a font F, an image I and a form D, a scan."""
    kids = " ".join(f"{number} 0 R" for number in range(6, 6 + 2 * len(pages), 2))
    pixel = write_stream(
        "/Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8"
        "/ColorSpace/DeviceGray",
        "0",
    )
    form = write_stream(
        "/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<</XObject<</I 4 0 R>>>>",
        SCAN,
    )
    objects = []
    for number, page in enumerate(pages):
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents {7 + 2 * number} 0 R"
            "/Resources<</Font<</F 3 0 R>>/XObject<</I 4 0 R/D 5 0 R>>>>>>"
        )
        objects.append(write_stream("", page))
    return write_pdf(
        "<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        pixel,
        form,
        *objects,
    )


def list_pictures(reading: Reading) -> list[tuple[int, int, int]]:
    """How many pages of how many are pictures, and the first."""
    findings = (f.parameters for f in reading.findings if f.rule == "file.pages_unread")
    return [(p["unread"], p["pages"], p["first"]) for p in findings if p]


PICTURES = {
    (WORDS, SCAN): [(1, 2, 2)],
    (SCAN, WORDS, SCAN + write_text("- 3 -")): [(2, 3, 1)],
    (WORDS, STRIPS): [(1, 2, 2)],
    (WORDS, "/D Do"): [(1, 2, 2)],
    (WORDS, LETTERS): [(1, 2, 2)],
    (WORDS, ""): [],
    (WORDS, FRAME + LOGO): [],
    (WORDS, LOGO + write_text("- 2 -")): [],
    (WORDS, SCAN + WORDS): [],
    (SCAN + write_text("title of the report"), WORDS): [],
}


@pytest.mark.parametrize("pages", PICTURES)
def test_pages_of_a_pdf_that_are_scans_are_said(pages: tuple[str, ...]) -> None:
    reading = read(write_drawn_pdf(pages))
    assert "twenty pages" in reading.text
    assert list_pictures(reading) == PICTURES[pages]


@pytest.mark.parametrize("pages", [(SCAN,), (SCAN + write_text("- 1 -"), SCAN)])
def test_a_scan_with_numbers_of_pages_is_a_scan(pages: tuple[str, ...]) -> None:
    """As such its images are read with OCR."""
    assert [f.rule for f in read(write_drawn_pdf(pages)).findings] == [
        "payload.not_text"
    ]


OFD_WORDS = (
    '<ofd:TextObject Boundary="20 20 90 9" Size="4"><ofd:TextCode X="0" Y="3" DeltaX="g 99 2">'
    f"{'twenty pages of words ' * 2}</ofd:TextCode></ofd:TextObject>"
)
OFD_IMAGE = '<ofd:ImageObject Boundary="0 0 {} {}" ResourceID="9"/>'
OFD_LINE = '<ofd:PathObject Boundary="9 9 9 9"><ofd:AbbreviatedData>M 0 0 L 9 9</ofd:AbbreviatedData></ofd:PathObject>'


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (OFD_IMAGE.format(210, 297), [(1, 2, 2)]),
        (OFD_IMAGE.format(210, 50) * 4, [(1, 2, 2)]),
        (OFD_LINE * 120, [(1, 2, 2)]),
        (OFD_IMAGE.format(50, 50) + OFD_LINE, []),
        (OFD_IMAGE.format(210, 297) + OFD_WORDS, []),
        ("", []),
    ],
)
def test_pages_of_an_ofd_that_are_scans_are_said(
    page: str, expected: list[tuple[int, int, int]]
) -> None:
    assert list_pictures(read(files.pack_ofd([OFD_WORDS, page]))) == expected
    alone = read(files.pack_ofd([page]))
    refused = [f.rule for f in alone.findings] == ["payload.not_text"]
    assert refused == (OFD_WORDS not in page)


def test_a_page_with_more_characters_than_any_is_refused() -> None:
    """What stands behind would be lost."""
    page = "BT /F 1 Tf " + f"({'words ' * 500}) Tj 0 1 Td " * 70 + "ET"
    assert [f.rule for f in read(write_drawn_pdf([page])).findings] == [
        "page.too_large"
    ]


def test_lines_of_a_page_are_not_taken_beyond_those_of_a_table() -> None:
    path = "0 0 m " + "9 9 l 0 9 l " * 90 + "S "
    with pypdfium2.PdfDocument(write_drawn_pdf([path * 200])) as document:
        page = document[0]
        tracemalloc.start()
        try:
            assert pdf_page.read_rules(page) == []
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 2_000_000


def test_a_template_is_parsed_once_for_all_pages(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However often a page names it; and what it shows stands on each page once."""
    parsed: Counter[str] = Counter()

    def count(archive: ZipFile, name: str) -> Element:
        parsed[name] += 1
        return parse_part(archive, name)

    monkeypatch.setattr(ofd, "parse_part", count)
    below = OFD_WORDS.replace("20 20", "20 40")
    payload = files.pack_ofd([below] * 3, OFD_WORDS.replace("words", "above"))
    reference = b'<ofd:Template TemplateID="99"/>'
    with ZipFile(io.BytesIO(payload)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    changed = {n: part.replace(reference, reference * 3) for n, part in parts.items()}
    text = read(office_parts.write_zip(changed)).text
    assert set(parsed.values()) == {1}
    assert text.count("of above") == text.count("of words") == 2 * 3
