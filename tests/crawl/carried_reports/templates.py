"""Templates of report pages: what stands around the text."""

from __future__ import annotations

from tests.crawl.carried_reports.carrier import CarriedReport

HEAD = (
    '<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}_西霞县人民政府</title>'
    "<script>function search(){{ location.href='/s?q=' + document.forms[0].q.value; }}</script></head>"
)
NAV = (
    '<div class="nav"><a href="/">首页</a><a href="/zwgk/">政务公开</a><a href="/nb/">年报</a></div>'
    '<div class="position">当前位置：<a href="/">首页</a> &gt; <a href="/nb/">政府信息公开年报</a></div>'
)
NEIGHBOURS = (
    '<div class="near">上一篇：<a href="/nb/other_1.html">某局报告</a>'
    ' 下一篇：<a href="/nb/other_2.html">某镇报告</a></div>'
)
FOOT = (
    '<div class="tools"><a href="#">打印</a> <a href="#">关闭</a></div>'
    '<iframe src="/weather/index.html" width="200" height="30"></iframe>'
    '<div class="footer"><img src="/images/logo.png"><a href="https://bszs.conac.cn/"><img src="/images/red.png"></a>'
    "主办单位：西霞县人民政府办公室</div></body></html>"
)
CONTAINERS = (
    '<div class="TRS_Editor">{}</div>',
    '<div id="zoom">{}</div>',
    '<div class="content">{}</div>',
    '<table class="main"><tr><td>{}</td></tr></table>',
    '<div class="xx">{}</div>',
)


def fill_template(report: CarriedReport, content: str, title: str | None = None) -> str:
    """Return a page of the report's site with some content, in one of several templates."""
    container = CONTAINERS[report.number % len(CONTAINERS)]
    shown_title = title or report.title
    parts = [HEAD.format(title=shown_title), "<body>", NAV]
    parts.append(f"<h1>{shown_title}</h1><p>发布时间：2025-01-20 来源：县政府</p>")
    parts.append(container.format(content))
    if report.number % 2:
        parts.append(NEIGHBOURS)
    parts.append(FOOT)
    return "".join(parts)
