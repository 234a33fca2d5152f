"""What a search or a check of a site does with a page grows with the page, not faster.

In the small form the shapes of lists are searched, and a few taken in by the other ways; all of
them, and larger ones, with GROWTH=all.
"""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from scrapy.http import HtmlResponse

from nianbao.crawler.discovery.coverage import judge_column
from nianbao.spiders.catalogue import make_provisional_site
from nianbao.spiders.discovery.column_search import ColumnSearch
from nianbao.spiders.discovery.list_signs import find_lists_behind
from nianbao.spiders.discovery.records import Discovery
from nianbao.spiders.discovery.site_check import count_report_rows, examine_page
from nianbao.spiders.discovery.steps import (
    ColumnCandidate,
    ColumnPage,
    PageStep,
    RowsStep,
)
from nianbao.spiders.lists.link_rows import LinkRows
from nianbao.spiders.lists.page import ListPage
from nianbao.spiders.platforms import reader_for
from tests.growth import LINEAR, measure_growth
from tests.spiders.test_growth import (
    HOST,
    REPORT_PAGE_SHAPES,
    ROW_SHAPES,
    SHAPES,
    TITLE,
    URL,
    Shape,
)

NAME = "政府信息公开年报"


def number_each(element: str) -> Shape:
    """Return the shape of many such elements, each with its number in the place of #."""
    return lambda n: "".join(element.replace("#", str(number)) for number in range(n))


SEARCH_SHAPES: dict[str, tuple[int, Shape]] = {
    "columns": (700, number_each(f"<a href='/#/'>{NAME}</a>")),
    "gates": (700, number_each("<a href='/#/'>政府信息公开</a>")),
    "gates of bodies": (700, number_each("<a href='/#/'>部门信息公开</a>")),
    "columns of others": (
        700,
        number_each(f"<a href='http://#.example.cn/'>{NAME}</a>"),
    ),
    "site maps": (700, number_each("<a href='/#/'>网站地图</a>")),
    "entrances": (700, number_each("<a href='/#/'>进入网站</a>")),
    "frames of many pages": (700, number_each("<iframe src='/#.html'></iframe>")),
    "menu scripts": (700, number_each("<script src='/menu#.js'></script>")),
    "links that say more": (
        700,
        lambda n: "<div><a href='/x/'>更多</a>" * n + "<h3>政府信息公开</h3>",
    ),
    "headings beside more": (
        700,
        lambda n: f"<div>{'<h3></h3>' * n}{'<a href=/x/>更多</a>' * n}",
    ),
    "long headings of nothing beside more": (
        2_000,
        lambda n: f"<div><h3>{'<i></i>' * n}</h3>{'<a href=/x/>更多</a>' * n}",
    ),
    "ways to the page": (700, lambda n: "<p class=crumb>当前位置：" * n),
    "a long way to the page": (
        20_000,
        lambda n: f"<p class=crumb>位置：{'首页>' * n}",
    ),
    "a long title": (20_000, lambda n: f"<title>{'某县-' * n}</title>"),
    "titles": (700, lambda n: "<title>某县人民政府</title>" * n),
    "names of columns": (700, lambda n: "<meta name=ColumnName content=年>" * n),
    "years": (700, number_each("<a href='/nb/#/'>2021年</a>")),
    "refreshes": (700, lambda n: "<meta http-equiv=refresh content='5'>" * n),
}
ALL_SHAPES = {**SEARCH_SHAPES, **SHAPES, **ROW_SHAPES, **REPORT_PAGE_SHAPES}
SHAPES_OF_SEARCH = {**SEARCH_SHAPES, **SHAPES}
OTHER_SHAPES = ("years", "links in one item", "data of a script")
IS_WHOLE = os.environ.get("GROWTH") == "all"
TIMES = 4 if IS_WHOLE else 1 / 6  # the size of a shape
Way = Callable[[ListPage], object]


def make_search() -> ColumnSearch:
    return ColumnSearch(Discovery(f"{HOST}/"))


def search(page: ListPage) -> None:
    """Take in a page that may be the column, and that leads on."""
    list(make_search().examine_page(page, PageStep(page.url)))


def search_as_column(page: ListPage) -> None:
    list(make_search().examine_page(page, PageStep(page.url, column_name=NAME)))


def search_as_script(page: ListPage) -> None:
    """Take in a script file that writes the menu of a page."""
    list(make_search().examine_page(page, PageStep(page.url, shown_on=HOST)))


def search_as_rows(page: ListPage) -> None:
    """Take in a page that a candidate's page leads to."""
    candidate = ColumnCandidate(
        f"{URL}nb/", NAME, reader_for("generic"), 0.0, ColumnPage.keep(page), ()
    )
    list(make_search().examine_rows(page, RowsStep(page.url, candidate)))


def check(page: ListPage) -> None:
    """Check a page that a site file states, and look for what is behind it."""
    site = make_provisional_site("trs", URL, NAME)
    examine_page(HtmlResponse(URL, body=page.body), site, is_column=True)
    reader = reader_for("trs")
    count_report_rows(page, reader)
    find_lists_behind(page, reader)


OTHER_WAYS: dict[str, Way] = {
    "as a column": search_as_column,
    "as a script": search_as_script,
    "as rows": search_as_rows,
    "in a check": check,
}


def measure(way: Way, shape: str) -> float:
    size, make_page = ALL_SHAPES[shape]

    def take_in(html: str) -> None:
        body = html.replace("ADDRESS", "/xxgk/nb/").encode()
        way(ListPage.from_bytes(URL, body, content_type="text/html; charset=utf-8"))

    return measure_growth(take_in, make_page, max(1, int(size * TIMES)))


@pytest.mark.parametrize("shape", ALL_SHAPES if IS_WHOLE else SHAPES_OF_SEARCH)
def test_a_page_is_searched_in_linear_time(shape: str) -> None:
    assert measure(search, shape) < LINEAR


@pytest.mark.parametrize("way", OTHER_WAYS)
@pytest.mark.parametrize("shape", ALL_SHAPES if IS_WHOLE else OTHER_SHAPES)
def test_a_page_is_taken_in_by_any_way_in_linear_time(way: str, shape: str) -> None:
    assert measure(OTHER_WAYS[way], shape) < LINEAR


def test_the_text_around_links_is_read_in_linear_time() -> None:
    """What is joined for each link shows on long pages only: joining is fast."""

    def read_texts(html: str) -> None:
        page = ListPage.from_bytes(URL, html.encode())
        rows = LinkRows(page.root)
        for link in page.xpath("//a"):
            rows.read_text_around(link)

    def make_rows(count: int) -> str:
        return "<li>年报<a href='/1.html'>查看</a>" * count

    assert measure_growth(read_texts, make_rows, 5_000) < LINEAR


def test_what_a_column_covers_is_judged_in_linear_time() -> None:
    def judge(titles: list[str]) -> None:
        judge_column("年报", titles, "", "某县", None)

    def make_titles(count: int) -> list[str]:
        return [f"某县{number}局{TITLE}" for number in range(count)]

    assert measure_growth(judge, make_titles, 100) < LINEAR
