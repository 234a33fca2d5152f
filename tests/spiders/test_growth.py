"""Hostile pages: what list readers and report files do grows with the page, not faster.

Short pages are read on the reactor's thread: while one is read, every site waits.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator

import pytest
from scrapy.http import HtmlResponse, Request

from nianbao.archive.records import Hints
from nianbao.spiders.declarations.shipped import load_declarations
from nianbao.spiders.lists.page import ListPage
from nianbao.spiders.lists.printed_totals import read_printed_totals
from nianbao.spiders.page_rows import read_page_rows
from nianbao.spiders.paging.pager_links import find_pager_links
from nianbao.spiders.paging.plans import find_plan
from nianbao.spiders.platforms import READERS, reader_for
from nianbao.spiders.platforms.xxgk import SEARCH
from nianbao.spiders.reports.files import find_report_files
from nianbao.spiders.reports.listed_page import ListedPage
from nianbao.spiders.rows.row_counts import find_any_rows, locate_links
from tests.growth import LINEAR, measure_growth

UNIT = "/api-gateway/jpaas-publish-server/front/page/build/unit"
LABEL_SERVICE = "/site/label/8888"
Shape = Callable[[int], str]
HOST = "http://www.example.gov.cn"
URL = f"{HOST}/xxgk/"
TITLE = "某镇2021年政府信息公开年报"
ADDRESSES = {
    "trs": "/xxgk/202101/t20210120_1.html",
    "ucap": "/a/c1/content.shtml",
    "vsb": "/info/1308/19381.htm",
    "xxgk": "xxgkAnnualReport.jsp?area=A&amp;fbtime=2021",
    "webforms": "javascript:__doPostBack('a','1')",
}
DECLARATIONS = tuple(load_declarations())
ENTRIES = (f"{URL}?categorynum=1", f"{HOST}/a/gkmlpt/index", f"{HOST}/public/column/1")
OPTIONS = {
    "simple": {"row": "//li", "title": "./a", "date": "./span/text()", "next": "//b/a"}
}
# Those of classes of their own, and two declarations: the others read pages as these do.
PLATFORMS = (*(reader.platform for reader in READERS), "jpaas", "lonsun")
# What is the same for all platforms is measured for links of each kind by turns: addresses, scripts.
# With GROWTH=all, for each of them.
ANY_LISTS = ("generic", "trs", "webforms")
IS_WHOLE = os.environ.get("GROWTH") == "all"
# Without GROWTH=all at half of the sizes: there what grows with the square is seen as well.


def scale(size: int) -> int:
    return size if IS_WHOLE else size // 2


# A link of the list, where LINK stands in a shape.
LINK = f'<a href="ADDRESS">{TITLE}</a> '
SHAPES: dict[str, tuple[int, Shape]] = {
    "links in one element": (700, lambda n: f"<div>{LINK * n}"),
    "links in one item": (
        700,
        lambda n: f'<div class="xxgk_list zfxxgk_zdgkc"><ul><li>{LINK * n}',
    ),
    "links in one table row": (
        700,
        lambda n: '<table><tr class="tr_main_value_odd">' + f"<td>{LINK}</td>" * n,
    ),
    "links below nested lists": (
        700,
        lambda n: '<div class="xxgk_list zfxxgk_zdgkc">' + "<ul><li>" * 60 + LINK * n,
    ),
    "links in items and rows": (
        350,
        lambda n: (
            f"<ul>{f'<li>{LINK}</li>' * n}</ul>"
            f"<table>{f'<tr><td>{LINK}</td></tr>' * n}</table>"
        ),
    ),
    "links below links that are not closed": (
        400,
        lambda n: f'<a href="ADDRESS"><b>{TITLE}' * 60 + LINK * n,
    ),
    "long address": (60_000, lambda n: f'<li><a href="/{"zfnb" * (n // 4)}">x</a>'),
    "long title": (
        60_000,
        lambda n: f'<li><a href="ADDRESS" title="{"信息公开" * (n // 4)}">x</a>',
    ),
    "brackets in a title": (
        60_000,
        lambda n: f'<li><a href="ADDRESS" title="{"(" * n}{")" * n}">x</a>',
    ),
    "digits": (60_000, lambda n: f"<li>{LINK}{'2021' * (n // 4)}"),
    "spaces": (60_000, lambda n: f"<li>{LINK}2021{' ' * n}共{' ' * n}"),
    "dashes": (60_000, lambda n: f"<li>{LINK}{'2021-1-' * (n // 7)}{'-' * n}"),
    "attributes": (
        1_500,
        lambda n: f"<b {' '.join(f'a{number}' for number in range(4 * n))}>{LINK}",
    ),
    "tags not closed": (60_000, lambda n: f"<script>{'共<' * (n // 2)}</script>"),
    "records not closed": (4_000, lambda n: "<record><![CDATA[" * n),
    "groups not closed": (4_000, lambda n: "<nextgroup><![CDATA[" * n),
    "pager calls": (4_000, lambda n: "<script>" + "createPageHTML('a', 1, " * n),
    "page numbers": (700, lambda n: "<a href='l_2.html'>2</a>" * n),
    "functions of a script": (
        4_000,
        lambda n: "<script>" + "function go(n) { a = 'b' + n + 'c' + " * n,
    ),
    "laypage calls": (4_000, lambda n: "<script>" + "laypage.render({a: 'count'" * n),
    "comments not closed": (20_000, lambda n: f"<script>{'/*' * n}</script>"),
    "script variables": (4_000, lambda n: "<script>" + "var url = 'a'; var title " * n),
    "attributes not closed": (
        4_000,
        lambda n: "<script>" + "queryData=\"a' siteGuid: \"a SID: 'a TREE: [" * n,
    ),
}


def make_nested_links(count: int) -> str:
    """Return links, each below all before it.

    From 682 on they are no more: libxml2 goes 2,048 levels deep.
    """
    return f'<div><ul><li><a href="ADDRESS">{TITLE}</a>' * count


def build_pages(platform: str, html: str) -> Iterator[ListPage]:
    """Yield a text as each kind of page that a reader of the platform is given."""
    body = html.replace("ADDRESS", ADDRESSES.get(platform, "/xxgk/nb/")).encode()
    yield ListPage.from_bytes(f"{URL}?area=A", body)
    if platform == "jpaas":
        answer = json.dumps({"data": {"html": body.decode()}})
        address = f'{HOST}{UNIT}?paramJson={{"pageNo":1}}'
        yield ListPage.from_bytes(address, answer.encode())
    if platform == "lonsun":
        yield ListPage.from_bytes(f"{HOST}{LABEL_SERVICE}?pageIndex=1", body)
    if platform == "xxgk":
        yield ListPage.from_bytes(f"{URL}{SEARCH}", body, request_body="currpage=1")
        yield ListPage.from_bytes(f"{URL}tree.jsp", body)


def read_list(platform: str, html: str) -> None:
    """Read a list by its platform alone."""
    reader = reader_for(platform, OPTIONS.get(platform))
    for page in build_pages(platform, html):
        list(reader.read_rows(page))
        list(reader.read_next_pages(page))
        list(reader.read_branches(page))
        reader.read_totals(page)


def read_any_list(platform: str, html: str) -> None:
    """Read a list as those of all platforms are read besides."""
    reader = reader_for(platform, OPTIONS.get(platform))
    for page in build_pages(platform, html):
        find_pager_links(page)
        read_printed_totals(page)
        find_plan(page, page_count=None, has_rows=True)
        links = read_page_rows(reader, page).links
        find_any_rows(locate_links(links), {page.urljoin("/xxgk/nb/")})


def ask_for_lists(html: str) -> None:
    """Ask for the lists that a column's page leads to, as each declaration does."""
    for platform in DECLARATIONS:
        reader = reader_for(platform)
        for url in ENTRIES:
            page = ListPage.from_bytes(url, html.encode())
            list(reader.read_next_pages(page))
            list(reader.read_branches(page))


def find_files(html: str) -> None:
    body = html.replace("ADDRESS", "/1.pdf").encode()
    response = HtmlResponse(URL, body=body, encoding="utf-8")
    list(find_report_files(ListPage(response).without_comments, Hints()))


def read_report_page(html: str) -> None:
    """Read a page that was requested as a report, and may be a list."""
    request = Request(URL, meta={"hints": Hints(list_title=TITLE), "list_level": 1})
    body = html.replace("ADDRESS", "/xxgk/nb/").encode()
    response = HtmlResponse(URL, body=body, encoding="utf-8", request=request)
    ListedPage(response, reader_for("generic")).complete()


REPORT_PAGE_SHAPES: dict[str, tuple[int, Shape]] = {
    "blanks in front": (60_000, lambda n: " " * n + "<p>x"),
    "blanks behind a tag": (60_000, lambda n: "<p>" + " " * n + "x"),
    "blanks in many cells": (400, lambda n: f"<td>{' ' * 200}第{' ' * 200}2" * n),
    "options": (700, lambda n: f"<option>{' ' * 60}第2" * n),
    "a long name of a download": (
        60_000,
        lambda n: f"<a href='/download{'a' * n}'>x</a>",
    ),
    "many downloads": (
        60_000,
        lambda n: f"<a href='/{'download' * (n // 8)}.1.htm'>x</a>",
    ),
    "frames": (700, lambda n: "<iframe src='/a.html'></iframe>" * n),
    "scripts": (700, lambda n: "<script>location.href='/a' + b</script>" * n),
    "sentences": (700, lambda n: "<p>全文见<a href='/a.html'>此处</a></p>" * n),
    "elements with data": (700, lambda n: "<div data-src='/a.html'>x</div>" * n),
}


@pytest.mark.parametrize("shape", REPORT_PAGE_SHAPES)
def test_a_report_page_is_read_in_linear_time(shape: str) -> None:
    size, make_page = REPORT_PAGE_SHAPES[shape]
    assert measure_growth(read_report_page, make_page, scale(size)) < LINEAR


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES)
def test_a_list_is_read_as_a_report_page_in_linear_time(shape: str) -> None:
    size, make_page = SHAPES[shape]
    assert measure_growth(read_report_page, make_page, scale(size)) < LINEAR


DECLARED_SHAPES = {
    "values": lambda n: (
        "<script>" + "siteGuid: 'a file='x siteId=1 SID: 'a' TREE: [{" * n
    ),
    "white space": lambda n: "<meta name='channelid'" + " " * n,
    "units": lambda n: "queryData=\"{'a':" * n,
    "parameters": lambda n: "moduleId=1&currentPage=" * n + "columnId=" * n,
}


@pytest.mark.parametrize("shape", DECLARED_SHAPES)
def test_declared_lists_are_asked_for_in_linear_time(shape: str) -> None:
    assert measure_growth(ask_for_lists, DECLARED_SHAPES[shape], 150) < LINEAR


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_list_is_read_in_linear_time(platform: str, shape: str) -> None:
    size, make_page = SHAPES[shape]

    def read_page(html: str) -> None:
        read_list(platform, html)

    assert measure_growth(read_page, make_page, scale(size)) < LINEAR


def list_any_lists() -> Iterator[tuple[str, str]]:
    """List each shape with the platforms that it is measured for."""
    for number, shape in enumerate(SHAPES):
        some = (ANY_LISTS[number % len(ANY_LISTS)],)
        yield from ((platform, shape) for platform in (PLATFORMS if IS_WHOLE else some))


@pytest.mark.parametrize(("platform", "shape"), list(list_any_lists()))
def test_any_list_is_read_in_linear_time(platform: str, shape: str) -> None:
    size, make_page = SHAPES[shape]

    def read_page(html: str) -> None:
        read_any_list(platform, html)

    assert measure_growth(read_page, make_page, scale(size)) < LINEAR


@pytest.mark.slow
@pytest.mark.parametrize("platform", ["generic", "trs", "lonsun", "xxgk"])
def test_a_list_of_nested_links_is_read_in_linear_time(platform: str) -> None:
    def read_page(html: str) -> None:
        read_list(platform, html)
        read_any_list(platform, html)

    assert measure_growth(read_page, make_nested_links, 700) < LINEAR


RECORD = f"{{'title':'{TITLE}','url':'/1.html'}},"
ROW_SHAPES: dict[str, tuple[int, Shape]] = {
    "elements with data": (700, lambda n: f'<div data-v="1">{TITLE}' * n),
    "elements that a script opens": (
        700,
        lambda n: f"<div onclick=\"go('/1.html')\">{TITLE}</div>" * n,
    ),
    "links that say look": (
        700,
        lambda n: f"<li>{TITLE}<a href='/1.html'>查看</a>" * n,
    ),
    "rows of other words": (700, lambda n: "<li><a href='/1.html'>图书馆</a></li>" * n),
    "pictures": (700, lambda n: "<a href='/1.html'><img alt='柳河镇'></a>" * n),
    "data of a script": (700, lambda n: f"<script>var d=[{RECORD * n}]</script>"),
    "brackets of a script": (4_000, lambda n: "<script>" + "[{'柳河镇'," * n),
    "texts of a script": (2_000, lambda n: "<script>" + "h += '<li><a>';" * n),
    "quotes of a script": (4_000, lambda n: "<script>" + "'\"`" * n),
    "escapes of a script": (4_000, lambda n: "<script>'" + "\\u4e00" * n),
    "rows without an address": (700, lambda n: f"<li><a>{TITLE}</a></li>" * n),
}


@pytest.mark.parametrize("shape", ROW_SHAPES)
def test_the_rows_of_any_list_are_read_in_linear_time(shape: str) -> None:
    size, make_page = ROW_SHAPES[shape]

    def read_rows(html: str) -> None:
        for page in build_pages("generic", html):
            read_page_rows(reader_for("generic"), page)

    assert measure_growth(read_rows, make_page, scale(size)) < LINEAR


FILE_SHAPES: dict[str, tuple[int, Shape]] = {
    "names in a script, no end": (
        2_000,
        lambda n: f"""<a href="x" onclick="open('{".pdf?" * n}">a</a>""",
    ),
    "names in a script, a space": (
        2_000,
        lambda n: f"""<a href="x" onclick="open('{".pdf?" * n} ')">a</a>""",
    ),
    "quotes in a script": (
        20_000,
        lambda n: f"""<a href="x" onclick="{"'.pdf" * n}">a</a>""",
    ),
    "no quotes in a script": (
        20_000,
        lambda n: f"""<a href="x" onclick="'{"a" * n}.pdf">a</a>""",
    ),
    "names in an address": (20_000, lambda n: f'<a href="/{".pdf?" * n}">a</a>'),
    "names in a query": (
        10_000,
        lambda n: f'<a href="/v?{"file=/a.pd&" * n}">.pdf</a>',
    ),
    "links and frames": (
        700,
        lambda n: '<a href="1.pdf">a</a><embed src="2.pdf">' * n,
    ),
    "spaces in a name": (60_000, lambda n: f'<a href="/1.pdf">a{" " * n}b</a>'),
    "brackets in a name": (60_000, lambda n: f'<a href="/1.pdf">{"(" * n}</a>'),
    "digits in a name": (60_000, lambda n: f'<a href="/1.pdf">{"2021" * n}</a>'),
    "reports in a name": (10_000, lambda n: f'<a href="/1.pdf">{"信息公开" * n}</a>'),
}


@pytest.mark.parametrize("shape", [*SHAPES, *FILE_SHAPES])
def test_files_are_found_in_linear_time(shape: str) -> None:
    size, make_page = (SHAPES | FILE_SHAPES)[shape]
    assert measure_growth(find_files, make_page, scale(size)) < LINEAR
