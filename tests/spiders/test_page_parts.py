"""Frames and posted forms of a list page, and rows that are only a year."""

from __future__ import annotations

import pytest

from nianbao.spiders.lists.page import FormPost, ListPage, NextPage
from nianbao.spiders.lists.page_parts import find_parts
from nianbao.spiders.platforms import reader_for
from nianbao.spiders.rows.context_rows import is_list_row
from nianbao.spiders.rows.titled_rows import is_report_text, read_year_rows

URL = "http://www.example.gov.cn/nb/"
HIDDEN = '<input type="hidden" name="id" value="7">'
SUBMIT = "<script>document.forms[0].submit();</script>"
CALLED_SUBMIT = "<script>function load() { document.forms[0].submit(); }</script>"
# The form of a pager: it is sent with the number of a page.
PAGED_SUBMIT = "<script>function go(n) { document.f.page.value = n; document.f.submit(); }</script>"


def make_page(body: str) -> ListPage:
    html = f'<html><head><meta charset="utf-8"></head>{body}</html>'
    return ListPage.from_bytes(URL, html.encode())


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('<frameset><frame src="l.html"><frame src="/m.html"></frameset>', [f"{URL}l.html", "http://www.example.gov.cn/m.html"]),
        ('<body><iframe src="list.jsp?id=1"></iframe></body>', [f"{URL}list.jsp?id=1"]),
        ('<body><iframe src="http://maps.example.com/"></iframe></body>', []),
        ('<body><iframe src="about:blank"></iframe><iframe src="./"></iframe></body>', []),
        (f'<form method="post" action="/list.jsp">{HIDDEN}</form>{SUBMIT}', [FormPost("/list.jsp", {"id": "7"})]),
        (f'<form action="/list.jsp">{HIDDEN}</form>{SUBMIT}', ["/list.jsp?id=7"]),
        (f'<form action="/s.jsp">{HIDDEN}<input type="text" name="q"></form>{SUBMIT}', []),
        (f'<form method="post" action="/list.jsp">{HIDDEN}</form>', []),
        (f'<form method="post" action="/list.jsp">{HIDDEN}</form>{PAGED_SUBMIT}', []),
        (f'<form action="/list.jsp">{HIDDEN}</form><body onload="load()">{CALLED_SUBMIT}', ["/list.jsp?id=7"]),
    ],
)  # fmt: skip
def test_parts_of_a_page(body: str, expected: list[NextPage]) -> None:
    assert find_parts(make_page(body)) == expected


YEARS = """<body><a href="?y=2022">2022年</a><a href="/nb/2021.html">2021年度</a>
<a href="http://other.example.com/">2020</a><a href="/nb/">2019</a><a href="javascript:;">2018</a></body>"""


def test_years_are_rows() -> None:
    rows = list(read_year_rows(reader_for("generic"), make_page(YEARS)))
    assert [row.url for row in rows] == ["?y=2022", "/nb/2021.html"]
    assert all(map(is_list_row, rows))


def test_a_site_file_says_where_lists_below_are() -> None:
    reader = reader_for("generic", {"tree": "years"})
    assert list(read_year_rows(reader, make_page(YEARS))) == []


@pytest.mark.parametrize(
    ("text", "is_report"),
    [
        ("一、总体情况 二、主动公开政府信息情况", True),
        ("政府信息公开申请 政府信息公开申请", False),
        ("2021年政府信息公开工作年度报告", False),
    ],
)
def test_the_chapters_of_a_report(text: str, is_report: bool) -> None:
    assert is_report_text(make_page(f"<body>{text}</body>")) is is_report
