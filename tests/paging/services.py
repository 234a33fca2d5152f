"""Pagers that send a form, and those that put the rows of further pages into the page."""

from __future__ import annotations

import json
from collections.abc import Callable

from tests.paging.site import (
    COUNT,
    ENTRY,
    NEXT_WORD,
    PAGE_SIZE,
    ROWS,
    Draw,
    Shape,
    View,
    draw_rows,
    list_rows,
)

# --- forms ----------------------------------------------------------------------------------


def _ask_by_form(number: int) -> str:
    return ENTRY if number == 1 else f"POST /nb/list.do cid=7&sort=date&page={number}"


def _draw_form(control: str) -> Draw:
    """Return a form with hidden fields and what sends it; {n} is the number of the next page."""

    def draw(view: View) -> str:
        way = control.format(n=view.next)
        if view.is_last:
            way = "<span>下一页</span>"
        return f"""<form name="pf" method="post" action="/nb/list.do"><input type="hidden" name="cid" value="7">
<input type="hidden" name="sort" value="date"><input type="hidden" name="page" value="{view.number}"></form><script>
function gotoPage(n) {{ document.pf.page.value = n; document.pf.submit(); }}
function nextPage() {{ var f = document.forms["pf"]; f.page.value = parseInt(f.page.value) + 1; f.submit(); }}
</script><div class="page">{way}</div>"""

    return draw


def _draw_form_numbers(view: View) -> str:
    links = []
    for number in range(1, COUNT + 1):
        if number == view.number:
            links.append(f"<b>{number}</b>")
        else:
            links.append(f'<a href="javascript:gotoPage({number})">{number}</a>')
    form = _draw_form("")(view).replace("<span>下一页</span>", "")
    return f"{form}{' '.join(links)}"


def _ask_by_get_form(number: int) -> str:
    return ENTRY if number == 1 else f"GET /nb/search.jsp?cid=7&p={number}"


def _draw_get_form(view: View) -> str:
    way = "下一页"
    if not view.is_last:
        way = f'<a href="javascript:;" onclick="jump({view.next})">下一页</a>'
    return f"""<form id="q" action="/nb/search.jsp"><input type="hidden" name="cid" value="7">
<input type="hidden" id="no" name="p" value="{view.number}"></form><script>
var jump = function (n) {{ $("#no").val(n); $("#q").submit(); }};</script><p>{way}</p>"""


def _ask_by_post_back(number: int) -> str:
    if number == 1:
        return ENTRY
    fields = f"__VIEWSTATE=s{number - 1}&__EVENTTARGET=pager&__EVENTARGUMENT={number}"
    return f"POST /nb/ {fields}"


def _draw_post_back(view: View) -> str:
    way = '<a disabled="disabled">下一页</a>'
    if not view.is_last:
        way = f"""<a href="javascript:__doPostBack('pager','{view.next}')">下一页</a>"""
    return f"""<form method="post" action="/nb/" id="form1"><input type="hidden" name="__VIEWSTATE" value="s{view.number}">
<input type="hidden" name="__EVENTTARGET" value=""><input type="hidden" name="__EVENTARGUMENT" value=""><script>
function __doPostBack(t, a) {{ var f = document.forms["form1"]; f.__EVENTTARGET.value = t;
  f.__EVENTARGUMENT.value = a; f.submit(); }}</script>{way}</form>"""


def _draw_post_back_beside_search(view: View) -> str:
    search = '<form action="/search.aspx" method="post"><input type="hidden" name="kind" value="all"><input name="word"></form>'
    form = _draw_post_back(view).replace('id="form1"', 'name="form1"')
    return f"{search}{form}"


# --- services -------------------------------------------------------------------------------


def _answer_rows(view: View) -> str:
    return draw_rows(view.number)


def _answer_json(view: View) -> str:
    rows = [
        {"title": title, "url": url, "date": date}
        for url, title, date in list_rows(view.number)
    ]
    return json.dumps({"total": ROWS, "rows": rows}, ensure_ascii=False)


def make_service(
    ask: Callable[[int], str],
    script: str,
    control: str = NEXT_WORD,
    answer: Draw = _answer_rows,
    *,
    is_shell: bool = False,
    beyond: str = "",
    rule: str | None = None,
) -> Shape:
    """Return a list whose further pages a script asks for; without `is_shell` it begins with rows."""

    def request(number: int) -> str:
        return ENTRY if number == 1 and not is_shell else ask(number)

    def draw(_view: View) -> str:
        return script.replace("COUNT", str(COUNT)).replace("ROWS", str(ROWS))

    return Shape(request, draw, control, answer, is_shell, beyond, rule)


def _ask_for_fragment(number: int) -> str:
    return f"GET /nb/rows.jsp?page={number}"


def _ask_for_json(number: int) -> str:
    return f"GET /api/list?cid=c1&page={number}&size=2"


def _post_for_json(number: int) -> str:
    return f"POST /api/list cid=c1&page={number}&size=2"


def _post_json(number: int) -> str:
    body = json.dumps({"channel": "c1", "pageNo": number, "pageSize": PAGE_SIZE})
    return f"POST /api/list {body}"


FETCHED = """<div id="pg"></div><script>
var page = 1;
function load(n) {
  fetch("/api/list?cid=c1&page=" + n + "&size=2").then(function (r) { return r.json(); }).then(function (d) {
    document.getElementById("list").innerHTML = drawRows(d.rows);
    var all = Math.ceil(d.total / 2);
    document.getElementById("pg").innerHTML = n < all ? '<a href="javascript:load(' + (n + 1) + ')">下一页</a>' : "";
  });
}
load(page);</script>"""
POSTED = """<div id="pg"></div><script>
$(function () { query(1); });
function query(pageNo) {
  $.ajax({ url: "/api/list", type: "POST", data: { cid: "c1", page: pageNo, size: 2 }, success: function (d) {
    $("#list").html(drawRows(d.rows));
    laypage({ cont: "pg", count: d.total, limit: 2, curr: pageNo, jump: function (o, first) {
      if (!first) query(o.curr); } });
  } });
}</script>"""
SENT = """<div id="pg"></div><script>
var param = { channel: "c1", pageNo: 1, pageSize: 2 };
function getData() {
  var x = new XMLHttpRequest();
  x.open("POST", "/api/list");
  x.setRequestHeader("Content-Type", "application/json");
  x.onload = function () { var d = JSON.parse(x.responseText);
    document.getElementById("list").innerHTML = drawRows(d.rows);
    document.getElementById("pg").innerHTML = param.pageNo * 2 < d.total ? '<a href="javascript:next()">下一页</a>' : ""; };
  x.send(JSON.stringify(param));
}
function next() { param.pageNo++; getData(); }
getData();</script>"""
PLUGGED = """<div id="pg"></div><script>$("#pg").jPage({ total: ROWS, size: 2, onPage: function (n) {
  $.get("/nb/rows.jsp?page=" + n, function (text) { $("#list").html(text); }); } });</script>"""
LAYPAGE = """<div id="pg"></div><script>layui.use(["laypage"], function () { var laypage = layui.laypage;
  laypage.render({ elem: "pg", count: ROWS, limit: 2, jump: function (obj, first) { if (!first) {
    $.post("/api/list", { cid: "c1", page: obj.curr, size: obj.limit }, function (d) {
      $("#list").html(drawRows(d.rows)); }); } } }); });</script>"""
MORE = """<button id="more">加载更多</button><script>
var pageIndex = 1;
$("#more").click(function () {
  pageIndex++;
  $.get("/nb/rows.jsp?page=" + pageIndex, function (text) {
    if (!text) { $("#more").hide(); return; }
    $("#list").append(text); });
});</script>"""
MORE_COUNTED = """<div class="more" onclick="loadMore()">点击加载更多</div><script>
var no = 1, pages = COUNT;
function loadMore() {
  if (no >= pages) return;
  no += 1;
  fetch(`/nb/rows.jsp?page=${no}`).then(r => r.text()).then(text => $("#list").append(text));
}</script>"""
SCROLLED = """<div id="foot"></div><script>
var pageIndex = 1, busy = false, done = false;
window.addEventListener("scroll", function () {
  if (busy || done) return;
  if (window.innerHeight + window.pageYOffset < document.body.offsetHeight - 50) return;
  busy = true;
  pageIndex++;
  $.get("/nb/rows.jsp?page=" + pageIndex, function (text) {
    if (!text) done = true;
    $("#list").append(text);
    busy = false; });
});</script>"""
HASH_NUMBERS = """<div class="pages"><a href="#/list/2">2</a> <a href="#/list/3">3</a></div>
<script>window.onhashchange = function () { var n = location.hash.split("/")[2];
  $.get("/nb/rows.jsp?page=" + n, function (text) { $("#list").html(text); }); };</script>"""
HASH_NEXT = """<div class="pages"><a id="n" href="#page=2">下一页</a></div><script>
window.onhashchange = function () { var n = +location.hash.split("=")[1];
  document.getElementById("n").href = "#page=" + (n + 1);
  if (n >= COUNT) document.getElementById("n").style.display = "none";
  $.get("/nb/rows.jsp?page=" + n, function (text) { $("#list").html(text); }); };</script>"""

SERVICES: dict[str, Shape] = {
    "form": Shape(_ask_by_form, _draw_form('<a href="javascript:gotoPage({n})">下一页</a>'), 'a:text-is("下一页")'),
    "form-counts": Shape(_ask_by_form, _draw_form('<a href="javascript:nextPage()">下一页</a>'), 'a:text-is("下一页")'),
    "form-numbers": Shape(_ask_by_form, _draw_form_numbers, 'a:text-is("{next}")'),
    "get-form": Shape(_ask_by_get_form, _draw_get_form, 'a:text-is("下一页")'),
    "post-back": Shape(_ask_by_post_back, _draw_post_back, 'a:not([disabled]):text-is("下一页")'),
    "post-back-beside-search": Shape(
        _ask_by_post_back, _draw_post_back_beside_search, 'a:not([disabled]):text-is("下一页")'
    ),
    "fetched": make_service(_ask_for_json, FETCHED, answer=_answer_json, is_shell=True),
    "posted": make_service(_post_for_json, POSTED, answer=_answer_json, is_shell=True),
    "sent-json": make_service(_post_json, SENT, answer=_answer_json, is_shell=True),
    "plugged": make_service(_ask_for_fragment, PLUGGED, beyond="spider"),
    "laypage-json": make_service(_post_for_json, LAYPAGE, answer=_answer_json),
    "more": make_service(_ask_for_fragment, MORE, "#more", beyond="both"),
    "more-counted": make_service(_ask_for_fragment, MORE_COUNTED, ".more"),
    "scrolled": make_service(_ask_for_fragment, SCROLLED, "scroll", beyond="both"),
    "hash-numbers": make_service(
        _ask_for_fragment, HASH_NUMBERS, 'a:text-is("{next}")', rule="list.pager_not_followed"
    ),
    "hash-next": make_service(_ask_for_fragment, HASH_NEXT, rule="list.pager_not_followed"),
}  # fmt: skip
