"""The search for a site's report columns, on pages of a made-up site, without a crawler."""

from __future__ import annotations

import pickle

import pytest
from scrapy.http import HtmlResponse, Request

from nianbao.archive.finding_texts import make_finding
from nianbao.spiders.discovery.advice import give_advice
from nianbao.spiders.discovery.column_search import (
    MOST_REQUESTS,
    ColumnSearch,
    SearchExamination,
    search_saved_page,
)
from nianbao.spiders.discovery.records import Discovery
from nianbao.spiders.discovery.start_address import complete_address
from nianbao.spiders.discovery.steps import PageStep, Step
from nianbao.spiders.lists.page import ListPage, read_address
from nianbao.spiders.long_pages.answers import PackedAnswer
from nianbao.spiders.long_pages.looks import LongSearchPage, search_long_page

HOST = "http://www.example.gov.cn"
HOME = '<title>首页-某县人民政府</title><a href="/zwgk/">政务公开</a>'
GATE = '<a href="/zwgk/nb/">政府信息公开年报</a><a href="/zwgk/jd/">年报解读</a>'
REPORT = '<li><a href="/a/1.html">某县2021年政府信息公开年报</a></li>'
COLUMN = "<title>政府信息公开年报</title>"


def search(
    pages: dict[str, str | None], start: str = "/"
) -> tuple[Discovery, list[str]]:
    """Search a site from one of its pages; return the discovery and the paths that were visited.

    The search is the same where each page is long, and another process examines it.
    """
    discovery, paths = search_here(pages, start, is_long=False)
    assert search_here(pages, start, is_long=True) == (discovery, paths)
    return discovery, paths


def search_here(
    pages: dict[str, str | None], start: str, *, is_long: bool
) -> tuple[Discovery, list[str]]:
    """Search a site whose pages are all taken for long ones, or for short ones."""
    discovery = Discovery(f"{HOST}{start}")
    column_search = ColumnSearch(discovery)
    steps: list[Step] = list(column_search.start())
    paths = []
    while steps:
        step = steps.pop(0)
        url = step.url if isinstance(step, PageStep) else read_address(step.page)
        path = url.removeprefix(HOST)
        paths.append(path)
        content_type = "text/html; charset=utf-8"
        text = pages.get(path, "")
        if text is None:  # there is no answer
            steps += column_search.pass_over(step)
            continue
        body = text.encode()
        page = ListPage.from_bytes(url, body, content_type=content_type)
        if is_long:
            steps += examine_apart(column_search, page, step)
        else:
            steps += column_search.examine(page, step)
    return discovery, paths


def examine_apart(
    column_search: ColumnSearch, page: ListPage, step: Step
) -> tuple[Step, ...]:
    """Have a page examined as in another process: by copies that were pickled."""
    request = Request(page.url)
    headers = {"Content-Type": page.content_type}
    response = HtmlResponse(page.url, headers=headers, body=page.body)
    source = LongSearchPage(PackedAnswer.pack(response, request), column_search, step)
    received = search_long_page(pickle.loads(pickle.dumps(source)))
    examination: SearchExamination = pickle.loads(pickle.dumps(received))
    column_search.take_over(examination.search)
    return examination.steps


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


def test_what_is_left_at_the_limit_is_said() -> None:
    links = [f'<a href="/{number}/nb/">部门年报</a>' for number in range(50)]
    pages: dict[str, str | None] = {"/": "".join(links)}
    at_limit = "the search ended after 40 pages: begin further down"
    for name in ("/2/nb/", "/39/nb/", "/48/nb/"):
        discovery, _ = search({**pages, name: COLUMN + REPORT})
        assert sum("others wait" in one for one in discovery.troubles) == 1
        assert at_limit in give_advice(discovery)
    few, paths = search({"/": "".join(links[: MOST_REQUESTS - 1])})
    assert (len(paths), few.troubles) == (MOST_REQUESTS, [])
    assert at_limit not in give_advice(few)


def test_a_page_that_was_not_searched_is_said_beside_a_column() -> None:
    discovery, _ = search({"/": COLUMN + REPORT})
    discovery.troubles.append(f"{HOST}/b/: the server answered 404")
    assert give_advice(discovery) == []
    discovery.troubles.append(f"{HOST}/c/: the page was not searched: it is long")
    (line,) = give_advice(discovery)
    assert "begin at a page behind it" in line


def test_a_saved_page_leads_nowhere() -> None:
    discovery = Discovery(f"{HOST}/nb/")
    body = (COLUMN + REPORT).encode()
    page = ListPage.from_bytes(
        discovery.url, body, content_type="text/html; charset=utf-8"
    )
    search_saved_page(discovery, page)
    assert [column.url for column in discovery.columns] == [f"{HOST}/nb/"]


REPORTS = REPORT + '<li><a href="/a/2.html">某县2022年政府信息公开年报</a></li>'


@pytest.mark.parametrize(
    "way",
    [
        '<a href="javascript:void(0)" onclick="window.open(\'/nb/\')">政府信息公开年报</a>',
        "<a href=\"javascript:location.href='/nb/'\">政府信息公开年报</a>",
        "<div onclick=\"location.href='/nb/'\">政府信息公开年报</div>",
        '<a href="/nb/"><img src="nb.png" alt="政府信息公开年报"></a>',
        '<map><area href="\\\\www.example.gov.cn\\nb\\" alt="政府信息公开年报"></map>',
        '<li data-href="/nb/">政府信息公开年报</li>',
        '<a href="http://[::1/">坏</a><a href="/nb/">政府信息公开年报</a>',
    ],
)
def test_ways_that_are_no_plain_links(way: str) -> None:
    discovery, paths = search({"/": way, "/nb/": COLUMN + REPORT})
    assert paths == ["/", "/nb/"]
    assert [column.url for column in discovery.columns] == [f"{HOST}/nb/"]


MENU_NAME = "政府信息公开年报"


@pytest.mark.parametrize(
    "way",
    [
        "<a onclick=\"go('nb')\">年报</a><script>function go(p){location.href='/'+p+'/'}</script>",
        "<a href=\"javascript:go('n', 1)\">年报</a><script>var go = (a, b) => {window.open(`/${a}b/`)};</script>",
        "<script>var base='/nb';function to(p){ var u = base + p; window.open(u, '_blank'); }</script>"
        "<li onclick=\"to('/')\">年报</li>",
        "<script>var urls={nb:'/nb/', zn:'/zn/'};function go(k){location.href=urls[k]}</script>"
        "<a href='#' onclick=\"go('nb')\">年报</a>",
        "<script>function go(p){ top.location = p + '/'; }</script><span onclick=\"go('/nb')\">年报</span>",
    ],
)
def test_a_function_that_is_given_a_text(way: str) -> None:
    discovery, paths = search(
        {"/": way.replace("年报<", f"{MENU_NAME}<"), "/nb/": COLUMN + REPORT}
    )
    assert paths == ["/", "/nb/"]
    assert [column.url for column in discovery.columns] == [f"{HOST}/nb/"]


@pytest.mark.parametrize(
    "menu",
    [
        """<script>var menu=[{"name":"公开指南","url":"/zn/"},{"name":"政府信息公开年报","url":"/nb/"}];</script>""",
        """<script>draw({title:'政府信息公开年报', link:'/nb/', children:[]})</script>""",
        """<script>var zNodes=[{id:1,pId:0,name:'公开'},{id:2,pId:1,name:'政府信息公开年报',url:'/nb/'}];</script>""",
        """<script type="application/json">{"nodes":[{"text":"政府信息公开年报","href":"/nb/"}]}</script>""",
        """<script>document.write('<a href="/nb/">政府信息公开年报</a>')</script>""",
        """<script>d.add(3, 0, '政府信息公开年报', '/nb/');</script>""",
    ],
)
def test_a_menu_in_script_data(menu: str) -> None:
    discovery, paths = search(
        {"/": f"<div id='tree'></div>{menu}", "/nb/": COLUMN + REPORT}
    )
    assert paths == ["/", "/nb/"]
    assert [column.url for column in discovery.columns] == [f"{HOST}/nb/"]


def test_a_menu_in_a_comment_of_a_script_is_none() -> None:
    menu = """<script>/* var menu=[{"name":"政府信息公开年报","url":"/nb/"}]; */</script>"""
    _, paths = search({"/": menu, "/nb/": COLUMN + REPORT})
    assert paths == ["/"]


BODY = "<h1>某县2023年年报</h1><p>一、总体情况</p><p>二、主动公开政府信息情况</p><p>三、收到和处理政府信息公开申请情况</p>"


@pytest.mark.parametrize(
    ("rows", "requests"),
    [
        (
            '<li><a href="/a/23.html">2023年</a></li><li><a href="/a/22.html">2022年</a></li>',
            2,
        ),
        ('<li><a href="/a/23.html">2023年度</a></li>', 2),
        ('<a href="/a/23.html">2023</a><a href="/a/22.html">2022</a>', 2),
        (
            '<li><a href="/a/23.pdf">2023年</a></li><li><a href="/a/22.pdf">2022年</a></li>',
            1,
        ),
        ('<li><a href="/a/23.docx">2023年度报告</a></li>', 1),
    ],
)
def test_rows_that_are_years_leading_to_reports(rows: str, requests: int) -> None:
    discovery, paths = search(
        {"/nb/": COLUMN + rows, "/a/23.html": BODY, "/a/22.html": BODY}, "/nb/"
    )
    assert len(paths) == requests
    (column,) = discovery.columns
    assert (column.url, column.rows_url, column.tree) == (
        f"{HOST}/nb/",
        f"{HOST}/nb/",
        None,
    )
    assert next(row.url for row in column.rows).startswith("/a/23")
    assert discovery.unread == {}


@pytest.mark.parametrize(
    "redirect",
    [
        "<meta http-equiv='Refresh' content=\"0; URL='/zw/'\">",
        "<body><META HTTP-EQUIV=refresh CONTENT='3;url=/zw/'></body>",
        "<script>window.location.href = '/zw/';</script>",
        "<script>// location='/x/'\nlocation.replace('/zw/')</script>",
        "<script>/* location='/x/' */ var u = '/z' + 'w/'; location.href = u;</script>",
        "<script>window.onload = function () { location.assign('/zw/'); }</script>",
        "<script>setTimeout(function(){ self.location='/zw/' }, 3000);</script>",
        "<script>function go(){ top.location.href='/zw/' } go();</script>",
        "<body onload=\"location='/zw/'\"></body>",
        '<frameset cols="20%,80%"><frame src="/zw/"></frameset>',
    ],
)
def test_a_page_that_sends_elsewhere(redirect: str) -> None:
    pages = {"/": redirect, "/zw/": GATE, "/zwgk/nb/": COLUMN + REPORT}
    discovery, _ = search(pages)
    assert [column.url for column in discovery.columns] == [f"{HOST}/zwgk/nb/"]


def test_a_column_whose_list_stands_in_a_frame() -> None:
    pages = {"/": COLUMN + '<iframe src="/nb/list.html"></iframe>'}
    discovery, _ = search({**pages, "/nb/list.html": REPORT})
    (column,) = discovery.columns
    assert (column.url, column.name) == (f"{HOST}/nb/list.html", "政府信息公开年报")


TITLE = "<title>某县人民政府</title>"


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (TITLE + REPORTS, "政府信息公开年报"),
        (TITLE + REPORT, "政府信息公开年报"),
        (TITLE + REPORT + '<a href="/zc/12/">部门年报</a>', "部门年报"),
        (TITLE + REPORTS + '<a href="/nb/">街道年报</a>', "政府信息公开年报"),
    ],
)
def test_the_first_page_is_the_column(body: str, name: str) -> None:
    discovery, _ = search({"/zc/12/": body}, "/zc/12/")
    assert [(column.url, column.name) for column in discovery.columns] == [
        (f"{HOST}/zc/12/", name)
    ]


def test_the_first_page_is_a_page_of_years() -> None:
    years = '<a href="2022/">2022年</a><a href="2021/">2021年</a>'
    pages = {"/zc/": TITLE + years, "/zc/2022/": REPORT}
    discovery, _ = search(pages, "/zc/")
    (column,) = discovery.columns
    assert (column.url, column.tree) == (f"{HOST}/zc/", "below")


def test_a_home_page_with_news_of_reports_is_not_the_column() -> None:
    discovery, _ = search({"/": HOME + REPORTS, "/zwgk/": "", "/a/1.html": ""})
    assert discovery.columns == []


def test_the_host_for_open_government_is_the_sites_and_others_are_not() -> None:
    own = "http://zfxxgk.example.gov.cn/nb/"
    foreign = "http://www.other.gov.cn/nb/"
    links = f'<a href="{foreign}">部门年报</a><a href="{own}">政府信息公开年报</a>'
    discovery, paths = search({"/": links, own: COLUMN + REPORT})
    assert paths == ["/", own]
    assert [column.url for column in discovery.columns] == [own]
    assert discovery.elsewhere == {foreign: "部门年报"}


def test_the_first_page_is_tried_by_the_other_scheme_once() -> None:
    search = ColumnSearch(Discovery("http://www.example.gov.cn/"))
    (first,) = search.start()
    (second,) = search.pass_over(first)
    assert isinstance(second, PageStep)
    assert second.url == "https://www.example.gov.cn/"
    assert list(search.pass_over(second)) == []


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("www.example.gov.cn", "http://www.example.gov.cn/"),
        (" www.example.gov.cn/zwgk ", "http://www.example.gov.cn/zwgk"),
        ("//www.example.gov.cn/", "http://www.example.gov.cn/"),
        ("example.gov.cn:8080/nb/?a=1#top", "http://example.gov.cn:8080/nb/?a=1"),
        ("HTTPS://www.example.gov.cn", "https://www.example.gov.cn/"),
        ("10.0.0.1:81", "http://10.0.0.1:81/"),
    ],
)
def test_an_address_as_it_is_typed(text: str, url: str) -> None:
    assert complete_address(text) == url


@pytest.mark.parametrize(
    "text",
    ["", "平潭", "ftp://a.cn/", "http://[::1", "http://a.cn:x/", "a b.cn", "a@b"],
)
def test_what_is_no_address_is_answered_with_advice(text: str) -> None:
    with pytest.raises(ValueError, match=r"such as www\.example\.gov\.cn"):
        complete_address(text)


def test_advice() -> None:
    discovery = Discovery(f"{HOST}/", troubles=["x: certificate verify failed"])
    certificate, by_hand = give_advice(discovery)
    assert "--tls" in certificate
    assert "no column of annual reports found" in by_hand
    discovery.elsewhere["http://www.other.gov.cn/nb/"] = "部门年报"
    assert "http://www.other.gov.cn/nb/" in give_advice(discovery)[0]


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("DNS lookup failed", "leads nowhere"),
        ("the server answered 503", "the server fails"),
        ("Connection was refused by other side", "nothing answers"),
        ("User timeout caused connection failure: timed out", "no answer in time"),
        ("the redirects of the proxy do not end", None),
    ],
)
def test_a_robots_txt_that_is_not_had_asks_for_nothing(
    reason: str, words: str | None
) -> None:
    parameters = {"case": "no_robots", "host": "a.cn", "reason": reason}
    finding = make_finding("host.unreachable", "error", parameters)
    discovery = Discovery(HOST, troubles=[f"{HOST}/: {finding.message}"])
    *lines, _ = give_advice(discovery)
    assert len(lines) == (words is not None)
    assert (words or "") in "".join(lines)


def test_a_robots_txt_that_asks_for_time_does_not_ask_to_stay_away() -> None:
    parameters = {"host": "a.cn", "delay": 600.0, "most": 120.0}
    finding = make_finding("host.crawl_delay", "error", parameters)
    discovery = Discovery(HOST, troubles=[f"{HOST}/: {finding.message}"])
    assert len(give_advice(discovery)) == 1
    discovery.troubles.append(f"{HOST}/: robots.txt asks not to fetch it")
    assert "leave it" in give_advice(discovery)[0]


@pytest.mark.parametrize("link", ["/zc/12/", "https://example.gov.cn/zc/12/"])
def test_a_page_under_two_addresses_is_one_column(link: str) -> None:
    body = TITLE + REPORTS + f'<a href="{link}">部门年报</a>'
    pages = {"/zc/12/index.html": body, link: body}
    discovery, _ = search(pages, "/zc/12/index.html")
    assert [(column.url, column.name) for column in discovery.columns] == [
        (f"{HOST}/zc/12/index.html", "部门年报")
    ]


FIRM = '<li><a href="/f/1.html">某城投公司2021年年度报告</a></li>'
SCHOOL = "<h1>某城投公司2021年年度报告</h1><p>一、公司概况</p>"
BUREAU = "<li><a href='/b/{0}.html'>某县{1}2021年政府信息公开年报</a></li>"
BUREAUS = "".join(BUREAU.format(n, name) for n, name in enumerate(("教育局", "司法局")))
OWN = '<a href="/nb/">政府信息公开年报</a>'
OTHERS = '<a href="/bm/">部门信息公开</a>'


@pytest.mark.parametrize(
    ("pages", "columns"),
    [
        # 年度报告 alone is also what firms publish: a row must prove it.
        (
            {
                "/": '<a href="/f/">年度报告</a>',
                "/f/": FIRM,
                "/f/1.html": SCHOOL,
            },
            [],
        ),
        (
            {
                "/": '<a href="/f/">年度报告</a>',
                "/f/": FIRM.replace("某城投公司", "某县"),
                "/f/1.html": BODY,
            },
            ["/f/"],
        ),
        # The government's own column is found, and the departments' behind a gate of theirs.
        (
            {
                "/": OWN + OTHERS,
                "/nb/": REPORT.replace("某县", "某县人民政府"),
                "/bm/": '<a href="/bm/nb/">部门年报</a>',
                "/bm/nb/": BUREAUS,
            },
            ["/nb/", "/bm/nb/"],
        ),
        # Where all bodies stand in one column the gate is not visited.
        (
            {
                "/": OWN + OTHERS,
                "/nb/": REPORT.replace("某县", "某县人民政府") + BUREAUS,
                "/bm/": '<a href="/bm/nb/">部门年报</a>',
                "/bm/nb/": BUREAUS,
            },
            ["/nb/"],
        ),
        # A department's column on the home page ends nothing.
        (
            {
                "/": '<a href="/jyj/">教育局信息公开年报</a><a href="/zwgk/">政务公开</a>',
                "/jyj/": BUREAU.format(1, "教育局"),
                "/zwgk/": OWN,
                "/nb/": REPORT.replace("某县", "某县人民政府") + BUREAUS,
            },
            ["/jyj/", "/nb/"],
        ),
        # A row without a year is no column, though its page has the report as a file.
        (
            {
                "/": OWN,
                "/nb/": REPORT + '<a href="/b/9.html">某县教育局政府信息公开年报</a>',
                "/b/9.html": '<a href="/b/9.docx">某县教育局2021年政府信息公开年报.docx</a>',
            },
            ["/nb/"],
        ),
        # The name of a block stands in its heading, and the link says 更多.
        (
            {
                "/": "<div><h3>政府信息公开年报</h3><a href='/nb/'>更多&gt;&gt;</a></div>",
                "/nb/": REPORT,
            },
            ["/nb/"],
        ),
        # A script file writes the menu.
        (
            {
                "/": "<body><script src='/js/nav.js'></script><p>欢迎</p></body>",
                "/js/nav.js": f"document.write('{OWN}');",
                "/nb/": REPORT,
            },
            ["/nb/"],
        ),
        # Nothing but the map of the site names the column.
        (
            {
                "/": "<a href='/map.html'>网站地图</a>",
                "/map.html": OWN,
                "/nb/": REPORT,
            },
            ["/nb/"],
        ),
    ],
)
def test_which_columns_a_search_ends_with(
    pages: dict[str, str], columns: list[str]
) -> None:
    discovery, paths = search(pages)
    assert [column.url for column in discovery.columns] == [HOST + c for c in columns]
    assert len(paths) == len(set(paths)) == discovery.requests


def test_a_page_that_a_script_draws_is_said_to_need_a_browser() -> None:
    shell = "<body><div id='app'></div><script src='/js/app.91bc.js'></script></body>"
    discovery, _ = search({"/": shell})
    assert discovery.outcome == "needs_browser"


FIRMS = "<title>年报</title>" + "".join(
    f'<li><a href="/f/{number}.html">某公司{2020 + number}年年度报告</a></li>'
    for number in (1, 2, 3)
)
NO_REPORT = "<p>某公司年报</p>"


@pytest.mark.parametrize(
    ("first", "second", "is_named"),
    [
        (NO_REPORT, NO_REPORT, False),
        (NO_REPORT, None, True),
        (None, None, True),
    ],
)
def test_a_column_is_named_until_its_last_row_proves_nothing(
    first: str | None, second: str | None, *, is_named: bool
) -> None:
    pages = {"/nb/": FIRMS, "/f/1.html": first, "/f/2.html": second}
    discovery, paths = search(pages, "/nb/")
    assert paths == ["/nb/", "/f/1.html", "/f/2.html"]
    assert discovery.columns == []
    assert bool(discovery.unread) == is_named


NEXT_PAGE = '<a href="/nb/index_1.html">下一页</a>'
OWN_ROW = '<li><a href="/a/1.html">某县2021年年度报告</a></li>'


@pytest.mark.parametrize("rows", [REPORT, OWN_ROW], ids=["plain", "to be proved"])
@pytest.mark.parametrize("second", [NO_REPORT, None], ids=["no report", "no answer"])
def test_a_list_that_proves_nothing_is_read_further(
    rows: str, second: str | None
) -> None:
    pages = {
        "/nb/": FIRMS + NEXT_PAGE,
        "/nb/index_1.html": "<title>年报</title>" + rows,
    }
    answers = {"/f/1.html": NO_REPORT, "/f/2.html": second, "/a/1.html": BODY}
    discovery, paths = search({**pages, **answers}, "/nb/")
    assert paths[:4] == ["/nb/", "/f/1.html", "/f/2.html", "/nb/index_1.html"]
    (column,) = discovery.columns
    assert (column.url, column.rows_url) == (f"{HOST}/nb/", f"{HOST}/nb/index_1.html")
    assert discovery.unread == {}


def test_many_lists_that_prove_nothing_are_not_all_read() -> None:
    pages = {
        f"/nb/index_{number}.html": FIRMS.replace("/f/", f"/f/{number}")
        + f'<a href="/nb/index_{number + 1}.html">下一页</a>'
        for number in range(1, 30)
    }
    discovery, paths = search({**pages, "/nb/": FIRMS + NEXT_PAGE}, "/nb/")
    assert paths[-3:] == ["/nb/index_1.html", "/f/11.html", "/f/12.html"]
    assert (len(paths), discovery.columns, discovery.unread) == (6, [], {})
