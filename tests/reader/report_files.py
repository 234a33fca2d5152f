"""Reports of the sample as files of each format, of our own making: paragraphs and tables.

Every writer takes the same blocks, so that what is read of one file can be held against another.
"""

from __future__ import annotations

import io
import zipfile
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from html import escape
from typing import NamedTuple, TypeAlias

from nianbao.sample.postings import make_postings
from nianbao.sample.reports import Report
from nianbao.sample.tables import Cell, Grid
from tests.reader import office_parts

Block: TypeAlias = str | Grid
Writer: TypeAlias = Callable[[Sequence[Block]], bytes]
OPEN = "urn:oasis:names:tc:opendocument:xmlns:{}:1.0"
OPEN_NAMES = " ".join(
    f'xmlns:{name}="{OPEN.format(name)}"'
    for name in ("office", "text", "table", "style")
)
WORDML = "http://schemas.microsoft.com/office/word/2003/wordml"
EXCEL_XML = "urn:schemas-microsoft-com:office:spreadsheet"


class Place(NamedTuple):
    """A cell in one of its rows: its first column, its size, and whether it begins there."""

    cell: Cell
    column: int
    width: int
    height: int
    begins: bool


def pick_reports() -> list[Report]:
    """A report of each form that the sample has."""
    picked: dict[str, Report] = {}
    for posting in make_postings(2026, 1):
        report = posting.report
        if report and report.is_assigned and not report.ragged:
            picked.setdefault(report.form, report)
    del picked["unknown"]
    return list(picked.values())


def list_blocks(report: Report, header: str) -> list[Block]:
    """The title of a report, the line of a page's header below it, and its text."""
    blocks: list[Block] = [report.title, header, *report.opening]
    for section in report.sections:
        blocks += [section.title, *section.paragraphs, *section.grids]
    return [*blocks, *report.closing]


def lay_out(grid: Grid) -> list[list[Place]]:
    """The rows of a table, each with all cells that stand in it, from the left."""
    rows: list[list[Place]] = [[] for _ in grid]
    taken: dict[tuple[int, int], Place] = {}
    for number, row in enumerate(grid):
        column = 0
        for cell in row:
            while (number, column) in taken:
                column += 1
            for down in range(cell.rowspan):
                place = Place(cell, column, cell.colspan, cell.rowspan, down == 0)
                if number + down < len(rows):
                    rows[number + down].append(place)
                for across in range(cell.colspan):
                    taken[number + down, column + across] = place
            column += cell.colspan
    return [sorted(row, key=lambda place: place.column) for row in rows]


def clean(text: str) -> str:
    return text.replace("\n", "").replace("\u00a0", "")


def write_page(blocks: Sequence[Block]) -> bytes:
    """The blocks as a page, with which the files are compared."""
    title = blocks[0]
    content = "".join(map(_write_html, blocks))
    return (
        f'<html><head><meta charset="utf-8"><title>{title}</title></head><body>'
        f'<div class="content">{content}</div></body></html>'
    ).encode()


def _write_html(block: Block) -> str:
    if isinstance(block, str):
        return f"<p>{escape(block)}</p>"
    rows = []
    for row in block:
        cells = (
            f'<td rowspan="{cell.rowspan}" colspan="{cell.colspan}">{escape(clean(cell.text))}</td>'
            for cell in row
        )
        rows.append(f"<tr>{''.join(cells)}</tr>")
    return f"<table>{''.join(rows)}</table>"


# --- RTF ------------------------------------------------------------------------------------


def write_rtf(blocks: Sequence[Block], *, unicode: bool = True) -> bytes:
    body = "".join(_write_rtf_block(block, unicode=unicode) for block in blocks)
    head = r"{\rtf1\ansi\ansicpg936\deff0{\fonttbl{\f0\fnil\fcharset134 SimSun;}{\f1\fswiss Arial;}}"
    ignored = r"{\info{\title 7}}{\*\generator 7;}{\header 7\par}"
    return (head + ignored + body + "}").encode("ascii")


def write_rtf_in_gbk(blocks: Sequence[Block]) -> bytes:
    return write_rtf(blocks, unicode=False)


def _write_rtf_block(block: Block, *, unicode: bool) -> str:
    if isinstance(block, str):
        return rf"\pard\plain\f0 {escape_rtf(block, unicode=unicode)}\par" + "\n"
    lines = []
    for row in lay_out(block):
        form = [r"\trowd\trgaph108"]
        for place in row:
            if place.height > 1:
                form.append(r"\clvmgf" if place.begins else r"\clvmrg")
            form.append(rf"\cellx{(place.column + place.width) * 900}")
        lines.append("".join(form))
        for place in row:
            text = clean(place.cell.text) if place.begins else ""
            lines.append(rf"\pard\intbl {escape_rtf(text, unicode=unicode)}\cell")
        lines.append(r"\row")
    return "\n".join(lines) + "\n\\pard\n"


def escape_rtf(text: str, *, unicode: bool = True) -> str:
    pieces = []
    for character in text:
        if character in "\\{}":
            pieces.append("\\" + character)
        elif character.isascii():
            pieces.append(character)
        elif unicode:
            number = ord(character)
            pieces.append(rf"\u{number - 65536 if number > 32767 else number}?")
        else:
            pieces += (rf"\'{byte:02x}" for byte in character.encode("gb18030"))
    return "".join(pieces)


# --- OpenDocument -----------------------------------------------------------------------------


def write_odt(blocks: Sequence[Block]) -> bytes:
    content = "".join(map(write_open_block, blocks))
    return pack_open_document("text", content)


def write_flat_odt(blocks: Sequence[Block]) -> bytes:
    content = "".join(map(write_open_block, blocks))
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document {OPEN_NAMES}>'
        f"<office:body><office:text>{content}</office:text></office:body></office:document>"
    ).encode()


def pack_open_document(kind: str, content: str, styles: str = "") -> bytes:
    document = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {OPEN_NAMES}>'
        f"<office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:{kind}>{content}</office:{kind}></office:body>"
        "</office:document-content>"
    )
    mime_type = f"application/vnd.oasis.opendocument.{kind}"
    return office_parts.write_zip({"mimetype": mime_type, "content.xml": document})


def write_open_block(block: Block) -> str:
    if isinstance(block, str):
        return f"<text:p>{escape(block)}</text:p>"
    return f"<table:table>{''.join(_iter_open_rows(block))}</table:table>"


def _iter_open_rows(grid: Grid) -> Iterator[str]:
    for row in lay_out(grid):
        cells = []
        for place in row:
            covered = place.width
            if place.begins:
                covered -= 1
                cells.append(
                    f'<table:table-cell table:number-columns-spanned="{place.width}"'
                    f' table:number-rows-spanned="{place.height}">'
                    f"<text:p>{escape(clean(place.cell.text))}</text:p></table:table-cell>"
                )
            if covered:
                cells.append(
                    f'<table:covered-table-cell table:number-columns-repeated="{covered}"/>'
                )
        yield f"<table:table-row>{''.join(cells)}</table:table-row>"


def write_ods(blocks: Sequence[Block]) -> bytes:
    rows = []
    for block in blocks:
        if isinstance(block, str):
            cell = (
                f"<table:table-cell><text:p>{escape(block)}</text:p></table:table-cell>"
            )
            rows.append(f"<table:table-row>{cell}</table:table-row>")
        else:
            rows += _iter_open_rows(block)
    far = '<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    sheet = f'<table:table table:name="表1">{"".join(rows)}{far}</table:table>'
    return pack_open_document("spreadsheet", sheet)


# --- the XML of Office ------------------------------------------------------------------------


def write_excel_xml(blocks: Sequence[Block]) -> bytes:
    rows = []
    for block in blocks:
        if isinstance(block, str):
            rows.append(_write_excel_row([(0, _write_data(block), 0, 0)]))
            continue
        for row in lay_out(block):
            cells = [
                (
                    place.column,
                    _write_data(clean(place.cell.text)),
                    place.width - 1,
                    place.height - 1,
                )
                for place in row
                if place.begins
            ]
            rows.append(_write_excel_row(cells))
    return (
        '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
        f'<Workbook xmlns="{EXCEL_XML}" xmlns:ss="{EXCEL_XML}"><Worksheet ss:Name="表1">'
        f"<Table>{''.join(rows)}</Table></Worksheet></Workbook>"
    ).encode()


def _write_excel_row(cells: Sequence[tuple[int, str, int, int]]) -> str:
    written = (
        f'<Cell ss:Index="{column + 1}" ss:MergeAcross="{across}" ss:MergeDown="{down}">'
        f"{data}</Cell>"
        for column, data, across, down in cells
    )
    return f"<Row>{''.join(written)}</Row>"


def _write_data(text: str) -> str:
    kind = "Number" if text.isdigit() else "String"
    return f'<Data ss:Type="{kind}">{escape(text)}</Data>'


def write_word_xml(blocks: Sequence[Block]) -> bytes:
    content = "".join(write_word_block(block, "vmerge") for block in blocks)
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        '<?mso-application progid="Word.Document"?>'
        f'<w:wordDocument xmlns:w="{WORDML}"><w:body>{content}</w:body></w:wordDocument>'
    ).encode()


def write_word_block(block: Block, merge: str = "vMerge") -> str:
    if isinstance(block, str):
        return f"<w:p><w:r><w:t>{escape(block)}</w:t></w:r></w:p>"
    rows = []
    for row in lay_out(block):
        cells = []
        for place in row:
            properties = f'<w:gridSpan w:val="{place.width}"/>'
            if place.height > 1:
                restart = ' w:val="restart"' if place.begins else ""
                properties += f"<w:{merge}{restart}/>"
            text = escape(clean(place.cell.text)) if place.begins else ""
            cells.append(
                f"<w:tc><w:tcPr>{properties}</w:tcPr>"
                f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>"
            )
        rows.append(f"<w:tr>{''.join(cells)}</w:tr>")
    return f"<w:tbl>{''.join(rows)}</w:tbl>"


def write_docx(blocks: Sequence[Block]) -> bytes:
    return office_parts.write_zip(
        list_docx_parts("".join(map(write_word_block, blocks)))
    )


def list_docx_parts(content: str) -> dict[str, str | bytes]:
    """The parts of a Word file with some paragraphs and tables."""
    with zipfile.ZipFile(office_parts.WORD_FILE) as archive:
        parts: dict[str, str | bytes] = {
            name: archive.read(name) for name in archive.namelist()
        }
    parts["word/document.xml"] = (
        f'<w:document xmlns:w="{office_parts.W}"><w:body>{content}</w:body></w:document>'
    )
    return parts


def write_flat_package(blocks: Sequence[Block]) -> bytes:
    """A DOCX in one XML file."""
    parts = list_docx_parts("".join(map(write_word_block, blocks)))
    written = []
    for name, content in parts.items():
        if name == "[Content_Types].xml":
            continue
        data = content if isinstance(content, str) else content.decode()
        kind = "application/vnd.openxmlformats-package.relationships+xml"
        if not name.endswith(".rels"):
            stem = (
                name.rpartition("/")[2]
                .removesuffix(".xml")
                .replace("document", "document.main")
            )
            kind = f"application/vnd.openxmlformats-officedocument.wordprocessingml.{stem}+xml"
        data = data.partition("?>")[2] if data.startswith("<?xml") else data
        written.append(
            f'<pkg:part pkg:name="/{name}" pkg:contentType="{kind}">'
            f"<pkg:xmlData>{data}</pkg:xmlData></pkg:part>"
        )
    picture = b64encode(b"\x89PNG").decode()
    written.append(
        f'<pkg:part pkg:name="/word/media/1.png" pkg:contentType="image/png">'
        f"<pkg:binaryData>{picture}</pkg:binaryData></pkg:part>"
    )
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        '<pkg:package xmlns:pkg="http://schemas.microsoft.com/office/2006/xmlPackage">'
        f"{''.join(written)}</pkg:package>"
    ).encode()


# --- files within files -----------------------------------------------------------------------


def write_mht(blocks: Sequence[Block]) -> bytes:
    message = MIMEMultipart("related")
    message.attach(MIMEText(write_page(blocks).decode(), "html", "utf-8"))
    return message.as_bytes()


def write_zip_of(payload: bytes, name: str = "年度报告.doc") -> bytes:
    """A ZIP as Windows in Chinese writes it: the names in GBK; and what it holds beside."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path, content in ((name, payload), ("Thumbs.db", b"x"), ("说明.png", b"x")):
            archive.writestr(path.encode("gb18030").decode("cp437"), content)
    return packed.getvalue()


def write_zip_of_rtf(blocks: Sequence[Block]) -> bytes:
    return write_zip_of(write_rtf(blocks))


# --- OFD --------------------------------------------------------------------------------------

OFD = 'xmlns:ofd="http://www.ofdspec.org/2016"'
PAGE_WIDTH, PAGE_HEIGHT, MARGIN = 210.0, 297.0, 25.0
SIZE = 4.2  # of a character, in millimetres
SMALL = 3.0  # of one in a table


class OfdPages:
    """Lays blocks out on pages, as a word processor prints them."""

    def __init__(self) -> None:
        self.pages: list[list[str]] = [[]]
        self.top = MARGIN
        self.rows_left: dict[int, int] = {}  # of cells over several rows

    def add(self, block: Block) -> None:
        if isinstance(block, str):
            self._add_paragraph(block)
        else:
            self._add_table(block)

    def _break(self) -> None:
        self.pages.append([])
        self.top = MARGIN

    def _add_paragraph(self, text: str) -> None:
        width = int((PAGE_WIDTH - 2 * MARGIN) / SIZE)
        indented = "\u3000\u3000" + text
        for start in range(0, len(indented), width):
            if self.top + 2 * SIZE > PAGE_HEIGHT - MARGIN:
                self._break()
            self._write(indented[start : start + width], MARGIN, self.top, SIZE)
            self.top += 2 * SIZE

    def _add_table(self, grid: Grid) -> None:
        rows = lay_out(grid)
        columns = max(place.column + place.width for row in rows for place in row)
        unit = (PAGE_WIDTH - 2 * MARGIN) / columns
        heights = [
            max(
                (1 + _count_lines(place, unit)) * SMALL * 1.2
                for place in row
                if place.begins and place.height == 1
            )
            if any(place.begins and place.height == 1 for place in row)
            else 3 * SMALL
            for row in rows
        ]
        drawn: set[int] = set()  # cells whose text is written
        for row, height in zip(rows, heights, strict=True):
            if self.top + height > PAGE_HEIGHT - MARGIN:
                self._break()
            for place in row:
                self._draw_cell(
                    place, unit, height, is_first=id(place.cell) not in drawn
                )
                drawn.add(id(place.cell))
            self.top += height

    def _draw_cell(
        self, place: Place, unit: float, height: float, *, is_first: bool
    ) -> None:
        left, right = (
            MARGIN + place.column * unit,
            MARGIN + (place.column + place.width) * unit,
        )
        begins = place.begins or self.top == MARGIN
        if begins:
            self._draw(left, self.top, right, self.top)
        self._draw(left, self.top, left, self.top + height)
        self._draw(right, self.top, right, self.top + height)
        self._draw(MARGIN, self.top + height, MARGIN + 0.01, self.top + height)
        if place.height == 1 or self._ends(place):
            self._draw(left, self.top + height, right, self.top + height)
        if is_first:
            text = clean(place.cell.text)
            count = max(int((right - left - 1) / SMALL), 1)
            for number, start in enumerate(range(0, len(text), count)):
                line = text[start : start + count]
                self._write(
                    line, left + 0.5, self.top + 1 + number * SMALL * 1.2, SMALL
                )

    def _ends(self, place: Place) -> bool:
        """Tell whether a cell ends in the row at hand: it was drawn in all of its rows."""
        rest = self.rows_left.get(id(place.cell), place.height) - 1
        self.rows_left[id(place.cell)] = rest
        return rest == 0

    def _draw(self, left: float, top: float, right: float, bottom: float) -> None:
        self.pages[-1].append(
            f'<ofd:PathObject ID="1" Boundary="{left:.3f} {top:.3f} {right - left + 0.2:.3f}'
            f' {bottom - top + 0.2:.3f}" LineWidth="0.2"><ofd:AbbreviatedData>M 0 0 L'
            f" {right - left:.3f} {bottom - top:.3f}</ofd:AbbreviatedData></ofd:PathObject>"
        )

    def _write(self, text: str, left: float, top: float, size: float) -> None:
        distances = " ".join(
            f"{size / 2 if character.isascii() else size:.3f}"
            for character in text[:-1]
        )
        if len(set(distances.split())) == 1 and len(text) > 2:
            distances = f"g {len(text) - 1} {distances.split()[0]}"
        self.pages[-1].append(
            f'<ofd:TextObject ID="2" Boundary="{left:.3f} {top:.3f} 100 {size}" Font="3"'
            f' Size="{size}"><ofd:TextCode X="0" Y="{size * 0.85:.3f}" DeltaX="{distances}">'
            f"{escape(text)}</ofd:TextCode></ofd:TextObject>"
        )


def _count_lines(place: Place, unit: float) -> int:
    count = max(int((place.width * unit - 1) / SMALL), 1)
    return -(-len(clean(place.cell.text)) // count)


def write_ofd(blocks: Sequence[Block]) -> bytes:
    layout = OfdPages()
    for block in blocks:
        layout.add(block)
    return pack_ofd(["".join(page) for page in layout.pages])


def pack_ofd(pages: Sequence[str], template: str = "") -> bytes:
    """An OFD of pages with some objects; the last of them as they stand on a template."""
    parts: dict[str, str | bytes] = {
        "OFD.xml": f'<ofd:OFD {OFD} DocType="OFD" Version="1.0"><ofd:DocBody>'
        "<ofd:DocInfo/><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>"
    }
    places = []
    for number, page in enumerate(pages):
        places.append(
            f'<ofd:Page ID="{number}" BaseLoc="Pages/Page_{number}/Content.xml"/>'
        )
        reference = '<ofd:Template TemplateID="99"/>' if template else ""
        parts[f"Doc_0/Pages/Page_{number}/Content.xml"] = (
            f'<ofd:Page {OFD}>{reference}<ofd:Content><ofd:Layer ID="5">{page}</ofd:Layer>'
            "</ofd:Content></ofd:Page>"
        )
    parts["Doc_0/Tpls/Tpl_0/Content.xml"] = (
        f"<ofd:Page {OFD}><ofd:Content><ofd:Layer>{template}</ofd:Layer></ofd:Content></ofd:Page>"
    )
    parts["Doc_0/Document.xml"] = (
        f"<ofd:Document {OFD}><ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>0 0 210 297"
        '</ofd:PhysicalBox></ofd:PageArea><ofd:TemplatePage ID="99"'
        ' BaseLoc="Tpls/Tpl_0/Content.xml"/></ofd:CommonData>'
        f"<ofd:Pages>{''.join(places)}</ofd:Pages></ofd:Document>"
    )
    return office_parts.write_zip(parts)


WRITERS: dict[str, Writer] = {
    "docx": write_docx,
    "flat docx": write_flat_package,
    "flat odt": write_flat_odt,
    "mht": write_mht,
    "odt": write_odt,
    "ods": write_ods,
    "ofd": write_ofd,
    "rtf": write_rtf,
    "rtf in gbk": write_rtf_in_gbk,
    "xml of excel": write_excel_xml,
    "xml of word": write_word_xml,
    "zip of rtf": write_zip_of_rtf,
}
