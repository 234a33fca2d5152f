"""What stands around a list: navigation, news, commented markup, forms, footers."""

from __future__ import annotations

import html
from collections.abc import Callable
from random import Random

from nianbao.sample.country.lists.titles import Report

NAVIGATION = (
    '<div class="nav"><a href="/">首页</a><a href="/zwgk/zn.html">政府信息公开指南</a>'
    '<a href="/zwgk/ml.html">政府信息公开目录</a><a href="/nb/">政府信息公开年报</a>'
    '<a href="/zwgk/ysq.html">依申请公开</a><a href="/hd/">互动交流</a></div>'
)
NEWS = (
    '<div class="side"><h4>最新动态</h4><ul>'
    '<li><a href="/xw/202401/t20240105_11.html">县委召开2023年度总结大会</a><span>2024-01-05</span></li>'
    '<li><a href="/xw/202402/t20240206_12.html">2024年政府工作报告</a><span>2024-02-06</span></li>'
    '<li><a href="/xw/202403/t20240307_13.html">关于做好2023年政府信息公开年报编制工作的通知</a><span>2024-03-07</span></li>'
    '</ul><a href="/xw/">更多</a></div>'
)
COMMENTED_ROWS = (
    '<!-- <li><a href="/nb/old_1.html">某县2009年政府信息公开工作年度报告</a><span>2010-03-01</span></li>'
    '<li><a href="/nb/old_2.html">某县2010年政府信息公开工作年度报告</a></li> -->'
)
COMMENTED_SCRIPTS = (
    "<script>/* createPageHTML(9, 0, 'old', 'html'); */\n"
    "// var countPage = 12; var currentPage = 0;\n// location.href='/gone/';\n</script>"
    '<!-- <a href="index_9.html">下一页</a> 共99条 -->'
)
FRIENDS = (
    '<div class="links"><select><option>友情链接</option><option value="http://www.example.invalid/">某省人民政府</option>'
    '</select><a href="http://nb.example.invalid/2023.html">某省2023年政府信息公开工作年度报告</a></div>'
)
SEARCH_FORM = (
    '<form action="/search.jsp" method="get"><input type="text" name="q"><select name="month"><option>1</option>'
    '<option>2</option><option>3</option></select><input type="submit" value="搜索"></form>'
)
CRUMBS = '<p>您的位置：<a href="/">首页</a> &gt; <a href="/zwgk/">政务公开</a> &gt; <a href="/nb/">年报</a></p>'
CAROUSEL = (
    '<div class="swiper"><a class="swiper-next" onclick="slide(1)">›</a><a class="swiper-prev" onclick="slide(-1)">‹</a>'
    '<img src="/1.jpg"></div>'
)
CALENDAR = (
    "<table class='rl'><tr>"
    + "".join(f'<td><a href="/day.jsp?d={day}">{day}</a></td>' for day in range(1, 29))
    + "</tr></table>"
)
FOOTER = (
    '<div class="foot">主办：某县人民政府办公室 网站标识码 9900000001 <a href="/about/">关于我们</a>'
    ' 您是第 10234 位访客 <a href="http://bszs.example.invalid/">党政机关</a></div>'
)
NOISE = {
    "navigation": NAVIGATION,
    "news": NEWS,
    "commented-rows": COMMENTED_ROWS,
    "commented-scripts": COMMENTED_SCRIPTS,
    "friends": FRIENDS,
    "search-form": SEARCH_FORM,
    "crumbs": CRUMBS,
    "carousel": CAROUSEL,
    "calendar": CALENDAR,
    "footer": FOOTER,
}
ASIDE_PAGES = {
    "/": "某县人民政府",
    "/zwgk/": "政务公开",
    "/zwgk/zn.html": "政府信息公开指南",
    "/zwgk/ml.html": "政府信息公开目录",
    "/zwgk/ysq.html": "依申请公开",
    "/hd/": "互动交流",
    "/xw/": "新闻",
    "/about/": "关于我们",
    "/xw/202401/t20240105_11.html": "县委召开2023年度总结大会",
    "/xw/202402/t20240206_12.html": "2024年政府工作报告",
    "/xw/202403/t20240307_13.html": "关于做好2023年政府信息公开年报编制工作的通知",
}


def choose_noise(random: Random) -> list[str]:
    """Return the names of what stands around the lists of a site."""
    return random.sample(sorted(NOISE), random.choice((0, 1, 2, 3, 5)))


def print_list_page(
    noise: list[str],
    rows: str,
    pager: str,
    total: str,
    name: str = "政府信息公开年报",
    site: str = "某县人民政府",
) -> str:
    """Return a list page: half of the noise stands above the list, half below."""
    middle = (len(noise) + 1) // 2
    above = "".join(NOISE[name] for name in noise[:middle])
    below = "".join(NOISE[name] for name in noise[middle:])
    return (
        f"<title>{name} - {site}</title></head><body>"
        f"{above}<div class='main'><h2>{name}</h2>{rows}{total}{pager}</div>{below}"
    )


def print_report(report: Report, number: int) -> str:
    """Return a report page, short and in the form of the law of 2019."""
    title = html.escape(report.title)
    return (
        f"<title>{title}</title></head><body><h1>{title}</h1><p>发布时间：{report.year + 1}-01-20 来源：{report.body}</p>"
        f"<div class='content'><p>本报告由{report.body}编制，所列数据的统计期限自{report.year}年1月1日起至{report.year}年12月31日止。</p>"
        f"<p>一、总体情况</p><p>全年主动公开政府信息{number * 37 + 11}条，其中通过网站公开{number * 29 + 5}条。</p>"
        "<p>二、主动公开政府信息情况</p><p>制发规范性文件的情况见县政府网站。</p>"
        f"<p>三、收到和处理政府信息公开申请情况</p><p>本年收到申请{number % 7}件。</p>"
        "<p>四、政府信息公开行政复议、行政诉讼情况</p><p>无。</p>"
        f"<p>五、存在的主要问题及改进情况</p><p>{report.body}公开的内容有待充实。</p>"
        f"<p>六、其他需要报告的事项</p><p>无。</p><p>{report.body}</p><p>{report.year + 1}年1月18日</p></div>"
    )


def print_article(words: str) -> str:
    """Return a page that is no report."""
    return (
        f"<title>{words}</title></head><body><h1>{words}</h1><p>发布时间：2024-03-04</p>"
        f"<div class='content'><p>{words}的内容在此处登载，供公众查阅。</p><p>联系电话：0000-0000000</p></div>"
    )


Encoding = Callable[[str], tuple[bytes, str]]


def _encode(charset: str, header: str, meta: str) -> Encoding:
    """Return how a page is sent: its bytes in a charset, under a header and a meta tag."""

    def encode(page: str) -> tuple[bytes, str]:
        text = f"<html><head>{meta}{page}</body></html>"
        return text.encode(charset), header

    return encode


ENCODINGS: dict[str, Encoding] = {
    "utf-8": _encode("utf-8", "text/html; charset=utf-8", '<meta charset="utf-8">'),
    "utf-8-by-meta": _encode("utf-8", "text/html", '<meta charset="utf-8">'),
    "utf-8-bare": _encode("utf-8", "text/html", ""),
    "utf-8-bom": _encode("utf-8-sig", "text/html", ""),
    "utf-8-under-gb2312": _encode(
        "utf-8",
        "text/html",
        '<meta http-equiv="Content-Type" content="text/html; charset=gb2312">',
    ),
    "gbk": _encode("gb18030", "text/html; charset=GBK", '<meta charset="gbk">'),
    "gbk-by-meta": _encode(
        "gb18030",
        "text/html",
        '<meta http-equiv="Content-Type" content="text/html; charset=gb2312">',
    ),
    "gbk-bare": _encode("gb18030", "text/html", ""),
    "gbk-header-says-utf-8": _encode(
        "gb18030", "text/html; charset=utf-8", '<meta charset="gbk">'
    ),
    "gbk-broken-meta": _encode(
        "gb18030",
        "text/html",
        '<meta http-equiv="Content-Type" content="text/html; charset=">',
    ),
}
