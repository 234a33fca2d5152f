"""Pagers as one meets them now and then: markup of well-known systems, and scripts of many hands."""

from __future__ import annotations

from tests.paging.links import draw_next, draw_numbers
from tests.paging.services import make_service
from tests.paging.site import (
    COUNT,
    ENTRY,
    PAGE_SIZE,
    ROWS,
    Draw,
    Shape,
    View,
    ask_by_query,
    ask_from_1,
    find_path,
)

LINK = 'a:text-is("下一页")'
NUMBER = 'a:text-is("{next}")'


def _at(number: int) -> str:
    return find_path(ask_from_1(number))


def _script(pattern: str) -> Draw:
    """Return the drawing of a script: NUMBER, COUNT, ROWS and SIZE stand for figures."""

    def draw(view: View) -> str:
        figures = {
            "NUMBER": view.number,
            "COUNT": COUNT,
            "ROWS": ROWS,
            "SIZE": PAGE_SIZE,
        }
        text = pattern
        for name, figure in figures.items():
            text = text.replace(name, str(figure))
        return text

    return draw


# --- markup ---------------------------------------------------------------------------------


def _draw_dede(view: View) -> str:
    options = []
    items = []
    for number in range(1, COUNT + 1):
        chosen = " selected" if number == view.number else ""
        options.append(f"<option value='{_at(number)}'{chosen}>{number}</option>")
        if number == view.number:
            items.append(f'<li class="thisclass">{number}</li>')
        else:
            items.append(f"<li><a href='{_at(number)}'>{number}</a></li>")
    last = ""
    if not view.is_last:
        last = f"<li><a href='{_at(view.next)}'>下一页</a></li><li><a href='{_at(COUNT)}'>末页</a></li>"
    return (
        f"<ul class='pagelist'><li>首页</li>{''.join(items)}{last}<li><select name='sldd'"
        f" onchange='location.href=this.options[this.selectedIndex].value;'>{''.join(options)}</select></li>"
        f"<li>共 <strong>{COUNT}</strong>页<strong>{ROWS}</strong>条</li></ul>"
    )


def _draw_phpcms(view: View) -> str:
    """Print a link to the next page that leads to the last page on the last page."""
    following = _at(min(view.next, COUNT))
    return f'<div id="pages"><a class="a1">{ROWS}条</a> <span>{view.number}</span> <a href="{following}" class="a1">下一页</a></div>'


def _draw_empire(view: View) -> str:
    link = ""
    if not view.is_last:
        link = f'<a href="{_at(view.next)}">下一页</a>&nbsp;<a href="{_at(COUNT)}">尾页</a>'
    return f'<div><a title="Total record">&nbsp;<b>{ROWS}</b> </a>&nbsp;<b>{view.number}</b>&nbsp;{link}</div>'


def _draw_bootstrap(view: View) -> str:
    if view.is_last:
        return '<ul class="pagination"><li class="page-item disabled"><a class="page-link">&raquo;</a></li></ul>'
    return (
        '<ul class="pagination"><li class="page-item"><a class="page-link" aria-label="Next"'
        f' href="{_at(view.next)}"><span aria-hidden="true">&raquo;</span></a></li></ul>'
    )


def _draw_based(view: View) -> str:
    link = "" if view.is_last else f'<a href="index_{view.next}.html">下一页</a>'
    return f'<base href="http://word.localhost/"><base href="/nb/">{link}'


def _draw_clicked_attribute(view: View) -> str:
    link = "下一页"
    if not view.is_last:
        link = f'<a href="javascript:;" url="{_at(view.next)}" onclick="clickGoto(this)">下一页</a>'
    return f"{link}<script>function clickGoto(a) {{ location.href = a.getAttribute('url'); }}</script>"


def _draw_submit_button(view: View) -> str:
    button = ""
    if not view.is_last:
        button = f'<input type="submit" name="go{view.next}" value="下一页">'
    return f'<form method="post" action="/nb/list.do"><input type="hidden" name="cid" value="7">{button}</form>'


def _ask_by_submit(number: int) -> str:
    return ENTRY if number == 1 else f"POST /nb/list.do cid=7&go{number}=下一页"


def _draw_written_by_loop(view: View) -> str:
    return f"""<div class="pages"><script>
var pageCount = {COUNT}, current = {view.number};
for (var i = 1; i <= pageCount; i++) {{
  if (i == current) document.write("<b>" + i + "</b> ");
  else if (i == 1) document.write('<a href="/nb/">1</a> ');
  else document.write('<a href="index_' + i + '.html">' + i + "</a> ");
}}</script></div>"""


def _draw_data_attributes(view: View) -> str:
    return (
        f'<div class="pager" data-total="{ROWS}" data-size="{PAGE_SIZE}" data-current="{view.number}"'
        ' data-address="/nb/index_{n}.html"></div><script>drawPager()</script>'
    )


# --- scripts --------------------------------------------------------------------------------

SUM_IN_LINK = """<script>function gotoPage(n) { if (n > COUNT) { n = COUNT; } if (n < 1) n = 1;
window.location.href = "/nb/list.jsp?page=" + n; }</script>"""
LISTENED = """<button id="prev">上</button><button id="next">下一页</button><script>
const next = document.getElementById('next'); let page = NUMBER;
function navigate(n) { if (n <= COUNT) window.location = `/nb/list.jsp?page=${n}`; }
next.addEventListener('click', () => navigate(page + 1));</script>"""
INLINE_JQUERY = """<form id="f" action="/nb/list.jsp"><input type="hidden" id="p" name="page" value="1"></form>"""
REPLACED = """<script>var pattern = "/nb/index_{0}.html";
function toPage(n) { location.href = pattern.replace("{0}", n); }</script>"""
SEARCHED = """<script>function toPage(n) { location.search = "?page=" + n; }</script>"""
RETURNED = """<script>function build(name, n) { return "/nb/list.jsp?" + name + "=" + n; }
function toPage(n) { window.location.href = build("page", n); }</script>"""
CHOSEN = """<script>function toPage(n) { var u; switch (n) { case 1: u = "/nb/"; break; default: u = "/nb/index_" + n + ".html"; }
location.href = u; }</script>"""
CONFIGURED = """<div class="fy"></div><script>
var pageConfig = { total: ROWS, pageSize: SIZE, pageIndex: NUMBER, url: '/nb/index_{page}.html' };
drawConfigured(document.querySelector(".fy"), pageConfig);</script>"""
GO_PARENT = """<script>var Paging = { go: function (n) { window.location.href = "/nb/index_" + n + ".html"; } };</script>"""


def _ask_by_search(number: int) -> str:
    return ENTRY if number == 1 else f"GET /nb/?page={number}"


def _next(ask: object, pattern: str, script: str) -> Shape:
    text = script.replace("COUNT", str(COUNT))
    return Shape(ask, draw_next(ask, pattern, text), LINK)  # type: ignore[arg-type]


# --- services -------------------------------------------------------------------------------


def _ask_rows(number: int) -> str:
    return f"GET /nb/rows.jsp?page={number}"


def _ask_rows_from_0(number: int) -> str:
    return f"POST /nb/rows.jsp pageNo={number}&pageSize=2"


PAGED_FROM_0 = """<div id="pg"></div><script>
$(function () { getData(0); });
function getData(pageNo) {
  var param = "pageNo=" + (pageNo + 1) + "&pageSize=2";
  $.ajax({ type: "POST", url: "rows.jsp", data: param, success: function (text) {
    $("#list").html(text);
    $("#pg").pagination(ROWS, { callback: selected, items_per_page: 2, current_page: pageNo });
  } });
}
function selected(page_id, jq) { getData(page_id); }</script>"""
PAGED_AND_NAMED = """<div id="pg"></div><script>
$("#pg").paging({ pageNo: 1, totalPage: COUNT, totalSize: ROWS, callback: function (num) { show(num); } });
function show(num) { $.get("/nb/rows.jsp", { page: num }, function (text) { $("#list").html(text); }); }</script>"""
FLOWED = """<script>layui.use("flow", function () { layui.flow.load({ elem: "#list", done: function (page, next) {
  $.get("/nb/rows.jsp?page=" + page, function (text) { next(text, page < COUNT); }); } }); });</script>"""
LOADED_PART = """<div id="pg"></div><script>
var pn = 1;
function more() { pn++; $("#list").load("/nb/rows.jsp?page=" + pn + " #list"); if (pn >= COUNT) $("#m").hide(); }
</script><a id="m" href="javascript:more()">加载更多</a>"""
PUSHED = """<button onclick="next()" id="b">下一页</button><script>
var state = { page: 1 };
async function next() { state.page += 1; const r = await fetch("/nb/rows.jsp?" + new URLSearchParams({ page: state.page }));
  document.getElementById("list").innerHTML = await r.text();
  if (state.page >= COUNT) document.getElementById("b").disabled = true; }</script>"""
COMPONENT = """<div id="app"><a id="v">下一页</a></div><script>
var vm = new Vue({ el: "#app", data: { page: 1, size: 2 }, mounted() { this.getList(); },
  methods: {
    getList() { axios.get("/nb/rows.jsp", { params: { page: this.page } }).then(r => { $("#list").html(r.data); }); },
    next() { this.page++; this.getList(); if (this.page >= COUNT) $("#v").hide(); } } });
$("#v").click(function () { vm.next(); });</script>"""
COUNTED_BY_ATTRIBUTE = """<a class="more" data-page="1">查看更多</a><script>
$(".more").click(function () { var n = parseInt($(this).attr("data-page")) + 1; $(this).attr("data-page", n);
  $.get("/nb/rows.jsp?page=" + n, function (text) { $("#list").append(text); }); if (n >= COUNT) $(".more").hide(); });</script>"""
CLICKED_ROWS = """<div class="pages"><i data-n="2">2</i><i data-n="3">3</i></div><script>
$(".pages").on("click", "i", function () { var n = $(this).data("n");
  $.get("/nb/rows.jsp?page=" + n, function (text) { $("#list").html(text); }); });</script>"""

OTHERS: dict[str, Shape] = {
    "dede": Shape(ask_from_1, _draw_dede, LINK),
    "phpcms": Shape(ask_from_1, _draw_phpcms, "a.a1[href*='index_{next}']"),
    "empire": Shape(ask_from_1, _draw_empire, LINK),
    "bootstrap": Shape(ask_from_1, _draw_bootstrap, ".page-item:not(.disabled) a"),
    "class-on-item": Shape(
        ask_from_1, draw_next(ask_from_1, '<ul><li class="next"><a href="{url}">»</a></li></ul>'), ".next a"
    ),
    "words-and-numbers": Shape(
        ask_from_1, draw_next(ask_from_1, '<a href="{url}">下一页({n}/3)</a>'), ".page a:nth-child(2)"
    ),
    "words-for-look": Shape(
        ask_from_1, draw_next(ask_from_1, '<a href="{url}">查看下一页</a>'), ".page a:nth-child(2)"
    ),
    "turn-down": Shape(ask_from_1, draw_next(ask_from_1, '<a href="{url}">下翻</a>'), 'text="下翻"'),
    "nested-words": Shape(
        ask_from_1, draw_next(ask_from_1, '<a href="{url}"><span><em>下一</em><em>页</em></span></a>'), ".page a:nth-child(2)"
    ),
    "clicked-attribute": Shape(ask_from_1, _draw_clicked_attribute, LINK),
    "submit-button": Shape(_ask_by_submit, _draw_submit_button, "[type=submit]"),
    "written-by-loop": Shape(ask_from_1, _draw_written_by_loop, NUMBER),
    "data-attributes": Shape(ask_from_1, _draw_data_attributes, rule="list.truncated"),
    "sum-in-link": _next(ask_by_query, '<a href="javascript:gotoPage({current}+1)">下一页</a>', SUM_IN_LINK),
    "listened": Shape(ask_by_query, _script(LISTENED), "#next"),
    "inline-jquery": _next(
        ask_by_query, """<a href="#" onclick="$('#p').val({n});$('#f').submit();">下一页</a>""", INLINE_JQUERY
    ),
    "inline-form": _next(
        ask_by_query,
        '<a href="javascript:document.forms[0].page.value={n};document.forms[0].submit()">下一页</a>',
        INLINE_JQUERY,
    ),
    "replaced": _next(ask_from_1, '<a href="javascript:toPage({n})">下一页</a>', REPLACED),
    "searched": _next(_ask_by_search, '<a href="javascript:toPage({n})">下一页</a>', SEARCHED),
    "returned": _next(ask_by_query, '<a href="javascript:toPage({n})">下一页</a>', RETURNED),
    "switched": _next(ask_from_1, '<a href="javascript:toPage({n})">下一页</a>', CHOSEN),
    "method-of-object": _next(ask_from_1, '<a href="javascript:Paging.go({n})">下一页</a>', GO_PARENT),
    "configured": Shape(ask_from_1, _script(CONFIGURED), beyond="spider"),
    "numbers-by-method": Shape(
        ask_from_1,
        draw_numbers(ask_from_1, '<a href="javascript:void(0)" onclick="Paging.go({n})">{n}</a>', GO_PARENT),
        NUMBER,
    ),
    "paged-from-0": make_service(
        _ask_rows_from_0, PAGED_FROM_0, is_shell=True, beyond="" if COUNT > 1 else "spider"
    ),
    "paged-and-named": make_service(_ask_rows, PAGED_AND_NAMED),
    "flowed": make_service(_ask_rows, FLOWED, "scroll", is_shell=True, beyond="spider"),
    "loaded-part": make_service(_ask_rows, LOADED_PART, "#m", beyond="spider"),
    "pushed": make_service(_ask_rows, PUSHED, "#b", beyond="spider"),
    "component": make_service(_ask_rows, COMPONENT, "#v", is_shell=True, beyond="spider"),
    "counted-by-attribute": make_service(_ask_rows, COUNTED_BY_ATTRIBUTE, ".more", beyond="spider"),
    "clicked-rows": make_service(_ask_rows, CLICKED_ROWS, 'i:text-is("{next}")', beyond="spider"),
}  # fmt: skip
