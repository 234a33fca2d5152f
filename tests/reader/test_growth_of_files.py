"""Files of many pages, boxes and rows: what reading them takes grows with the file, not faster."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nianbao.pipelines.reader.payload.decode import decode_payload
from tests.growth import LINEAR, measure_growth
from tests.reader import office_parts
from tests.reader import report_files as files
from tests.reader import test_word_numbers as lists
from tests.reader.test_drawn_files import OFD_WORDS, write_drawn_pdf, write_text

LINES = 20
PDF_GRID = "".join(
    f"0 {n * 30} m 570 {n * 30} l S {n * 30} 0 m {n * 30} 570 l S "
    for n in range(LINES)
)
OFD_LINE = '<ofd:PathObject Boundary="{} {} 200 200"><ofd:AbbreviatedData>M 0 0 L {} {}</ofd:AbbreviatedData></ofd:PathObject>'
OFD_GRID = "".join(
    OFD_LINE.format(0, n * 10, 190, 0) + OFD_LINE.format(n * 10, 0, 0, 190)
    for n in range(LINES)
)
BOX = "<w:p><w:r><w:pict><w:txbxContent><w:p><w:r><w:t>8</w:t></w:r></w:p></w:txbxContent></w:pict></w:r></w:p>"
ROW = "<w:tr><w:tc><w:tcPr><w:vMerge/></w:tcPr><w:p><w:r><w:t>1</w:t></w:r></w:p></w:tc></w:tr>"


def make_item(number: int) -> str:
    return lists.item("1", 1 + number % 3, number % 9)


def write_word(content: str) -> bytes:
    return office_parts.write_zip(files.list_docx_parts(content))


SHAPES: dict[str, tuple[int, Callable[[int], bytes]]] = {
    "pages of a table in a PDF": (
        24,
        lambda n: write_drawn_pdf([PDF_GRID + write_text("words")] * n),
    ),
    "pages of a table in an OFD": (
        24,
        lambda n: files.pack_ofd([OFD_GRID + OFD_WORDS] * n),
    ),
    "boxes in a DOCX": (200, lambda n: write_word(BOX * n)),
    "lists in a DOCX": (
        500,
        lambda n: lists.write_word("".join(map(make_item, range(n))), lists.LISTS),
    ),
    "merged rows in a DOCX": (200, lambda n: write_word(f"<w:tbl>{ROW * n}</w:tbl>")),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_file_is_read_in_linear_time(shape: str) -> None:
    size, make_file = SHAPES[shape]
    assert measure_growth(decode_payload, make_file, size) < LINEAR
