"""What a page tells: names that are columns and names that only sound so, signs of a platform,
ways on.
"""

from __future__ import annotations

import pytest
from scrapy.http import HtmlResponse

from nianbao.spiders import detect

HOST = "http://www.example.gov.cn"


def page(body: str, path: str = "/") -> HtmlResponse:
    return HtmlResponse(f"{HOST}{path}", body=body.encode(), encoding="utf-8")


@pytest.mark.parametrize(
    "name",
    [
        "政府信息公开年报",
        "政府信息公开工作年度报告",
        "信息公开年报",
        "年度报告",
        "年报",
        "政府年报",
        "部门年报",
        "乡镇年报",
        "街道年报",
        "信息公开年度报告",
        "政府信息公开年度报告公开",
    ],
)
def test_names_of_columns(name: str) -> None:
    assert detect.is_column_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "图解年报",
        "年报解读",
        "政府网站工作年度报表",
        "法治政府建设年度报告",
        "部门决算",
        "政府工作报告",
        "统计年报",
        "企业年报",
        "某县2021年政府信息公开年报",
        "政府信息公开指南",
        "政府信息公开",
        "",
    ],
)
def test_names_of_other_columns(name: str) -> None:
    assert not detect.is_column_name(name)


@pytest.mark.parametrize(
    ("title", "is_report"),
    [
        ("某县人民政府2021年政府信息公开工作年度报告", True),
        ("2020年某镇信息公开年报", True),
        ("2021年度法治政府建设年度报告", False),
        ("一图读懂某县2021年政府信息公开年报", False),
        ("2021年政府网站工作年度报表", False),
        ("2021年政府工作报告", False),
        ("政府信息公开年报", False),
    ],
)
def test_titles(title: str, is_report: bool) -> None:
    assert detect.is_report_title(title) is is_report


@pytest.mark.parametrize(
    ("platform", "path", "body"),
    [
        (
            "trs",
            "/zfxxgknb/",
            '<a href="./202101/t20210120_12.shtml">a</a><script>createPageHTML(2, 0, "index", "shtml")',
        ),
        (
            "hanweb",
            "/col/col1/index.html",
            "<datastore><recordset></recordset></datastore>",
        ),
        (
            "xxgk",
            "/module/xxgk/tree.jsp",
            "<a href='xxgkAnnualReport.jsp?area=A'>a</a><a href='/col/col1/index.html'>b</a>",
        ),
        (
            "jpaas",
            "/col/col1/index.html",
            "<div url='/api-gateway/jpaas-publish-server/front' queryData=\"{}\"></div>",
        ),
        ("gkmlpt", "/gkmlpt/index", "<script>window._CONFIG = {}</script>"),
        ("ucap", "/a/c1/list.shtml", f'<meta name="channelid" content="{"0a" * 16}">'),
        ("lonsun", "/public/column/6596", "labelName: 'x'"),
        (
            "vsb",
            "/xxgknb.htm",
            '<a href="info/1308/19381.htm">a</a><div class="v_news_content"></div>',
        ),
        ("epoint", "/dynamic/zwgk/govInfoPub.html", "'/EWB-FRONT/rest/x'"),
        ("webforms", "/list.aspx", '<input name="__VIEWSTATE" value="">'),
        ("generic", "/nb/list.php", "<ul></ul>"),
    ],
)
def test_signs(platform: str, path: str, body: str) -> None:
    found, confidence = detect.judge(detect.evidence(f"{HOST}{path}", body))
    assert found == platform
    assert confidence >= 0.6 or platform == "generic"


def test_signs_add_up_and_one_sign_counts_once() -> None:
    signs = detect.evidence(f"{HOST}/list.aspx", '<input name="__VIEWSTATE">')
    assert detect.judge(signs) == detect.judge(signs * 2) == ("webforms", 0.895)


def test_columns_by_name_and_by_slug() -> None:
    found = detect.columns(
        page(
            '<a href="/zwgk/zfxxgknb/">年度报告</a><a href="/nb1/">政府信息公开年报</a><a href="/bmnb/">各部门</a>'
            '<a href="/zwgk/zfxxgknb/202101/t20210120_1.html">某县2020年政府信息公开年报</a>'
            '<a href="/tjnb/">图解年报</a><a href="javascript:;">年报</a><a href="/zfxxgknb/2.htm">下页</a>'
        )
    )
    assert [column.url.removeprefix(HOST) for column in found] == [
        "/nb1/",
        "/zwgk/zfxxgknb/",
        "/bmnb/",
    ]


def test_the_way_there() -> None:
    found = detect.gates(
        page(
            '<a href="/xw/">新闻</a><a href="/zwgk/">政务公开</a><a href="/xxgk/">政府信息公开</a>'
        )
    )
    assert [gate.name for gate in found] == ["政府信息公开", "政务公开"]


def test_branches() -> None:
    tree = page(
        '<a href="2021/">2021年</a><a href="/nb/bm/">部门</a><a href="/other/2020/">2020</a><a href="/x/">甲</a>'
        '<a href="/nb/2021/1.html">某县2020年年报</a><a href="http://elsewhere.gov.cn/nb/2019/">2019</a>',
        "/nb/",
    )
    assert [branch.url for branch in detect.branches(tree)] == [
        "2021/",
        "/nb/bm/",
        "/other/2020/",
    ]
    assert [branch.url for branch in detect.branches(tree, years_only=True)] == [
        "2021/",
        "/other/2020/",
    ]


def test_names() -> None:
    titled = page("<title>政府信息公开年报_某县人民政府</title>")
    assert (detect.name_of(titled), detect.site_name(titled)) == (
        "政府信息公开年报",
        "某县人民政府",
    )
    tagged = page(
        '<meta name="SiteName" content="某县"><meta name="ColumnName" content="null"><title>首页</title>'
    )
    assert (detect.name_of(tagged), detect.site_name(tagged)) == (None, "某县")
    assert (
        detect.name_of(page("""<script>TREE:[{"id":4,"name":"年报"}]</script>"""))
        == "年报"
    )
    assert detect.tree_columns("TREE: [broken") == []
