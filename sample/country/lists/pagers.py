"""Pagers: where the pages of a list stand, and how a page leads to the others."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class View:
    """One page of a list: its number from 1, how many there are, rows on a page and in all."""

    folder: str
    number: int
    count: int
    page_size: int
    rows: int

    @property
    def is_last(self) -> bool:
        return self.number >= self.count


Addressing = Callable[[str, int, int], str]  # folder, number, count → address


def _zero_based(folder: str, number: int, _count: int) -> str:
    return folder if number == 1 else f"{folder}index_{number - 1}.html"


def _one_based(folder: str, number: int, _count: int) -> str:
    return folder if number == 1 else f"{folder}index_{number}.html"


def _by_query(folder: str, number: int, _count: int) -> str:
    return folder if number == 1 else f"{folder}list.jsp?page={number}"


def _by_two_parameters(folder: str, number: int, _count: int) -> str:
    return (
        folder if number == 1 else f"{folder}list.do?cid=12&pageNo={number}&pageSize=15"
    )


def _descending(folder: str, number: int, count: int) -> str:
    return folder if number == 1 else f"{folder}{count - number + 1}.htm"


def _by_token(folder: str, number: int, _count: int) -> str:
    if number == 1:
        return folder
    token = base64.b64encode(f"p{number * 7919}x".encode()).decode().rstrip("=")
    return f"{folder}list.aspx?p={token}"


def _by_post(folder: str, number: int, _count: int) -> str:
    return folder if number == 1 else f"POST {folder}list.jsp page={number}"


def _by_post_back(folder: str, number: int, _count: int) -> str:
    return folder if number == 1 else f"POST {folder} __EVENTARGUMENT={number}"


@dataclass(frozen=True)
class Pager:
    """A shape of pagers: the addresses of pages, and the markup on each."""

    address: Addressing
    draw: Callable[[Addressing, View], str]

    def draw_on(self, view: View) -> str:
        return self.draw(self.address, view)


def _next(address: Addressing, view: View) -> str:
    return address(view.folder, view.number + 1, view.count)


def _at(address: Addressing, view: View, number: int) -> str:
    return address(view.folder, number, view.count)


def _words(pattern: str) -> Callable[[Addressing, View], str]:
    """Return the drawing of a link to the next page: {url} is its address."""

    def draw(address: Addressing, view: View) -> str:
        back = f'<a href="{view.folder}">首页</a>'
        if view.is_last:
            return f'<div class="page">{back}<span>末页</span></div>'
        link = pattern.format(url=_next(address, view))
        return f'<div class="page">{back}{link}</div>'

    return draw


def _draw_numbers(address: Addressing, view: View) -> str:
    links = []
    for number in range(1, view.count + 1):
        if number == view.number:
            links.append(f'<span class="cur">{number}</span>')
        else:
            links.append(f'<a href="{_at(address, view, number)}">{number}</a>')
    return f'<div class="pages">{"".join(links)}</div>'


def _draw_numbers_in_brackets(address: Addressing, view: View) -> str:
    links = []
    for number in range(1, view.count + 1):
        links.append(f'<a href="{_at(address, view, number)}">[{number}]</a>')
    return f"<p align=center>{' '.join(links)}</p>"


def _draw_menu(address: Addressing, view: View) -> str:
    options = []
    for number in range(1, view.count + 1):
        chosen = " selected" if number == view.number else ""
        options.append(
            f'<option value="{_at(address, view, number)}"{chosen}>第{number}页</option>'
        )
    return (
        f'转到<select onchange="location.href=this.value">{"".join(options)}</select>'
    )


def _draw_number_menu(_address: Addressing, view: View) -> str:
    options = []
    for number in range(1, view.count + 1):
        chosen = " selected" if number == view.number else ""
        options.append(f'<option value="{number}"{chosen}>{number}</option>')
    script = (
        f"<script>function jump(n){{ location.href='{view.folder}list.jsp?page='+n; }}"
    )
    return f'{script}</script><select name="pageno" onchange="jump(this.value)">{"".join(options)}</select>'


def _draw_called_numbers(_address: Addressing, view: View) -> str:
    links = []
    for number in range(1, view.count + 1):
        links.append(f'<a href="javascript:goPage({number})">{number}</a>')
    script = (
        "<script>function goPage(n){ window.location.href = "
        f"'{view.folder}list.jsp?page=' + n; }}</script>"
    )
    return f'{script}<div class="pagination">{"".join(links)}</div>'


def _draw_called_next(_address: Addressing, view: View) -> str:
    if view.is_last:
        return "<div class='page'><span>下一页</span></div>"
    script = (
        f"<script>function toPage(p){{ location = '{view.folder}index_' + (p-1) + '.html'; }}"
        "</script>"
    )
    return f"{script}<div class='page'><a href='#' onclick='toPage({view.number + 1});return false;'>下一页</a></div>"


def _draw_count_first(_address: Addressing, view: View) -> str:
    return (
        "<script>function createPageHTML(_nPageCount, _nCurrIndex, _sPageName, _sPageExt){"
        "if(_nCurrIndex+1<_nPageCount)document.write('<a href='+_sPageName+'_'+(_nCurrIndex+1)+'.'"
        "+_sPageExt+'>下一页</a>');}"
        f'createPageHTML({view.count}, {view.number - 1}, "index", "html");</script>'
    )


def _draw_element_first(_address: Addressing, view: View) -> str:
    return (
        '<div id="page_div"></div><script src="/js/page.js"></script><script>'
        f"createPageHTML('page_div',{view.count},{view.number},'index','html',{view.rows});</script>"
    )


def _draw_variables(_address: Addressing, view: View) -> str:
    return (
        f"<script>var currentPage = {view.number - 1}; var countPage = {view.count};\n"
        "var nextPage = currentPage + 1;\n"
        "if(countPage>1&&currentPage!=(countPage-1))"
        "document.write('<a href=\"index_'+nextPage+'.html\">下一页</a>');</script>"
    )


def _draw_laypage(_address: Addressing, view: View) -> str:
    return (
        '<div id="pg"></div><script src="/layui/layui.js"></script><script>layui.use("laypage",function(){'
        f'layui.laypage.render({{elem:"pg",count:{view.rows},limit:{view.page_size},curr:{view.number},'
        "jump:function(obj,first){if(!first){"
        f'location.href="{view.folder}list.jsp?page="+obj.curr;}}}}}});}});</script>'
    )


def _draw_posted_form(_address: Addressing, view: View) -> str:
    form = (
        f'<form name="pf" method="post" action="{view.folder}list.jsp"><input type="hidden" name="cid" value="7">'
        f'<input type="hidden" name="page" value="{view.number}"></form>'
    )
    script = "<script>function gotoPage(n){document.pf.page.value=n;document.pf.submit();}</script>"
    if view.is_last:
        return f"{form}{script}<span>下一页</span>"
    return f'{form}{script}<a href="javascript:gotoPage({view.number + 1})">下一页</a>'


def _draw_post_back(_address: Addressing, view: View) -> str:
    link = "<span>下一页</span>"
    if not view.is_last:
        link = f"<a href=\"javascript:__doPostBack('pager','{view.number + 1}')\">下一页</a>"
    return (
        f'<form method="post" action="{view.folder}" id="form1"><input type="hidden" name="__VIEWSTATE"'
        f' value="/wEP{view.number}"><input type="hidden" name="__EVENTTARGET" value=""><input type="hidden"'
        ' name="__EVENTARGUMENT" value=""><script>function __doPostBack(t,a){var f=document.forms[0];'
        "f.__EVENTTARGET.value=t;f.__EVENTARGUMENT.value=a;f.submit();}</script>"
        f"{link}</form>"
    )


def _draw_head_link(address: Addressing, view: View) -> str:
    if view.is_last:
        return ""
    return f'<link rel="next" href="{_next(address, view)}">'


def _draw_more_button(address: Addressing, view: View) -> str:
    if view.is_last:
        return "<div class='more'>没有更多了</div>"
    return f"<div class='more' data-url='{_next(address, view)}' onclick='loadMore(this)'>加载更多</div>"


def _draw_addressed_script(_address: Addressing, view: View) -> str:
    return (
        '<div class="pager" id="kkpager"></div><script>'
        f"var totalPage = {view.count}; var totalRecords = {view.rows}; var pageNo = {view.number};\n"
        "kkpager.generPageHtml({pno:pageNo,total:totalPage,totalRecords:totalRecords,hrefFormer:'index',"
        "hrefLatter:'.html',getLink:function(n){return n==1?this.hrefFormer+this.hrefLatter:"
        "this.hrefFormer+'_'+n+this.hrefLatter;}});</script>"
    )


def _draw_unknown_script(_address: Addressing, view: View) -> str:
    return (
        f"<script>new Pager('#p', {{total: {view.count}, current: {view.number}, size: {view.page_size}}})"
        '.show();</script><div id="p"></div>'
    )


def _draw_numbers_and_more(address: Addressing, view: View) -> str:
    """Print the numbers, 上一页, 下一页, 尾页, and a field to type a number into."""
    links = [f'<a href="{_at(address, view, 1)}">首页</a>']
    if view.number > 1:
        links.append(f'<a href="{_at(address, view, view.number - 1)}">上一页</a>')
    for number in range(1, view.count + 1):
        links.append(f'<a href="{_at(address, view, number)}">{number}</a>')
    if not view.is_last:
        links.append(f'<a href="{_next(address, view)}">下一页</a>')
    links.append(f'<a href="{_at(address, view, view.count)}">尾页</a>')
    return f'<div class="fanye">{"".join(links)} 到<input type="text" size="2">页<button>确定</button></div>'


PAGERS: dict[str, Pager] = {
    "next-word": Pager(_zero_based, _words('<a href="{url}">下一页</a>')),
    "next-page-word": Pager(_by_query, _words('<a href="{url}">下页</a>')),
    "later-word": Pager(_one_based, _words("<a href='{url}'>后一页</a>")),
    "traditional": Pager(_zero_based, _words('<a href="{url}">下一頁</a>')),
    "english": Pager(_by_query, _words('<a href="{url}">Next</a>')),
    "arrow": Pager(_one_based, _words('<a href="{url}">›</a>')),
    "double-arrow": Pager(_by_query, _words('<a href="{url}">»</a>')),
    "angle": Pager(_zero_based, _words('<a href="{url}">&gt;</a>')),
    "long-arrow": Pager(_one_based, _words('<a href="{url}">→</a>')),
    "word-and-arrow": Pager(_by_query, _words('<a href="{url}">下一页 &gt;&gt;</a>')),
    "titled-icon": Pager(
        _one_based, _words('<a href="{url}" title="下一页"><i class="fa"></i></a>')
    ),
    "aria-label": Pager(
        _by_query, _words('<a href="{url}" aria-label="下一页"><i></i></a>')
    ),
    "picture": Pager(
        _zero_based, _words('<a href="{url}"><img src="n.gif" alt="下一页"></a>')
    ),
    "class-only": Pager(_one_based, _words('<a href="{url}" class="next-page"></a>')),
    "relation": Pager(_by_query, _words('<a href="{url}" rel="next">后面的内容</a>')),
    "head-link": Pager(_one_based, _draw_head_link),
    "button": Pager(
        _zero_based,
        _words("<button onclick=\"location.href='{url}'\">下一页</button>"),
    ),
    "input-button": Pager(
        _by_query,
        _words(
            '<input type="button" value="下一页" onclick="window.location=\'{url}\'">'
        ),
    ),
    "clicked-span": Pager(
        _one_based,
        _words("<span onclick=\"window.location.href='{url}'\">下一页</span>"),
    ),
    "script-address": Pager(
        _zero_based, _words("<a href=\"javascript:location='{url}'\">下一页</a>")
    ),
    "numbers": Pager(_one_based, _draw_numbers),
    "numbers-in-brackets": Pager(_by_query, _draw_numbers_in_brackets),
    "numbers-and-more": Pager(_by_two_parameters, _draw_numbers_and_more),
    "menu": Pager(_one_based, _draw_menu),
    "number-menu": Pager(_by_query, _draw_number_menu),
    "called-numbers": Pager(_by_query, _draw_called_numbers),
    "called-next": Pager(_zero_based, _draw_called_next),
    "create-page-html": Pager(_zero_based, _draw_count_first),
    "create-page-html-element": Pager(_one_based, _draw_element_first),
    "variables": Pager(_zero_based, _draw_variables),
    "laypage": Pager(_by_query, _draw_laypage),
    "posted-form": Pager(_by_post, _draw_posted_form),
    "post-back": Pager(_by_post_back, _draw_post_back),
    "descending": Pager(_descending, _words('<a href="{url}">下页</a>')),
    "token": Pager(_by_token, _words('<a href="{url}">下一页</a>')),
    "more-button": Pager(_one_based, _draw_more_button),
    "addressed-script": Pager(_one_based, _draw_addressed_script),
    "unknown-script": Pager(_one_based, _draw_unknown_script),
}
