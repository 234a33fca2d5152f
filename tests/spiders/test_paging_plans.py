"""Plans of pages: what the scripts of a first page ask for, page after page."""

from __future__ import annotations

import pytest

from nianbao.spiders.lists.page import FormPost, ListPage, NextPage
from nianbao.spiders.paging.plans import MORE_PAGES, find_plan

URL = "http://www.example.gov.cn/nb/"


def plan(
    script: str, *, page_count: int | None = None, has_rows: bool = True, body: str = ""
) -> tuple[list[NextPage], bool] | None:
    html = f'<html><head><meta charset="utf-8"></head><body>{body}<script>{script}</script></body></html>'
    page = ListPage.from_bytes(URL, html.encode())
    found = find_plan(page, page_count=page_count, has_rows=has_rows)
    if found is None:
        return None
    requests = [
        request.removeprefix(URL) if isinstance(request, str) else request
        for request in found.requests
    ]
    return requests, found.is_counted


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (
            "layui.use('laypage', function () { layui.laypage.render({ elem: 'pg', count: 35, limit: 15, curr: 1,"
            " jump: function (obj, first) { if (!first) { location.href = 'list.jsp?page=' + obj.curr; } } }); });",
            ["list.jsp?page=2", "list.jsp?page=3"],
        ),
        (
            "laypage({ cont: 'page', pages: 4, curr: 2, jump: function (e, first) {"
            " if (!first) location.href = '?p=' + e.curr } })",
            ["?p=3", "?p=4"],
        ),
        (
            "$('.pagination').pagination({ totalPage: 3, callBack: function (currPage) { var i = currPage;"
            " if (i == 1) location.href = 'index.html'; else location.href = 'index_' + i + '.html'; } });"
            " $('.pagination').pagination('setPage', 1, 3)",
            ["index_2.html", "index_3.html"],
        ),
        (
            "$('#p').pagination(25, { callback: function (page_index, jq) {"
            " location.href = 'list.jsp?page=' + (page_index + 1); }, items_per_page: 10, current_page: 0 })",
            ["list.jsp?page=2", "list.jsp?page=3"],
        ),
        (
            "$('#p').pagination(25, { link_to: '?p=__id__', items_per_page: 10, callback: function () { return true } })",
            ["?p=1", "?p=2"],
        ),
        (
            "$('#p').pagination({ pageCount: 3, current: 1, callback: function (api) {"
            " location.href = 'list_' + api.getCurrent() + '.html' } })",
            ["list_2.html", "list_3.html"],
        ),
        (
            "kkpager.generPageHtml({ pno: 1, total: 3, totalRecords: 30, hrefFormer: 'index', hrefLatter: '.html',"
            " getLink: function (n) { return n == 1 ? this.hrefFormer + this.hrefLatter"
            " : this.hrefFormer + '_' + n + this.hrefLatter; } })",
            ["index_2.html", "index_3.html"],
        ),
        (
            "$('#p').twbsPagination({ totalPages: 3, onPageClick: function (event, page) {"
            " $.post('/q', { page: page, cid: 7 }, function (h) { $('#l').html(h) }) } })",
            [
                FormPost("http://www.example.gov.cn/q", {"page": "2", "cid": "7"}),
                FormPost("http://www.example.gov.cn/q", {"page": "3", "cid": "7"}),
            ],
        ),
        (
            "$('#p').bootstrapPaginator({ currentPage: 1, totalPages: 3,"
            " pageUrl: function (type, page, current) { return '?p=' + page } })",
            ["?p=2", "?p=3"],
        ),
        (
            "function opened(i, jq) { location.href = 'index_' + i + '.html' }"
            " $('#p').pagination(25, { items_per_page: 10, current_page: 0, callback: opened })",
            ["index_1.html", "index_2.html"],
        ),
        # a pager that is seen and cannot be followed
        ("new Pager('#p', { total: 3, current: 1, size: 10 }).show();", []),
        (
            "laypage({ pages: 3, jump: function (obj) { secret(obj.curr) } })",
            [],
        ),
        (
            "$(window).scroll(function () { loadMore() }); function loadMore() { $.ajax(make(n)) }",
            [],
        ),
        ("list.innerHTML = rows + '<a href=\"' + make(n) + '\">下一页</a>'", []),
    ],
)
def test_plug_ins(script: str, expected: list[NextPage]) -> None:
    found = plan(script)
    assert found is not None
    assert found[0] == expected


@pytest.mark.parametrize(
    "script",
    [
        "",
        "laypage({ cont: 'page', pages: 1, jump: function (e) { location.href = '?p=' + e.curr } })",
        "// laypage({ cont: 'page', pages: 9, jump: function (e) { location.href = '?p=' + e.curr } })",
        "showPage({ id: 'banner' })",
        "var n = 0; setInterval(function () { n++; show(n) }, 9)",
        "window.addEventListener('scroll', function () { top.style.display = 'block' })",
        "var countPage = 1; if (countPage > 1) document.write('<a>下一页</a>')",
        "function hit() { $.get('/hits?id=1', function (n) { count = n + 1 }) }",
    ],
)
def test_scripts_without_further_pages(script: str) -> None:
    assert plan(script) is None


def test_pages_that_are_opened_have_links_of_their_own() -> None:
    """How many there are is not known: the plan would ask for pages that are none."""
    script = "function go(n) { location.href = 'list_' + n + '.html' }"
    body = '<a href="javascript:go(2)">下一页</a>'
    assert plan(script, body=body) is None
    drawn = (
        "laypage({ pages: all, jump: function (e) { location.href = '?p=' + e.curr } })"
    )
    assert plan(drawn) == ([], False)


def test_a_button_for_more_counts_on() -> None:
    found = plan(
        "var page = 1, cid = 'a1'; function more() { page++;"
        " $.get('/more?cid=' + cid + '&page=' + page, function (d) { $('#l').append(d) }) }"
    )
    assert found is not None
    requests, is_counted = found
    assert requests[:2] == [
        "http://www.example.gov.cn/more?cid=a1&page=2",
        "http://www.example.gov.cn/more?cid=a1&page=3",
    ]
    assert (len(requests), is_counted) == (MORE_PAGES, False)


@pytest.mark.parametrize(
    "script",
    [
        "$(function () { var n = 1; $('#more').click(function () { n = n + 1;"
        " $.ajax({ url: '/q', type: 'POST', data: { p: n }, success: function (r) { add(r) } }) }) })",
        "var n = 2; function load() { $.post('/q', { p: n }, function (r) { n++; add(r) }) }",
        "let n = 1; const more = async () => { n += 1; const r = await fetch('/q',"
        " { method: 'POST', body: new URLSearchParams(`p=${n}`) }) }; function x() { n++; $.post('/q', { p: n }) }",
        "var q = { p: 1 }; function next() { q.p += 1; var x = new XMLHttpRequest(); x.open('POST', '/q');"
        " x.send('p=' + q.p) }",
    ],
)
def test_what_is_sent_for_more(script: str) -> None:
    found = plan(script, page_count=3)
    assert found is not None
    assert found[0][0] == FormPost("http://www.example.gov.cn/q", {"p": "2"})


def test_more_as_json() -> None:
    found = plan(
        "var q = { page: 1, channel: 'c' }; function more() { q.page++; fetch('/q', { method: 'POST',"
        " headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(q) }).then(r => r.json()) }"
    )
    assert found is not None
    assert found[0][0] == FormPost(
        "http://www.example.gov.cn/q", {"page": 2, "channel": "c"}, as_json=True
    )


def test_links_that_call_a_function_by_number() -> None:
    """What comes by script shows no pager: the pages follow from the first one."""
    script = "function go(n) { $('#list').load('/frag.jsp?p=' + n) }"
    body = '<a href="javascript:go(2)">下一页</a>'
    found = plan(script, page_count=3, body=body)
    assert found == (
        [f"http://www.example.gov.cn/frag.jsp?p={n}" for n in (2, 3)],
        True,
    )
    drawn = plan(script, page_count=3, body=body, has_rows=False)
    assert drawn is not None
    assert drawn[0][0] == "http://www.example.gov.cn/frag.jsp?p=1"


@pytest.mark.parametrize(
    "script",
    [
        "function load(n) { $.get('/q?p=' + n, show) } load(1)",
        "function load(n) { $.get('/q', { p: n }, show) } $(function () { load(1) })",
        "var p = 1; function get() { $.get('/q?p=' + p, show) } function next() { p++; get() } get()",
        "fetch('/q?p=1').then(function (r) { show(r) })",
        "window.onload = function () { $.ajax({ url: '/q', data: { p: 1 }, success: show }) }",
        "function load(n) { $.get('/q?p=' + (n + 1), show) } load(0)",
    ],
)  # fmt: skip
def test_rows_that_are_asked_for_at_the_start(script: str) -> None:
    found = plan(script, page_count=3, has_rows=False)
    assert found is not None
    assert found[0] == [f"http://www.example.gov.cn/q?p={n}" for n in (1, 2, 3)]


@pytest.mark.parametrize("name", ["url", "parameters", "self"])
def test_a_parameter_may_have_any_name(name: str) -> None:
    script = f"$.get('/q', {{ {name}: 'x', p: 1 }}, show)"
    found = plan(script, page_count=2, has_rows=False)
    assert found is not None
    host = "http://www.example.gov.cn"
    assert found[0] == [f"{host}/q?{name}=x&p={n}" for n in (1, 2)]


def test_rows_that_come_all_at_once() -> None:
    found = plan("$.getJSON('/all.json', show)", has_rows=False)
    assert found == (["http://www.example.gov.cn/all.json"], False)


@pytest.mark.parametrize(
    ("body", "row_count", "is_said"),
    [
        ("<el-pagination :total='35'></el-pagination>", 2, True),
        ("<iframe src='/nb/pager.html'></iframe>", 2, True),
        ("<iframe src='/homepage.html'></iframe>", 20, False),
        ("<div id='page_div' class='pagination'></div>", 20, True),
        ("<div id='page_div' class='pagination'></div>", 2, False),
        ("<div class='page'></div>", 20, False),
    ],
)
def test_a_place_for_a_pager_is_told(body: str, row_count: int, is_said: bool) -> None:
    html = f'<html><head><meta charset="utf-8"></head><body>{body}</body></html>'
    page = ListPage.from_bytes(URL, html.encode())
    found = find_plan(page, page_count=None, has_rows=True, row_count=row_count)
    assert (found is not None and found.requests == ()) is is_said
