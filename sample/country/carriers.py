"""Carriers: how the address of a report carries it; each adds the pages of one report."""

from __future__ import annotations

import html
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from nianbao.sample.country.lists.layout import print_report
from nianbao.sample.country.lists.titles import Report
from nianbao.sample.country.pictures import draw_picture

Pages = Mapping[str, str | bytes]  # by path
Carry = Callable[[str, Report, int], Pages]
CHAPTER = "<p>四、"


@dataclass(frozen=True)
class Carrier:
    """A way to carry a report, and where it is met."""

    why: str
    carry: Carry
    weight: int = 1
    # The report stands at the address that the pages of the carrier have last, else at the first.
    is_behind: bool = False


def _beside(path: str, ending: str) -> str:
    """Return the path of a page that belongs to another one."""
    page, question, query = path.partition("?")
    stem, _, suffix = page.rpartition(".")
    return f"{stem}{ending}.{suffix}{question}{query}"


def _shell(report: Report, content: str) -> str:
    title = html.escape(report.title)
    return (
        f"<title>{title}</title></head><body><h1>{title}</h1>"
        f"<p>发布时间：{report.year + 1}-01-20</p>{content}"
    )


def _carry_inline(path: str, report: Report, number: int) -> Pages:
    return {path: print_report(report, number)}


def _carry_in_frame(path: str, report: Report, number: int) -> Pages:
    target = _beside(path, "_nr")
    frame = f'<iframe src="{target}" width="100%"></iframe>'
    return {path: _shell(report, frame), target: print_report(report, number)}


def _carry_by_script(path: str, report: Report, number: int) -> Pages:
    target = _beside(path, "_nr")
    page = f"<title>{report.title}</title></head><body><script>window.location.href='{target}';</script>"
    return {path: page, target: print_report(report, number)}


def _carry_by_link(path: str, report: Report, number: int) -> Pages:
    target = _beside(path, "_nr")
    link = f'<p><a href="{target}">点击查看全文</a></p>'
    return {path: _shell(report, link), target: print_report(report, number)}


def _carry_in_two_pages(path: str, report: Report, number: int) -> Pages:
    second = _beside(path, "_1")
    page = print_report(report, number)
    cut = page.index(CHAPTER)
    pager = f'<div class="page">1 <a href="{second}">2</a> <a href="{second}">下一页</a></div></div>'
    rest = _shell(report, f"<div class='content'>{page[cut:]}")
    return {path: page[:cut] + pager, second: rest}


def _carry_in_text_area(path: str, report: Report, number: int) -> Pages:
    text = html.escape(print_report(report, number).partition("</h1>")[2])
    script = "<script>document.getElementById('s').innerHTML=document.getElementById('t').value;</script>"
    area = f'<textarea id="t" style="display:none">{text}</textarea><div id="s"></div>{script}'
    return {path: _shell(report, area)}


def _carry_in_string(path: str, report: Report, number: int) -> Pages:
    text = print_report(report, number).partition("</h1>")[2]
    string = json.dumps(text, ensure_ascii=False).replace("</", "<\\/")
    script = f"<div id='c'></div><script>document.getElementById('c').innerHTML = {string};</script>"
    return {path: _shell(report, script)}


def _carry_in_file(path: str, report: Report, number: int) -> Pages:
    target = f"/upload/{abs(hash_path(path))}.docx"
    link = f'<p>附件：<a href="{target}">{report.title}.docx</a></p>'
    lines = print_report(report, number).partition("<h1>")[2]
    return {path: _shell(report, link), target: _write_docx(lines)}


def hash_path(path: str) -> int:
    """Return a number of a path, the same in every process."""
    number = 0
    for character in path:
        number = (number * 131 + ord(character)) % 1_000_000_007
    return number


def _write_docx(markup: str) -> bytes:
    """Return a Word file with the paragraphs of some markup."""
    text = markup.replace("</h1>", "</p>").replace("<div class='content'>", "")
    paragraphs = []
    for piece in text.replace("</div>", "").split("</p>"):
        words = piece.replace("<p>", "")
        if words:
            run = f"<w:r><w:t>{html.escape(words)}</w:t></w:r>"
            paragraphs.append(f"<w:p>{run}</w:p>")
    document = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:document '
        'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        f"<w:body>{''.join(paragraphs)}</w:body></w:document>"
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in (*DOCX_PARTS, ("word/document.xml", document)):
            packed.writestr(zipfile.ZipInfo(name), content)
    return buffer.getvalue()


DOCX_PARTS = (
    (
        "[Content_Types].xml",
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Types '
        'xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
        'ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/'
        'vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
    ),
    (
        "_rels/.rels",
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Relationships '
        'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
        'Target="word/document.xml"/></Relationships>',
    ),
)


def _carry_as_pictures(path: str, report: Report, number: int) -> Pages:
    pictures = {f"{path}_{n}.png": draw_picture(number * 3 + n) for n in range(3)}
    page = "".join(f'<p><img src="{address}"></p>' for address in pictures)
    return {path: _shell(report, page), **pictures}


CARRIERS: Mapping[str, Carrier] = {
    "inline": Carrier("the page has the text, as most do", _carry_inline, 12),
    "frame": Carrier("the text stands in an iframe", _carry_in_frame, is_behind=True),
    "script": Carrier("the page sends on by script", _carry_by_script, is_behind=True),
    "link": Carrier(
        "the page has a link to the whole text", _carry_by_link, is_behind=True
    ),
    "two-pages": Carrier("the text is in two pages", _carry_in_two_pages),
    "text-area": Carrier("the text is in a hidden text area", _carry_in_text_area),
    "string": Carrier("a script writes the text", _carry_in_string),
    "file": Carrier("the text is in a Word file", _carry_in_file, is_behind=True),
    "pictures": Carrier(
        "scans: are kept, cannot be read, and must be said", _carry_as_pictures
    ),
}
UNREADABLE = ("pictures",)
