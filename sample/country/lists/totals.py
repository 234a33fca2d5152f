"""Totals: how a list page says how long its list is."""

from __future__ import annotations

from collections.abc import Callable

from nianbao.sample.country.lists.pagers import View


def _pattern(text: str) -> Callable[[View], str]:
    def print_total(view: View) -> str:
        return text.format(
            rows=view.rows, pages=view.count, page=view.number, size=view.page_size
        )

    return print_total


TOTALS: dict[str, Callable[[View], str]] = {
    "none": _pattern(""),
    "rows": _pattern("<span>共{rows}条</span>"),
    "rows-and-pages": _pattern("<p>共 {rows} 条记录 第 {page}/{pages} 页</p>"),
    "rows-in-elements": _pattern(
        "<div>共<b>{rows}</b>条 分<b>{pages}</b>页显示 当前第<i>{page}</i>页</div>"
    ),
    "records": _pattern("<em>记录总数：{rows}，每页 {size} 条</em>"),
    "pages": _pattern("<span>共{pages}页</span>"),
    "page-of": _pattern("<span>{page}/{pages}页</span>"),
    "page-position": _pattern("<span>页次：{page}/{pages}</span>"),
    "articles": _pattern("<p>本栏目共有{rows}篇文章</p>"),
    "pieces": _pattern("<p>共检索到{rows}条信息</p>"),
    "variables": _pattern(
        "<script>var recordCount = {rows}; var pageSize = {size};</script>"
    ),
    "field": _pattern('<input type="hidden" id="totalPage" value="{pages}">'),
}
