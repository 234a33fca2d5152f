"""What Word and Excel do not show is not read; what they show is, however it is written down."""

from __future__ import annotations

import re
from email.mime.image import MIMEImage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest

from nianbao.archive.records import Reading
from nianbao.pipelines.reader import read
from tests.reader import office_parts as parts
from tests.reader import pages
from tests.reader.test_office_files import report


def figures(reading: Reading) -> dict[tuple[str, str, str], object]:
    return {(f.table, f.row, f.column): f.value for f in reading.figures}


def run(properties: str, text: str = "7") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"


def style(kind: str, name: str, properties: str, parent: str = "") -> str:
    based = f'<w:basedOn w:val="{parent}"/>' if parent else ""
    return (
        f'<w:style w:type="{kind}" w:styleId="{name}"><w:name w:val="{name}"/>{based}'
        f"<w:rPr>{properties}</w:rPr></w:style>"
    )


SECRET = style("character", "secret", "<w:vanish/>")
HIDDEN_RUNS = {
    "hidden": (run("<w:vanish/>"), ""),
    "hidden, said in words": (run('<w:vanish w:val="true"/>'), ""),
    "struck": (run("<w:strike/>"), ""),
    "struck twice": (run('<w:dstrike w:val="1"/>'), ""),
    "deleted": ("<w:del><w:r><w:delText>7</w:delText></w:r></w:del>", ""),
    "deleted with plain text": ("<w:del><w:r><w:t>7</w:t></w:r></w:del>", ""),
    "moved away": ("<w:moveFrom><w:r><w:t>7</w:t></w:r></w:moveFrom>", ""),
    "by its style": (
        run('<w:rStyle w:val="secret"/>'),
        SECRET,
    ),
    "by a style that is struck": (
        run('<w:rStyle w:val="gone"/>'),
        style("character", "gone", "<w:strike/>"),
    ),
    "by what its style is based on": (
        run('<w:rStyle w:val="child"/>'),
        style("character", "base", "<w:vanish/>")
        + style("character", "child", "<w:b/>", "base"),
    ),
    "within a link": (
        f'<w:hyperlink w:anchor="x">{run("<w:vanish/>")}</w:hyperlink>',
        "",
    ),
    "a field that is hidden": (
        f'<w:fldSimple w:instr="PAGE">{run("<w:vanish/>")}</w:fldSimple>',
        "",
    ),
}
SHOWN_RUNS = {
    "not hidden": (run('<w:vanish w:val="0"/>'), ""),
    "switched off": (run('<w:strike w:val="off"/>'), ""),
    "its style undone": (
        run('<w:rStyle w:val="secret"/><w:vanish w:val="false"/>'),
        SECRET,
    ),
    "a style that undoes another": (
        run('<w:rStyle w:val="shown"/>'),
        style("character", "base", "<w:vanish/>")
        + style("character", "shown", '<w:vanish w:val="0"/>', "base"),
    ),
    "hidden in an earlier draft": (
        run("<w:rPrChange><w:rPr><w:vanish/></w:rPr></w:rPrChange>"),
        "",
    ),
    "put in": (f"<w:ins>{run('')}</w:ins>", ""),
    "moved here": (f"<w:moveTo>{run('')}</w:moveTo>", ""),
}
WRAPPERS = {
    "simple field": '<w:fldSimple w:instr="=SUM(LEFT)">{run}</w:fldSimple>',
    "complex field": '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
    "<w:r><w:instrText>=SUM(LEFT)</w:instrText></w:r>"
    '<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run}'
    '<w:r><w:fldChar w:fldCharType="end"/></w:r>',
    "field in a field": '<w:fldSimple w:instr="IF"><w:fldSimple w:instr="=1">{run}'
    "</w:fldSimple></w:fldSimple>",
    "smart tag": '<w:smartTag w:element="x">{run}</w:smartTag>',
    "direction": '<w:bdo w:val="ltr">{run}</w:bdo>',
    "content control": "<w:sdt><w:sdtPr/><w:sdtContent>{run}</w:sdtContent></w:sdt>",
    "gloss": "<w:ruby><w:rubyPr/><w:rt><w:r><w:t>8</w:t></w:r></w:rt>"
    "<w:rubyBase>{run}</w:rubyBase></w:ruby>",
}
EMPTY_FORMULAS = {
    "simple field": '<w:fldSimple w:instr=" =SUM(LEFT) "/>',
    "complex field": '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
    "<w:r><w:instrText> =SUM(</w:instrText></w:r><w:r><w:instrText>ABOVE)</w:instrText></w:r>"
    '<w:r><w:fldChar w:fldCharType="end"/></w:r>',
}


WORD_FIGURES = figures(read(report("docx")))


def test_what_word_hides_beside_each_figure_is_not_read() -> None:
    markups, styles = zip(*HIDDEN_RUNS.values(), strict=True)
    edits = [(markup, "") for markup in markups] + [("", markup) for markup in markups]
    payload = parts.edit_word_file(edits, styles="".join(set(styles)))
    assert figures(read(payload)) == WORD_FIGURES


def test_what_word_shows_beside_each_figure_is_read() -> None:
    markups, styles = zip(*SHOWN_RUNS.values(), strict=True)
    edits = [(markup, "") for markup in markups]
    reading = read(parts.edit_word_file(edits, styles="".join(set(styles))))
    plain = read(parts.edit_word_file([(run(""), "")]))
    assert figures(reading) == figures(plain)
    assert figures(reading) != WORD_FIGURES


def test_fields_and_the_like_show_what_they_hold() -> None:
    edits = [(markup, "") for markup in WRAPPERS.values()]
    assert figures(read(parts.edit_word_file(edits))) == WORD_FIGURES


def test_a_formula_without_a_result_is_not_read() -> None:
    edits = [(f"{markup}<!--{{run}}-->", "") for markup in EMPTY_FORMULAS.values()]
    reading = read(parts.edit_word_file(edits))
    values = figures(reading)
    assert set(values) == set(WORD_FIGURES)
    assert sum(value is None for value in values.values()) > 190
    assert "cell.not_read" in {finding.rule for finding in reading.findings}


def workbook(*sheets: tuple[str, str], strings: str = "", styles: str = "") -> Reading:
    return read(parts.write_workbook(*sheets, strings=strings, styles=styles))


PLAIN_ROWS = parts.request_rows()
PLAIN = workbook(("visible", parts.write_sheet(PLAIN_ROWS)))
OLD_ROWS = [
    [re.sub(r"^\d+$", "77", cell).replace("2022", "2021") for cell in row]
    for row in PLAIN_ROWS
]


def test_a_plain_workbook_is_read() -> None:
    assert len(PLAIN.figures) > 100
    assert PLAIN.report_year == 2022


@pytest.mark.parametrize(
    "mark", ['hidden="1"', 'hidden="true"', 'ht="0" customHeight="1"']
)
@pytest.mark.parametrize("grouped", ["", 'outlineLevel="1" collapsed="1"'])
def test_hidden_rows_are_not_read(mark: str, grouped: str) -> None:
    rows, hidden = [], {}
    for old, plain in zip(OLD_ROWS, PLAIN_ROWS, strict=True):
        hidden[len(rows)] = f"{mark} {grouped}"
        rows += [old, plain]
    assert figures(
        workbook(("visible", parts.write_sheet(rows, row_attributes=hidden)))
    ) == figures(PLAIN)


@pytest.mark.parametrize("mark", ['hidden="1"', 'width="0" customWidth="1"'])
@pytest.mark.parametrize("place", range(9))
def test_hidden_columns_are_not_read(mark: str, place: int) -> None:
    rows = [[*row[:place], "88", *row[place:]] for row in PLAIN_ROWS]
    number = place + 1
    columns = f'<cols><col min="{number}" max="{number}" {mark}/></cols>'
    sheet = parts.write_sheet(rows, columns=columns)
    assert figures(workbook(("visible", sheet))) == figures(PLAIN)


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_hidden_sheets_are_not_read(state: str) -> None:
    sheets = [
        (state, parts.write_sheet(OLD_ROWS)),
        ("visible", parts.write_sheet(PLAIN_ROWS)),
    ]
    for order in (sheets, sheets[::-1]):
        reading = workbook(*order)
        assert figures(reading) == figures(PLAIN)
        assert reading.report_year == 2022


def test_a_merged_cell_whose_first_row_is_hidden_stands_at_the_first_that_is_shown() -> (
    None
):
    rows = [*PLAIN_ROWS[:2], ["", "9"], ["", ""], *PLAIN_ROWS[2:]]
    rows[2][0] = "申请人"
    sheet = parts.write_sheet(rows, row_attributes={2: 'hidden="1"'}, merged=["A3:A4"])
    reading = workbook(("visible", sheet))
    assert figures(reading) == figures(PLAIN)
    assert "申请人\n" in reading.text


STRUCK_STYLES = (
    f'<styleSheet xmlns="{parts.S}"><fonts><font/><font><strike/></font>'
    '<font><strike val="0"/></font></fonts>'
    '<cellXfs><xf fontId="0"/><xf fontId="1"/><xf fontId="2"/></cellXfs></styleSheet>'
)


@pytest.mark.parametrize(
    ("attributes", "content", "value"),
    [
        ('s="1"', "<v>{}</v>", None),
        ('s="2"', "<v>{}</v>", "same"),
        (
            't="inlineStr"',
            "<is><r><t>{}</t></r><r><rPr><strike/></rPr><t>7</t></r></is>",
            "same",
        ),
        (
            't="inlineStr"',
            '<is><r><t>{}</t></r><r><rPr><vertAlign val="superscript"/></rPr><t>1</t></r></is>',
            "same",
        ),
        ('t="s"', "<v>0</v>", "shared"),
        ("", "<f>SUM(B8:G8)</f><v>{}</v>", "same"),
        ("", "<f>SUM(B8:G8)</f><v></v>", None),
        ("", "<f>SUM(B8:G8)</f>", None),
        ('t="e"', "<f>B1/0</f><v>#DIV/0!</v>", None),
    ],
)
def test_cells_show_what_excel_shows(
    attributes: str, content: str, value: str | None
) -> None:
    row = 3  # the first of figures: 9 … 12
    total = PLAIN_ROWS[row][-1]
    rows: list[list[parts.Cell]] = [list(cells) for cells in PLAIN_ROWS]
    rows[row][-1] = (attributes, content.format(total))
    strings = (
        f'<sst xmlns="{parts.S}"><si><r><t>{total}</t></r><r><rPr><strike/></rPr>'
        "<t>5</t></r></si></sst>"
    )
    reading = workbook(
        ("visible", parts.write_sheet(rows)), strings=strings, styles=STRUCK_STYLES
    )
    expected = dict(figures(PLAIN))
    key = ("g2021.requests", "new_received", "total")
    assert expected[key] is not None
    if value is None:
        expected[key] = None
    assert figures(reading) == expected
    if value is None and attributes != 's="1"':
        assert "cell.not_read" in {finding.rule for finding in reading.findings}


def test_totals_that_no_program_has_computed_are_not_read() -> None:
    """The last column is formulas alone: no cell of it has a value."""
    formula: parts.Cell = ("", "<f>B4+C4</f><v></v>")
    rows = [[*row[:-1], formula] if len(row) == 8 else row for row in PLAIN_ROWS]
    rows[2] = list(PLAIN_ROWS[2])
    reading = workbook(("visible", parts.write_sheet(rows)))
    for key, value in figures(PLAIN).items():
        expected = None if key[2] == "total" else value
        assert figures(reading)[key] == expected


def mark_xls(kind: int, offset: int, value: int) -> bytes:
    """The report as an XLS, a bit set in the records of a kind but for the first two."""
    payload = bytearray(report("xls"))
    length = {0x0208: 16, 0x007D: 12}[kind]
    head = kind.to_bytes(2, "little") + length.to_bytes(2, "little")
    for match in list(re.finditer(re.escape(head), bytes(payload)))[2:]:
        payload[match.end() + offset] |= value
    return bytes(payload)


def test_hidden_rows_and_columns_of_an_xls_are_not_read() -> None:
    assert len(read(report("xls")).figures) == 200
    hidden_rows = read(mark_xls(0x0208, 12, 0x20))
    assert (hidden_rows.figures, hidden_rows.text.count("\n") < 3) == ((), True)
    assert read(mark_xls(0x007D, 8, 0x01)).figures == ()


def web_archive(*pieces: MIMEText | MIMEImage) -> bytes:
    message = MIMEMultipart("related", _charset=None)
    message["From"] = "<Saved by a word processor>"
    for piece in pieces:
        message.attach(piece)
    return message.as_bytes()


@pytest.mark.parametrize("charset", ["utf-8", "gb2312", "gbk"])
def test_a_web_archive_is_read_as_its_page(charset: str) -> None:
    page = pages.trs(pages.body("g2021"))
    payload = web_archive(
        MIMEText(page, "html", charset), MIMEImage(b"GIF89a" + bytes(50), "gif")
    )
    reading, plain = read(payload), read(page.encode())
    assert figures(reading) == figures(plain)
    assert reading.text == plain.text
    assert reading.title == plain.title


def test_hidden_sheets_of_a_web_archive_are_not_read() -> None:
    frames = "<html><head><title>表</title></head><frameset><frame></frameset></html>"
    old = pages.trs(pages.body("g2021").replace("<td>", "<td>1"))
    hidden = "<xml><x:Visible>SheetHidden</x:Visible></xml>" + old
    page = pages.trs(pages.body("g2021"))
    pieces = (MIMEText(text, "html", "utf-8") for text in (frames, hidden, page))
    assert figures(read(web_archive(*pieces))) == figures(read(page.encode()))


def nest_parts(count: int) -> bytes:
    """A web archive of parts within parts, none of which ends."""
    parts_ = [
        f'Content-Type: multipart/related; boundary="b{number}"\n\n--b{number}\n'
        for number in range(count)
    ]
    return ("MIME-Version: 1.0\n" + "".join(parts_)).encode()


@pytest.mark.parametrize(
    "payload", [nest_parts(3000), web_archive(MIMEImage(b"GIF89a" + bytes(50), "gif"))]
)
def test_a_web_archive_without_a_page_is_named(payload: bytes) -> None:
    (finding,) = read(payload).findings
    assert finding.rule == "file.damaged"
    assert "a web archive" in finding.message
