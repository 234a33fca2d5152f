"""What each format hides, marks and repeats is read as the program shows it."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import zipfile
from html import unescape

import pytest

from nianbao.pipelines.reader import read
from nianbao.pipelines.reader.payload.decode import decode_payload
from nianbao.pipelines.reader.payload.formats.ruled_tables import Rule, find_tables
from tests.reader import office_parts
from tests.reader import report_files as files

TAG = re.compile("<[^<>]*>")
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
VML = 'xmlns:v="urn:schemas-microsoft-com:vml"'
AML = 'xmlns:aml="http://schemas.microsoft.com/aml/2001/core"'
WX = 'xmlns:wx="http://schemas.microsoft.com/office/word/2003/auxHint"'


def text_of(payload: bytes) -> str:
    """The text of a file, its pieces separated by one bar."""
    text = decode_payload(payload).text
    pieces = unescape(re.sub(r"<(?!sup|/sup)[^<>]*>", "|", text))
    return re.sub(r"\|+", "|", pieces.replace("\n", "")).strip("|")


def rtf(content: str) -> str:
    return text_of(
        files.write_rtf([]).replace(b"\\par}}", b"\\par}" + content.encode() + b"}")
    )


def word(content: str) -> str:
    return text_of(office_parts.write_zip(files.list_docx_parts(content)))


def word_xml(content: str) -> str:
    names = f'xmlns:w="{files.WORDML}" {AML} {WX} {VML}'
    document = f'<?xml version="1.0"?><w:wordDocument {names}><w:body>{content}</w:body></w:wordDocument>'
    return text_of(document.encode())


def open_text(content: str, styles: str = "") -> str:
    names = f'xmlns:draw="{files.OPEN.format("drawing")}"'
    return text_of(
        files.pack_open_document(
            "text", f"<text:section {names}>{content}</text:section>", styles
        )
    )


def open_sheet(content: str, styles: str = "") -> str:
    return text_of(files.pack_open_document("spreadsheet", content, styles))


def excel_xml(rows: str, styles: str = "") -> str:
    names = f'xmlns="{files.EXCEL_XML}" xmlns:ss="{files.EXCEL_XML}"'
    return text_of(
        f'<?xml version="1.0"?><Workbook {names}>{styles}<Worksheet ss:Name="1">'
        f"<Table>{rows}</Table></Worksheet></Workbook>".encode()
    )


def ofd(content: str, template: str = "") -> str:
    return text_of(files.pack_ofd([content], template))


RTF_TEXTS = {
    r"1{\v 7}2\par": "12",
    r"1{\strike 7}{\striked1 7}{\deleted 7}2\par": "12",
    r"1\v 7\v0 2\par": "12",
    r"1\v 7\plain 2\par": "12",
    r"1{\super 2}\par": "1<sup>2</sup>",
    r"1{\fs16\up6 2}{\up0 3}\par": "1<sup>2</sup>3",
    r"1{\dn6 2}\par": "1<sup>2</sup>",
    r"\uc1\u24180?\u25253\'3f\par": "年报",
    r"\uc2\u24180\'c4\'ea\u25253??x\par": "年报x",
    r"\uc0\u24180\u25253 x\par": "年报x",
    r"\'c4\'ea\'b1\'a8\par": "年报",
    r"{\f1 \'c4\'ea}\par": "年",
    r"{\upr{7}{\*\ud{8}}}\par": "8",
    r"\u-10187?\u-9216?\par": "\U0001d400",
    r"{\field{\*\fldinst{ PAGE 7}}{\fldrslt{3}}}\par": "3",
    r"{\field{\*\fldinst{ =SUM(LEFT)}}{\fldrslt{3}}}\par": "3",
    r"{\field{\*\fldinst{ =SUM(LEFT)}}{\fldrslt}}\par": "[公式]",
    r"1{\shp{\*\shpinst{\sp{\sn 7}{\sv 7}}{\shptxt\pard 8\par}}{\shprslt{\pict 77}}}2\par": "12|8",
    r"1{\footnote\pard 9}2\par 3\par": "12|3|9",
    r"{\pict\wmetafile8 0123\bin4 {}}x}4\par": "4",
    r"{\*\unknown 7{8}}{\listtext 1.\tab}5\par": "1.\t5",
    r"a\{\}\\\~\par": "a{}\\\u00a0",
    r"\trowd\cellx100\clmgf\cellx200\clmrg\cellx300\pard\intbl 1\cell 2\cell\cell\row\pard": "1|2",
    (
        r"\trowd\cellx100\cellx200\pard\intbl\itap1 1\cell\pard\intbl\itap2 2\nestcell 3\nestcell"
        r"{\*\nesttableprops\trowd\cellx50\cellx90\nestrow}{\nonesttables 7}\pard\intbl\itap1 4\cell"
        r"\trowd\cellx100\cellx200\row\pard 5\par"
    ): "1|2|3|4|5",
}


@pytest.mark.parametrize(("content", "expected"), RTF_TEXTS.items())
def test_rich_text(content: str, expected: str) -> None:
    assert rtf(content) == expected


def test_a_paragraph_that_is_cut_off_within_its_note_is_left_out() -> None:
    cut = files.write_rtf(["1"])[:-1] + rb"\pard 12{\footnote\pard 9\par 9"
    assert text_of(cut) == "1|9"


def run(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"


def paragraph(*runs: str) -> str:
    return f"<w:p>{''.join(runs)}</w:p>"


def box(text: str) -> str:
    return f"<w:txbxContent>{paragraph(run(text))}</w:txbxContent>"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (f"<w:r><w:pict {VML}><v:shape><v:textbox>{box('8')}</v:textbox></v:shape></w:pict></w:r>", "1|8"),
        (f'<w:r><mc:AlternateContent xmlns:mc="{MC}"><mc:Choice><w:drawing>{box("8")}</w:drawing></mc:Choice></mc:AlternateContent></w:r>', "1|8"),
        (
            f'<w:r><mc:AlternateContent xmlns:mc="{MC}"><mc:Choice><w:drawing>{box("8")}{box("9")}'
            f"</w:drawing></mc:Choice><mc:Fallback><w:pict>{box('8')}{box('9')}</w:pict></mc:Fallback>"
            "</mc:AlternateContent></w:r>",
            "1|8|9",
        ),
        (f'<w:r><w:pict><w:txbxContent>{paragraph(run("7", "<w:vanish/>"), run("8"))}</w:txbxContent></w:pict></w:r>', "1|8"),
    ],
)  # fmt: skip
def test_boxes_of_text_in_word_are_read_once(content: str, expected: str) -> None:
    assert word(paragraph(run("1"), content) + paragraph(run("2"))) == f"{expected}|2"


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ('<w:vertAlign w:val="superscript"/>', "1<sup>2</sup>"),
        ('<w:position w:val="6"/><w:sz w:val="13"/>', "1<sup>2</sup>"),
        ('<w:position w:val="0"/>', "12"),
    ],
)
def test_what_stands_above_the_line_in_word_is_raised(
    properties: str, expected: str
) -> None:
    assert word(paragraph(run("1"), run("2", properties))) == expected


def annotate(kind: str, content: str) -> str:
    return f'<aml:annotation w:type="Word.{kind}"><aml:content>{content}</aml:content></aml:annotation>'


WORD_XML_TEXTS = {
    paragraph(run("1"), run("7", "<w:vanish/>"), run("7", '<w:strike w:val="on"/>')): "1",
    paragraph(run("1"), annotate("Deletion", "<w:r><w:delText>7</w:delText></w:r>")): "1",
    paragraph(run("1"), annotate("Insertion", run("2"))): "12",
    paragraph(annotate("Comment", paragraph(run("7"))), run("1")): "1",
    f"<wx:sect><wx:sub-section>{paragraph(run('1'))}</wx:sub-section></wx:sect>": "1",
    '<w:p><w:pPr><w:listPr><wx:t wx:val="一、"/></w:listPr></w:pPr>' + run("1") + "</w:p>": "一、1",
    '<w:p><w:fldSimple w:instr=" =SUM(LEFT) ">' + run("3") + "</w:fldSimple></w:p>": "3",
    paragraph(run("1"), f"<w:r><w:footnote>{paragraph(run('9'))}</w:footnote></w:r>", run("2")) + paragraph(run("3")): "12|3|9",
    paragraph(run("1"), f"<w:r><w:pict><v:textbox>{box('8')}</v:textbox></w:pict></w:r>"): "1|8",
}  # fmt: skip


@pytest.mark.parametrize(("content", "expected"), WORD_XML_TEXTS.items())
def test_xml_of_word(content: str, expected: str) -> None:
    assert word_xml(content) == expected


STYLES = (
    '<style:style style:name="h" style:family="text"><style:text-properties text:display="none"/></style:style>'
    '<style:style style:name="hp" style:family="paragraph"><style:text-properties text:display="none"/></style:style>'
    '<style:style style:name="hc" style:family="text" style:parent-style-name="h"/>'
    '<style:style style:name="shown" style:family="text" style:parent-style-name="h">'
    '<style:text-properties text:display="true"/></style:style>'
    '<style:style style:name="s" style:family="text"><style:text-properties'
    ' style:text-line-through-style="solid"/></style:style>'
    '<style:style style:name="up" style:family="text"><style:text-properties'
    ' style:text-position="super 58%"/></style:style>'
    '<style:style style:name="t" style:family="table"><style:table-properties table:display="false"/></style:style>'
    '<style:style style:name="c" style:family="table-cell"><style:text-properties'
    ' style:text-line-through-style="solid"/></style:style>'
)


def open_paragraph(content: str) -> str:
    return f"<text:p>{content}</text:p>"


def span(style: str, text: str) -> str:
    return f'<text:span text:style-name="{style}">{text}</text:span>'


OPEN_TEXTS = {
    open_paragraph("1" + span("h", "7") + span("hc", "7") + span("s", "7") + span("shown", "2")): "12",
    open_paragraph("1" + span("up", "2")): "1<sup>2</sup>",
    '<text:p text:style-name="hp">7</text:p>' + open_paragraph("1"): "1",
    '<text:section text:display="none">' + open_paragraph("7") + "</text:section>" + open_paragraph("1"): "1",
    "<text:tracked-changes><text:changed-region><text:deletion>" + open_paragraph("7") + "</text:deletion></text:changed-region></text:tracked-changes>" + open_paragraph("1"): "1",
    open_paragraph("1<office:annotation>" + open_paragraph("7") + "</office:annotation>2"): "12",
    open_paragraph('1<text:s text:c="3"/>2<text:line-break/>3'): "1   2|3",
    open_paragraph("1<text:note><text:note-citation>1</text:note-citation><text:note-body>" + open_paragraph("9") + "</text:note-body></text:note>2"): "12|9",
    open_paragraph("1<draw:frame><draw:text-box>" + open_paragraph("8") + "</draw:text-box></draw:frame>2"): "12|8",
    open_paragraph('1<text:hidden-text text:is-hidden="true">7</text:hidden-text>'): "1",
    "<text:list><text:list-item>" + open_paragraph("1") + "</text:list-item></text:list>": "1",
    '<table:table table:style-name="t"><table:table-row><table:table-cell>' + open_paragraph("7") + "</table:table-cell></table:table-row></table:table>" + open_paragraph("1"): "1",
}  # fmt: skip


@pytest.mark.parametrize(("content", "expected"), OPEN_TEXTS.items())
def test_open_text(content: str, expected: str) -> None:
    assert open_text(content, STYLES) == expected


def test_styles_of_headers_do_not_stand_for_those_of_the_text() -> None:
    """Word names the automatic styles of both parts alike: T1, P1."""
    style = '<style:style style:name="{}" style:family="text"><style:text-properties text:display="{}"/></style:style>'
    names = f"<office:document-styles {files.OPEN_NAMES}>"
    styles = (
        f"{names}<office:styles>{style.format('h', 'none')}</office:styles>"
        f"<office:automatic-styles>{style.format('T1', 'true')}{style.format('T2', 'none')}"
        "</office:automatic-styles></office:document-styles>"
    )
    own = style.format("T1", "none") + style.format("T2", "true")
    content = open_paragraph("1" + span("T1", "7") + span("h", "7") + span("T2", "2"))
    payload = files.pack_open_document("text", content, own)
    with zipfile.ZipFile(io.BytesIO(payload)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert text_of(office_parts.write_zip({**parts, "styles.xml": styles})) == "12"


def open_row(*texts: str, attributes: str = "") -> str:
    cells = "".join(
        f"<table:table-cell>{open_paragraph(text)}</table:table-cell>" for text in texts
    )
    return f"<table:table-row {attributes}>{cells}</table:table-row>"


HIDDEN_ROW = 'table:visibility="collapse"'
CHART = (
    "<table:shapes><office:document><office:body><office:chart><table:table>"
    f'<table:table-column table:visibility="collapse"/>{open_row("7")}'
    "</table:table></office:chart></office:body></office:document></table:shapes>"
)
OPEN_SHEETS = {
    f"<table:table>{CHART}{open_row('1', '2')}</table:table>": "1|2",
    "<table:table>" + open_row("7", attributes=HIDDEN_ROW) + open_row("1") + "</table:table>": "1",
    '<table:table><table:table-column table:visibility="collapse"/>' + open_row("7", "1") + "</table:table>": "1",
    '<table:table table:style-name="t">' + open_row("7") + "</table:table><table:table>" + open_row("1") + "</table:table>": "1",
    '<table:table><table:table-row-group table:display="false">' + open_row("7") + "</table:table-row-group>" + open_row("1") + "</table:table>": "1",
    '<table:table><table:table-row><table:table-cell table:style-name="c">' + open_paragraph("7") + "</table:table-cell></table:table-row>" + open_row("1") + "</table:table>": "1",
    '<table:table><table:table-row><table:table-cell table:formula="of:=1"/></table:table-row></table:table>': "[公式]",
    '<table:table><table:table-row><table:table-cell table:number-columns-repeated="3">' + open_paragraph("1") + "</table:table-cell></table:table-row></table:table>": "1|1|1",
}  # fmt: skip


@pytest.mark.parametrize(("content", "expected"), OPEN_SHEETS.items())
def test_open_sheets(content: str, expected: str) -> None:
    assert open_sheet(content, STYLES) == expected


def data(text: str, kind: str = "String") -> str:
    return f'<Data ss:Type="{kind}">{text}</Data>'


EXCEL_XML_TEXTS = {
    f'<Row ss:Hidden="1"><Cell>{data("7")}</Cell></Row><Row><Cell>{data("1")}</Cell></Row>': "1",
    f'<Column ss:Index="2" ss:Hidden="1"/><Row><Cell>{data("1")}</Cell><Cell>{data("7")}</Cell></Row>': "1",
    f'<Row><Cell ss:StyleID="s">{data("7")}</Cell><Cell ss:StyleID="child">{data("7")}</Cell><Cell>{data("1")}</Cell></Row>': "1",
    f'<Row><Cell>{data("3.0", "Number")}</Cell><Cell>{data("2.50", "Number")}</Cell></Row>': "3|2.50",
    f'<Row><Cell>{data("2022-01-20T00:00:00.000", "DateTime")}</Cell></Row>': "2022-01-20",
    f'<Row><Cell>{data("1", "Boolean")}</Cell><Cell>{data("0", "Boolean")}</Cell></Row>': "TRUE|FALSE",
    f'<Row><Cell>{data("1_0", "Number")}</Cell><Cell>{data("1e3", "Number")}</Cell><Cell>{data("-1", "Number")}</Cell></Row>': "1_0|1000|-1",
    '<Row><Cell ss:Formula="=1"/></Row>': "[公式]",
    '<Row><Cell><ss:Data xmlns="http://www.w3.org/TR/REC-html40" ss:Type="String">1<S>7</S><Sup>2</Sup></ss:Data></Cell></Row>': "1<sup>2</sup>",
    f'<Row><Cell ss:MergeDown="1">{data("1")}</Cell><Cell>{data("2")}</Cell></Row><Row><Cell>{data("3")}</Cell></Row>': "1|2|3",
}  # fmt: skip
EXCEL_STYLES = (
    '<Styles><Style ss:ID="s"><Font ss:StrikeThrough="1"/></Style>'
    '<Style ss:ID="child" ss:Parent="s"/></Styles>'
)


@pytest.mark.parametrize(("content", "expected"), EXCEL_XML_TEXTS.items())
def test_xml_of_excel(content: str, expected: str) -> None:
    assert excel_xml(content, EXCEL_STYLES) == expected


def test_what_is_true_in_a_sheet_is_shown_as_excel_shows_it() -> None:
    cells = [("t='b'", "<v>1</v>"), ("t='b'", "<v>0</v>")]
    sheet = office_parts.write_sheet([cells])
    assert text_of(office_parts.write_workbook(("visible", sheet))) == "TRUE|FALSE"


def ofd_text(text: str, attributes: str = "", code: str = 'DeltaX="g 9 4"') -> str:
    return (
        f'<ofd:TextObject Boundary="20 {attributes or "20 9 9"}" Size="4">'
        f'<ofd:TextCode X="0" Y="3.4" {code}>{text}</ofd:TextCode></ofd:TextObject>'
    )


def ofd_note(text: str, top: float, size: float) -> str:
    return (
        f'<ofd:TextObject Boundary="28 {top} 9 9" Size="{size}">'
        f'<ofd:TextCode X="0" Y="3.4" DeltaX="g 9 {size / 2}">{text}</ofd:TextCode></ofd:TextObject>'
    )


OFD_TEXTS = {
    ofd_text("年报") + ofd_note("12", 18.6, 2.6): "年报[12]",
    ofd_text("年报") + ofd_note("[2]", 18.6, 2.6): "年报[2]",
    ofd_text("年报") + ofd_note("12", 20, 2.6): "年报12",
    ofd_text("年报") + ofd_note("12", 20, 4): "年报12",
    ofd_note("年12", 18.6, 2.6): "年12",
    ofd_text("年报"): "年报",
    ofd_text("年报", '20 9 9" Visible="false'): "",
    ofd_text("年报", '20 9 9" Alpha="0'): "",
    ofd_text("报", "40 9 9") + ofd_text("年", "20 9 9"): "年|报",
    ofd_text("年报", '20 9 9" CTM="2 0 0 2 0 0'): "年报",
    ofd_text("年报", code='DeltaX="12"'): "年 报",
    ofd_text("年报", code='DeltaX="nonsense g g"'): "年报",
}


@pytest.mark.parametrize(("content", "expected"), OFD_TEXTS.items())
def test_ofd(content: str, expected: str) -> None:
    if expected:
        assert ofd(content) == expected
    else:
        assert read(files.pack_ofd([content])).findings[0].rule == "payload.not_text"


def test_the_template_of_a_page_is_read() -> None:
    assert ofd(ofd_text("报", "40 9 9"), ofd_text("年")) == "年|报"


def test_files_with_a_password_are_named() -> None:
    manifest = "<manifest:encryption-data/>"
    protected = (
        office_parts.write_zip(
            {"content.xml": b"x", "META-INF/manifest.xml": manifest}
        ),
        office_parts.write_zip({"OFD.xml": b"x", "Encryptions.xml": b"x"}),
    )
    for payload in protected:
        (finding,) = read(payload).findings
        assert finding.rule == "file.protected"


@pytest.mark.parametrize(
    ("names", "rule"),
    [
        (["年报.rtf", "说明.rtf"], None),
        (["__MACOSX/a.rtf", "1.rtf"], None),
        (["1.rtf", "2.rtf"], "file.unsupported"),
        (["2021年报.rtf", "2022年报.rtf"], "file.unsupported"),
        (["a.exe", "b.png"], "file.unsupported"),
        ([], "file.unsupported"),
    ],
)
def test_a_zip_has_one_file_that_can_be_the_report(
    names: list[str], rule: str | None
) -> None:
    content = files.write_rtf(["报告"])
    payload = office_parts.write_zip(dict.fromkeys(names, content))
    payload = payload if names else payload.replace(b"PK\5\6", b"PK\3\4PK\5\6")
    if rule is None:
        assert text_of(payload) == "报告"
    else:
        assert read(payload).findings[0].rule in (rule, "file.damaged")


def test_a_zip_in_a_zip_is_opened_but_not_without_end() -> None:
    payload = files.write_rtf(["报告"])
    for _ in range(2):
        payload = files.write_zip_of(payload, "年报.zip")
    assert text_of(payload) == "报告"
    payload = files.write_zip_of(payload, "年报.zip")
    assert read(payload).findings[0].rule == "file.too_large"


def test_a_page_does_not_load_what_reads_files() -> None:
    program = (
        "import sys; from nianbao.pipelines.reader import read; read(b'<html><p>1</p></html>');"
        " print(*sys.modules)"
    )
    command = [sys.executable, "-c", program]
    modules = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    folder = "nianbao.pipelines.reader.payload.formats."
    of_files = {name for name in modules.split() if name.startswith(folder)}
    assert of_files == {folder + "packed_files"}
    assert {"mammoth", "pypdfium2", "python_calamine", "doc2docx"}.isdisjoint(
        modules.split()
    )


def rule_grid(columns: list[float], lines: list[float]) -> list[Rule]:
    across = [Rule(columns[0], line, columns[-1], line) for line in lines]
    down = [Rule(column, lines[0], column, lines[-1]) for column in columns]
    return across + down


@pytest.mark.parametrize("shift", [-3.4, -1.0, 0.5, 3.0, 3.6])
def test_two_tables_of_a_page_keep_their_own_columns(shift: float) -> None:
    """Their edges are nearer to one another than two edges of one table can be."""
    first = [0.0, 30.0, 60.0, 100.0]
    grids = (
        rule_grid(first, [0, 10, 20]),
        rule_grid([0.0, 30.0 + shift, 100.0], [50, 60]),
    )
    tables = find_tables([rule for grid in grids for rule in grid], 10.0)
    assert [table.columns for table in tables] == [first, [0.0, 30.0 + shift, 100.0]]
    assert [len(table.rows) for table in tables] == [2, 1]
