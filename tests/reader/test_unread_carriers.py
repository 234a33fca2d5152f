"""A page that is titled as a report and has no text of one: what carries it is said."""

from __future__ import annotations

import pytest

from nianbao.archive.records import Hints
from nianbao.pipelines.reader import read
from nianbao.pipelines.reader.unread_carriers import UNREAD_CARRIER
from tests.reader import pages
from tests.reader.report_parts import TITLE, load_text, put_into_shell, show_inline

LISTED = Hints(list_title=TITLE)
BOX = '<div class="TRS_Editor">{}</div>'
CARRIERS = {
    '<p><img src="W1.jpg"></p><p><img src="W2.jpg"></p>': "2 image(s) (W1.jpg)",
    '<p>现将报告公布如下。</p><img data-original="/u/a.png" src="/loading.gif">': "1 image(s) (/u/a.png)",
    '<iframe src="//other.example.org/1.html"></iframe>': "frame",
    '<embed src="data:application/pdf;base64,JVBERi0=">': "frame",
    '<a href="/f/1.7z">报告.7z</a>': "kind that is not read (/f/1.7z)",
    '<a href="/f/1.rar">年度报告</a>': "kind that is not read (/f/1.rar)",
    "<div id='app'></div><script src='/app.js'></script>": "script",
    "": "next to nothing",
}


def warnings_of(source: str, hints: Hints = LISTED) -> list[str]:
    reading = read(source.encode(), hints=hints)
    return [
        finding.message
        for finding in reading.findings
        if finding.rule == UNREAD_CARRIER and finding.severity == "warning"
    ]


@pytest.mark.parametrize("content", CARRIERS)
@pytest.mark.parametrize("shape", [BOX, '<div class="x">{}</div>'])
def test_what_carries_the_report_is_said(content: str, shape: str) -> None:
    (message,) = warnings_of(put_into_shell(shape.format(content)))
    assert CARRIERS[content] in message


@pytest.mark.parametrize("content", CARRIERS)
def test_a_page_without_a_title_is_listed_as_a_report(content: str) -> None:
    for title in (TITLE, "2022年", "柳河镇"):
        page = f"<html><body>{content}</body></html>"
        assert len(warnings_of(page, Hints(list_title=title))) == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            '<p><img src="W1.jpg"></p><p><img src="W2.jpg"></p>',
            "no table was read, and the text has 2 image(s) (W1.jpg)",
        ),
        ('<p><img src="/images/logo.png"></p>', None),
        ("", None),
    ],
)
def test_tables_that_may_be_images_are_said(content: str, message: str | None) -> None:
    body = pages.body("g2021", tables=["", content, ""])
    reading = read(pages.trs(body).encode())
    assert (reading.is_report, reading.figures) == (True, ())
    said = [f.message for f in reading.findings if f.rule == "tables.are_images"]
    assert said == ([message] if message else [])
    whole = read(pages.trs(pages.body("g2021") + content).encode())
    assert "tables.are_images" not in {finding.rule for finding in whole.findings}


def test_menus_and_the_articles_beside_it_are_no_rows_of_a_list() -> None:
    around = (
        '<p><a href="/">首页</a> <a href="/zw/">政务公开</a> <a href="/nb/">年报</a></p>'
        "<p>当前位置：首页 &gt; 政府信息公开年报</p>{}"
        '<p>上一篇：<a href="2.html">西霞县水务局2024年政府信息公开工作年度报告</a></p>'
        '<p>下一篇：<a href="3.html">西霞县民政局2024年政府信息公开工作年度报告</a></p>'
    )
    content = around.format('<img src="W1.jpg">')
    (message,) = warnings_of(put_into_shell(content), Hints())
    assert "1 image(s) (W1.jpg)" in message


@pytest.mark.parametrize(
    "page",
    [
        show_inline(load_text()),
        show_inline(load_text() + '<p><img src="W1.jpg"></p>'),
        put_into_shell('<a href="/f/1.pdf">报告.pdf</a>'),
        put_into_shell('<a href="/f/1.7z">报告.7z</a><a href="/f/1.docx">报告</a>'),
        put_into_shell('<p><img src="a.jpg"></p>', "关于召开会议的通知"),
        put_into_shell(
            '<p><img src="a.jpg"></p>', "图解：2024年政府信息公开工作年度报告"
        ),
        put_into_shell(f"<p>{'本县今天天气晴，明天也是。' * 20}</p><img src='a.jpg'>"),
        put_into_shell(
            '<img src="/images/logo.png"><p>本局2024年工作如下。</p>' + "x" * 300
        ),
        put_into_shell(
            "".join(
                f"<li>某镇{year}年政府信息公开年报</li>" for year in range(2015, 2024)
            )
        ),
    ],
)
def test_pages_that_are_read_or_are_something_else(page: str) -> None:
    assert warnings_of(page) == []


def test_what_the_page_sends_on_to_is_captured_by_itself() -> None:
    page = put_into_shell('<iframe src="/1.html"></iframe>')
    assert (
        warnings_of(page, Hints(list_title=TITLE, sends_to="http://a.cn/1.html")) == []
    )


def test_a_page_that_was_sent_to_and_shows_no_report() -> None:
    hints = Hints(list_title=TITLE, sent_by="http://a.cn/1.html")
    page = put_into_shell(f"<p>{'本县今天天气晴，明天也是。' * 20}</p>", "天气")
    (message,) = warnings_of(page, hints)
    assert message == "http://a.cn/1.html sends on to this page, which shows no report"
    assert warnings_of(show_inline(load_text()), hints) == []
