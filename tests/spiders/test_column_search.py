"""The search for a site's report columns, on pages of a made-up site, without a crawler."""

from __future__ import annotations

from nianbao.spiders.discovery.column_search import (
    MOST_REQUESTS,
    ColumnSearch,
    Discovery,
    PageStep,
    Step,
    search_saved_page,
)
from nianbao.spiders.lists.page import ListPage, read_address

HOST = "http://www.example.gov.cn"
HOME = '<title>首页-某县人民政府</title><a href="/zwgk/">政务公开</a>'
GATE = '<a href="/zwgk/nb/">政府信息公开年报</a><a href="/zwgk/jd/">年报解读</a>'
REPORT = '<li><a href="/a/1.html">某县2021年政府信息公开年报</a></li>'
COLUMN = "<title>政府信息公开年报</title>"


def search(pages: dict[str, str]) -> tuple[Discovery, list[str]]:
    """Search a site from its home page; return the discovery and the paths that were visited."""
    discovery = Discovery(f"{HOST}/")
    column_search = ColumnSearch(discovery)
    steps: list[Step] = list(column_search.start())
    paths = []
    while steps:
        step = steps.pop(0)
        url = step.url if isinstance(step, PageStep) else read_address(step.page)
        path = url.removeprefix(HOST)
        paths.append(path)
        content_type = "text/html; charset=utf-8"
        body = pages.get(path, "").encode()
        page = ListPage.from_bytes(url, body, content_type=content_type)
        if isinstance(step, PageStep):
            steps += column_search.examine_page(page, step)
        else:
            steps += column_search.examine_rows(page, step)
    return discovery, paths


def test_from_the_home_page_to_the_column() -> None:
    discovery, paths = search({"/": HOME, "/zwgk/": GATE, "/zwgk/nb/": COLUMN + REPORT})
    assert paths == ["/", "/zwgk/", "/zwgk/nb/"]
    assert (discovery.name, discovery.requests) == ("某县人民政府", 3)
    (column,) = discovery.columns
    assert (column.url, column.name, column.tree) == (
        f"{HOST}/zwgk/nb/",
        "政府信息公开年报",
        None,
    )
    assert [row.url for row in column.rows] == ["/a/1.html"]
    assert discovery.platform == ("generic", 0.0)


def test_a_column_whose_rows_are_on_a_list_below_it() -> None:
    pages = {
        "/": COLUMN + '<a href="/2021/">2021</a>',
        "/2021/": REPORT,
    }
    discovery, paths = search(pages)
    assert paths == ["/", "/2021/"]
    (column,) = discovery.columns
    assert (column.url, column.rows_url) == (f"{HOST}/", f"{HOST}/2021/")
    assert (column.tree, discovery.unread) == ("below", {})


def test_a_page_that_only_has_the_name_of_a_column() -> None:
    discovery, _ = search({"/": COLUMN + "<p>系统升级</p>"})
    assert discovery.columns == []
    assert discovery.unread == {f"{HOST}/": "政府信息公开年报"}


def test_the_search_has_a_limit() -> None:
    links = [f'<a href="/{number}/nb/">部门年报</a>' for number in range(50)]
    discovery, paths = search({"/": "".join(links)})
    assert len(paths) == discovery.requests == MOST_REQUESTS


def test_a_saved_page_leads_nowhere() -> None:
    discovery = Discovery(f"{HOST}/nb/")
    body = (COLUMN + REPORT).encode()
    page = ListPage.from_bytes(
        discovery.url, body, content_type="text/html; charset=utf-8"
    )
    search_saved_page(discovery, page)
    assert [column.url for column in discovery.columns] == [f"{HOST}/nb/"]
