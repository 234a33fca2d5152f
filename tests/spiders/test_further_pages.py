"""Which addresses are further pages of a report, and which pages are taken for them."""

from __future__ import annotations

import pytest
from scrapy.http import HtmlResponse, Request

from nianbao.archive.records import Hints
from nianbao.spiders.capture import capture_response
from nianbao.spiders.reports.content import PageContent
from nianbao.spiders.reports.further_pages import (
    PagedReport,
    find_further_page,
    find_ways_on,
    is_numbered,
)

TITLE = "西霞县水务局2024年政府信息公开工作年度报告"
FIRST = "http://a.cn/nb/t1_1.html"
PAGE = (
    "<html><head><meta charset='utf-8'><title>{}</title></head><body>{}</body></html>"
)


@pytest.mark.parametrize(
    ("url", "first_url"),
    [
        ("/nb/1_2.html", "/nb/1.html"),
        ("/nb/1-12.htm", "/nb/1.htm"),
        ("/nb/t2025_1_2.html", "/nb/t2025_1.html"),
        ("/nb/t2025_2.html", "/nb/t2025_1.html"),
        ("/nb/1/2.html", "/nb/1.html"),
        ("/a.jsp?id=1&page=2", "/a.jsp?id=1"),
        ("/a.jsp?id=1&pageNo=3", "/a.jsp?id=1&pageNo=1"),
    ],
)
def test_addresses_of_further_pages(url: str, first_url: str) -> None:
    assert is_numbered(f"http://a.cn{url}", f"http://a.cn{first_url}")


@pytest.mark.parametrize(
    ("url", "first_url"),
    [
        ("/nb/12.html", "/nb/1.html"),
        ("/nb/1_2.pdf", "/nb/1.html"),
        ("/nb/2.html", "/nb/1.html"),
        ("/a.jsp?id=2", "/a.jsp?id=1"),
        ("/a.jsp?id=1&size=big", "/a.jsp?id=1"),
    ],
)
def test_addresses_of_other_pages(url: str, first_url: str) -> None:
    assert not is_numbered(f"http://a.cn{url}", f"http://a.cn{first_url}")


def load(url: str, title: str, content: str) -> tuple[HtmlResponse, PageContent]:
    request = Request(url, meta={"role": "report", "hints": Hints()})
    body = PAGE.format(title, content).encode()
    headers = {"Content-Type": "text/html; charset=utf-8"}
    response = HtmlResponse(url, body=body, headers=headers, request=request)
    return response, PageContent(response)


@pytest.mark.parametrize(
    ("link", "url", "title", "is_page"),
    [
        ("下一页", "t1_1_2.html", TITLE, True),
        ("下一页", "t1_1_2.html", "西霞县民政局2024年政府信息公开年报", False),
        ("余下全文", "rest.html", "西霞县人民政府门户网站", True),
        ("下一页", "other.html", TITLE, True),
        ("下一页", "other.html", "西霞县人民政府门户网站", False),
    ],
)
def test_pages_that_are_taken(link: str, url: str, title: str, is_page: bool) -> None:
    response, content = load(FIRST, TITLE, f"<p>文</p><a href='{url}'>{link}</a>")
    paged = PagedReport.begin(capture_response("a", response), content.titles)
    further_url = find_further_page(find_ways_on(content), paged)
    assert further_url == f"http://a.cn/nb/{url}"
    further_response, further_content = load(further_url, title, "<p>续</p>")
    capture = capture_response("a", further_response)
    assert paged.add_page(capture, further_content.titles) is is_page
