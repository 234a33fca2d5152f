"""Home pages: how the first page of a site leads in. {menu} is where its menu stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

NEWS = (
    '<div class="news"><ul><li><a href="/xw/202401/t20240105_1.html" title="县委召开2023年度总结大会">县委召开2023年度总结大会</a>'
    '<span>01-05</span></li><li><a href="/xw/202401/t20240106_2.html">2024年政府工作报告</a></li>'
    '<li><a href="/xw/202401/t20240107_3.html">我县政务公开工作获通报表扬</a></li></ul><a href="/xw/">更多</a></div>'
)
SERVICES = (
    '<div class="fw"><a href="/hd/xz.html">县长信箱</a><a href="/bs/">政务服务</a><a href="/bs/gr.html">个人办事</a>'
    '<a href="/hd/">互动交流</a><a href="/zjx/">走进{place}</a><a href="/sj/">数据开放</a></div>'
)
FRIENDS = (
    '<div class="links"><select><option>友情链接</option><option value="http://www.province.invalid/">样例省人民政府</option>'
    '<option value="http://www.other.invalid/zfxxgk/">邻县政府信息公开</option></select>'
    '<a href="http://www.province.invalid/zwgk/zfxxgknb/">省政府信息公开年报</a></div>'
)
FOOT = (
    '<div class="foot">主办：{name}办公室 网站标识码：9901230001 <a href="http://bszs.example.invalid/">党政机关</a>'
    '<a href="/about/">网站地图</a><script>/* location.href="/old/"; */</script>'
    '<!-- <a href="/old/nb/">政府信息公开年报</a> --></div>'
)
HEAD = '<title>{name}</title><meta name="SiteName" content="{name}">'
BARE_HEAD = "<title>{name}门户网站</title>"


@dataclass(frozen=True)
class Home:
    """A form of home page: its pages by path, and where it is met.

    `start` is the path of the address in the register. A page that begins with a status and an
    address sends there.
    """

    why: str
    pages: Mapping[str, str]
    start: str = "/"
    weight: int = 1


_PORTAL = (
    f'{HEAD}</head><body><div class="top"><a href="/en/">English</a><a href="/wza/">无障碍</a></div>'
    f"{{menu}}{NEWS}{SERVICES}{FRIENDS}{FOOT}"
)
_OLD = (
    f"{BARE_HEAD}</head><body bgcolor=#ffffff><table><tr><td>{{menu}}</td></tr>"
    f"<tr><td>{NEWS}</td><td>{SERVICES}</td></tr></table>{FOOT}"
)

HOMES: Mapping[str, Home] = {
    "portal": Home("menu, news, services, links", {"/": _PORTAL}, weight=8),
    "menu-below": Home(
        "the way to open government stands below the news",
        {
            "/": f"{HEAD}</head><body><div class='nav'><a href='/'>首页</a><a href='/xw/'>新闻</a></div>"
            f"{NEWS}{SERVICES}{NEWS}{{menu}}{FOOT}"
        },
        weight=3,
    ),
    "tables": Home("laid out in tables, no SiteName", {"/": _OLD}, weight=2),
    "frameset": Home(
        "banner and page in frames",
        {
            "/": f'{BARE_HEAD}</head><frameset rows="100,*"><frame src="/top.html"><frame src="/main.html"></frameset><body>',
            "/top.html": "<title>top</title></head><body><img src='/images/top.jpg'>",
            "/main.html": _OLD,
        },
    ),
    "refresh": Home(
        "a bare page that sends on by meta refresh",
        {
            "/": '<meta http-equiv="refresh" content="0; url=portal/index.html"></head><body>',
            "/portal/index.html": _PORTAL,
        },
    ),
    "script-redirect": Home(
        "a bare page that sends on by script",
        {
            "/": "</head><body><script>window.location.href='/web/';</script>",
            "/web/": _PORTAL,
        },
    ),
    "telephone-switch": Home(
        "a script sends telephones elsewhere; the page is the one for a desk",
        {
            "/": "<script>if(/iPhone|Android/i.test(navigator.userAgent)){window.location.href='/wap/';}</script>"
            f"{_PORTAL}",
            "/wap/": "<title>手机版</title></head><body><a href='/'>电脑版</a>",
        },
    ),
    "redirect": Home(
        "the server sends on to the site's folder",
        {"/": "302 /zfwz/", "/zfwz/": _PORTAL},
    ),
    "splash": Home(
        "a picture that is only a door",
        {
            "/": f'{BARE_HEAD}</head><body><a href="/index_new.html"><img src="/in.gif" alt="进入网站"></a>',
            "/index_new.html": _PORTAL,
        },
    ),
    "below-a-folder": Home(
        "the register's address is a page below the host",
        {"/qzf/index.shtml": _PORTAL, "/": "302 /qzf/index.shtml"},
        start="/qzf/index.shtml",
    ),
    "menu-in-a-script-file": Home(
        "a script file writes the menu of every page",
        {
            "/": f"{HEAD}</head><body><script src='/js/jquery.min.js'></script><script src='/js/nav.js'></script>"
            f"{NEWS}{SERVICES}{FOOT}",
            "/js/nav.js": "{written}",
        },
    ),
    "grey-day": Home(
        "style and scripts stand before anything else",
        {
            "/": "<style>html{filter:grayscale(100%)}</style><script src='/js/jquery.js'></script>"
            f"<script>var _hmt = _hmt || [];</script>{_PORTAL}"
        },
    ),
}
