"""Office files made to exhaust or mislead a reader: each kind of hostility by the number of a seed."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from random import Random

from tests.reader import bad_files, office_parts
from tests.reader.bad_files import read_sample, write_pdf, write_stream
from tests.reader.hostile_formats import FORMAT_HOSTILITIES

KINDS = ("docx", "doc", "xlsx", "xls", "pdf")
ZIPS = ("docx", "xlsx")
OLES = ("doc", "xls")
MAIN_PARTS = {"docx": "word/document.xml", "xlsx": "xl/worksheets/sheet1.xml"}
SIDE_PARTS = {
    "docx": ("word/styles.xml", "[Content_Types].xml", "word/numbering.xml"),
    "xlsx": ("xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml"),
}
SECTOR = 512
END_OF_CHAIN = 0xFFFFFFFE
W = office_parts.W
S = office_parts.S
ENTITIES = "".join(
    f'<!ENTITY e{number} "{f"&e{number - 1};" * 10}">' for number in range(1, 12)
)
BOMB = f'<!DOCTYPE x [<!ENTITY e0 "1234567890">{ENTITIES}]>'


# --- bytes that are others ------------------------------------------------------------------


def flip_bytes(random: Random) -> bytes:
    payload = bytearray(read_sample(random.choice(KINDS)))
    for _ in range(random.choice((1, 1, 2, 8, 64))):
        payload[random.randrange(len(payload))] = random.randrange(256)
    return bytes(payload)


def cut_off(random: Random) -> bytes:
    payload = read_sample(random.choice(KINDS))
    return payload[: random.randrange(len(payload))]


def blank_block(random: Random) -> bytes:
    payload = bytearray(read_sample(random.choice(KINDS)))
    start = random.randrange(len(payload))
    length = random.choice((16, SECTOR, 4096))
    payload[start : start + length] = bytes(length)
    return bytes(payload)


def move_blocks(random: Random) -> bytes:
    payload = read_sample(random.choice(KINDS))
    places = sorted(random.randrange(len(payload)) for _ in range(3))
    first, second, third = places
    return (
        payload[:first]
        + payload[second:third]
        + payload[first:second]
        + payload[third:]
    )


def set_numbers(random: Random) -> bytes:
    """Numbers of four bytes that are the largest, or negative: lengths, counts, offsets."""
    payload = bytearray(read_sample(random.choice(KINDS)))
    for _ in range(random.choice((1, 4, 16))):
        place = random.randrange(len(payload) // 4) * 4
        number = random.choice((0x7FFFFFFF, 0xFFFFFFFF, 0x80000000, 0xFFFF, 0))
        payload[place : place + 4] = struct.pack("<I", number)
    return bytes(payload)


def damage_part(random: Random) -> bytes:
    """Bytes that are others within a part of a file that is whole as a ZIP."""
    kind = random.choice(ZIPS)
    parts = unzip(kind)
    name = random.choice([name for name in parts if parts[name]])
    content = bytearray(parts[name])
    for _ in range(random.choice((1, 4, 32))):
        content[random.randrange(len(content))] = random.randrange(256)
    return zip_parts(parts | {name: bytes(content)})


# --- names ----------------------------------------------------------------------------------


def wear_other_name(random: Random) -> bytes:
    """The parts of one kind under the names of another, or another file in the place of a part."""
    kind, other = random.sample(ZIPS, 2)
    parts = unzip(kind)
    payload = random.choice((read_sample("pdf"), read_sample("doc"), b"text"))
    choice = random.randrange(4)
    if choice == 0:
        return zip_parts(parts | {MAIN_PARTS[kind]: payload})
    if choice == 1:
        return zip_parts(unzip(other) | parts)
    if choice == 2:
        return b"%PDF-1.7\n" + read_sample(kind)
    return b"PK\3\4" + read_sample(random.choice(("doc", "pdf", "xls")))


def lack_part(random: Random) -> bytes:
    parts = unzip(random.choice(ZIPS))
    for name in random.sample(sorted(parts), random.choice((1, 2))):
        del parts[name]
    return zip_parts(parts)


def encrypt(random: Random) -> bytes:
    """What a password protects: the mark of a ZIP, of a DOC, of an XLS, of a PDF."""
    choice = random.randrange(5)
    if choice == 0:
        payload = bytearray(read_sample(random.choice(ZIPS)))
        for mark, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
            place = payload.find(mark)
            while place >= 0:
                payload[place + offset] |= 1
                place = payload.find(mark, place + 1)
        return bytes(payload)
    if choice == 1:  # [MS-DOC] FibBase, fEncrypted
        payload = bytearray(read_sample("doc"))
        place = payload.index(bytes.fromhex("eca5"))
        payload[place + 11] |= 1
        return bytes(payload)
    if choice == 2:  # [MS-XLS] FilePass, in the place of another record
        payload = bytearray(read_sample("xls"))
        place = payload.index(struct.pack("<HH", 0x0042, 2))
        payload[place : place + 2] = struct.pack("<H", 0x002F)
        return bytes(payload)
    if choice == 3:
        name = "WordDocument".encode("utf-16-le")
        other = "EncryptedPackage".encode("utf-16-le")
        payload = bytearray(read_sample("doc"))
        place = payload.index(name)
        payload[place : place + len(other)] = other
        payload[place + 64] = len(other) + 2
        return bytes(payload)
    return read_sample("pdf").replace(
        b"/Root ",
        b"/Encrypt<</Filter/Standard/V 2/R 3/O(a)/U(b)/P -1/Length 128>>/ID[<00><00>]/Root ",
    )


# --- ZIP ------------------------------------------------------------------------------------


def unpack_to_much(random: Random) -> bytes:
    kind = random.choice(ZIPS)
    parts = unzip(kind)
    name = random.choice((MAIN_PARTS[kind], "docProps/app.xml", "other.bin"))
    packed = zip_parts(parts | {name: bytes(random.choice((60_000_000, 90_000_000)))})
    if random.random() < 0.5:
        return packed
    return packed.replace(struct.pack("<I", 90_000_000), struct.pack("<I", 1_000))


def nest_zips(random: Random) -> bytes:
    payload = read_sample(random.choice(KINDS))
    for _ in range(random.choice((1, 3, 20))):
        payload = zip_parts({"word/document.xml": payload})
    return payload


def have_many_parts(random: Random) -> bytes:
    parts = unzip(random.choice(ZIPS))
    count = random.choice((1_500, 5_000))
    return zip_parts(parts | {f"../../{number}": b"" for number in range(count)})


def pack_otherwise(random: Random) -> bytes:
    method = random.choice((zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA))
    kind = random.choice(ZIPS)
    parts = unzip(kind)
    if random.random() < 0.5:
        parts[MAIN_PARTS[kind]] = bytes(50_000_000)
    return zip_parts(parts, method)


# --- XML ------------------------------------------------------------------------------------


def expand_entities(random: Random) -> bytes:
    kind = random.choice(ZIPS)
    parts = unzip(kind)
    name = random.choice((MAIN_PARTS[kind], *SIDE_PARTS[kind]))
    text = parts.get(name, b"<x></x>").decode()
    declaration, _, rest = text.rpartition("?>")
    if declaration:
        declaration += "?>"
    doctype = random.choice(
        (
            BOMB,
            '<!DOCTYPE x [<!ENTITY e11 SYSTEM "file:///etc/passwd">]>',
            '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
            '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p"> %p;]>',
        )
    )
    rest = rest.replace("</", "&e11;</", 1)
    return zip_parts(parts | {name: f"{declaration}{doctype}{rest}".encode()})


def nest_elements(random: Random) -> bytes:
    depth = random.choice((200, 5_000, 200_000))
    kind = random.choice(ZIPS)
    parts = unzip(kind)
    opening, closing = "<w:tbl><w:tr><w:tc>", "</w:tc></w:tr></w:tbl>"
    if kind == "xlsx":
        opening, closing = "<sheetData><row><c>", "</c></row></sheetData>"
    content = opening * depth + closing * depth
    return zip_parts(parts | {MAIN_PARTS[kind]: write_main(kind, content)})


def be_long(random: Random) -> bytes:
    """A part of up to 60 MB: one text, one element many times, many attributes."""
    kind = random.choice(ZIPS)
    size = random.choice((1_000_000, 10_000_000, 50_000_000))
    unit = random.choice(LONG_UNITS[kind])
    content = unit * (size // len(unit))
    part = write_main(kind, content)
    if random.random() < 0.2:
        attributes = " ".join(f'a{number}="1"' for number in range(size // 20))
        part = part.replace(b"xmlns:", f"{attributes} xmlns:".encode(), 1)
    return zip_parts(unzip(kind) | {MAIN_PARTS[kind]: part})


LONG_UNITS = {
    "docx": (
        "字",
        "<w:p/>",
        "<w:p><w:r><w:t>1</w:t></w:r></w:p>",
        "<w:tbl><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl>",
        '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r></w:p>',
        "<w:r><w:rPr><w:strike/></w:rPr><w:t>1</w:t></w:r>",
    ),
    "xlsx": (
        "<row><c><v>1</v></c></row>",
        "<c><v>1</v></c>",
        '<c t="inlineStr"><is><t>1</t></is></c>',
        '<row r="1" hidden="1"/>',
        '<c r="A1"><f>1</f></c>',
    ),
}


def write_main(kind: str, content: str) -> bytes:
    if kind == "docx":
        return f'<w:document xmlns:w="{W}"><w:body>{content}</w:body></w:document>'.encode()
    rows = f"<sheetData>{content}</sheetData>"
    return (
        f'<worksheet xmlns="{S}" xmlns:r="{office_parts.R}">{rows}</worksheet>'.encode()
    )


# --- Word -----------------------------------------------------------------------------------


def refer_in_circles(random: Random) -> bytes:
    count = random.choice((2, 5_000, 60_000))
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="s{number}">'
        f'<w:name w:val="s{number}"/><w:basedOn w:val="s{(number + 1) % count}"/></w:style>'
        for number in range(count)
    )
    styles_part = f'<w:styles xmlns:w="{W}">{styles}</w:styles>'.encode()
    paragraph = (
        '<w:p><w:pPr><w:pStyle w:val="s0"/></w:pPr><w:r><w:t>1</w:t></w:r></w:p>'
    )
    content = write_main("docx", paragraph * random.choice((1, 20_000)))
    return zip_parts(
        unzip("docx") | {"word/styles.xml": styles_part, "word/document.xml": content}
    )


# --- Excel ----------------------------------------------------------------------------------


def write_book(sheet: str) -> bytes:
    return office_parts.write_workbook(("visible", sheet))


def edit_sheet(before: str, after: str) -> bytes:
    sheet = office_parts.write_sheet(office_parts.request_rows())
    assert before in sheet
    return write_book(sheet.replace(before, after, 1))


def stand_far_out(random: Random) -> bytes:
    row = random.choice((2_500, 60_000, 1_048_576))
    column = random.choice(("A", "IV", "XFD"))
    value = random.choice(("<v>1</v>", "", "<is><t> </t></is>"))
    cell = f'<row r="{row}"><c r="{column}{row}" t="inlineStr">{value}</c></row>'
    return edit_sheet("</sheetData>", f"{cell}</sheetData>")


def merge_without_end(random: Random) -> bytes:
    count = random.choice((1_000, 200_000))
    ranges = (
        f'<mergeCell ref="A{2_000 - number % 2_000}:CV2000"/>'
        for number in range(count)
    )
    merges = f"</sheetData><mergeCells>{''.join(ranges)}</mergeCells>"
    return edit_sheet("</sheetData>", merges)


def hide_without_end(random: Random) -> bytes:
    count = random.choice((1_000, 300_000))
    columns = '<col min="2" max="16384" hidden="1" width="9"/>' * count
    return edit_sheet("<sheetData>", f"<cols>{columns}</cols><sheetData>")


def have_many_sheets(random: Random) -> bytes:
    """Many names of sheets, all of one part."""
    parts = unzip("xlsx")
    count = random.choice((300, 20_000))
    names = "".join(
        f'<sheet name="{number}" sheetId="{number}" r:id="r1"/>'
        for number in range(1, count)
    )
    book = f'<workbook xmlns="{S}" xmlns:r="{office_parts.R}"><sheets>{names}</sheets></workbook>'
    relation = (
        f'<Relationships xmlns="{office_parts.P}"><Relationship Id="r1"'
        f' Type="{office_parts.R}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
    )
    return zip_parts(
        parts
        | {
            "xl/workbook.xml": book.encode(),
            "xl/_rels/workbook.xml.rels": relation.encode(),
        }
    )


def number_wildly(random: Random) -> bytes:
    number = random.choice(("-1", "99999999999999999999", "4294967295", "1e9", "x"))
    edits = (
        ("<c ", f'<c s="{number}" '),
        ('t="inlineStr"', f't="s" s="{number}"'),
        ('<row r="2"', f'<row r="{number}"'),
        ("<sheetData>", f'<dimension ref="A1:XFD{number}"/><sheetData>'),
        ('r="A1"', f'r="ZZZZ{number}"'),
        ("<v>", f"<v>{number}e{number}"),
    )
    return edit_sheet(*random.choice(edits))


def write_records(random: Random) -> bytes:
    """An XLS whose records are others: cells far out, sheets without end, wrong lengths."""
    payload = bytearray(read_sample("xls"))
    place = payload.index(bad_files.STRING_CELL)
    choice = random.randrange(4)
    if choice == 0:
        row, column = random.choice(((0xFFFF, 0xFF), (0xFFFF, 0xFFFF), (9_000, 3)))
        struct.pack_into("<HH", payload, place + 4, row, column)
    elif choice == 1:
        struct.pack_into("<H", payload, place + 2, random.choice((0, 3, 0xFFFF)))
    elif choice == 2:
        record = struct.pack("<HHHHHHHH", 0x007D, 12, 0, 0xFFFF, 0, 0, 1, 0)
        payload[place : place + 14 * 40] = record[:14] * 40
    else:
        name = payload.index(struct.pack("<H", 0x0085))
        sheet = struct.pack("<HHIHBBB", 0x0085, 9, 0, 0, 1, 0, 65)
        for number in range(20):
            start = name + number * len(sheet)
            payload[start : start + len(sheet)] = sheet[:-1] + bytes((65 + number,))
    return bytes(payload)


# --- OLE ------------------------------------------------------------------------------------


def chain_in_circles(random: Random) -> bytes:
    """A chain of sectors that leads back, or out of the file."""
    payload = bytearray(read_sample(random.choice(OLES)))
    (table,) = struct.unpack_from("<I", payload, 76)
    start = (table + 1) * SECTOR
    choice = random.randrange(4)
    for _ in range(random.choice((1, 3, 30))):
        entry = start + 4 * random.randrange(SECTOR // 4)
        target = random.choice((0, 1, random.randrange(100), 0xFFFFFF, END_OF_CHAIN))
        struct.pack_into("<I", payload, entry, target)
    if choice == 1:  # the chain of further tables leads to the table
        struct.pack_into("<II", payload, 68, table, 0xFFFFFF)
    elif choice == 2:  # sizes of sectors
        struct.pack_into("<HH", payload, 30, random.choice((0, 1, 20, 31)), 6)
    elif choice == 3:  # the directory leads in circles
        (directory,) = struct.unpack_from("<I", payload, 48)
        for number in range(4):
            entry = (directory + 1) * SECTOR + 128 * number
            struct.pack_into("<III", payload, entry + 68, 1, 2, random.choice((0, 1)))
    return bytes(payload)


def be_of_size(random: Random) -> bytes:
    """A stream in the directory that says it is larger than the file."""
    payload = bytearray(read_sample(random.choice(OLES)))
    (directory,) = struct.unpack_from("<I", payload, 48)
    for number in range(4):
        entry = (directory + 1) * SECTOR + 128 * number
        size = random.choice((0, 0x7FFFFFFF, 0xFFFFFFFF))
        struct.pack_into("<I", payload, entry + 120, size)
    return bytes(payload)


# --- PDF ------------------------------------------------------------------------------------

CATALOG = "<</Type/Catalog/Pages 2 0 R>>"
PAGE = (
    "<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R"
    "/Resources<</Font<</F 5 0 R>>/XObject<</F 6 0 R>>>>>>"
)
FONT = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"


def write_pages(pages: str, content: str, *others: str) -> bytes:
    return write_pdf(CATALOG, pages, PAGE, content, FONT, *others)


def have_many_pages(random: Random) -> bytes:
    count = random.choice((299, 301, 1_000_000, 2_147_483_647))
    kids = "3 0 R " * random.choice((1, 300))
    shown = write_stream("", "BT /F 9 Tf (words) Tj ET")
    return write_pages(f"<</Type/Pages/Kids[{kids}]/Count {count}>>", shown)


def lead_in_circles(random: Random) -> bytes:
    pages = random.choice(
        (
            "<</Type/Pages/Kids[2 0 R 3 0 R]/Count 2>>",
            "<</Type/Pages/Kids 2 0 R/Count 2>>",
            "<</Type/Pages/Kids[3 0 R]/Count 1/Parent 2 0 R>>",
        )
    )
    content = random.choice(("4 0 R ", write_stream("/Length 4 0 R", "/F Do")))
    form = write_stream(
        "/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F 6 0 R>>>>",
        "/F Do /F Do",
    )
    payload = write_pages(pages, content, form)
    if random.random() < 0.5:
        payload = payload.replace(b"trailer<<", b"trailer<</Prev 9 ")
    return payload


def nest_arrays(random: Random) -> bytes:
    depth = random.choice((400, 100_000, 1_000_000))
    opening, closing = random.choice((("[", "]"), ("<</A ", ">>"), ("q ", "Q ")))
    nested = opening * depth + closing * depth
    pages = "<</Type/Pages/Kids[3 0 R]/Count 1>>"
    if random.random() < 0.5:
        return write_pages(pages, write_stream("", nested))
    return write_pages(pages, write_stream("", "BT ET"), nested + " ")


def inflate_often(random: Random) -> bytes:
    """A content that unpacks to 100 MB, once or by several filters one after the other."""
    text = b"BT /F 9 Tf (words) Tj ET " * 10
    content = text * (random.choice((1_000_000, 100_000_000)) // len(text))
    layers = random.choice((1, 2, 5))
    for _ in range(layers):
        content = zlib.compress(content, 9)
    filters = "/FlateDecode" * layers
    stream = f"<</Filter[{filters}]/Length {len(content)}>>stream\n@endstream "
    payload = write_pages("<</Type/Pages/Kids[3 0 R]/Count 1>>", stream)
    return payload.replace(b"@", content + b"\n", 1)


def show_huge_image(random: Random) -> bytes:
    side = random.choice((30_000, 1_000_000, 2_147_483_647))
    image = write_stream(
        f"/Type/XObject/Subtype/Image/Width {side}/Height {side}/BitsPerComponent 8"
        "/ColorSpace/DeviceRGB",
        "0",
    )
    shown = write_stream("", "BT /F 9 Tf (words) Tj ET /F Do")
    return write_pages("<</Type/Pages/Kids[3 0 R]/Count 1>>", shown, image)


def draw_forms(_: Random) -> bytes:
    return bad_files.make_form_bomb()


def show_much_text(_: Random) -> bytes:
    return bad_files.make_slow()


def make_library_panic(random: Random) -> bytes:
    return random.choice((bad_files.make_panic, bad_files.make_far_cell))()


HOSTILITIES: tuple[Callable[[Random], bytes], ...] = (
    flip_bytes,
    cut_off,
    blank_block,
    move_blocks,
    set_numbers,
    damage_part,
    wear_other_name,
    lack_part,
    encrypt,
    unpack_to_much,
    nest_zips,
    have_many_parts,
    pack_otherwise,
    expand_entities,
    nest_elements,
    be_long,
    refer_in_circles,
    stand_far_out,
    merge_without_end,
    hide_without_end,
    have_many_sheets,
    number_wildly,
    write_records,
    chain_in_circles,
    be_of_size,
    have_many_pages,
    lead_in_circles,
    nest_arrays,
    inflate_often,
    show_huge_image,
    draw_forms,
    show_much_text,
    make_library_panic,
    *FORMAT_HOSTILITIES,
)


def make_files(
    count: int, first_seed: int, is_wanted: Callable[[str], bool]
) -> Iterator[tuple[str, bytes]]:
    """Yield so many files with what was done to each; all wanted kinds come in turn."""
    wanted = [make for make in HOSTILITIES if is_wanted(make.__name__)]
    for seed in range(first_seed, first_seed + count):
        make = wanted[seed % len(wanted)]
        yield f"{make.__name__} {seed}", make(Random(seed))


# --- parts of a ZIP -------------------------------------------------------------------------


@cache
def _unzip(kind: str) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(read_sample(kind))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def unzip(kind: str) -> dict[str, bytes]:
    return dict(_unzip(kind))


def zip_parts(parts: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return packed.getvalue()
