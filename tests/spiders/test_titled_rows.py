"""Rows of any list: what is titled as a report, however it is linked."""

from __future__ import annotations

import pytest

from nianbao.spiders.lists.page import ListPage
from nianbao.spiders.page_rows import read_page_rows
from nianbao.spiders.platforms import reader_for

URL = "http://www.example.gov.cn/nb/"
TITLE = "某县2021年政府信息公开工作年度报告"


def read_urls(platform: str, body: str, **options: str) -> list[str]:
    html = f'<html><head><meta charset="utf-8"></head><body>{body}</body></html>'
    page = ListPage.from_bytes(URL, html.encode())
    reader = reader_for(platform, options)
    return [row.url for row in read_page_rows(reader, page).titled.values()]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (f'<li><a href="1.html">{TITLE}</a></li>', ["1.html"]),
        (f'<li><a href="1.html" title="点击查看详情">{TITLE}</a></li>', ["1.html"]),
        (f'<li><a href="1.html" title="{TITLE}">某县2021…</a></li>', ["1.html"]),
        (f'<li><a href="1.html" title="某县">{TITLE}</a></li>', ["1.html"]),
        (f"<li><a onclick=\"show(this,'/nb/1.html')\">{TITLE}</a></li>", ["/nb/1.html"]),
        (f"<li onclick=\"window.open('1.html')\">{TITLE}</li>", ["1.html"]),
        (f'<a href="javascript:;" data-url="/nb/1.html">{TITLE}</a>', ["/nb/1.html"]),
        (
            f'<a href="javascript:view(7)">{TITLE}</a>'
            "<script>function view(id){location.href='/nb/'+id+'.html'}</script>",
            ["/nb/7.html"],
        ),
        (f'<select><option value="/nb/1.html">{TITLE}</option></select>', ["/nb/1.html"]),
        (f'<select><option value="17">{TITLE}</option></select>', []),
        (f'<a href="javascript:view(7)">{TITLE}</a>', []),
        ('<a href="1.html">某县2021年政府工作报告</a>', []),
    ],
)  # fmt: skip
def test_what_leads_to_a_report(body: str, expected: list[str]) -> None:
    assert read_urls("generic", body) == expected


@pytest.mark.parametrize(
    ("platform", "body", "expected"),
    [
        ("trs", f'<dl><dd><a href="./202101/t20210120_1.html">{TITLE}</a></dd></dl>', ["./202101/t20210120_1.html"]),
        ("trs", f'<p><a href="./t_715.html">{TITLE}</a></p>', ["./t_715.html"]),
        (
            "trs",
            f'<li><a href="./t20210120_1.html">甲局年报</a></li><li><a href="W02.docx">{TITLE}</a></li>',
            ["./t20210120_1.html", "W02.docx"],
        ),
        ("trs", f'<li><a href="/nb/t20210120_1.html">{TITLE}</a></li>', ["/nb/t20210120_1.html"]),
        ("hanweb", f'<li><a href="/art/2024/1/20/art_1_2.html">{TITLE}</a></li>', ["/art/2024/1/20/art_1_2.html"]),
        ("ucap", f'<li><a href="/c110634/202401/174.shtml">{TITLE}</a></li>', ["/c110634/202401/174.shtml"]),
        ("trs", f'<li><a href="./2021/">{TITLE}</a></li>', ["./2021/"]),
        ("trs", f'<li><a href="./">{TITLE}</a></li>', []),
    ],
)  # fmt: skip
def test_a_platform_costs_no_row(platform: str, body: str, expected: list[str]) -> None:
    assert read_urls(platform, body) == expected


def test_a_list_below_is_no_row() -> None:
    """A folder that is titled as a report is asked for: the page tells what it is."""
    body = (
        f'<li><a href="2021/index.htm">{TITLE}</a></li>'
        '<li><a href="2020/">县教育局</a></li>'
    )
    assert read_urls("trs", body, tree="below") == ["2021/index.htm"]


def test_a_site_file_says_which_rows_there_are() -> None:
    body = f'<li><a href="1.html">{TITLE}</a></li>'
    options = {"row": "//tr", "title": "./a", "date": "./b", "next": "//none"}
    assert read_urls("simple", body, **options) == []


def test_two_pages_in_one_answer() -> None:
    row = f'<ul><li><a href="1.html">{TITLE}</a><span>2022-01-18</span></li></ul>'
    body = f"{row}</body></html><html><body>{row.replace('1.html', '2.html')}"
    assert read_urls("generic", body) == ["1.html", "2.html"]


DATA = """<script>var data = {list: [{"contentSource": "固体废物与化学品处", "url": "/doc/a.json",
  "urls": "{\\"pc\\":\\"/nb/content_%(n)s.html\\",\\"h5\\":\\"/m/%(n)s.html\\"}", "title": "%(title)s",
  "intro": "2019-05-05 印发", "pubDate": "2024-01-2%(n)s 16:59"}]};</script>"""


@pytest.mark.parametrize("title", [TITLE, "柳河镇", "关于公开的说明"])
def test_rows_of_data_have_their_own_title_address_and_date(title: str) -> None:
    """The office that wrote a page is no title of it; an address may be JSON in a text."""
    body = "<html><body>" + DATA % {"n": 1, "title": title} + "</body></html>"
    page = ListPage.from_bytes(URL, body.encode())
    rows = read_page_rows(reader_for("generic"), page)
    (row,) = [*rows.titled.values(), *rows.likely.values(), *rows.doubtful.values()]
    assert (row.url, row.title, row.date) == ("/nb/content_1.html", title, "2024-01-21")
