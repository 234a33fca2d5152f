"""Word and Excel files of our own making, written part by part, so that a test says what they hide."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from html import escape
from itertools import cycle
from pathlib import Path

from lxml import etree

from tests.reader import pages

WORD_FILE = Path(__file__).parent / "files" / "report.docx"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
P = "http://schemas.openxmlformats.org/package/2006/relationships"
HEADS = (
    "自然人",
    "商业企业",
    "科研机构",
    "社会公益组织",
    "法律服务机构",
    "其他",
    "总计",
)


def write_zip(parts: Mapping[str, str | bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return packed.getvalue()


def edit_word_file(edits: Sequence[tuple[str, str]], *, styles: str = "") -> bytes:
    """The report as a Word file, with the next of `edits` before and after each figure's run."""
    with zipfile.ZipFile(WORD_FILE) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    root = etree.fromstring(parts["word/document.xml"])
    turns = cycle(edits)
    for text in list(root.iter(f"{{{W}}}t")):
        is_figure = (text.text or "").strip().isdigit()
        in_table = next(text.iterancestors(f"{{{W}}}tc"), None) is not None
        if is_figure and in_table:
            _surround(next(text.iterancestors(f"{{{W}}}r")), *next(turns))
    parts["word/document.xml"] = etree.tostring(root)
    end = b"</w:styles>"
    styled = parts["word/styles.xml"].replace(end, styles.encode() + end)
    parts["word/styles.xml"] = styled
    return write_zip(parts)


def _surround(run: etree._Element, before: str, after: str) -> None:
    """Put markup around a run; its own text stands where `before` or `after` say {run}."""
    own = etree.tostring(run, encoding="unicode", with_tail=False)
    markup = before + after if "{run}" in before + after else before + "{run}" + after
    content = markup.replace("{run}", own)
    for element in etree.fromstring(f'<x xmlns:w="{W}">{content}</x>'):
        run.addprevious(element)
    parent = run.getparent()
    assert parent is not None
    parent.remove(run)


def request_rows() -> list[list[str]]:
    """A sheet with a report's title and its table of requests."""
    rows = [
        [pages.TITLE],
        ["三、收到和处理政府信息公开申请情况"],
        ["申请人情况", *HEADS],
    ]
    for row in pages.table("g2021", "requests").rows:
        if not row.is_heading:
            values = pages.REQUESTS_2021.get(row.key, [0] * 7)
            rows.append([row.cores[0], *map(str, values)])
    return rows


Cell = str | tuple[str, str]  # a value, or attributes and content of a cell


def write_sheet(
    rows: Sequence[Sequence[Cell]],
    *,
    row_attributes: Mapping[int, str] | None = None,
    columns: str = "",
    merged: Sequence[str] = (),
) -> str:
    lines = []
    for number, row in enumerate(rows, 1):
        cells = [write_cell(number, place, cell) for place, cell in enumerate(row)]
        attributes = (row_attributes or {}).get(number - 1, "")
        lines.append(f'<row r="{number}" {attributes}>{"".join(cells)}</row>')
    ranges = "".join(f'<mergeCell ref="{name}"/>' for name in merged)
    merges = f"<mergeCells>{ranges}</mergeCells>" if ranges else ""
    return (
        f'<worksheet xmlns="{S}">{columns}<sheetData>{"".join(lines)}</sheetData>'
        f"{merges}</worksheet>"
    )


def write_cell(row: int, column: int, cell: Cell) -> str:
    place = f'r="{chr(ord("A") + column)}{row}"'
    if isinstance(cell, tuple):
        attributes, content = cell
        return f"<c {place} {attributes}>{content}</c>"
    if cell.isdigit():
        return f"<c {place}><v>{cell}</v></c>"
    return f'<c {place} t="inlineStr"><is><t>{escape(cell)}</t></is></c>'


def write_workbook(
    *sheets: tuple[str, str], strings: str = "", styles: str = ""
) -> bytes:
    """A workbook of sheets, each with its state."""
    names = []
    relations = []
    parts: dict[str, str | bytes] = {}
    for number, (state, content) in enumerate(sheets, 1):
        names.append(
            f'<sheet name="表{number}" sheetId="{number}" state="{state}" r:id="r{number}"/>'
        )
        relations.append(
            f'<Relationship Id="r{number}" Type="{R}/worksheet"'
            f' Target="worksheets/sheet{number}.xml"/>'
        )
        parts[f"xl/worksheets/sheet{number}.xml"] = content
    for name, kind, content in (
        ("sharedStrings", "sharedStrings", strings),
        ("styles", "styles", styles),
    ):
        if content:
            relations.append(
                f'<Relationship Id="{name}" Type="{R}/{kind}" Target="{name}.xml"/>'
            )
            parts[f"xl/{name}.xml"] = content
    parts["xl/workbook.xml"] = (
        f'<workbook xmlns="{S}" xmlns:r="{R}"><sheets>{"".join(names)}</sheets></workbook>'
    )
    parts["xl/_rels/workbook.xml.rels"] = (
        f'<Relationships xmlns="{P}">{"".join(relations)}</Relationships>'
    )
    parts["_rels/.rels"] = (
        f'<Relationships xmlns="{P}"><Relationship Id="r1" Type="{R}/officeDocument"'
        ' Target="xl/workbook.xml"/></Relationships>'
    )
    parts["[Content_Types].xml"] = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
    )
    return write_zip(parts)
