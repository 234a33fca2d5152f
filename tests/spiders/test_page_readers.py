"""A wrong or unknown platform costs nothing: rows, branches, the way on and the total of a list."""

from __future__ import annotations

import json

import pytest

from nianbao.spiders.lists.page import ListPage
from nianbao.spiders.page_readers import choose_reader, recognize_platform
from nianbao.spiders.page_rows import count_other_rows, read_page_rows
from nianbao.spiders.platforms import READERS_BY_PLATFORM, reader_for

HOST = "http://www.example.gov.cn"
TITLE = "青石县2021年政府信息公开工作年度报告"
RECORD = (
    "<record><![CDATA[<li><a href='/art/2022/1/20/art_1_2.html'>{}</a></li>]]></record>"
)
HANWEB = (
    "<script type='text/xml'><datastore><totalrecord>3</totalrecord><nextgroup><![CDATA[<a"
    " href='/module/web/jpage/dataproxy.jsp?page=2'></a>]]></nextgroup><recordset>"
    f"{RECORD.format(TITLE)}</recordset></datastore></script>"
)
TRS = (
    "<ul><li><a href='./202201/t20220120_12.html'>柳河镇</a></li></ul>"
    "<script>createPageHTML(2, 0, 'index', 'html')</script>"
)
JPAAS = """<div queryData="{'webId':'1'}"></div><script src="/jpaas-publish-server/a.js"></script>"""
UNIT = f"{HOST}/api-gateway/jpaas-publish-server/front/page/build/unit?paramJson=%7B%22pageNo%22%3A1%7D"
UNIT_HTML = f'<ul count="1"><li><a href="/nb/1.html">{TITLE}</a></li></ul>'
DECLARED = [name for name in READERS_BY_PLATFORM if name != "simple"]


def make_page(body: str, url: str = f"{HOST}/nb/") -> ListPage:
    html = f'<html><head><meta charset="utf-8"></head><body>{body}</body></html>'
    return ListPage.from_bytes(url, html.encode())


@pytest.mark.parametrize("declared", DECLARED)
@pytest.mark.parametrize(
    ("body", "row", "next_page"),
    [
        (HANWEB, "/art/2022/1/20/art_1_2.html", "/module/web/jpage/dataproxy.jsp?page=2"),
        (TRS, "./202201/t20220120_12.html", "index_1.html"),
    ],
    ids=["hanweb", "trs"],
)  # fmt: skip
def test_a_page_is_read_as_what_it_is(
    declared: str, body: str, row: str, next_page: str
) -> None:
    page = make_page(body)
    platform = recognize_platform(page, "generic")
    reader = choose_reader(reader_for(declared), platform)
    titled_rows = read_page_rows(reader, page).titled.values()
    assert row in [titled_row.url for titled_row in titled_rows]
    next_pages = list(reader.read_next_pages(page))
    assert next_page in next_pages


@pytest.mark.parametrize("declared", DECLARED)
def test_an_answer_of_a_service_is_read_as_the_page_that_led_to_it(
    declared: str,
) -> None:
    platform = recognize_platform(make_page(JPAAS), "generic")
    assert platform == "jpaas"
    body = json.dumps({"data": {"html": UNIT_HTML}}).encode()
    answer = ListPage.from_bytes(UNIT, body, content_type="application/json")
    platform = recognize_platform(answer, platform)
    reader = choose_reader(reader_for(declared), platform)
    assert list(read_page_rows(reader, answer).titled) == [f"{HOST}/nb/1.html"]
    totals = reader.read_totals(answer)
    assert totals is not None
    assert totals.in_list == 1


def test_a_site_file_that_says_which_rows_there_are_is_followed() -> None:
    simple = reader_for("simple", {"row": "//tr"})
    assert choose_reader(simple, "hanweb") is simple


def test_rows_that_the_platform_does_not_know_are_counted() -> None:
    reader = reader_for("trs")
    page = make_page(f"{TRS}<p><a href='W02.docx'>{TITLE}</a></p>")
    page_rows = read_page_rows(reader, page)
    assert len(page_rows.titled) == 2
    assert count_other_rows(reader, page, page_rows) == 1


@pytest.mark.parametrize(
    "answer",
    [
        '{"success": true, "data": {"html": "<li><a href=\'/info/1001/7.htm\'>某县2021年年报</a></li>"}}',
        "<li><a href='/info/1001/7.htm'>某县2021年政府信息公开年报</a></li>",
    ],
)
def test_an_answer_of_a_service_is_of_the_platform_that_asked_for_it(
    answer: str,
) -> None:
    """Its rows have addresses as another platform writes them."""
    page = ListPage.from_bytes("http://www.example.gov.cn/api/unit", answer.encode())
    assert recognize_platform(page, "jpaas") == "jpaas"
    whole = ListPage.from_bytes(
        page.url, f"<html><body>{answer}</body></html>".encode()
    )
    assert recognize_platform(whole, "jpaas") == "vsb"
