"""How each platform's lists are read, on bytes as its sites send them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from scrapy.utils.spider import iter_spider_classes

from nianbao.spiders import platform_spiders, platforms
from nianbao.spiders.lists.page import FormPost, ListPage, ListRow
from nianbao.spiders.lists.reader import ListReader
from nianbao.spiders.platform_spiders import SPIDERS
from nianbao.spiders.platforms import PLATFORMS, READERS_BY_PLATFORM, reader_for

OPTIONS = {
    "row": "//tr[td]",
    "title": ".//a",
    "date": "./td[2]//text()",
    "next": "//a[text()='下一页']",
}


@pytest.fixture
def reader(request: pytest.FixtureRequest) -> ListReader:
    platform: str = request.param
    return reader_for(platform, OPTIONS if platform == "simple" else {})


def page(body: str, encoding: str = "utf-8") -> ListPage:
    return ListPage.from_bytes("http://www.example.gov.cn/nb/", body.encode(encoding))


@pytest.mark.parametrize("reader", ["trs"], indirect=True)
class TestTrs:
    def test_rows(self, reader: ListReader) -> None:
        rows = list(
            reader.read_rows(
                page(
                    "<ul><li><span>2021-01-20</span>"
                    '<a href="./202101/t20210120_1239406.html" title="甲镇年报">甲镇…</a></li>'
                    '<li><a href="../xxgk/202101/t20210118_12.shtml">乙镇年报</a><b>2021-1-18</b></li></ul>'
                    '<div class="nav"><a href="/zwgk/">政务公开</a></div><li><a href="./zfxxgkzn/">指南</a></li>'
                )
            )
        )
        assert rows == [
            ListRow("./202101/t20210120_1239406.html", "甲镇年报", "2021-01-20"),
            ListRow("../xxgk/202101/t20210118_12.shtml", "乙镇年报", "2021-01-18"),
        ]

    def test_rows_that_only_a_script_has(self, reader: ListReader) -> None:
        script = '<script>var url="./202602/t20260210_9.shtml"; var title="丙县年报"; document.writeln(url)</script>'
        assert list(reader.read_rows(page(script))) == [
            ListRow("./202602/t20260210_9.shtml", "丙县年报", None)
        ]

    @pytest.mark.parametrize(
        ("pager", "following"),
        [
            ('createPageHTML(25, 0, "index", "shtml");', ["index_1.shtml"]),
            ("createPageHTML(25, 23, 'index', 'html')", ["index_24.html"]),
            ("createPageHTML(25, 24, 'index', 'html')", []),
            ("createPageHTML(1, 0, 'index', 'html')", []),
            ("createPageHTML('page_div',5,1,'fg','shtml',89)", ["fg_2.shtml"]),
            ("createPageHTML('page_div',5,5,'fg','shtml',89)", []),
            ("var currentPage = 0; var countPage = 3", ["index_1.html"]),
            ("var currentPage = 2;var countPage=3;", []),
            ("", []),
        ],
    )
    def test_paging(self, reader: ListReader, pager: str, following: list[str]) -> None:
        assert (
            list(reader.read_next_pages(page(f"<script>{pager}</script>"))) == following
        )


@pytest.mark.parametrize("reader", ["hanweb"], indirect=True)
class TestHanweb:
    COLUMN = """<div><script type="text/xml"><datastore>
<nextgroup><![CDATA[<a href="/module/web/jpage/dataproxy.jsp?page=2&amp;columnid=1%2FxQ%3D%3D"></a>]]></nextgroup>
<recordset><record><![CDATA[
<li><a href="/art/2021/1/20/art_1_2.html" title="甲局年报">甲局…</a><span>2021-
01-20</span></li>]]></record><record><![CDATA[<li>没有链接</li>]]></record>
<record><![CDATA[<li><a href='/art/2020/1/9/art_1_1.html'>乙局年报</a><b>2020年1月9日</b></li>]]></record>
</recordset></datastore></script></div>"""

    def test_rows(self, reader: ListReader) -> None:
        assert list(reader.read_rows(page(self.COLUMN))) == [
            ListRow("/art/2021/1/20/art_1_2.html", "甲局年报", "2021-01-20"),
            ListRow("/art/2020/1/9/art_1_1.html", "乙局年报", "2020-01-09"),
        ]

    def test_paging_follows_what_is_printed(self, reader: ListReader) -> None:
        printed = "/module/web/jpage/dataproxy.jsp?page=2&columnid=1%2FxQ%3D%3D"
        assert list(reader.read_next_pages(page(self.COLUMN))) == [printed]

    def test_two_stores_of_one_list_are_one(self, reader: ListReader) -> None:
        mobile = self.COLUMN.replace("?page=2", "?unitid=6&page=2")
        twins = [
            store.replace("<recordset>", "<totalrecord>5</totalrecord><recordset>")
            for store in (self.COLUMN, mobile)
        ]
        assert reader.read_totals(page("".join(twins))) == (3, 5)
        assert len(list(reader.read_next_pages(page("".join(twins))))) == 1
        first_without_pager = twins[0].replace("nextgroup", "group")
        (next_page,) = reader.read_next_pages(page(first_without_pager + twins[1]))
        assert "unitid=6" in str(next_page)
        other_list = twins[1].replace("/art/", "/other/")
        assert reader.read_totals(page(twins[0] + other_list)) == (6, 10)
        assert len(list(reader.read_next_pages(page(twins[0] + other_list)))) == 2

    @pytest.mark.parametrize(
        ("query", "following"),
        [
            ("page=1&columnid=7", "page=2&columnid=7"),
            ("columnid=7&page=30", "columnid=7&page=31"),
            ("page=31&columnid=7", None),
            (
                "startrecord=1&endrecord=75&perpage=25",
                "startrecord=76&endrecord=150&perpage=25",
            ),
            ("startrecord=751&endrecord=825&perpage=25", None),
            ("columnid=7", None),
        ],
    )
    def test_an_answer_that_prints_no_way_on(
        self, reader: ListReader, query: str, following: str | None
    ) -> None:
        """Its own address counts on, as far as it says that there are pages."""
        body = b"<datastore><totalrecord>756</totalrecord><totalpage>31</totalpage><recordset></recordset></datastore>"
        url = "http://www.example.gov.cn/module/web/jpage/dataproxy.jsp?"
        answer = ListPage.from_bytes(url + query, body, content_type="text/xml")
        expected = [url + following] if following else []
        assert list(reader.read_next_pages(answer)) == expected
        column = ListPage.from_bytes("http://www.example.gov.cn/col/?page=1", body)
        assert list(reader.read_next_pages(column)) == []

    def test_an_empty_answer_ends_it(self, reader: ListReader) -> None:
        empty = page(
            "<datastore><nextgroup></nextgroup><recordset></recordset></datastore>"
        )
        assert (
            list(reader.read_rows(empty)) == list(reader.read_next_pages(empty)) == []
        )


@pytest.mark.parametrize("reader", ["simple"], indirect=True)
class TestSimple:
    LIST = """<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312"></head><body><table>
<tr><td>·<a href="show.asp?id=3" title="甲镇年报">甲镇…</a></td><td>[2020-1-9]</td></tr><tr><td>没有链接</td></tr>
</table><a href="list.asp?page=1">上一页</a> <a href="list.asp?page=3">下一页</a></body></html>"""

    def test_rows_in_gb2312(self, reader: ListReader) -> None:
        assert list(reader.read_rows(page(self.LIST, "gb18030"))) == [
            ListRow("show.asp?id=3", "甲镇年报", "[2020-1-9]")
        ]

    def test_paging(self, reader: ListReader) -> None:
        assert list(reader.read_next_pages(page(self.LIST, "gb18030"))) == [
            "list.asp?page=3"
        ]


HOST = "http://www.example.gov.cn"
HEX = "0123456789abcdef0123456789abcdef"
EPOINT = "/EWB-FRONT/rest/lightfrontaction/getgovinfolist"
UNIT = f"{HOST}/api-gateway/jpaas-publish-server/front/page/build/unit"


def read(
    platform: str, url: str, body: str, sent: FormPost | None = None
) -> tuple[list[ListRow], list[str | FormPost], object]:
    """Return what a platform makes of an answer: its rows, what it asks for next, what it
    counts.
    """
    reader = reader_for(platform)
    answer = ListPage.from_bytes(
        f"{HOST}{url}",
        body.encode(),
        content_type="text/html; charset=utf-8",
        request_body=sent.body if sent else "",
    )
    return (
        list(reader.read_rows(answer)),
        list(reader.read_next_pages(answer)),
        reader.read_totals(answer),
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
    reader = reader_for("xxgk")
    body = '<a href="?area=A02">甲局</a>'.encode()
    tree = ListPage.from_bytes(f"{HOST}/module/xxgk/tree.jsp?area=", body)
    assert list(reader.read_branches(tree)) == [
        ListRow("xxgkAnnualReport.jsp?area=A02", "甲局", None)
    ]
    other = ListPage.from_bytes(f"{HOST}/module/xxgk/search.jsp", body)
    assert list(reader.read_branches(other)) == []


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
    assert isinstance(first, FormPost)
    assert first.fields["infotypeId"] == "A0207"
    rows, following, _ = read("xxgk", "/module/xxgk/search.jsp", fragment, first)
    assert rows == [
        ListRow("/art/2021/1/20/art_1_2.html", "甲局2020年年报", "2021-01-20")
    ]
    second = following[0]
    assert isinstance(second, FormPost)
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
    assert rows == [
        ListRow(f"/art/2021/art_{HEX}.html", "甲局2020年年报", "2021-01-20")
    ]
    assert "pageNo%22%3A2" in str(following[0])


def test_gkmlpt_starts_at_page_one() -> None:
    index = """<script>window._CONFIG = {SID:'755001', TREE:[{"id":3,"name":"指南"},
      {"id":9,"name":"公开","children":[{"id":45,"name":"政府信息公开年报"}]}]};</script>"""
    reader = reader_for("gkmlpt")
    page = ListPage.from_bytes(f"{HOST}/ga/gkmlpt/index", index.encode())
    assert list(reader.read_branches(page)) == [
        ListRow("/ga/gkmlpt/api/all/45?page=1&sid=755001", "政府信息公开年报", None)
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
    assert rows == [ListRow(article["url"], "甲局2020年年报", "2021-01-20")]
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
        [ListRow(str(result["url"]), "甲局2020年年报", "2021-01-20")],
        (1, 1),
    )


@pytest.mark.parametrize("name", ["channelid", "channelId", "ChannelID"])
def test_ucap_channel_in_any_spelling(name: str) -> None:
    column = f'<html><head><meta name="{name}" content="{HEX}"></head></html>'
    _, following, _ = read("ucap", "/a/list.shtml", column)
    assert [address.partition("?")[0] for address in following] == [
        f"/common/search/{HEX}"
    ]


def test_ucap_files() -> None:
    page = (
        f'<ul><li><a href="/a/c1/202101/{HEX}.shtml">甲局2020年年报</a><span>2021-01-20</span></li>'
        "<li><a href='/a/'>公开</a></li></ul><script>createPageHTML('page_div',5,1,'common_list','shtml',89)</script>"
    )
    rows, following, _ = read("ucap", "/a/c1/common_list.shtml", page)
    assert rows == [
        ListRow(f"/a/c1/202101/{HEX}.shtml", "甲局2020年年报", "2021-01-20")
    ]
    assert following == ["common_list_2.shtml"]


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
    assert found == [ListRow("/public/6596/1.html", "甲局2020年年报", "2021-01-20")]
    assert "pageIndex=2" in str(more[0])


def test_vsb_follows_the_printed_page() -> None:
    page = (
        '<ul><li><a href="../info/1308/19381.htm" title="甲局2020年年报">甲</a><span>2021-01-20</span></li></ul>'
        '<td>共48条 1/4 <a href="xxgknb/4.htm">首页</a> <a href="xxgknb/3.htm" class="Next">下页</a></td>'
    )
    rows, following, _ = read("vsb", "/zwgk/xxgknb.htm", page)
    assert rows == [ListRow("../info/1308/19381.htm", "甲局2020年年报", "2021-01-20")]
    assert following == ["xxgknb/3.htm"]


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
    assert isinstance(first, FormPost)
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
            "epoint", EPOINT, json.dumps({"custom": sent}), first
        )
        assert rows == [ListRow("/a/1.html", "甲局2020年年报", "2021-01-20")]
        assert counted == (1, 21)
        assert isinstance(more[0], FormPost)
        assert '"pageIndex": 1' in more[0].body


def test_webforms_posts_back_its_state() -> None:
    page = """<form action="list.aspx"><input type="hidden" name="__VIEWSTATE" value="{}">
      <ul><li><a href="show.aspx?id=1">甲局2020年政府信息公开年报</a>2021-01-20</li></ul>
      <a href="javascript:__doPostBack('Pager','3')">尾页</a>
      <a href="javascript:__doPostBack('Pager','2')">下一页</a></form>"""
    rows, following, _ = read("webforms", "/list.aspx", page.format("/wEPx"))
    assert rows == [
        ListRow("show.aspx?id=1", "甲局2020年政府信息公开年报", "2021-01-20")
    ]
    sent = following[0]
    assert isinstance(sent, FormPost)
    assert sent.fields == {
        "__VIEWSTATE": "/wEPx",
        "__EVENTTARGET": "Pager",
        "__EVENTARGUMENT": "2",
    }
    again = read("webforms", "/list.aspx", page.format("/wEPy"))[1][0]
    assert isinstance(again, FormPost)
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
    assert rows == [
        ListRow("1.html", "甲局2020年政府信息公开工作年度报告", "2021-01-20")
    ]
    assert following == ["list_2.html"]


@pytest.mark.parametrize("platform", READERS_BY_PLATFORM)
def test_a_page_of_nothing(platform: str) -> None:
    if platform != "simple":
        assert read(platform, "/nb/", "<html><body>系统提示</body></html>")[0] == []
        assert read(platform, "/nb/?page=1&pageIndex=1", "{}")[0] == []


def test_each_platform_has_a_reader() -> None:
    assert {*READERS_BY_PLATFORM, "declared"} == set(PLATFORMS)
    with pytest.raises(KeyError):
        reader_for("unknown")


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_spider_of_a_platform_reads_its_lists(platform: str) -> None:
    """`scrapy crawl PLATFORM` finds the spider by its name."""
    spider = SPIDERS[platform]
    assert spider.name == platform
    assert vars(platform_spiders)[spider.__name__] is spider


def test_scrapy_finds_each_spider_once() -> None:
    names = [spider.name for spider in iter_spider_classes(platform_spiders)]
    assert sorted(names) == sorted(PLATFORMS)


def test_list_readers_know_no_crawler() -> None:
    """They are functions of a page: no request is made and no setting is read in them."""
    folder = Path(platforms.__file__).parent
    for module in folder.glob("*.py"):
        source = module.read_text("utf-8")
        assert "import scrapy" not in source, module
        assert "from scrapy" not in source, module
