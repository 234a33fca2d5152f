"""Pagers that a script draws: functions and plug-ins that are told of the pages."""

from __future__ import annotations

from tests.paging.site import (
    COUNT,
    ENTRY,
    PAGE_SIZE,
    ROWS,
    Shape,
    View,
    ask_by_query,
    ask_from_0,
    ask_from_1,
)


def _draw_count_first(view: View) -> str:
    return (
        f'<script>createPageHTML({COUNT}, {view.number - 1}, "index", "html");</script>'
    )


def _draw_count_first_own(view: View) -> str:
    """Print the function with its call, as pages of TRS do."""
    return f"""<script>
function createPageHTML(_nPageCount, _nCurrIndex, _sPageName, _sPageExt) {{
  if (_nPageCount == null || _nPageCount <= 1) return;
  var nCurrIndex = _nCurrIndex || 0;
  if (nCurrIndex < _nPageCount - 1)
    document.write("<a href=\\"" + _sPageName + "_" + (nCurrIndex + 1) + "." + _sPageExt + "\\">下一页</a>");
  else document.write("<span>下一页</span>");
}}
createPageHTML({COUNT}, {view.number - 1}, "index", "html");</script>"""


def _draw_element_first(view: View) -> str:
    return (
        f'<div id="page_div"></div><script>createPageHTML("page_div", {COUNT}, {view.number},'
        f' "index", "html", {ROWS});</script>'
    )


def _ask_for_common_list(number: int) -> str:
    return ENTRY if number == 1 else f"GET /nb/common_list_{number}.shtml"


def _draw_common_list(view: View) -> str:
    return (
        f'<div id="page-div"></div><script>createPageHTML("page-div",{COUNT},{view.number},'
        f'"common_list","shtml",{ROWS});</script>'
    )


def _draw_variables(view: View) -> str:
    return f"""<script>
var currentPage = {view.number - 1}; // from 0
var countPage = {COUNT};
var nextPage = currentPage + 1;
var prevPage = currentPage - 1;
if (countPage > 1 && currentPage != (countPage - 1))
  document.write("<a href=\\"index_" + nextPage + ".html\\">下一页</a>");
else
  document.write("下一页");
</script>"""


def _draw_totals(view: View) -> str:
    """Print how many rows there are and how many stand on a page: a function works out the rest."""
    return f"""<div id="pg"></div><script>
var recordCount = {ROWS}, pageSize = {PAGE_SIZE}, curPage = {view.number};
var totalPage = Math.ceil(recordCount / pageSize);
function turn(n) {{ if (n > totalPage) return false; location.href = "/nb/list.jsp?page=" + n; }}
if (curPage < totalPage) document.write('<a href="javascript:turn(' + (curPage + 1) + ')">下一页</a>');
</script>"""


def _draw_laypage(view: View) -> str:
    return f"""<div id="pg"></div><script>layui.use("laypage", function () {{
  layui.laypage.render({{ elem: "pg", count: {ROWS}, limit: {PAGE_SIZE}, curr: {view.number},
    jump: function (obj, first) {{ if (!first) {{ location.href = "/nb/list.jsp?page=" + obj.curr; }} }} }}); }});
</script>"""


def _draw_old_laypage(view: View) -> str:
    return f"""<div id="page"></div><script>laypage({{ cont: 'page', pages: {COUNT}, curr: {view.number},
  jump: function (e, first) {{ if (!first) location.href = e.curr == 1 ? '/nb/' : 'index_' + e.curr + '.html'; }} }});
</script>"""


def _draw_pagination(view: View) -> str:
    return f"""<div class="m"></div><script>$('.m').pagination({{ current: {view.number}, pageCount: {COUNT},
  callback: function (api) {{ location.href = '/nb/list.jsp?page=' + api.getCurrent(); }} }});</script>"""


def _draw_pagination_of_rows(view: View) -> str:
    return f"""<div id="m"></div><script>function pageselectCallback(index, jq) {{
  window.location.href = "/nb/index_" + index + ".html"; return false; }}
$("#m").pagination({ROWS}, {{ items_per_page: {PAGE_SIZE}, current_page: {view.number - 1},
  callback: pageselectCallback }});</script>"""


def _draw_kkpager(view: View) -> str:
    return f"""<script>var totalPage = {COUNT}; var totalRecords = {ROWS}; var pageNo = {view.number};
kkpager.generPageHtml({{ pno: pageNo, total: totalPage, totalRecords: totalRecords, hrefFormer: 'index',
  hrefLatter: '.html', getLink: function (n) {{
    return n == 1 ? this.hrefFormer + this.hrefLatter : this.hrefFormer + '_' + n + this.hrefLatter; }} }});
</script>"""


def _draw_unknown_plug_in(view: View) -> str:
    return f"""<div id="p"></div><script>
new Pager('#p', {{ total: {COUNT}, current: {view.number}, size: {PAGE_SIZE} }}).show();</script>"""


def _draw_unknown_function(view: View) -> str:
    if view.is_last:
        return "<span>下一页</span>"
    return f'<a href="javascript:turnTo({view.next})">下一页</a>'


SCRIPTS: dict[str, Shape] = {
    "create-page": Shape(ask_from_0, _draw_count_first, platform="trs"),
    "create-page-generic": Shape(ask_from_0, _draw_count_first),
    "create-page-written": Shape(ask_from_0, _draw_count_first_own, 'a:text-is("下一页")'),
    "create-page-element": Shape(ask_from_1, _draw_element_first),
    "create-page-ucap": Shape(_ask_for_common_list, _draw_common_list, platform="ucap"),
    "variables": Shape(ask_from_0, _draw_variables, 'a:text-is("下一页")'),
    "variables-trs": Shape(ask_from_0, _draw_variables, 'a:text-is("下一页")', platform="trs"),
    "totals": Shape(ask_by_query, _draw_totals),
    "laypage": Shape(ask_by_query, _draw_laypage),
    "old-laypage": Shape(ask_from_1, _draw_old_laypage),
    "pagination": Shape(ask_by_query, _draw_pagination),
    "pagination-of-rows": Shape(ask_from_0, _draw_pagination_of_rows),
    "kkpager": Shape(ask_from_1, _draw_kkpager),
    "unknown-plug-in": Shape(
        ask_from_1, _draw_unknown_plug_in, rule="list.pager_not_followed"
    ),
    "unknown-function": Shape(
        ask_from_1,
        _draw_unknown_function,
        'a:text-is("下一页")',
        rule="list.pager_not_followed",
    ),
}  # fmt: skip
