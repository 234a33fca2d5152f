"""Hostile scripts, forms and menus: what finds pagers in them grows with the page, not faster."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nianbao.spiders.lists.page import ListPage
from nianbao.spiders.paging.pager_links import find_pager_links
from nianbao.spiders.paging.plans import find_plan
from tests.growth import LINEAR, measure_growth

Shape = Callable[[int], str]
URL = "http://www.example.gov.cn/xxgk/"
GO = "<script>function go(n) { location.href = 'l_' + n + '.html' }</script>"
# What the general pager and the plans of pages make of scripts, forms and menus.
PAGER_SHAPES: dict[str, tuple[int, Shape]] = {
    "listeners": (400, lambda n: "<script>" + "$('.a').click(function () { go(2) });" * n),
    "listeners not closed": (
        1_000,
        lambda n: "<script>" + "$(document).on('click', '.a', function (" * n,
    ),
    "listeners and links": (
        300,
        lambda n: (
            "<script>" + "$('.a').click(function () { go(2) });" * n + "</script>"
            + "<a class=a data-page=2>2</a>" * n
        ),
    ),
    "links that call": (300, lambda n: GO + "<a href='javascript:go(2)'>2</a>" * n),
    "links that call each by its number": (
        300,
        lambda n: GO + "".join(f"<a onclick='go({i})'>{i}</a>" for i in range(n)),
    ),
    "links and variables": (
        400,
        lambda n: (
            "<script>" + "".join(f"var v{i} = 'x{i}';" for i in range(n)) + "</script>" + GO
            + "<a onclick='go(2)'>下一页</a>" * n
        ),
    ),
    "numbers in nested elements": (
        300,
        lambda n: "".join(f"<div><a href='{i}.html'>{i}</a>" for i in range(n)),
    ),
    "numbers in nested elements around much": (
        100,
        lambda n: "".join(f"<div><a href='{i}.html'>{i}</a>" for i in range(n))
        + "<br>" * (20 * n),
    ),
    "options of a menu": (
        300,
        lambda n: f"{GO}<select onchange='go(this.value)'>"
        + "".join(f"<option>{i}" for i in range(1, n)),
    ),
    "menus": (300, lambda n: "<select><option>1<option>2</select>" * n),
    "conditions in conditions": (2_000, lambda n: "<script>" + "if (a) {" * n),
    "conditions without brackets": (2_000, lambda n: "<script>" + "if (a) " * n),
    "conditions of conditions": (2_000, lambda n: "<script>if (" + "a && (" * n),
    "functions that call one another": (
        300,
        lambda n: "<script>"
        + "".join(f"function f{i}(n) {{ f{i + 1}(n); f{i + 2}(n) }}" for i in range(n)),
    ),
    "functions that ask for a page": (
        300,
        lambda n: "<script>go(1);"
        + "".join(f"function f{i}(n) {{ $.get('/q?p=' + n) }}" for i in range(n)),
    ),
    "functions that count on": (
        300,
        lambda n: "<script>var p = 1;"
        + "".join(f"function f{i}() {{ p++; $.get('/q?p=' + p) }}" for i in range(n)),
    ),
    "loops": (300, lambda n: "<script>" + "for (i = 1; i < 9; i++) { a(i); }" * n),
    "loops in loops": (1_000, lambda n: "<script>" + "for (i = 1; i < 9; i++) { " * n),
    "loops that write": (
        300,
        lambda n: "<script>"
        + "for (i = 1; i < 99; i++) document.write('<a href=' + i + '>下一页</a>');" * n,
    ),
    "components": (300, lambda n: "<script>" + "x({data: {page: 1, a: {b: 1}}});" * n),
    "elements with data": (
        300,
        lambda n: "<script>$('.a').click(function () { $.get('/q?p=' + this.dataset.n) })</script>"
        + "<i class=a data-n=2>2</i>" * n,
    ),
    "links with elements": (
        300,
        lambda n: "<script>function go(a) { location.href = a.dataset.u }</script>"
        + "<a onclick='go(this)' data-u='/2.html'>下一页" * n,
    ),
    "totals in attributes": (1_000, lambda n: "<div class=page data-total=9>" * n),
    "pager objects": (500, lambda n: "<script>" + "page = {total: 9, size: 2};" * n),
    "names of elements": (
        500,
        lambda n: "<script>"
        + "var a = document.getElementById('a'); a.onclick = function () {};" * n,
    ),
    "texts that double": (300, lambda n: "<script>a = '下一页';" + "a = a + a;" * n),
    "templates that double": (300, lambda n: "<script>a = '下一页';" + "a = `${a}${a}`;" * n),
    "objects that double": (300, lambda n: "<script>a = {};" + "a = {x: a, y: a};" * n),
    "objects in objects": (2_000, lambda n: "<script>a = " + "{a: " * n),
    "templates in templates": (2_000, lambda n: "<script>a = " + "`${" * n),
    "choices in choices": (2_000, lambda n: "<script>a = " + "b ? " * n),
    "signs": (4_000, lambda n: "<script>a = " + "!" * n),
    "written links": (500, lambda n: "<script>" + "document.write('<a>下一页</a>');" * n),
    "set addresses": (
        500,
        lambda n: "<script>" + "document.getElementById('a').href = 'b';" * n,
    ),
    "services": (500, lambda n: "<script>" + "$.ajax({url: '/q', data: {p: 1}});" * n),
    "services not closed": (1_000, lambda n: "<script>" + "$.ajax({url: '/q', data: {" * n),
    "opened requests": (1_000, lambda n: "<script>" + "x.open('GET', '/q');" * n),
    "pager calls of a named function": (
        400,
        lambda n: "<script>function go(n) {}" + "laypage({pages: 9, jump: go});" * n,
    ),
    "forms": (
        300,
        lambda n: "<form action=/q><input name=p value=1></form>" * n
        + "<script>function go(n) { document.f.p.value = n; document.f.submit() }</script>"
        + "<a href='javascript:go(2)'>下一页</a>",
    ),
    "post-backs": (
        300,
        lambda n: "<form><input type=hidden name=__VIEWSTATE value=x>"
        + "<a href=\"javascript:__doPostBack('a','2')\">2</a>" * n,
    ),
    "blanks in a listener": (20_000, lambda n: f"<script>window{' ' * n}.on"),
    "targets in a script": (2_000, lambda n: "<a onclick='" + "this.options[" * n + "'>2</a>"),
}  # fmt: skip


@pytest.mark.parametrize("shape", PAGER_SHAPES)
def test_pagers_are_found_in_linear_time(shape: str) -> None:
    size, make_page = PAGER_SHAPES[shape]

    def find_pagers(html: str) -> None:
        for has_rows in (True, False):
            page = ListPage.from_bytes(URL, html.encode())
            find_pager_links(page)
            find_plan(page, page_count=None, has_rows=has_rows)

    assert measure_growth(find_pagers, make_page, size // 2) < LINEAR
