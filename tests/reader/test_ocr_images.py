"""Page images are read right or left open: drawn pages, skew, noise, stamps, and hostile images.

Where the extra `ocr` is not installed, only what needs no model is tested.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from nianbao.crawler.commands.read import read as read_command
from nianbao.pipelines.reader.ocr import models
from nianbao.pipelines.reader.ocr.recognition import (
    RecognizedCell,
    RecognizedLine,
    RecognizedPage,
    RecognizedTable,
    RecognizedText,
)
from nianbao.sample.tables import Cell, Grid, lay_requests

FONTS = Path("/usr/share/fonts/opentype/noto")
FONT = FONTS / "NotoSerifCJK-Regular.ttc"

pytestmark = pytest.mark.skipif(
    find_spec("rapidocr") is None or find_spec("cv2") is None,
    reason="the extra ocr is not installed",
)

APPLICANTS = (
    "natural_person",
    "org_enterprise",
    "org_research",
    "org_public_welfare",
    "org_legal_service",
    "org_other",
)
# one row after the other of the table, in the order of the form
NUMBERS = (21, 0, 7, 13, 0, 108, 3, 1, 0, 2, 4119, 0)


def number_of(key: tuple[str, str, str]) -> str:
    """The figure that is drawn in a cell."""
    _, row, column = key
    if column == "total":
        return str(sum(int(number_of((key[0], row, name))) for name in APPLICANTS))
    place = sum(map(ord, row)) + APPLICANTS.index(column)
    return str(NUMBERS[place % len(NUMBERS)])


EDGES = (180, 240, 400, 760, *(760 + 100 * n for n in range(1, 8)))  # of the columns


def draw_report(grid: Grid, edges: Sequence[int] = EDGES) -> Any:
    """A page of 200 dpi with a title, a line of prose and a ruled table, as an array."""
    import numpy as np
    from PIL import Image, ImageDraw, ImageFont

    page = Image.new("RGB", (1654, 2339), "white")
    draw = ImageDraw.Draw(page)

    def write(x: int, y: int, text: str, size: int) -> None:
        draw.text((x, y), text, "black", ImageFont.truetype(str(FONT), size))

    write(340, 150, "谷澄县教育局2021年政府信息公开工作年度报告", 44)
    write(240, 260, "本报告由谷澄县教育局编制，统计期限自2021年1月1日至12月31日。", 33)
    write(240, 330, "三、收到和处理政府信息公开申请情况", 33)
    top, height = 420, 62
    taken: set[tuple[int, int]] = set()
    for row, line in enumerate(grid):
        column = 0
        for cell in line:
            while (row, column) in taken:
                column += 1
            _draw_cell(draw, cell, edges, (row, column), (top, height), taken)
            column += cell.colspan
    return np.asarray(page)[:, :, ::-1].copy()


def _draw_cell(
    draw: Any,
    cell: Cell,
    xs: Sequence[int],
    place: tuple[int, int],
    raster: tuple[int, int],
    taken: set[tuple[int, int]],
) -> None:
    from PIL import ImageFont

    (row, column), (top, height) = place, raster
    taken |= {
        (row + down, column + across)
        for down in range(cell.rowspan)
        for across in range(cell.colspan)
    }
    left, right = xs[column], xs[column + cell.colspan]
    upper, lower = top + row * height, top + (row + cell.rowspan) * height
    draw.rectangle((left, upper, right, lower), outline="black", width=2)
    size = 26
    a_line = max(1, (right - left - 10) // size)
    text = cell.text.replace("\n", "")[: a_line * max(1, (lower - upper) // (size + 4))]
    lines = [text[at : at + a_line] for at in range(0, len(text), a_line)]
    if text.isascii():
        lines = [text]
    font = ImageFont.truetype(str(FONT), size)
    for number, words in enumerate(lines):
        y = upper + 8 + number * (size + 4)
        draw.text((left + 6, y), words, "black", font)


def scan_report(image: Any) -> Any:
    """The page as a scanner makes it: with a stamp, turned by 1.3 degrees, with noise."""
    import cv2
    import numpy as np

    paper = np.full_like(image, 255)
    cv2.circle(paper, (1150, 1500), 160, (60, 40, 215), 7)
    image = cv2.multiply(image, paper, scale=1 / 255)
    turn = cv2.getRotationMatrix2D((827, 1170), 1.3, 1.0)
    image = cv2.warpAffine(image, turn, (1654, 2339), borderValue=(255, 255, 255))
    noise = np.random.default_rng(1).normal(0, 12, image.shape)
    return np.clip(image + noise, 0, 255).astype(np.uint8)


@pytest.mark.skipif(not FONT.is_file(), reason="fonts-noto-cjk is not installed")
def test_a_scan_is_read_by_the_command(tmp_path: Path) -> None:
    """Every number that is given is the one that was drawn, and nearly all are given."""
    from PIL import Image

    scan = tmp_path / "scan.pdf"
    image = scan_report(draw_report(lay_requests("g2021", number_of)))
    Image.fromarray(image[:, :, ::-1]).save(scan, resolution=200)
    result = CliRunner().invoke(read_command, [str(scan), "--ocr", "--json"])
    assert result.exit_code == 0, result.output
    reading = json.loads(result.stdout)
    assert reading["report_year"] == 2021
    given = [cell for cell in reading["figures"] if cell["value"] is not None]
    wrong = [
        cell
        for cell in given
        if str(cell["value"]) != number_of((cell["table"], cell["row"], cell["column"]))
    ]
    assert wrong == []
    assert len(given) >= 22 * 7  # of 27 rows, some with labels that are cut
    assert {cell["alignment"] for cell in given} == {"ocr"}
    assert all(0 < cell["confidence"] <= 1 for cell in given)


@pytest.mark.skipif(not FONT.is_file(), reason="fonts-noto-cjk is not installed")
def test_no_number_of_a_small_image_counts_by_its_confidence(tmp_path: Path) -> None:
    """At 100 dpi digits are lost that the model is sure of: 10 was read as 0."""
    from PIL import Image

    picture = tmp_path / "small.png"
    image = draw_report(lay_requests("g2021", number_of))
    Image.fromarray(image).resize((827, 1169)).save(picture)
    result = CliRunner().invoke(read_command, [str(picture), "--ocr", "--json"])
    assert result.exit_code == 0, result.output
    figures = json.loads(result.stdout)["figures"]
    assert len([cell for cell in figures if cell["text"]]) > 50
    assert [cell for cell in figures if cell["value"] is not None] == []


def png_header(width: int, height: int) -> bytes:
    """A PNG file that states a size and holds nothing."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + head
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            struct.pack(">I", len(head)),
            chunk,
            struct.pack(">I", zlib.crc32(chunk)),
        )
    )


def test_what_is_no_page_image_ends_the_command(tmp_path: Path) -> None:
    path = tmp_path / "image.png"
    path.write_bytes(png_header(40_000, 40_000))
    result = CliRunner().invoke(read_command, [str(path), "--ocr"])
    assert result.exit_code == 1
    assert "the image has 40000 x 40000 pixels, too many" in result.output


@pytest.mark.parametrize("at", range(4))
def test_a_digit_beside_the_line_of_a_cell_is_no_line(at: int) -> None:
    import numpy as np

    from nianbao.pipelines.reader.ocr.cell_lines import clean_ink

    ink = np.zeros((30, 60), np.uint8)
    ink[9:21, at : at + 2] = 255  # a 1
    ink[9:21, 12:18] = 255
    ink[:, 59] = 255  # what is left of the line of the table
    cleaned = clean_ink(ink, 827)
    assert cleaned[:, :58].tolist() == ink[:, :58].tolist()
    assert not cleaned[:, 59].any()


def test_without_the_extra_one_sentence_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "_MODULES", ("no_module_of_this_name",))
    path = tmp_path / "scan.png"
    path.write_bytes(png_header(800, 600))
    result = CliRunner().invoke(read_command, [str(path), "--ocr"])
    assert result.exit_code == 1
    assert result.output == (
        "Error: OCR needs no_module_of_this_name, which is not installed: pip install"
        " 'nianbao[ocr]'\n"
    )


@pytest.mark.parametrize(
    "payload",
    [
        png_header(40_000, 40_000),
        png_header(2**31, 2**31 - 1),
        png_header(3, 3),
        png_header(800, 600),
        b"GIF89a" + struct.pack("<HH", 60_000, 60_000),
        b"BM" + bytes(16) + struct.pack("<ii", 90_000, -90_000),
        b"\xff\xd8\xff\xc0\x00\x11\x08" + struct.pack(">HH", 65_000, 65_000) + bytes(9),
        b"RIFF\0\0\0\0WEBPVP8X" + bytes(8) + b"\xff" * 6,
        b"\xff\xd8" + b"\xff" * 100,
        b"no image",
        b"",
    ],
)
def test_images_that_are_no_pages_are_refused_before_they_are_unpacked(
    payload: bytes,
) -> None:
    from nianbao.pipelines.reader.ocr.page_images import NoPageImageError, load_page

    with pytest.raises(NoPageImageError):
        load_page(payload, 0)


@pytest.mark.skipif(not FONT.is_file(), reason="fonts-noto-cjk is not installed")
@pytest.mark.parametrize("quarters", [1, 2])
def test_a_page_on_its_side_or_upside_down_is_turned(quarters: int) -> None:
    """One that stands upright is not asked about: the model is sure of it."""
    import numpy as np

    from nianbao.pipelines.reader.ocr.page_turns import find_turns

    image = draw_report(lay_requests("g2021", number_of))[:900]
    assert find_turns(np.rot90(image, quarters)) == -quarters % 4


@pytest.mark.parametrize(
    ("confidence", "has_sure_numbers", "is_asked"),
    [(0.98, True, False), (0.83, True, True), (0.0, True, True), (0.0, False, False)],
)
def test_the_way_of_a_page_is_asked_where_the_model_is_unsure(
    confidence: float, has_sure_numbers: bool, is_asked: bool
) -> None:
    """In small images the numbers are unsure by rule, whichever way they stand."""
    from nianbao.pipelines.reader.ocr.page_turns import is_doubtful

    cell = RecognizedCell(0, 0, 9, 9, (RecognizedText("4119", confidence),))
    table = RecognizedTable((0, 9), (0, 9), (cell,))
    line = RecognizedLine("三、收到", confidence or 0.98, 0, 0, 9, 9)
    page = RecognizedPage(1400, (line, table))
    assert is_doubtful(page, has_sure_numbers=has_sure_numbers) == is_asked
    empty = RecognizedPage(1400, ())
    assert not is_doubtful(empty, has_sure_numbers=has_sure_numbers)
