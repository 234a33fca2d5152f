"""Files of a report page: which of them carry the report."""

from __future__ import annotations

import pytest
from scrapy.http import HtmlResponse

from nianbao.archive.records import Hints
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
            {"/x/%E5%B9%B4%E6%8A%A5.xls": TITLE},
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
        ('<a href="/1.pdf">一</a><a href="/2.pdf">二</a>', {}),
        ('<a href="/1.zip">2021年年报</a><a href="2.html">年报</a>', {}),
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


def test_no_more_than_some() -> None:
    body = "".join(
        f'<a href="/{number}.pdf">2021年年报（{number}）</a>' for number in range(50)
    )
    assert len(found(body)) == MOST_FILES
