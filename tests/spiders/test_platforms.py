"""How each platform's lists are read, on bytes as its sites send them."""

from __future__ import annotations

from pathlib import Path

import pytest
from scrapy.http import HtmlResponse, TextResponse

from spiders.base import ReportSpider
from spiders.lists import Link
from spiders.platforms.hanweb import HanwebSpider
from spiders.platforms.simple import SimpleSpider
from spiders.platforms.trs import TrsSpider

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
    (tmp_path / "place.yml").write_text(SITE.format(platform=kind.name, options=options), "utf-8")
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
        assert list(spider.links(page(script))) == [Link("./202602/t20260210_9.shtml", "丙县年报", None)]

    @pytest.mark.parametrize(
        ("pager", "following"),
        [
            ('createPageHTML(25, 0, "index", "shtml");', ["index_1.shtml"]),
            ("createPageHTML(25, 23, 'index', 'html')", ["index_24.html"]),
            ("createPageHTML(25, 24, 'index', 'html')", []),
            ("createPageHTML(1, 0, 'index', 'html')", []),
            ("createPageHTML('page_div',5,1,'fg','shtml',89)", ["fg_1.shtml"]),
            ("createPageHTML('page_div',5,5,'fg','shtml',89)", []),
            ("", []),
        ],
    )
    def test_paging(self, spider: ReportSpider, pager: str, following: list[str]) -> None:
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
        empty = page("<datastore><nextgroup></nextgroup><recordset></recordset></datastore>")
        assert list(spider.links(empty)) == list(spider.next_lists(empty)) == []


@pytest.mark.parametrize("spider", [SimpleSpider], indirect=True)
class TestSimple:
    LIST = """<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312"></head><body><table>
<tr><td>·<a href="show.asp?id=3" title="甲镇年报">甲镇…</a></td><td>[2020-1-9]</td></tr><tr><td>没有链接</td></tr>
</table><a href="list.asp?page=1">上一页</a> <a href="list.asp?page=3">下一页</a></body></html>"""

    def test_rows_in_gb2312(self, spider: ReportSpider) -> None:
        assert list(spider.links(page(self.LIST, "gb18030"))) == [Link("show.asp?id=3", "甲镇年报", "[2020-1-9]")]

    def test_paging(self, spider: ReportSpider) -> None:
        assert list(spider.next_lists(page(self.LIST, "gb18030"))) == ["list.asp?page=3"]
