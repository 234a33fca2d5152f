"""How pages lead to the columns of annual reports."""

from __future__ import annotations

import pytest

from nianbao.spiders.discovery.columns import (
    find_column_name,
    find_columns,
    find_gates,
    find_site_name,
)
from nianbao.spiders.lists.page import ListPage
from nianbao.spiders.report_names import is_column_name

HOST = "http://www.example.gov.cn"


def page(body: str, path: str = "/") -> ListPage:
    content_type = "text/html; charset=utf-8"
    return ListPage.from_bytes(
        f"{HOST}{path}", body.encode(), content_type=content_type
    )


def test_columns_by_name_and_by_slug() -> None:
    found = find_columns(
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
    found = find_gates(
        page(
            '<a href="/xw/">新闻</a><a href="/zwgk/">政务公开</a><a href="/xxgk/">政府信息公开</a>'
        )
    )
    assert [gate.name for gate in found] == ["政府信息公开", "政务公开"]


def test_names() -> None:
    titled = page("<title>政府信息公开年报_某县人民政府</title>")
    assert (find_column_name(titled), find_site_name(titled)) == (
        "政府信息公开年报",
        "某县人民政府",
    )
    tagged = page(
        '<meta name="SiteName" content="某县"><meta name="ColumnName" content="null"><title>首页</title>'
    )
    assert (find_column_name(tagged), find_site_name(tagged)) == (None, "某县")
    assert (
        find_column_name(page("""<script>TREE:[{"id":4,"name":"年报"}]</script>"""))
        == "年报"
    )
    assert find_column_name(page("<script>TREE: [broken</script>")) is None


@pytest.mark.parametrize(
    ("name", "is_column"),
    [
        ("政府信息公开年报（各部门）", True),
        ("政府信息公开年报(35)", True),
        ("信息公开年报 >>", True),
        ("（乡镇）年报", True),
        ("政府信息公开年报（2023年）", False),
        ("年报（解读）", False),
        ("政府信息公开指南（年报）", False),
    ],
)
def test_what_stands_behind_the_name_of_a_column(name: str, is_column: bool) -> None:
    assert is_column_name(name) is is_column
