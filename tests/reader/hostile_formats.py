"""Hostile files of the formats that no library reads for us: each kind by the number of a seed."""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import cache
from random import Random

from tests.reader import office_parts
from tests.reader import report_files as files
from tests.reader.bad_files import write_pdf, write_stream

ENTITIES = "".join(
    f'<!ENTITY e{number} "{f"&e{number - 1};" * 10}">' for number in range(1, 12)
)
HUGE = ("2147483647", "99999999999", "1000000")


@cache
def sample(kind: str) -> bytes:
    report = files.pick_reports()[-1]
    header = f"来源：{report.agency}    时间：2025-01-20"
    return files.WRITERS[kind](files.list_blocks(report, header))


def damage_format(random: Random) -> bytes:
    """Bytes that are others, a cut, a hole, blocks in another order."""
    payload = bytearray(sample(random.choice(list(files.WRITERS))))
    first, second = sorted(random.randrange(len(payload)) for _ in range(2))
    choice = random.randrange(4)
    if choice == 0:
        for _ in range(random.choice((1, 8, 64))):
            payload[random.randrange(len(payload))] = random.randrange(256)
    elif choice == 1:
        del payload[first:]
    elif choice == 2:
        payload[first:second] = bytes(second - first)
    else:
        payload = payload[second:] + payload[first:second] + payload[:first]
        payload[:8] = sample("rtf")[:8]
    return bytes(payload)


def exhaust_rtf(random: Random) -> bytes:
    count = random.choice((1_000, 300_000))
    unit = random.choice(
        (
            "{",
            "{\\*\\x ",
            r"\trowd\cellx1\cell\row ",
            r"\trowd\clvmrg\cellx9\pard\intbl 1\cell\row ",
            r"\cellx9",
            r"\pard\intbl 1\cell\row ",
            r"\pard\intbl\itap19 1\nestcell",
            r"\u1?",
            r"\'c4",
            r"{\field{\*\fldinst =1}{\fldrslt}}",
            r"{\shp{\*\shpinst{\shptxt 1\par}}}",
            r"{\footnote 1}",
            "}",
        )
    )
    return sample("rtf").replace(b"\\pard", (unit * count).encode() + b"\\pard", 1)


def count_wildly_in_rtf(random: Random) -> bytes:
    number = random.choice((*HUGE, "-2147483648"))
    word = random.choice(("bin", "uc", "u", "itap", "cellx", "f", "ansicpg", "trleft"))
    text = f"\\{word}{number} ".encode()
    if word == "cellx":
        text = b"".join(b"\\cellx%d " % (place * 40) for place in range(3_000))
    return sample("rtf").replace(b"\\trowd", b"\\trowd" + text, 2)


def repeat_cells(random: Random) -> bytes:
    """Rows and columns that stand millions of times, each with text; spans as large."""
    kind = random.choice(("odt", "ods", "flat odt"))
    number = random.choice(HUGE)
    name = random.choice(("rows-repeated", "columns-repeated", "rows-spanned"))
    text, cells = random.choice((("一", 1), ("一", 300), ("一" * 30_000, 1)))
    row = (
        f'<table:table-row table:number-rows-repeated="{number}">'
        + f'<table:table-cell table:number-{name}="{number}">'
        f"<text:p>{text}</text:p></table:table-cell>" * cells + "</table:table-row>"
    )
    if kind == "flat odt":
        text = sample(kind).replace(b"<table:table-row>", row.encode() * 50, 1)
        return text.replace(b"</office:text>", b"</table:table></office:text>")
    table = f"<table:table>{row * random.choice((1, 200))}</table:table>"
    content = "spreadsheet" if kind == "ods" else "text"
    return files.pack_open_document(content, table)


def number_cells_wildly(random: Random) -> bytes:
    number = random.choice((*HUGE, "-1", "x"))
    name = random.choice(("Index", "MergeAcross", "MergeDown"))
    text = sample("xml of excel").decode()
    edited = text.replace("<Row>", f'<Row ss:{name}="{number}" ss:Span="{number}">', 9)
    edited = edited.replace("<Cell ", f'<Cell ss:x{name}="1" ', 9)
    for _ in range(5):
        edited = edited.replace(f'ss:{name}="0"', f'ss:{name}="{number}"', 1)
    return edited.encode()


def expand_flat_xml(random: Random) -> bytes:
    kind = random.choice(("flat docx", "flat odt", "xml of word", "xml of excel"))
    text = sample(kind).decode()
    begin = text.index("?>") + 2
    doctype = random.choice(
        (
            f'<!DOCTYPE x [<!ENTITY e0 "1234567890">{ENTITIES}]>',
            '<!DOCTYPE x [<!ENTITY e11 SYSTEM "file:///etc/passwd">]>',
        )
    )
    edited = text[:begin] + doctype + text[begin:].replace("</", "&e11;</", 5)
    if random.random() < 0.5:
        return edited.encode()
    name = {"flat odt": "text:section", "xml of excel": "Row"}.get(kind, "w:p")
    nested = f"<{name}>" * 5_000 + f"</{name}>" * 5_000
    return text.replace("</", f"{nested}</", 1).encode()


def draw_wildly(random: Random) -> bytes:
    """An OFD of more pages, characters or lines than any, or that leads in circles."""
    text = '<ofd:TextObject Boundary="9 9 9 9" Size="4"><ofd:TextCode X="0" Y="3" DeltaX="{}">{}</ofd:TextCode></ofd:TextObject>'
    line = '<ofd:PathObject Boundary="{} {} 200 200"><ofd:AbbreviatedData>M 0 0 L {} {}</ofd:AbbreviatedData></ofd:PathObject>'
    choice = random.randrange(6)
    if choice == 0:
        return files.pack_ofd([text.format("g 999999999 1 " * 500, "一" * 9_000)])
    if choice == 1:
        return files.pack_ofd(["x"] * random.choice((299, 301, 1_000)))
    if choice == 2:
        objects = text.format("1", "一" * 30_000)
        return files.pack_ofd(["x"] * 290, objects)
    if choice == 3:
        count = random.choice((20, 140, 1_400))
        across = (line.format(0, n * 4, 200, 0) for n in range(count))
        down = (line.format(n * 4, 0, 0, 200) for n in range(count))
        return files.pack_ofd(["".join((*across, *down, text.format("4", "一")))])
    if choice == 4:
        steps = "L 1 1 " * 400_000
        return files.pack_ofd(
            [line.format(0, 0, "1 1", steps) + text.format("4", "一")]
        )
    payload = files.pack_ofd([text.format("1e308 1e308", "一" * 9)], text)
    places = (b"Tpls/Tpl_0/Content.xml", b"Pages/Page_0/Content.xml", b"Document.xml")
    return payload.replace(places[0], random.choice((places[1], b"../../OFD.xml")), 1)


def pack_files(random: Random) -> bytes:
    """A ZIP of files: with many, in one another, with names that lead out of it."""
    choice = random.randrange(4)
    payload = sample(random.choice(("rtf", "docx", "mht")))
    if choice == 0:
        for _ in range(random.choice((1, 2, 3, 30))):
            payload = files.write_zip_of(payload, "年报.zip")
        return payload
    if choice == 1:
        names = [
            f"../../{number}年报.doc" for number in range(random.choice((3, 1_900)))
        ]
        return office_parts.write_zip(dict.fromkeys(names, b"x"))
    if choice == 2:
        return office_parts.write_zip({"/etc/年报.doc": payload, "年报.doc": b"x"})
    return files.write_zip_of(b"", "年报.doc")


def rule_wildly(random: Random) -> bytes:
    """A PDF of lines: a fine grid, ten thousands of them, in forms that are turned."""
    count = random.choice((30, 300, 20_000))
    across = "".join(f"0 {n % 99} m 99 {n % 99} l S " for n in range(count))
    down = "".join(f"{n % 99} 0 m {n % 99} 99 l S " for n in range(count))
    words = "BT /F 2 Tf 5 5 Td (12) Tj ET "
    turn = random.choice((0, 90, 180, 270, 45))
    page = (
        f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Rotate {turn}/Contents 4 0 R"
        "/Resources<</Font<</F 5 0 R>>>>>>"
    )
    return write_pdf(
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        page,
        write_stream("", across + down + words * random.choice((1, 2_000))),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )


def be_huge_image(random: Random) -> bytes:
    side = random.choice((40_000, 2_147_483_647))
    header = struct.pack(">II", side, side)
    return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + header + b"\x08\x02\0\0\0" + bytes(99)


FORMAT_HOSTILITIES: tuple[Callable[[Random], bytes], ...] = (
    damage_format,
    exhaust_rtf,
    count_wildly_in_rtf,
    repeat_cells,
    number_cells_wildly,
    expand_flat_xml,
    draw_wildly,
    pack_files,
    rule_wildly,
    be_huge_image,
)
