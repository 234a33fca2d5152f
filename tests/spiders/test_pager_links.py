"""The general pager: the ways on that a page of any list shows, and what its script says."""

from __future__ import annotations

import pytest

from nianbao.spiders.lists.empty_answers import is_empty_answer
from nianbao.spiders.lists.link_rows import LinkRows
from nianbao.spiders.lists.page import FormPost, ListPage
from nianbao.spiders.lists.printed_totals import PrintedTotals, read_printed_totals
from nianbao.spiders.paging.pager_links import find_pager_links
from nianbao.spiders.rows.row_counts import find_any_rows, locate_links
from nianbao.spiders.rows.row_links import read_row_links

URL = "http://www.example.gov.cn/nb/"


def make_page(body: str) -> ListPage:
    html = f'<html><head><meta charset="utf-8"></head><body>{body}</body></html>'
    return ListPage.from_bytes(URL, html.encode())


GOTO = """<script>function gotoPage(n) { location.href = 'list_' + n + '.html'; }</script>"""
GOTO_FROM_0 = """<script>
function turn(page, size) {
  if (page == 1) { window.location.href = "index.html"; return; }
  window.location.href = "index_" + (page - 1) + ".html";
}</script>"""
GOTO_QUERY = """<script>function go(p){ var url = "?page=" + p + "&size=10"; location.href = url }</script>"""


CALENDAR = (
    "<table>"
    + "".join(f'<td><a href="d_{day}.html">{day}</a></td>' for day in range(1, 31))
    + "</table>"
)
TIED = "<script>$('.p').click(function () { location.href = '?p=' + $(this).data('page') })</script>"
DELEGATED = """<script>$('#pg').on('click', 'a', function (e) {
  window.location = 'list_' + e.target.getAttribute('data-no') + '.html' })</script>"""
CHOICES = """<script>function t(n) { if (n == 1) location.href = 'one.html'; else if (n == 2) { a(); location.href = 'two.html'; }
  else location.href = 'l_' + n + '.html' }</script>"""
INLINE_TRS = """<script>
var currentPage = 0; // from 0
var countPage = 3
var nextPage = currentPage + 1;
if (countPage > 1 && currentPage != (countPage - 1))
  document.write("<a href=\\"list_" + nextPage + ".shtml\\">下一页</a>");
else
  document.write("下一页");
</script>"""
PAGED_FORM = """<form name="f" method="post" action="/q.do"><input type="hidden" name="cid" value="7">
<input type="hidden" name="page" value="1"><input type="submit" value="查询"></form><script>
function toPage(n) { if (n < 1) return; document.f.page.value = n; document.f.submit(); }</script>"""
GET_FORM = """<form id="q" action="list.jsp?old=1"><input type="hidden" name="cid" value="7">
<input type="hidden" id="no" name="p" value="1"></form><script>
var jump = function (n) { $("#no").val(n); $("#q").submit(); };</script>"""


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        # words
        ('<a href="list_2.html">下一页</a>', ["list_2.html"]),
        ('<a href="list_2.html">下一页→</a>', ["list_2.html"]),
        ('<a href="list_2.html">下 一 页 »</a>', ["list_2.html"]),
        ('<a href="list_2.html">【下页】</a>', ["list_2.html"]),
        ('<a href="list_2.html">下一頁</a>', ["list_2.html"]),
        ('<a href="list_2.html">Next &gt;</a>', ["list_2.html"]),
        ('<a href="list_2.html" title="下一页"><img src="n.gif"></a>', ["list_2.html"]),
        ('<a href="list_2.html"><img src="n.gif" alt="下页"></a>', ["list_2.html"]),
        ('<a href="list_2.html" aria-label="下一页"><i></i></a>', ["list_2.html"]),
        ('<a href="list_2.html" class="page-next"></a>', ["list_2.html"]),
        ('<a href="list_2.html" rel="next">往后看</a>', ["list_2.html"]),
        ('<a href="list_9.html">»</a><a href="list_2.html">下一页</a>', ["list_2.html", "list_9.html"]),
        ('<a href="list_9.html" title="尾页">&gt;</a>', []),
        ('<a data-url="/nb/list_2.html">下一页</a>', ["/nb/list_2.html"]),
        ('<a href="page/2/">← 较早的文章</a>', ["page/2/"]),
        ('<a href="?p=2">下20条</a>', ["?p=2"]),
        ('<map><area href="list_2.html" alt="下一页"></map>', ["list_2.html"]),
        ('<div class="el-pagination"><button class="btn-next"><i></i></button></div>', [None]),
        ('<div class="swiper-pagination"><button class="btn-next"><i></i></button></div>', []),
        # scripts
        ("<button onclick=\"location.href='list_2.html'\">下一页</button>", ["list_2.html"]),
        ("<input type=button value=下一页 onclick=\"window.open('?page=2','_self')\">", ["?page=2"]),
        ("<a onclick=\"query(this,'/nb/list_2.html')\">下一页</a>", ["/nb/list_2.html"]),
        ("<span onclick=\"query('/nb/list_2.html')\">下一页</span>", ["/nb/list_2.html"]),
        (f'<a href="javascript:gotoPage(2)">下一页</a>{GOTO}', ["list_2.html"]),
        (f'<a href="javascript:;" onclick="turn(2, 10)">下页</a>{GOTO_FROM_0}', ["index_1.html"]),
        (f'<a href="javascript:;" onclick="turn(2)">下页</a>{GOTO_FROM_0}', ["index_1.html"]),
        (f"<a href=\"javascript:go('2')\">下页</a>{GOTO_QUERY}", ["?page=2&size=10"]),
        ('<a href="javascript:gotoPage(2)">下一页</a>', [None]),
        ('<a href="#" id="next">下一页</a>', [None]),
        ('<a href="javascript:;">加载更多</a>', [None]),
        ('<script>createPageHTML(3, 0, "index", "html")</script>', ["index_1.html"]),
        ('<script>createPage(2, 0, "index", "html")</script>', ["index_1.html"]),
        ("<script>createPageHTML('page_div',3,2,'xlist','shtml',6)</script>", ["xlist_3.shtml"]),
        ('<script>\n// createPageHTML(3, 0, "index", "html")\n</script>', []),
        ('<!-- <script>createPageHTML(3, 0, "index", "html")</script> -->', []),
        ('<script>var a = 1; // createPageHTML(3, 0, "index", "html")\n</script>', []),
        ('<script type="text/template">createPageHTML(3, 0, "index", "html")</script>', []),
        ("<script>createPageHTML('page_div',3,1,'xlist','shtml',6)</script>", ["xlist_2.shtml"]),
        ("<script>createPageHTML('page_div',3,3,'xlist','shtml',6)</script>", []),
        ("<script>createPageHTML(3, 2, 'index', 'html')</script>", []),
        ("<script>var n = 3, cur = 0; createPageHTML(n, cur, 'index', 'htm', 15)</script>", ["index_1.htm"]),
        (INLINE_TRS, ["list_1.shtml"]),
        (INLINE_TRS.replace("currentPage = 0", "currentPage = 2"), []),
        # forms
        (f'<a href="javascript:toPage(3)">下一页</a>{PAGED_FORM}', [FormPost("/q.do", {"cid": "7", "page": "3"})]),
        (f'<a onclick="jump(3)">下一页</a>{GET_FORM}', ["list.jsp?cid=7&p=3"]),
        ('<a id=next>下一页</a><script>$("#next").click(function(){ location.href="list_2.html" })</script>', ["list_2.html"]),
        # numbers
        ('<span>1</span><a href="list_2.html">2</a><a href="list_3.html">3</a>', ["list_2.html", "list_3.html"]),
        ('<a href="?p=0">1</a><a href="?p=1">[2]</a>', ["?p=1"]),
        ('1 <a href="x/2.htm">2</a> <a href="x/1.htm">3</a>', ["x/2.htm", "x/1.htm"]),
        ('<a href="index.html?size=10&p=2">第2页</a>', ["index.html?size=10&p=2"]),
        ("<a href='javascript:jump(2)'>2</a><a href='javascript:jump(3)'>3</a>", [None, None]),
        ('<a href="/nb/t20210120_77.html">2</a>', []),
        ('<a href="2021/">2021</a><a href="2022/">2022</a>', []),
        ("".join(f'<a href="d_{day}.html">{day}</a>' for day in range(1, 31)), []),
        (f'{CALENDAR}<p><a href="list_2.html">[2]</a> <a href="list_3.html">[3]</a></p>', ["list_2.html", "list_3.html"]),
        ("<p>1 <a href='l?t=x9'>2</a> <a href='l?t=k3'>3</a></p>", ["l?t=x9", "l?t=k3"]),
        ("<p><b>1</b><a href='?start=15'>2</a><a href='?start=30'>3</a></p>", ["?start=15", "?start=30"]),
        ("<p><a href='#/list/2'>2</a> <a href='#/list/3'>3</a></p>", [None, None]),
        ("<p><a href='/nb/#!page=2'>2</a></p>", [None]),
        ("<p><a data-page='2' class='x'>2</a><a data-page='3' class='x'>3</a></p>", [None, None]),
        ("<ol><li><a href='/a/71.html'>1</a><li><a href='/a/66.html'>2</a><li><a href='/a/9.html'>3</a></ol>", []),
        ("<div class='swiper-pagination'><a href='#' data-n='2'>2</a><a href='#' data-n='3'>3</a></div>", []),
        ("<div class=page><a href='t/ab'>1</a><a href='t/cd'>2</a><a href='t/ef'>99</a></div>", ["t/cd", "t/ef"]),
        ("<p>1-20 <a href='?t=a'>21-40</a> <a href='?t=b'>41-45</a></p>", ["?t=a", "?t=b"]),
        ("<p><a href='/y/1'>2019-2020</a> <a href='/y/2'>2021-2022</a></p>", []),
        ("<a href='javascript:go(2)'>下一页</a><script>var u = ['a.html', 'b.html']; function go(n) { location.href = u[n - 1] }</script>", ["b.html"]),
        ("<form action=l.do><select name=p onchange='this.form.submit()'><option value=0>1<option value=1>2</select></form>", ["l.do?p=1"]),
        # what a script ties to elements, and writes
        (f"<a class=p data-page=2>2</a><a class=p data-page=3>3</a>{TIED}", ["?p=2", "?p=3"]),
        (f"<p id=pg><a data-no=2>下一页</a></p>{DELEGATED}", ["list_2.html"]),
        ("<div id=d></div><script>var n = 1; document.getElementById('d').innerHTML = '<a href=\"l_' + (n + 1) + '.html\">下一页</a>'</script>", ["l_2.html"]),
        ("<a id=n>下一页</a><script>var c = 4; document.getElementById('n').href = 'l_' + (c + 1) + '.html'</script>", ["l_5.html"]),
        ("<script>var c = 1, all = Math.ceil(25 / 10); function t(n) { if (n > all) return; location.href = '?p=' + n }"
         " document.write('<a href=\"javascript:t(' + (c + 1) + ')\">下一页</a>')</script>", ["?p=2"]),
        ("<a href=\"javascript:n()\">下一页</a><script>function n() { location.href = location.pathname + '?p=2&t=' + new Date().getTime() }</script>", ["/nb/?p=2&t=0"]),
        (f"<a href='javascript:t(2)'>下一页</a>{CHOICES}", ["two.html"]),
        (f"<a href='javascript:t(3)'>下一页</a>{CHOICES}", ["l_3.html"]),
        ("<a href='javascript:t(2)'>下一页</a><script>var all = 1; function t(n) { if (n > all) return; go(n) }</script>", []),
        ("<form action=l.do method=post><input type=hidden name=c value=7><input type=submit name=n value=下一页></form>", [FormPost("l.do", {"c": "7", "n": "下一页"})]),
        ('<form action=s.do><input type=submit value="查询"></form>', []),
        ("<script>for (var i = 2; i < 4; i++) document.write('<a href=\"l_' + i + '.html\">' + i + '</a>')</script>", ["l_2.html", "l_3.html"]),
        # menus
        (
            "<select><option value='/nb/'>第1页</option><option value='/nb/list_2.html'>第2页</option></select>",
            ["/nb/list_2.html"],
        ),
        (
            f"<select onchange='gotoPage(this.value)'><option>1</option><option>2</option></select>{GOTO}",
            ["list_2.html"],
        ),
        ("<select onchange='jump(this.value)'><option>1/2</option><option>2/2</option></select>", [None]),
        ("<select onchange=\"location.href='l_'+this.value+'.html'\"><option>1</option><option>2</option></select>", ["l_2.html"]),
        ("<select id=s><option>1</option><option>2</option></select><script>$('#s').change(function () { location.href = '?p=' + $(this).val() })</script>", ["?p=2"]),
        ("<select><option>10</option><option>20</option></select>", []),
        ("<select name='month'><option>1</option><option>2</option></select>", []),
        # no ways on
        ("<span>上一页</span><span>下一页</span>", []),
        ('<a href="javascript:void(0)">尾页</a>', []),
        ('<a class="disabled" href="#">下一页</a>', []),
        ('<div class="swiper"><a class="next" href="javascript:;">&gt;</a></div>', []),
        ('<a href="/more/">更多</a>', []),
    ],
)  # fmt: skip
def test_ways_on(body: str, expected: list[str | None]) -> None:
    links = find_pager_links(make_page(body))
    assert [link.address for link in links] == expected


def test_a_post_back_is_a_way_on() -> None:
    (link,) = find_pager_links(
        make_page(
            '<form action="list.aspx"><input type="hidden" name="__VIEWSTATE" value="x">'
            "<a href=\"javascript:__doPostBack('Pager','2')\">下一页</a></form>"
        )
    )
    assert link.address == FormPost(
        "list.aspx",
        {"__VIEWSTATE": "x", "__EVENTTARGET": "Pager", "__EVENTARGUMENT": "2"},
    )


def test_a_post_back_sends_the_form_that_it_stands_in() -> None:
    search = '<form action="s.aspx"><input type="hidden" name="kind" value="1"></form>'
    pager = """<form action="list.aspx"><input type="hidden" name="__VIEWSTATE" value="x">
    <a href="javascript:__doPostBack('Pager','2')">下一页</a></form>"""
    (link,) = find_pager_links(make_page(search + pager))
    assert isinstance(link.address, FormPost)
    assert link.address.url == "list.aspx"
    assert "kind" not in link.address.fields


def test_a_link_to_nowhere_is_dead() -> None:
    (nowhere,) = find_pager_links(make_page('<a href="javascript:;">下一页</a>'))
    (route,) = find_pager_links(make_page('<a href="#page=2">下一页</a>'))
    (script,) = find_pager_links(make_page('<a href="#" onclick="x()">下一页</a>'))
    assert [nowhere.is_dead, route.is_dead, script.is_dead] == [True, False, False]


@pytest.mark.parametrize(
    ("answer", "totals"),
    [
        ('{"total": 35, "rows": [{"total": 900}]}', (35, None)),
        ('{"data": {"page": {"totalCount": "12", "totalPages": 2}}, "size": 10}', (12, 2)),
        ('{"count": 10, "rows": []}', (None, None)),
        ('[{"total": 9}]', (None, None)),
    ],
)  # fmt: skip
def test_totals_of_an_answer_in_json(
    answer: str, totals: tuple[int | None, int | None]
) -> None:
    page = ListPage.from_bytes(URL, answer.encode(), content_type="application/json")
    assert read_printed_totals(page) == PrintedTotals(*totals)


@pytest.mark.parametrize(
    ("answer", "is_empty"),
    [
        ("", True),
        ("<ul></ul>", True),
        ('{"code": 0, "data": {"rows": []}}', True),
        ('{"code": 0, "data": null}', True),
        ("[]", True),
        ("<p>没有更多了</p>", True),
        ('{"code": 401, "msg": "token"}', False),
        ("<html><body><h1>系统异常，请稍后再试或者联系管理员，给您带来不便敬请谅解</h1></body></html>", False),
    ],
)  # fmt: skip
def test_an_answer_that_says_it_is_the_end(answer: str, is_empty: bool) -> None:
    kind = "application/json" if answer.startswith(("{", "[")) else "text/html"
    page = ListPage.from_bytes(URL, answer.encode(), content_type=kind)
    assert is_empty_answer(page) is is_empty


def test_json_has_no_pager() -> None:
    page = ListPage.from_bytes(
        URL, b'{"html": "<a href=2.html>2</a>"}', content_type="application/json"
    )
    assert find_pager_links(page) == []
    assert read_printed_totals(page) == (None, None)


@pytest.mark.parametrize(
    ("body", "rows", "pages"),
    [
        ("<div>共 <b>25</b> 条记录，每页 3 条</div>", 25, None),
        ("<div>共3条 第1/5页</div>", 3, 5),
        ("<p>当前第1页，共 12 页</p>", None, 12),
        ("<p>记录总数：35</p>", 35, None),
        ("<p>共25條 共3頁</p>", 25, 3),
        ("<script>require(['l'],function(l){l({pagebar:{prepage:3,recordCount:'20'}})})</script>", 20, None),
        ("<script>laypage.render({elem:'page',count:45,limit:3})</script>", 45, None),
        ("<script>laypage({cont:'page',pages:7})</script>", None, 7),
        ("<script>var totalPage = 54, cur = 1;</script>", None, 54),
        ("<script>\n//var totalPage = 54;\n/* recordCount: 9 */</script>", None, None),
        ("<input type='hidden' id='totalCount' value='18'>", 18, None),
        ("<script>createPageHTML(3, 0, 'index', 'html')</script>", None, 3),
        ("<script>createPageHTML('page_div',10,1,'list','shtml',200)</script>", 200, 10),
        ("<p>每页15条</p><p>共5条评论</p>", None, None),
        ("<div class=page><span>1/12</span> <a href=2.html>下一页</a></div>", None, 12),
        ("<p>开课日期 3/12</p>", None, None),
        ("<p>当前 1/12</p>", None, 12),
        ("<div class='pager' data-total='35' data-size='10'></div>", 35, None),
        ("<div class='hits' data-total='35'></div>", None, None),
        ("<p>为您找到相关结果约 1 2 条，共17条信息</p>", 17, None),
        ("<span>页次：1/1</span><b>1</b><a href=2.html>2</a>", None, 1),
        ("<span>页次：1/1</span><select><option>1</option></select>", None, 1),
        ("<span>页次：1/1</span><script>var a</script> <b>1</b>", None, 1),
        ("<select><option>1<option>2<option>3</select>共3页", None, 3),
        ("<p>共<b>2</b>页 <span>1</span><span>2</span></p>", None, 2),
        # what is no total of a list
        ("<p>《某某办法》共19条，主要内容包括八项</p>", None, None),
        ("<p>本条例共8章52条，自2021年起施行</p>", None, None),
        ("<p>全县总人口合计19个项目，访问总数：99999</p>", None, None),
        ("<!-- 共99条 --><script>/* recordCount = 99 */</script>", None, None),
        ("", None, None),
    ],
)  # fmt: skip
def test_printed_totals(body: str, rows: int | None, pages: int | None) -> None:
    assert read_printed_totals(make_page(body)) == PrintedTotals(rows, pages)


TWO_LISTS = """<div class=main><ul><li><a href="/1.html">某县2021年政府信息公开年报</a></li></ul>
<div class=page>{own}</div></div><div class=side><ul><li><a href="/x.html">关于某事的通知公告</a></li></ul>{other}</div>"""


@pytest.mark.parametrize(
    ("own", "other", "expected"),
    [
        ("共1条", "<p>共19条</p>", (1, None)),
        ("", "<p>共19条</p>", (None, None)),
        ("", "<script>var recordCount = 19;</script>", (None, None)),
        ("<script>var totalPage = 3;</script>", "<input type=hidden id=totalPage value=9>", (None, 3)),
        ("<p id=a></p>", "<p id=b></p><script>laypage({cont:'a',pages:2});laypage({cont:'b',pages:9})</script>", (None, 2)),
        ("共1条", "", (1, None)),
    ],
)  # fmt: skip
def test_a_total_belongs_to_the_rows_beside_it(
    own: str, other: str, expected: tuple[int | None, int | None]
) -> None:
    page = make_page(TWO_LISTS.format(own=own, other=other))
    assert read_printed_totals(page, {"/1.html"}) == PrintedTotals(*expected)


REPORT = '<a href="/1.html">某县2021年政府信息公开年报</a>'
OTHER = '<a href="/2.html">关于公布某事的通知公告</a>'
MENU = '<ul class="menu"><li><a href="/x/">政府信息公开指南</a></li></ul>'


@pytest.mark.parametrize(
    ("body", "count"),
    [
        (f"<ul class=list><li>{REPORT}</li><li>{OTHER}</li></ul>{MENU}", 2),
        (f"<table><tr><td>{REPORT}</td></tr><tr><td>{OTHER}</td></tr></table>{MENU}", 2),
        (f"<dl><dd>{REPORT}</dd></dl><dl><dd>{OTHER}</dd></dl>", 2),
        (f"<ul><li class=odd>{REPORT}</li><li class=even>{OTHER}</li></ul>", 2),
        (f"<ul><li>{REPORT}<a href=/f.doc>下载</a></li></ul>", 1),
        ("<ul><li onclick=\"open('/1.html')\">某县2021年政府信息公开年报</li><li onclick=\"open('/2.html')\">关于公布某事的公告</li></ul>", 2),
        ("<select><option value=/1.html>某县2021年政府信息公开年报<option value=/2.html>关于公布某事的公告</select>", 2),
        (MENU, 1),
    ],
)  # fmt: skip
def test_rows_of_any_kind_are_counted(body: str, count: int) -> None:
    page = make_page(body)
    links = read_row_links(page, LinkRows(page.root))
    rows = {"http://www.example.gov.cn/1.html"}
    assert len(find_any_rows(locate_links(links), rows).addresses) == count
