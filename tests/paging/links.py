"""Pagers of links, menus and buttons: what leads on stands on the page, or in its own script."""

from __future__ import annotations

import base64
from collections.abc import Callable

from tests.paging.site import (
    COUNT,
    ENTRY,
    Draw,
    Shape,
    View,
    ask_by_query,
    ask_from_0,
    ask_from_1,
    find_path,
)

Ask = Callable[[int], str]


def draw_next(ask: Ask, pattern: str, script: str = "", last: str = "") -> Draw:
    """Return the drawing of a way to the next page: {url} is its address, {n} its number."""

    def draw(view: View) -> str:
        if view.is_last:
            return f'{script}<div class="page"><a href="/nb/">首页</a>{last}</div>'
        url = find_path(ask(view.next))
        link = pattern.format(url=url, n=view.next, current=view.number)
        return f'{script}<div class="page"><a href="/nb/">首页</a>{link}</div>'

    return draw


def draw_numbers(ask: Ask, pattern: str, script: str = "", around: int = COUNT) -> Draw:
    """Return the drawing of numbered pages, those near the present one."""

    def draw(view: View) -> str:
        links = []
        for number in range(1, COUNT + 1):
            if number == view.number:
                links.append(f"<b>{number}</b>")
            elif abs(number - view.number) <= around:
                url = find_path(ask(number))
                links.append(pattern.format(url=url, n=number))
        return f'{script}<div class="pages">{" ".join(links)}</div>'

    return draw


def _menu(value: Callable[[int], str], attributes: str, script: str = "") -> Draw:
    def draw(view: View) -> str:
        options = []
        for number in range(1, COUNT + 1):
            chosen = " selected" if number == view.number else ""
            option = f'<option value="{value(number)}"{chosen}>第{number}页</option>'
            options.append(option)
        return (
            f"{script}共{COUNT}页 转到<select {attributes}>{''.join(options)}</select>"
        )

    return draw


def _ask_for_file(number: int) -> str:
    """Files count down: the second page is that before the newest."""
    return ENTRY if number == 1 else f"GET /nb/nb/{COUNT - number + 1}.htm"


def _ask_by_token(number: int) -> str:
    token = base64.urlsafe_b64encode(f"page:{number * 7919}".encode()).decode()
    return ENTRY if number == 1 else f"GET /nb/list.aspx?p={token.rstrip('=')}"


def _ask_in_two_parameters(number: int) -> str:
    return (
        ENTRY if number == 1 else f"GET /nb/list.do?cid=12&pageSize=2&pageNo={number}"
    )


def _ask_by_offset(number: int) -> str:
    return ENTRY if number == 1 else f"GET /nb/list.php?start={(number - 1) * 2}"


def _words(ask: Ask, pattern: str, control: str, last: str = "") -> Shape:
    return Shape(ask, draw_next(ask, pattern, last=last), control)


def _label(ask: Ask, label: str) -> Shape:
    return _words(ask, f'<a href="{{url}}">{label}</a>', f'text="{label}"')


GO_FROM_0 = """<script>function toPage(n) {
  if (n == 1) { window.location.href = "/nb/"; return; }
  window.location.href = "index_" + (n - 1) + ".html"; }</script>"""
GO_BY_QUERY = """<script>function goPage(n){ window.location.href = "/nb/list.jsp?page=" + n; }</script>"""
DELEGATED = """<script>document.addEventListener("click", function (event) {
  var page = event.target.getAttribute("data-page");
  if (page) location.href = "/nb/list.jsp?page=" + page; });</script>"""
BY_QUERY_OF_DATA = """<script>$(function () { $(".pages").on("click", "a.go", function () {
  window.location.href = "/nb/list.jsp?page=" + $(this).data("page"); }); });</script>"""


def _draw_written_into(view: View) -> str:
    return f"""<div id="pg"></div><script>
var cur = {view.number}, all = {COUNT}, html = "";
if (cur < all) html += '<a href="index_' + (cur + 1) + '.html">下一页</a>';
document.getElementById("pg").innerHTML = html;</script>"""


def _draw_address_set(view: View) -> str:
    if view.is_last:
        return '<div class="page"><span>下一页</span></div>'
    return f"""<div class="page"><a id="next">下一页</a></div><script>
var cur = {view.number};
document.getElementById("next").href = "index_" + (cur + 1) + ".html";</script>"""


def _draw_counted_next(view: View) -> str:
    return f"""<script>var pageNo = {view.number}, pageCount = {COUNT};
function nextPage() {{ if (pageNo >= pageCount) return; go(pageNo + 1); }}
function go(n) {{ location.href = "/nb/list.jsp?page=" + n; }}</script>
<div class="page"><a href="javascript:nextPage()">下一页</a></div>"""


def _draw_jump(view: View) -> str:
    """Print a field for a number beside the link, and words that count rows and pages."""
    link = "下一页"
    if not view.is_last:
        link = f'<a href="/nb/list.jsp?page={view.next}">下一页</a>'
    return (
        f'<div class="page">共{COUNT * 2}条 第{view.number}/{COUNT}页 {link}'
        f' <a href="/nb/list.jsp?page={COUNT}">尾页</a> <input size="2"><button>跳转</button></div>'
    )


LINKS: dict[str, Shape] = {
    "word": _label(ask_from_0, "下一页"),
    "short-word": _label(ask_by_query, "下页"),
    "later-word": _label(ask_from_1, "后一页"),
    "traditional": _label(ask_from_1, "下一頁"),
    "arrow": _label(ask_from_1, "›"),
    "double-arrow": _label(ask_by_query, "»"),
    "long-arrow": _label(ask_from_0, "→"),
    "angle": _words(ask_by_query, '<a href="{url}">&gt;</a>', 'text=">"'),
    "picture-alt": _words(
        ask_from_0, '<a href="{url}"><img src="/n.gif" alt="下一页" width="9" height="9"></a>', "img"
    ),
    "picture-title": _words(
        ask_from_1, '<a href="{url}" title="下一页"><img src="/n.gif" width="9" height="9"></a>', "img"
    ),
    "icon-class": _words(
        ask_from_1, '<a href="{url}" class="next"><i style="padding:4px"></i></a>', ".next"
    ),
    "relation": _words(ask_by_query, '<a href="{url}" rel="next">后面的内容</a>', "[rel=next]"),
    "last-leads-to-itself": _words(
        ask_from_1, '<a href="{url}">下一页</a>', 'a:text-is("下一页")', '<a href="javascript:void(0)">下一页</a>'
    ),
    "last-is-disabled": _words(
        ask_by_query,
        '<a href="{url}">下一页</a>',
        'a:not(.disabled):text-is("下一页")',
        f'<a class="disabled" href="/nb/list.jsp?page={COUNT + 1}">下一页</a>',
    ),
    "jump-field": Shape(ask_by_query, _draw_jump, 'a:text-is("下一页")'),
    "numbers": Shape(
        ask_from_1, draw_numbers(ask_from_1, '<a href="{url}">{n}</a>'), 'a:text-is("{next}")'
    ),
    "numbers-in-brackets": Shape(
        _ask_in_two_parameters,
        draw_numbers(_ask_in_two_parameters, '<a href="{url}">[{n}]</a>'),
        'a:text-is("[{next}]")',
    ),
    "numbers-in-a-window": Shape(
        ask_by_query,
        draw_numbers(ask_by_query, '<a href="{url}">{n}</a>', around=1),
        'a:text-is("{next}")',
    ),
    "numbers-of-rows": Shape(
        _ask_by_offset, draw_numbers(_ask_by_offset, '<a href="{url}">{n}</a>'), 'a:text-is("{next}")'
    ),
    "called-numbers": Shape(
        ask_by_query,
        draw_numbers(ask_by_query, '<a href="javascript:goPage({n})">{n}</a>', GO_BY_QUERY),
        'a:text-is("{next}")',
    ),
    "data-numbers": Shape(
        ask_by_query,
        draw_numbers(ask_by_query, '<a class="go" data-page="{n}">{n}</a>', BY_QUERY_OF_DATA),
        'a:text-is("{next}")',
    ),
    "data-numbers-heard": Shape(
        ask_by_query,
        draw_numbers(ask_by_query, '<a data-page="{n}">{n}</a>', DELEGATED),
        'a:text-is("{next}")',
    ),
    "menu": Shape(
        ask_from_1,
        _menu(lambda number: find_path(ask_from_1(number)), 'onchange="location.href=this.value"'),
        "select",
    ),
    "menu-of-numbers": Shape(
        ask_by_query, _menu(str, 'onchange="goPage(this.value)"', GO_BY_QUERY), "select"
    ),
    "menu-by-option": Shape(
        ask_by_query,
        _menu(str, 'onchange="goPage(this.options[this.selectedIndex].value)"', GO_BY_QUERY),
        "select",
    ),
    "menu-in-place": Shape(
        ask_by_query, _menu(str, "onchange=\"location.href='/nb/list.jsp?page='+this.value\""), "select"
    ),
    "menu-heard": Shape(
        ask_by_query,
        _menu(
            str, 'id="jump"',
            "<script>$(function () { $('#jump').on('change', function () {"
            " location.href = '/nb/list.jsp?page=' + $(this).val(); }); });</script>",
        ),
        "select",
    ),
    "clicked-address": _words(
        ask_from_0, "<button onclick=\"location.href='{url}'\">下一页</button>", 'text="下一页"'
    ),
    "clicked-span": _words(
        ask_by_query, "<span onclick=\"window.open('{url}','_self')\">下一页</span>", 'text="下一页"'
    ),
    "called-next": Shape(
        ask_from_0,
        draw_next(ask_from_0, '<a href="#" onclick="toPage({n});return false;">下一页</a>', GO_FROM_0),
    ),
    "javascript-with-number": Shape(
        ask_by_query,
        draw_next(ask_by_query, '<a href="javascript:goPage({n})">下一页</a>', GO_BY_QUERY),
    ),
    "counted-next": Shape(ask_by_query, _draw_counted_next),
    "written-into": Shape(ask_from_1, _draw_written_into),
    "address-set": Shape(ask_from_1, _draw_address_set, 'a:text-is("下一页")'),
    "descending-files": _label(_ask_for_file, "下页"),
    "descending-numbers": Shape(
        _ask_for_file, draw_numbers(_ask_for_file, '<a href="{url}">{n}</a>'), 'a:text-is("{next}")'
    ),
    "tokens": _label(_ask_by_token, "下一页"),
    "token-numbers": Shape(
        _ask_by_token, draw_numbers(_ask_by_token, '<a href="{url}">{n}</a>'), 'a:text-is("{next}")'
    ),
}  # fmt: skip
