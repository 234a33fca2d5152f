"""Office files that a library does not survive, made of the report that the tests read."""

from __future__ import annotations

import struct
from pathlib import Path

FOLDER = Path(__file__).parent / "files"
STRING_CELL = struct.pack(
    "<HH", 0x00FD, 10
)  # number and length of the record of a cell
LEVELS = 30  # of forms within forms, each of which is drawn twice by the one above
PAGES = 300
WORDS = 20_000


def read_sample(kind: str) -> bytes:
    """Return the report as LibreOffice writes it: docx, doc, xlsx, xls, pdf."""
    return (FOLDER / f"report.{kind}").read_bytes()


def make_panic() -> bytes:
    """An XLS of which one byte is another: the library in Rust panics."""
    damaged = bytearray(read_sample("xls"))
    damaged[2420] = 249
    return bytes(damaged)


def make_far_cell() -> bytes:
    """An XLS with a cell so far out that a library would ask for 100 GB, and abort."""
    damaged = bytearray(read_sample("xls"))
    place = damaged.index(STRING_CELL) + len(STRING_CELL)
    struct.pack_into("<HH", damaged, place, 0xFFFF, 0xFFFF)
    return bytes(damaged)


def make_slow() -> bytes:
    """A PDF of 300 pages, each of which shows the same 20,000 words: a minute of work."""
    kids = " ".join(["3 0 R"] * PAGES)
    words = " ".join(["(words) Tj 0 9 Td"] * WORDS)
    return write_pdf(
        "<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {PAGES}>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R"
        "/Resources<</Font<</F 5 0 R>>>>>>",
        write_stream("", f"BT /F 9 Tf {words} ET"),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )


def make_form_bomb() -> bytes:
    """A PDF whose forms are drawn two to the power of LEVELS times."""
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R"
        "/Resources<</XObject<</F 5 0 R>>>>>>",
        write_stream("", "/F Do"),
    ]
    form = "/Type/XObject/Subtype/Form/BBox[0 0 9 9]"
    for number in range(5, 5 + LEVELS):
        resources = f"/Resources<</XObject<</F {number + 1} 0 R>>>>"
        objects.append(write_stream(form + resources, "/F Do /F Do"))
    return write_pdf(*objects, write_stream(form, "0 0 m"))


def write_pdf(*objects: str) -> bytes:
    lines = [
        f"{number} 0 obj{content}endobj" for number, content in enumerate(objects, 1)
    ]
    trailer = f"trailer<</Root 1 0 R/Size {len(objects) + 1}>>"
    return "\n".join(["%PDF-1.7", *lines, trailer, "%%EOF"]).encode()


def write_stream(entries: str, content: str) -> str:
    return f"<<{entries}/Length {len(content)}>>stream\n{content}\nendstream "
