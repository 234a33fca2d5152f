"""Whose reports a column holds: told by its name, its rows, and the way to it."""

from __future__ import annotations

import pytest

from nianbao.crawler.discovery.coverage import judge_column

COUNTY = "样例省北原市青石县"
REPORT = "{}2023年政府信息公开工作年度报告"
GOVERNMENT, BUREAU, TOWN = "青石县人民政府", "青石县教育局", "青石县柳河镇人民政府"


def judge(name: str, bodies: list[str], crumbs: str = "") -> tuple[str, str | None]:
    titles = [REPORT.format(body) for body in bodies]
    return tuple(judge_column(name, titles, crumbs, COUNTY, None))


@pytest.mark.parametrize(
    ("name", "bodies", "covers"),
    [
        ("政府信息公开年报", [GOVERNMENT, BUREAU, TOWN], "all"),
        ("政府信息公开年报", [GOVERNMENT, GOVERNMENT], "government"),
        ("政府信息公开年报", ["", ""], "government"),
        ("部门年报", [BUREAU, "青石县司法局"], "departments"),
        ("街镇年报", [TOWN], "townships"),
        ("部门及乡镇信息公开年报", [BUREAU, TOWN], "all"),
        ("乡镇和部门年报", [TOWN, BUREAU], "all"),
        ("政府信息公开年报", [BUREAU, BUREAU], "one_body"),
        ("政府信息公开年报", [], "unknown"),
    ],
)
def test_by_name_and_rows(name: str, bodies: list[str], covers: str) -> None:
    assert judge(name, bodies)[0] == covers


def test_titles_that_are_cut_off_name_their_bodies() -> None:
    titles = ["青石县人民政府2023年政府信息...", "青石县教育局2023年政…"]
    assert judge_column("政府信息公开年报", titles, "", COUNTY, None).covers == "all"


@pytest.mark.parametrize("title", ["2023年", "2023年年报", "2023年政府信息公开年报"])
def test_rows_that_name_no_body_stand_below_the_pages_of_one(title: str) -> None:
    crumbs = "当前位置：首页>政务公开>青石县教育局>政府信息公开年报"
    coverage = judge_column("政府信息公开年报", [title], crumbs, COUNTY, None)
    assert coverage == ("one_body", "青石县教育局")


def test_rows_that_name_a_body_count_more_than_the_way() -> None:
    crumbs = "当前位置：首页>青石县政务服务中心>政府信息公开年报"
    assert judge("政府信息公开年报", [GOVERNMENT, BUREAU], crumbs)[0] == "all"
