"""How each platform's lists are read, on bytes as its sites send them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import get_args

import pytest
from scrapy.http import HtmlResponse, Request, TextResponse

from nianbao.spiders import catalogue
from nianbao.spiders.base import ReportSpider
from nianbao.spiders.lists import Link, Post
from nianbao.spiders.platforms import spider_of
from nianbao.spiders.platforms.hanweb import HanwebSpider
from nianbao.spiders.platforms.simple import SimpleSpider
from nianbao.spiders.platforms.trs import TrsSpider
from nianbao.spiders.scout import provisional

SITE = """\
id: place
name: 某县人民政府
region: null
platform: {platform}
entries: [{{url: "http://www.example.gov.cn/nb/", column: 年报}}]
expect: {{links: 0}}
options: {options}
"""
OPTIONS = '{row: "//tr[td]", title: ".//a", date: "./td[2]//text()", next: "//a[text()=\'下一页\']"}'


@pytest.fixture
def spider(tmp_path: Path, request: pytest.FixtureRequest) -> ReportSpider:
    kind: type[ReportSpider] = request.param
    options = OPTIONS if kind is SimpleSpider else "{}"
    (tmp_path / "place.yml").write_text(
        SITE.format(platform=kind.name, options=options), "utf-8"
    )
    return kind(site="place", sites=str(tmp_path))


def page(body: str, encoding: str = "utf-8") -> TextResponse:
    return HtmlResponse("http://www.example.gov.cn/nb/", body=body.encode(encoding))


@pytest.mark.parametrize("spider", [TrsSpider], indirect=True)
class TestTrs:
    def test_rows(self, spider: ReportSpider) -> None:
        rows = list(
            spider.links(
                page(
                    "<ul><li><span>2021-01-20</span>"
                    '<a href="./202101/t20210120_1239406.html" title="甲镇年报">甲镇…</a></li>'
                    '<li><a href="../xxgk/202101/t20210118_12.shtml">乙镇年报</a><b>2021-1-18</b></li></ul>'
                    '<div class="nav"><a href="/zwgk/">政务公开</a></div><li><a href="./zfxxgkzn/">指南</a></li>'
                )
            )
        )
        assert rows == [
            Link("./202101/t20210120_1239406.html", "甲镇年报", "2021-01-20"),
            Link("../xxgk/202101/t20210118_12.shtml", "乙镇年报", "2021-01-18"),
        ]

    def test_rows_that_only_a_script_has(self, spider: ReportSpider) -> None:
        script = '<script>var url="./202602/t20260210_9.shtml"; var title="丙县年报"; document.writeln(url)</script>'
        assert list(spider.links(page(script))) == [
            Link("./202602/t20260210_9.shtml", "丙县年报", None)
        ]

    @pytest.mark.parametrize(
        ("pager", "following"),
        [
            ('createPageHTML(25, 0, "index", "shtml");', ["index_1.shtml"]),
            ("createPageHTML(25, 23, 'index', 'html')", ["index_24.html"]),
            ("createPageHTML(25, 24, 'index', 'html')", []),
            ("createPageHTML(1, 0, 'index', 'html')", []),
            ("createPageHTML('page_div',5,1,'fg','shtml',89)", ["fg_1.shtml"]),
            ("createPageHTML('page_div',5,5,'fg','shtml',89)", []),
            ("var currentPage = 0; var countPage = 3", ["index_1.html"]),
            ("var currentPage = 2;var countPage=3;", []),
            ("", []),
        ],
    )
    def test_paging(
        self, spider: ReportSpider, pager: str, following: list[str]
    ) -> None:
        assert list(spider.next_lists(page(f"<script>{pager}</script>"))) == following


@pytest.mark.parametrize("spider", [HanwebSpider], indirect=True)
class TestHanweb:
    COLUMN = """<div><script type="text/xml"><datastore>
<nextgroup><![CDATA[<a href="/module/web/jpage/dataproxy.jsp?page=2&amp;columnid=1%2FxQ%3D%3D"></a>]]></nextgroup>
<recordset><record><![CDATA[
<li><a href="/art/2021/1/20/art_1_2.html" title="甲局年报">甲局…</a><span>2021-
01-20</span></li>]]></record><record><![CDATA[<li>没有链接</li>]]></record>
<record><![CDATA[<li><a href='/art/2020/1/9/art_1_1.html'>乙局年报</a><b>2020年1月9日</b></li>]]></record>
</recordset></datastore></script></div>"""

    def test_rows(self, spider: ReportSpider) -> None:
        assert list(spider.links(page(self.COLUMN))) == [
            Link("/art/2021/1/20/art_1_2.html", "甲局年报", "2021-01-20"),
            Link("/art/2020/1/9/art_1_1.html", "乙局年报", "2020-01-09"),
        ]

    def test_paging_follows_what_is_printed(self, spider: ReportSpider) -> None:
        printed = "/module/web/jpage/dataproxy.jsp?page=2&columnid=1%2FxQ%3D%3D"
        assert list(spider.next_lists(page(self.COLUMN))) == [printed]

    def test_an_empty_answer_ends_it(self, spider: ReportSpider) -> None:
        empty = page(
            "<datastore><nextgroup></nextgroup><recordset></recordset></datastore>"
        )
        assert list(spider.links(empty)) == list(spider.next_lists(empty)) == []


@pytest.mark.parametrize("spider", [SimpleSpider], indirect=True)
class TestSimple:
    LIST = """<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312"></head><body><table>
<tr><td>·<a href="show.asp?id=3" title="甲镇年报">甲镇…</a></td><td>[2020-1-9]</td></tr><tr><td>没有链接</td></tr>
</table><a href="list.asp?page=1">上一页</a> <a href="list.asp?page=3">下一页</a></body></html>"""

    def test_rows_in_gb2312(self, spider: ReportSpider) -> None:
        assert list(spider.links(page(self.LIST, "gb18030"))) == [
            Link("show.asp?id=3", "甲镇年报", "[2020-1-9]")
        ]

    def test_paging(self, spider: ReportSpider) -> None:
        assert list(spider.next_lists(page(self.LIST, "gb18030"))) == [
            "list.asp?page=3"
        ]


HOST = "http://www.example.gov.cn"
HEX = "0123456789abcdef0123456789abcdef"
UNIT = f"{HOST}/api-gateway/jpaas-publish-server/front/page/build/unit"


def read(
    platform: str, url: str, body: str, sent: Post | None = None
) -> tuple[list[Link], list[str | Post], object]:
    """Return what a platform makes of an answer: its rows, what it asks for next, what it
    counts.
    """
    spider = spider_of(platform)(provisional(platform, f"{HOST}/nb/", "年报"))
    request = Request(
        f"{HOST}{url}", method="POST" if sent else "GET", body=sent.body if sent else ""
    )
    answer = HtmlResponse(
        f"{HOST}{url}", body=body.encode(), encoding="utf-8", request=request
    )
    return (
        list(spider.links(answer)),
        list(spider.next_lists(answer)),
        spider.counted(answer),
    )


def test_xxgk_years_of_a_body() -> None:
    page = (
        '<a href="/module/xxgk/xxgkAnnualReport.jsp?fbtime=2021&area=A02">2021年</a><a href="/nb/">首页</a>'
        '<select name="fbtime"><option value="">年份</option><option value="2020">2020</option></select>'
    )
    rows, following, _ = read(
        "xxgk", "/module/xxgk/xxgkAnnualReport.jsp?area=A02", page
    )
    assert [row.url for row in rows] == [
        "/module/xxgk/xxgkAnnualReport.jsp?fbtime=2021&area=A02",
        "xxgkAnnualReport.jsp?fbtime=2020&area=A02",
    ]
    assert following == []


def test_xxgk_bodies_of_the_tree() -> None:
    spider = spider_of("xxgk")(
        provisional("xxgk", f"{HOST}/module/xxgk/tree.jsp?area=", "年报")
    )
    tree = HtmlResponse(
        f"{HOST}/module/xxgk/tree.jsp?area=",
        body='<a href="?area=A02">甲局</a>'.encode(),
    )
    assert list(spider.branches(tree)) == [
        Link("xxgkAnnualReport.jsp?area=A02", "甲局", None)
    ]
    assert (
        list(spider.branches(tree.replace(url=f"{HOST}/module/xxgk/search.jsp"))) == []
    )


@pytest.mark.parametrize(
    "fragment",
    [
        '<div class="zfxxgk_zdgkc"><ul><li><a href="/art/2021/1/20/art_1_2.html" title="甲局2020年年报">甲</a>'
        "<b>2021-01-20</b></li></ul></div>共2页",
        '<table><tr class="tr_main_value_odd"><td><a href="/art/2021/1/20/art_1_2.html" title="甲局2020年年报">甲</a>'
        "</td><td>A02-1</td><td>2021-01-20</td></tr></table>共<b>2</b>页",
    ],
    ids=["new", "old"],
)
def test_xxgk_directory(fragment: str) -> None:
    column = (
        "<script>var q = {infotypeId: 'A0207', 'jdid': '3', area: \"A02\"}</script>"
    )
    rows, following, _ = read("xxgk", "/col/col8/index.html", column)
    assert (rows, len(following)) == ([], 1)
    first = following[0]
    assert isinstance(first, Post)
    assert first.fields["infotypeId"] == "A0207"
    rows, following, _ = read("xxgk", "/module/xxgk/search.jsp", fragment, first)
    assert rows == [Link("/art/2021/1/20/art_1_2.html", "甲局2020年年报", "2021-01-20")]
    second = following[0]
    assert isinstance(second, Post)
    assert (second.fields["currpage"], second.fields["area"]) == ("2", "A02")
    assert first.address != second.address
    assert read("xxgk", "/module/xxgk/search.jsp", fragment, second)[1] == []


def test_jpaas_puts_the_page_inside_param_json() -> None:
    column = "<div queryData=\"{'webId':'7','pageId':'9'}\" count=31 rows=15></div>"
    _, following, _ = read("jpaas", "/col/col9/index.html", column)
    assert following == [
        f"{UNIT.removeprefix(HOST)}?webId=7&pageId=9&paramJson=%7B%22pageNo%22%3A1%2C%22pageSize%22%3A%2215%22%7D"
    ]
    data = {
        "html": f'<li><a href="/art/2021/art_{HEX}.html">甲局2020年年报</a><span>2021-01-20</span></li>'
    }
    rows, following, _ = read(
        "jpaas", str(following[0]), json.dumps({"success": True, "data": data})
    )
    assert rows == [Link(f"/art/2021/art_{HEX}.html", "甲局2020年年报", "2021-01-20")]
    assert "pageNo%22%3A2" in str(following[0])


def test_gkmlpt_starts_at_page_one() -> None:
    index = """<script>window._CONFIG = {SID:'755001', TREE:[{"id":3,"name":"指南"},
      {"id":9,"name":"公开","children":[{"id":45,"name":"政府信息公开年报"}]}]};</script>"""
    spider = spider_of("gkmlpt")(
        provisional("gkmlpt", f"{HOST}/ga/gkmlpt/index", "年报")
    )
    page = HtmlResponse(f"{HOST}/ga/gkmlpt/index", body=index.encode())
    assert list(spider.branches(page)) == [
        Link("/ga/gkmlpt/api/all/45?page=1&sid=755001", "政府信息公开年报", None)
    ]
    article = {
        "title": "甲局2020年年报",
        "date": 1611100000,
        "url": f"{HOST}/gkmlpt/content/9/9103/post_9103540.html",
    }
    api = json.dumps({"total": 812, "articles": [article]})
    rows, following, counted = read(
        "gkmlpt", "/ga/gkmlpt/api/all/45?page=1&sid=755001", api
    )
    assert rows == [Link(article["url"], "甲局2020年年报", "2021-01-20")]
    assert (following, counted) == (
        [f"{HOST}/ga/gkmlpt/api/all/45?page=2&sid=755001"],
        (1, 812),
    )


def test_ucap_channel() -> None:
    shell = f'<meta name="channelid" content="{HEX}">'
    shell += f'<ul><li><a href="/a/c1/202101/{HEX}.shtml">甲局2020年年报</a></li></ul>'
    rows, following, _ = read("ucap", "/a/c1/list.shtml", shell)
    assert rows == [], "the rows of a page with a channel come from the channel"
    assert f"/common/search/{HEX}" in str(following[0])
    result = {
        "title": "甲局2020年年报",
        "url": f"//www.example.gov.cn/a/c1/202101/{HEX}.shtml",
        "publishedTime": 1611100000000,
    }
    answer = json.dumps({"data": {"page": 1, "total": 1, "results": [result]}})
    rows, _, counted = read("ucap", str(following[0]), answer)
    assert (rows, counted) == (
        [Link(str(result["url"]), "甲局2020年年报", "2021-01-20")],
        (1, 1),
    )


def test_ucap_files() -> None:
    page = (
        f'<ul><li><a href="/a/c1/202101/{HEX}.shtml">甲局2020年年报</a><span>2021-01-20</span></li>'
        "<li><a href='/a/'>公开</a></li></ul><script>createPageHTML('page_div',5,1,'common_list','shtml',89)</script>"
    )
    rows, following, _ = read("ucap", "/a/c1/common_list.shtml", page)
    assert rows == [Link(f"/a/c1/202101/{HEX}.shtml", "甲局2020年年报", "2021-01-20")]
    assert following == ["common_list_1.shtml"]


def test_lonsun_label() -> None:
    column = "<script>var siteId = '6788'; load({labelName:'publicInfoList', file:'/xxgk/list_2020'})</script>"
    _, following, _ = read(
        "lonsun", "/public/column/6596?type=4&action=list&nav=3&sub=&catId=67", column
    )
    for part in (
        "siteId=6788",
        "organId=6596",
        "catId=67",
        "pageIndex=1",
        "file=%2Fxxgk%2Flist_2020",
    ):
        assert part in str(following[0])
    rows = (
        '<ul class="clearfix xxgk_nav_list"><li><a href="/public/6596/1.html" title="甲局2020年年报">甲</a>'
        '<span class="date">2021-01-20</span></li></ul>'
    )
    found, more, _ = read("lonsun", str(following[0]), rows)
    assert found == [Link("/public/6596/1.html", "甲局2020年年报", "2021-01-20")]
    assert "pageIndex=2" in str(more[0])


def test_vsb_follows_the_printed_page() -> None:
    page = (
        '<ul><li><a href="../info/1308/19381.htm" title="甲局2020年年报">甲</a><span>2021-01-20</span></li></ul>'
        '<td>共48条 1/4 <a href="xxgknb/4.htm">首页</a> <a href="xxgknb/3.htm" class="Next">下页</a></td>'
    )
    rows, following, counted = read("vsb", "/zwgk/xxgknb.htm", page)
    assert rows == [Link("../info/1308/19381.htm", "甲局2020年年报", "2021-01-20")]
    assert (following, counted) == (["xxgknb/3.htm"], (1, 48))


@pytest.mark.parametrize(
    ("script", "wrapped"),
    [("{params: {pageIndex: 0}}", True), ("JSON.stringify(p)", False)],
)
def test_epoint_posts_json(script: str, wrapped: bool) -> None:
    shell = f"<script>var siteGuid='7eb5-f7f1'; $.post('/EWB-FRONT/rest/x', {script})</script>"
    _, following, _ = read(
        "epoint", "/dynamic/zwgk/govInfoPub.html?deptcode=D1&categorynum=003", shell
    )
    first = following[0]
    assert isinstance(first, Post)
    fields = first.fields["params"] if wrapped else first.fields
    assert fields == {
        "deptcode": "D1",
        "categorynum": "003",
        "pageIndex": 0,
        "pageSize": 20,
        "siteGuid": "7eb5-f7f1",
    }
    custom = {
        "total": 21,
        "data": [
            {
                "infourl": "/a/1.html",
                "title": "甲…",
                "realtitle": "甲局2020年年报",
                "infodate": "2021-01-20",
            }
        ],
    }
    for sent in (custom, json.dumps(custom)):
        rows, more, counted = read(
            "epoint", "/EWB-FRONT/rest/x", json.dumps({"custom": sent}), first
        )
        assert rows == [Link("/a/1.html", "甲局2020年年报", "2021-01-20")]
        assert counted == (1, 21)
        assert isinstance(more[0], Post)
        assert '"pageIndex": 1' in more[0].body


def test_webforms_posts_back_its_state() -> None:
    page = """<form action="list.aspx"><input type="hidden" name="__VIEWSTATE" value="{}">
      <ul><li><a href="show.aspx?id=1">甲局2020年政府信息公开年报</a>2021-01-20</li></ul>
      <a href="javascript:__doPostBack('Pager','3')">尾页</a>
      <a href="javascript:__doPostBack('Pager','2')">下一页</a></form>"""
    rows, following, _ = read("webforms", "/list.aspx", page.format("/wEPx"))
    assert rows == [Link("show.aspx?id=1", "甲局2020年政府信息公开年报", "2021-01-20")]
    sent = following[0]
    assert isinstance(sent, Post)
    assert sent.fields == {
        "__VIEWSTATE": "/wEPx",
        "__EVENTTARGET": "Pager",
        "__EVENTARGUMENT": "2",
    }
    again = read("webforms", "/list.aspx", page.format("/wEPy"))[1][0]
    assert isinstance(again, Post)
    assert (again.address, again.body == sent.body) == (sent.address, False), (
        "the state is no part of the address"
    )


def test_generic_takes_what_is_titled_as_a_report() -> None:
    page = """<div class="nav"><a href="/xxgk/">信息公开年报</a></div>
      <p><a href="1.html">甲局2020年政府信息公开工作年度报告</a> 2021年1月20日</p>
      <p><a href="2.html">一图读懂甲局2020年政府信息公开工作年度报告</a></p>
      <p><a href="3.html">2020年政府网站工作年度报表</a></p><p><a href="4.html">甲县2020年政府工作报告</a></p>
      <a href="javascript:go(2)">下一页</a> <a href="list_2.html">下一页&gt;&gt;</a>"""
    rows, following, _ = read("generic", "/nb/", page)
    assert rows == [Link("1.html", "甲局2020年政府信息公开工作年度报告", "2021-01-20")]
    assert following == ["list_2.html"]


@pytest.mark.parametrize("platform", get_args(catalogue.Platform))
def test_a_page_of_nothing(platform: str) -> None:
    if platform != "simple":
        assert read(platform, "/nb/", "<html><body>系统提示</body></html>")[0] == []
        assert read(platform, "/nb/?page=1&pageIndex=1", "{}")[0] == []
