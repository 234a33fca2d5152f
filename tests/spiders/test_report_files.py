"""Files of a report page: which of them carry the report."""

from __future__ import annotations

import pytest
from scrapy.http import HtmlResponse

from nianbao.archive.records import Hints
from nianbao.spiders.lists.page import ListPage
from nianbao.spiders.reports.files import MOST_FILES, find_report_files

URL = "http://www.example.gov.cn/nb/202201/t20220120_1.html"
TITLE = "某镇2021年政府信息公开工作年度报告"
HINTS = Hints(list_title=TITLE, list_date="2022-01-20", column="年报")


def found(body: str) -> dict[str, str | None]:
    """Return the files of a page with what is known of their title."""
    response = HtmlResponse(
        URL, body=f"<html><body>{body}</body></html>", encoding="utf-8"
    )
    named = dict(find_report_files(response, HINTS))
    assert all(
        (hints.list_date, hints.column) == ("2022-01-20", "年报")
        for hints in named.values()
    )
    return {
        url.removeprefix("http://www.example.gov.cn"): hints.list_title
        for url, hints in named.items()
    }


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ('<a href="./P0201.pdf">点击下载</a>', {"/nb/202201/P0201.pdf": TITLE}),
        (
            '<a href="/a.docx">附件1：2021年度报告.docx</a>',
            {"/a.docx": "附件1：2021年度报告"},
        ),
        (
            '<a href="/d.jsp?id=7" title="2021年年报.doc">下载</a>',
            {"/d.jsp?id=7": "2021年年报"},
        ),
        (
            '<a href="/down/d.jsp?id=7">2021年年报.doc</a>',
            {"/down/d.jsp?id=7": "2021年年报"},
        ),
        (
            '<a href="/x/%E5%B9%B4%E6%8A%A5.xls">下载</a><a href="/y.xls">下载</a>',
            {"/x/%E5%B9%B4%E6%8A%A5.xls": TITLE, "/y.xls": TITLE},
        ),
        (
            '<iframe src="/pdf/web/viewer.html?file=/2021/1.pdf"></iframe>',
            {"/2021/1.pdf": TITLE},
        ),
        (
            '<embed src="1.pdf"><a href="/申请表.doc">申请表.doc</a>',
            {"/nb/202201/1.pdf": TITLE},
        ),
        (
            """<a href="#" onclick="window.open('/f/1.pdf')">查看</a>""",
            {"/f/1.pdf": TITLE},
        ),
        (
            """<a href="javascript:openFile('/f/1.doc?v=2')">查看</a>""",
            {"/f/1.doc?v=2": TITLE},
        ),
        # the row says more than the file that is the whole report
        ('<a href="/1.pdf">附件：年度报告.pdf</a>', {"/1.pdf": TITLE}),
        (
            '<a href="/1.pdf">甲局年报</a><a href="/2.pdf">乙局年报</a>',
            {"/1.pdf": "甲局年报", "/2.pdf": "乙局年报"},
        ),
        ('<a href="/1.pdf">依申请公开申请表</a>', {}),
        ('<a href="/1.pdf">2021年年报解读</a>', {}),
        (
            '<a href="/1.pdf">一</a><a href="/2.pdf">二</a>',
            {"/1.pdf": TITLE, "/2.pdf": TITLE},
        ),
        (
            '<a href="/1.docx">报告.docx</a><a href="/1.pdf">报告.pdf</a>',
            {"/1.docx": TITLE, "/1.pdf": TITLE},
        ),
        (
            '<a href="/1.docx">2021年年报</a><a href="/2.xls">附表</a><a href="/3.doc">操作手册</a>',
            {"/1.docx": "2021年年报", "/2.xls": TITLE},
        ),
        ('<a href="/1.zip">2021年年报</a>', {"/1.zip": "2021年年报"}),
        (
            '<a href="/1.zip">年报</a><a href="/1.rar">年报</a>',
            {"/1.zip": "年报", "/1.rar": "年报"},
        ),
        ('<a href="/1.zip">年报</a><a href="/1.ofd">年报</a>', {"/1.ofd": TITLE}),
        (
            '<a href="/1.rtf">年报一</a><a href="/1.et">年报二</a>',
            {"/1.rtf": "年报一", "/1.et": "年报二"},
        ),
        ('<a href="/1.zip">2021年年报</a><a href="/1.doc">年报</a>', {"/1.doc": TITLE}),
        (
            '<a href="download.jsp?id=7">报告.docx</a>',
            {"/nb/202201/download.jsp?id=7": TITLE},
        ),
        (
            '<a href="/system/_content/download.jsp?wbfileid=7">点击下载</a>',
            {"/system/_content/download.jsp?wbfileid=7": TITLE},
        ),
        (
            '<iframe src="/pdfjs/web/viewer.html#file=/2021/1.pdf"></iframe>',
            {"/2021/1.pdf": TITLE},
        ),
        (
            '<iframe src="/v.html?file=%2F2021%2F1.pdf#page=2"></iframe>',
            {"/2021/1.pdf": TITLE},
        ),
        (
            '<iframe data-src="1.pdf" src="about:blank"></iframe>',
            {"/nb/202201/1.pdf": TITLE},
        ),
        (
            '<object data="1.pdf" type="application/pdf"></object>',
            {"/nb/202201/1.pdf": TITLE},
        ),
        (
            '<div id="p"></div><script>PDFObject.embed("/f/1.pdf", "#p")</script>',
            {"/f/1.pdf": TITLE},
        ),
        (
            "<script>pdfjsLib.getDocument({url: './1.pdf'})</script>",
            {"/nb/202201/1.pdf": TITLE},
        ),
        (
            """<div onclick="window.open('/f/1.doc')">2021年年报</div>""",
            {"/f/1.doc": "2021年年报"},
        ),
        ('<div data-url="/f/1.pdf"></div>', {"/f/1.pdf": TITLE}),
        (
            r'<a href="\f\年 报.doc ">2021年年报</a>',
            {"/f/%E5%B9%B4%20%E6%8A%A5.doc": "2021年年报"},
        ),
        (
            '<base href="/other/"><a href="1.doc">2021年年报</a>',
            {"/other/1.doc": "2021年年报"},
        ),
        ('<embed src="data:application/pdf;base64,JVBERi0=">', {}),
        ('<a href="http://[::1/1.pdf">2021年年报</a>', {}),
        ("<p>见 report.pdf</p>", {}),
        (
            '<a href="file:///C:/Users/x/1.pdf">2021年年报</a><a href="javascript:void(0).pdf">2021年年报</a>',
            {},
        ),
        (
            r'<a href="C:\nb\1.doc">2021年年报</a><a href="/2.doc">2021年年报</a>',
            {"/2.doc": "2021年年报"},
        ),
    ],
)
def test_which_files_carry_the_report(body: str, wanted: dict[str, str]) -> None:
    assert found(body) == wanted


def test_beside_the_text_of_a_report_files_are_asked_for_by_their_names() -> None:
    body = b'<a href="/1.pdf">a</a><a href="/2.pdf">b</a>'
    response = HtmlResponse(URL, body=body, encoding="utf-8")
    assert list(find_report_files(response, HINTS, has_text=True)) == []
    named = HtmlResponse(
        URL, body=body + "<a href='3.doc'>年报</a>".encode(), encoding="utf-8"
    )
    ((url, _),) = find_report_files(named, HINTS, has_text=True)
    assert url.endswith("/3.doc")


def test_no_more_than_some() -> None:
    body = "".join(
        f'<a href="/{number}.pdf">2021年年报（{number}）</a>' for number in range(50)
    )
    assert len(found(body)) == MOST_FILES


def test_files_in_a_comment_are_none_of_a_report_page() -> None:
    """A list in a comment is shown where rows are looked for, and nowhere else."""
    commented = "".join(f"<a href=/{n}.pdf>附件</a>2022-01-2{n}" for n in range(3))
    text = f"<a href=/own.pdf>{TITLE}</a><ul><!--{commented}--></ul>"
    page = ListPage.from_bytes(URL, f"<html><body>{text}".encode())
    assert len(page.xpath("//a")) == 4
    files = [url for url, _ in find_report_files(page.without_comments, HINTS)]
    assert files == ["http://www.example.gov.cn/own.pdf"]
