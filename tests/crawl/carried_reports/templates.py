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


# An older site: its title is that of the site, all is laid out in tables, the parts of the template
# come in frames, and other reports stand beside the article.
OLD_HEAD = (
    '<html><head><meta charset="utf-8"><title>西霞县人民政府门户网站</title>'
    '<script src="/js/jquery.js"></script><script>var site_id = "12"; function addFavorite()'
    "{{ window.external.addFavorite(location.href) }}</script></head><body>"
    '<iframe src="/inc/banner2016.html" width="980" height="180"></iframe>'
    '<table width="980"><tr><td><a href="/">网站首页</a></td><td><a href="/zwgk/">政务公开</a></td>'
    '<td><a href="/nb/">信息公开年报</a></td><td><a href="/bs/">网上办事</a></td></tr></table>'
    '<table width="980"><tr><td align="center"><b>{title}</b></td></tr>'
    "<tr><td>【字体：大 中 小】 来源：县政府 日期：2025-01-20</td></tr></table>"
)
BESIDE = (
    '<table width="240"><tr><td>相关信息</td></tr>'
    '<tr><td><a href="/zwgk/old/11.html">西霞县民政局2019年政府信息公开工作年度报告</a></td></tr>'
    '<tr><td><a href="/zwgk/old/12.html">西霞县水务局2019年政府信息公开工作年度报告</a></td></tr>'
    '<tr><td><a href="/zwgk/old/13.html">西霞县住房和城乡建设局2019年政府信息公开工作年度报告</a></td></tr></table>'
)
OLD_FOOT = (
    '<div id="bottom"><p>版权所有：西霞县人民政府 主办：西霞县人民政府办公室 承办：西霞县政务服务和大数据管理局</p>'
    "<p>地址：西霞县人民路一号 网站标识码：4100000000 备案号：豫ICP备00000000号</p>"
    "<p>本网站最佳浏览效果为分辨率一千二百八十以上，建议使用新版浏览器访问</p></div></body></html>"
)


def fill_template(report: CarriedReport, content: str, title: str | None = None) -> str:
    """Return a page of the report's site with some content, in one of several templates."""
    shown_title = title or report.title
    if report.has_old_template:
        head = OLD_HEAD.format(title=shown_title)
        box = f'<table width="720"><tr><td><div>{content}</div></td></tr></table>'
        return "".join([head, box, BESIDE, OLD_FOOT])
    container = CONTAINERS[report.number % len(CONTAINERS)]
    parts = [HEAD.format(title=shown_title), "<body>", NAV]
    parts.append(f"<h1>{shown_title}</h1><p>发布时间：2025-01-20 来源：县政府</p>")
    parts.append(container.format(content))
    if report.number % 2:
        parts.append(NEIGHBOURS)
    parts.append(FOOT)
    return "".join(parts)
