"""How the spider walks lists, and when a list is at its end, over pages without a network."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from scrapy.http import HtmlResponse, Request

from nianbao.archive.records import Hints, Note
from nianbao.spiders.catalogue import make_provisional_site
from nianbao.spiders.lists import pagination
from nianbao.spiders.lists.pagination import Pagination
from nianbao.spiders.platform_spiders import SPIDERS

HOST = "http://www.example.gov.cn"


def play(
    platform: str, answers: Callable[[str], str], tree: str | None = None
) -> tuple[list[str], list[Note]]:
    """Walk the lists of a site whose pages a function makes; return the addresses asked for and
    what was noted.
    """
    site = make_provisional_site(platform, f"{HOST}/nb/", "年报")
    if tree:
        site = site.model_copy(update={"options": {"tree": tree}})
    spider = SPIDERS[platform](site)
    asked, notes = [], []
    waiting = [
        spider.request_list(entry.url, Pagination(entry.column))
        for entry in spider.site.entries
    ]
    while waiting:
        request = waiting.pop(0)
        asked.append(request.url.removeprefix(HOST))
        body = answers(asked[-1]).encode()
        answer = HtmlResponse(
            request.url.partition("#")[0], body=body, encoding="utf-8", request=request
        )
        for output in spider.parse_list(answer):
            if isinstance(output, Request) and output.meta["role"] == "list":
                waiting.append(output)
            elif isinstance(output, Note):
                notes.append(output)
    return asked, notes


def rules(notes: list[Note]) -> list[tuple[str, str]]:
    return [(note.finding.rule, note.finding.severity) for note in notes]


def row(number: int) -> str:
    return f'<li><a href="/a/{number}.html">某局{2000 + number % 25}年政府信息公开年报</a></li>'


def pager(url: str) -> str:
    return f'<a href="{url}">下一页</a>'


def number_of(url: str) -> int:
    return int(url.partition("=")[2] or 1)


def test_a_page_that_repeats_ends_the_paging() -> None:
    asked, notes = play(
        "generic",
        lambda url: row(min(number_of(url), 3)) + pager(f"/nb/?p={number_of(url) + 1}"),
    )
    assert asked == ["/nb/", "/nb/?p=2", "/nb/?p=3", "/nb/?p=4"]
    assert notes == []


def test_a_pager_that_never_ends_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pagination, "MOST_LIST_PAGES", 5)
    asked, notes = play(
        "generic",
        lambda url: row(number_of(url)) + pager(f"/nb/?p={number_of(url) + 1}"),
    )
    assert (len(asked), rules(notes)) == (5, [("list.endless", "error")])
    assert "after 5 pages" in notes[0].finding.message


def test_a_page_that_is_announced_and_a_stub() -> None:
    def trs(url: str) -> str:
        if url.endswith("_2.html"):
            return "<html></html>"
        current = (
            number_of(url.replace("_", "=").removesuffix(".html")) if "_" in url else 0
        )
        shown = f'<ul><li><a href="./t20210120_{current}.html">年报</a></li></ul>'
        return f'{shown}<script>createPageHTML(9, {current}, "index", "html")</script>'

    asked, notes = play("trs", trs)
    assert asked == ["/nb/", "/nb/index_1.html", "/nb/index_2.html"]
    assert rules(notes) == [("list.truncated", "warning")]
    assert "after 2 rows, on page 3" in notes[0].finding.message


def test_a_list_that_is_shorter_than_it_says() -> None:
    _, notes = play(
        "vsb", lambda _: '<li><a href="/info/1308/1.htm">年报</a></li><p>共48条</p>'
    )
    assert rules(notes) == [("list.truncated", "warning")]
    assert "after 1 of 48 rows" in notes[0].finding.message


def test_an_empty_list_and_an_empty_branch() -> None:
    assert rules(play("generic", lambda _: "<p>暂无</p>")[1]) == [
        ("list.empty", "error")
    ]
    asked, notes = play(
        "generic",
        lambda url: '<a href="2021/">2021年</a>' if url == "/nb/" else "",
        tree="years",
    )
    assert (asked, rules(notes)) == (["/nb/", "/nb/2021/"], [("list.empty", "warning")])


def test_a_tree_of_agencies_and_years() -> None:
    pages = {
        "/nb/": '<a href="szf/">市政府年报</a><a href="./bm/index.html">部门年报</a><a href="/zwgk/">政务公开</a>',
        "/nb/szf/": row(1) + '<a href="/nb/">返回</a>',
        "/nb/bm/index.html": '<a href="/nb/bm/2021/">2021</a><a href="/nb/bm/2020/">2020年度</a>',
    }
    asked, notes = play("generic", lambda url: pages.get(url, row(2)), tree="below")
    assert asked == [
        "/nb/",
        "/nb/szf/",
        "/nb/bm/index.html",
        "/nb/bm/2021/",
        "/nb/bm/2020/",
    ]
    assert notes == []
    assert play("generic", lambda url: pages.get(url, row(2)))[0] == ["/nb/"], (
        "without the option no tree is followed"
    )


def test_what_is_known_of_a_report_beforehand() -> None:
    """Row, column and site are hints of every report; a list of a year is of its column."""
    site = make_provisional_site("generic", f"{HOST}/nb/", "年报")
    site = site.model_copy(
        update={"name": "青石县人民政府", "options": {"tree": "below"}}
    )
    spider = SPIDERS["generic"](site)
    pages = {
        "/nb/": '<a href="jyj/">县教育局</a>',
        "/nb/jyj/": '<a href="/nb/jyj/2021/">2021年</a>',
        "/nb/jyj/2021/": row(21),
    }
    waiting = [spider.request_list(f"{HOST}/nb/", Pagination("年报"))]
    hints = []
    while waiting:
        request = waiting.pop(0)
        body = pages[request.url.removeprefix(HOST)].encode()
        answer = HtmlResponse(request.url, body=body, encoding="utf-8", request=request)
        for output in spider.parse_list(answer):
            if not isinstance(output, Request):
                continue
            if output.meta["role"] == "list":
                waiting.append(output)
            else:
                hints.append(output.meta["hints"])
    assert hints == [
        Hints(
            list_title="某局2021年政府信息公开年报",
            column="县教育局",
            site_name="青石县人民政府",
        )
    ]


def test_a_row_that_leads_to_no_page_loses_only_itself() -> None:
    lost = '<li><a href="{}">某局2021年政府信息公开年报</a></li>'
    hrefs = ("http://[::1/1.html", "http://h:b:c/", "javascript:void(0)")
    rows = "".join(lost.format(href) for href in hrefs)
    bad_pager = pager("http://[::1/2.html")
    site = make_provisional_site("generic", f"{HOST}/nb/", "年报")
    spider = SPIDERS["generic"](site)
    request = spider.request_list(f"{HOST}/nb/", Pagination("年报"))
    body = (rows + row(1) + bad_pager).encode()
    answer = HtmlResponse(f"{HOST}/nb/", body=body, encoding="utf-8", request=request)
    outputs = list(spider.parse_list(answer))
    asked = [output.url for output in outputs if isinstance(output, Request)]
    notes = [output for output in outputs if isinstance(output, Note)]
    assert asked == [f"{HOST}/a/1.html"]
    assert rules(notes) == [("list.row_lost", "warning")]
    assert "3 rows of the list lead to none" in notes[0].finding.message


def test_frames_of_a_list_are_read_as_one() -> None:
    frames = '<frameset><frame src="l.html"><frame src="m.html"></frameset>'
    pages = {"/nb/": frames, "/nb/l.html": "<a href='/'>首页</a>", "/nb/m.html": row(1)}
    asked, notes = play("generic", lambda url: pages[url])
    assert (asked, notes) == (["/nb/", "/nb/l.html", "/nb/m.html"], [])
    pages["/nb/m.html"] = "<p>暂无</p>"
    assert rules(play("generic", lambda url: pages[url])[1]) == [
        ("list.empty", "error")
    ]


def test_a_list_that_prints_more_than_it_shows() -> None:
    _, notes = play("generic", lambda _: row(1) + row(2) + "<p>共25条</p>")
    assert rules(notes) == [("list.truncated", "warning")]
    assert "after 2 of 25 rows" in notes[0].finding.message


def test_a_pager_that_cannot_be_followed() -> None:
    following = '<a href="javascript:turn(2)">下一页</a>'
    _, notes = play("trs", lambda _: row(1) + following)
    assert rules(notes) == [
        ("list.readers_differ", "info"),
        ("list.pager_not_followed", "warning"),
    ]
    assert "1 of 1 rows" in notes[0].finding.message
    assert "leads on (下一页)" in notes[1].finding.message
    assert play("generic", lambda _: row(1) + "<p>共1页</p>" + following)[1] == []


@pytest.mark.parametrize("platform", ["generic", "vsb", "trs", "ucap", "webforms"])
def test_a_next_page_by_script_on_any_platform(platform: str) -> None:
    script = "<script>function to(n) { location = '/nb/list_' + n + '.html' }</script>"
    further = f'{row(1)}<a href="#" onclick="to(2)">下一页</a>{script}'
    pages = {"/nb/": further, "/nb/list_2.html": row(2)}
    asked, notes = play(platform, pages.__getitem__)
    assert asked == ["/nb/", "/nb/list_2.html"]
    assert {severity for _, severity in rules(notes)} <= {"info"}


def test_a_plan_goes_on_where_pages_show_no_pager() -> None:
    """Fragments that a service answers with have rows and nothing else."""
    script = (
        "<script>var p = 1; function more() { p++;"
        " $.get('/more?p=' + p, function (h) { $('#l').append(h) }) }</script>"
    )

    def answer(url: str) -> str:
        if url == "/nb/":
            return f'{row(1)}<a onclick="more()">加载更多</a>{script}'
        number = number_of(url)
        return row(number) if number < 4 else ""

    asked, notes = play("generic", answer)
    assert asked == ["/nb/", "/more?p=2", "/more?p=3", "/more?p=4"]
    assert notes == []


def test_a_service_that_ignores_the_page_is_told() -> None:
    script = (
        "<script>var p = 1; function more() { p++; $.get('/more?p=' + p, f) }</script>"
    )
    asked, notes = play("generic", lambda url: row(1) + script * (url == "/nb/"))
    assert asked == ["/nb/", "/more?p=2", "/more?p=3"]
    assert rules(notes) == [("list.pager_not_followed", "warning")]


def test_a_server_that_ignores_the_page_is_told() -> None:
    further = f"{row(1)}{row(2)}{pager('/nb/?page=2')}"
    asked, notes = play("generic", lambda _: further)
    assert asked == ["/nb/", "/nb/?page=2"]
    assert rules(notes) == [("list.pager_not_followed", "warning")]
    assert "leads to the rows of its first page again" in notes[0].finding.message
    for total in ("共2条", "共1页"):
        assert play("generic", lambda _, total=total: further + total)[1] == []  # type: ignore[misc]
    first_again = row(1) + pager("/nb/?page=1&size=15")
    assert play("generic", lambda _: first_again)[1] == []


def test_rows_of_other_kinds_fill_the_pages_of_a_list() -> None:
    def answer(url: str) -> str:
        number = number_of(url)
        other = f'<li><a href="/b/{number}.html">关于公布某事的通知公告</a></li>'
        title = row(number) if number != 2 else ""
        following = pager(f"/nb/?p={number + 1}") if number < 3 else ""
        return f"<ul>{title}{other}</ul><p>共5条</p>{following}"

    asked, notes = play("generic", answer)
    assert asked == ["/nb/", "/nb/?p=2", "/nb/?p=3"]
    assert notes == []


def test_a_list_says_that_attributes_were_left_out() -> None:
    attributes = " ".join(f"a{number}" for number in range(5100))
    _, notes = play("generic", lambda _: f"<ul {attributes}>{row(1)}{row(2)}</ul>")
    assert rules(notes) == [("attributes.cut", "warning")]


def test_a_long_condition_in_a_script_takes_no_rows() -> None:
    """`i<n.length` begins no tag, however long what is behind it."""
    script = f"<script>if (i<n.length {'&& a != b ' * 2000}) {{ i++ }}"
    page = f"<ul>{row(1)}</ul>{script}</script><ul>{row(2)}{row(3)}</ul>"
    asked: list[str] = []
    site = make_provisional_site("generic", f"{HOST}/nb/", "年报")
    spider = SPIDERS["generic"](site)
    request = spider.request_list(f"{HOST}/nb/", Pagination("年报"))
    answer = HtmlResponse(
        request.url, body=page.encode(), encoding="utf-8", request=request
    )
    for output in spider.parse_list(answer):
        if isinstance(output, Request):
            asked.append(output.url.removeprefix(HOST))
    assert asked == ["/a/1.html", "/a/2.html", "/a/3.html"]


def test_numbers_lead_through_a_list() -> None:
    numbers = '<a href="?p=1">1</a><a href="?p=2">2</a><a href="?p=3">3</a>'
    asked, notes = play("generic", lambda url: row(number_of(url)) + numbers)
    assert (asked, notes) == (["/nb/", "/nb/?p=2", "/nb/?p=3"], [])


def test_a_row_may_be_a_list() -> None:
    site = make_provisional_site("generic", f"{HOST}/nb/", "年报")
    spider = SPIDERS["generic"](site)
    list_request = spider.request_list(f"{HOST}/nb/", Pagination("年报"))
    (year_request,) = [
        output
        for output in spider.parse_list(
            _answer(list_request, '<a href="2021/">2021年</a>')
        )
        if isinstance(output, Request)
    ]
    outputs = list(spider.parse_report(_answer(year_request, row(1) + row(2))))
    urls = [output.url for output in outputs if isinstance(output, Request)]
    assert urls == [f"{HOST}/a/1.html", f"{HOST}/a/2.html"]
    empty = list(spider.parse_report(_answer(year_request, "<p>暂无</p>")))
    notes = [output for output in empty if isinstance(output, Note)]
    assert rules(notes) == [("list.empty", "warning")]
    report = "<p>一、总体情况</p><p>二、存在的主要问题</p>"
    outputs = list(spider.parse_report(_answer(year_request, report + row(3))))
    assert len(outputs) == 1


def _answer(request: Request, body: str) -> HtmlResponse:
    return HtmlResponse(
        request.url, body=body.encode(), encoding="utf-8", request=request
    )


MORE = "<script>var p = 1; function more() { p++; $.get('/nb/?p=' + p, add) }</script>"


@pytest.mark.parametrize(
    ("answer", "is_said"),
    [
        ("<p>没有更多了</p>", False),
        ("", False),
        ("<p>您的访问出错了，请返回首页重新进入本栏目后再试一次。</p>", True),
    ],
)
def test_more_that_does_not_come_is_told(answer: str, is_said: bool) -> None:
    _, notes = play("generic", lambda url: row(1) + MORE if url == "/nb/" else answer)
    expected = [("list.pager_not_followed", "warning")] if is_said else []
    assert rules(notes) == expected


def test_the_same_page_under_another_spelling_is_no_next_page() -> None:
    pages = {"/nb/": row(1) + pager("/nb/?a=1&p=2")}
    other = row(2) + pager("/nb/?p=2&a=1") + "<p>共9条</p>"
    asked, notes = play("generic", lambda url: pages.get(url, other))
    assert asked == ["/nb/", "/nb/?a=1&p=2"]
    assert rules(notes) == [("list.truncated", "warning")]


def test_a_next_page_that_was_asked_for_as_a_report_is_asked_for_again() -> None:
    """Scrapy would drop the second request, and the list would end there in silence."""
    site = make_provisional_site("generic", f"{HOST}/nb/", "年报")
    spider = SPIDERS["generic"](site)
    spider.request_report(f"{HOST}/nb/2.html", Hints())
    again = spider.request_list(f"{HOST}/nb/2.html", Pagination("年报"))
    other = spider.request_list(f"{HOST}/nb/3.html", Pagination("年报"))
    assert (again.dont_filter, other.dont_filter) == (True, False)


def test_the_last_page_may_have_a_dead_link() -> None:
    dead = '<a href="javascript:void(0)">下一页</a>'
    asked, notes = play(
        "generic",
        lambda url: row(1) + pager("/nb/?p=2") if url == "/nb/" else row(2) + dead,
    )
    assert (asked, notes) == (["/nb/", "/nb/?p=2"], [])
    assert rules(play("generic", lambda _: row(1) + dead)[1]) == [
        ("list.pager_not_followed", "warning")
    ]
