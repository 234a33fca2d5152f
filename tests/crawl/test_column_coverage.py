"""Whose reports a column holds: told by its name, its rows, and the way to it."""

from __future__ import annotations

import pytest

from nianbao.crawler.discovery.coverage import judge_column
from nianbao.spiders.discovery.bodies import find_column_bodies
from nianbao.spiders.lists.page import ListRow

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
        ("政府信息公开年报", ["", ""], "unknown"),
        ("政府信息公开年报", ["", GOVERNMENT], "government"),
        ("政府信息公开年报", ["", BUREAU], "all"),
        ("政府信息公开年报", [BUREAU], "unknown"),
        ("政府信息公开年报", [TOWN], "unknown"),
        ("政府信息公开年报", [GOVERNMENT], "government"),
        ("县政府年报", ["", ""], "government"),
        ("本级政府信息公开年报", [], "government"),
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


NAMES = {
    "departments": [
        "市直单位年报",
        "县直年报",
        "直属机构年报",
        "委办局年报",
        "局办年报",
        "县直各单位年报",
        "市直属各单位年报",
        "区级各部门年报",
        "政府组成机构年报",
    ],
    "townships": ["镇乡年报", "镇办年报", "苏木年报", "乡、镇、街年报", "街道年报"],
    "all": [
        "各单位年报",
        "区属各单位年报",
        "各级政府年报",
        "市直单位及镇办年报",
        "部门、镇乡年报",
    ],
    "government": ["区政府年报", "某县人民政府年度报告", "本级年报"],
    "unknown": ["政府信息公开年报", "年报", "信息公开工作年度报告"],
}
KINDS = {
    "departments": {"department"},
    "townships": {"township"},
    "government": {"government"},
    "unknown": set(),
}


@pytest.mark.parametrize(
    ("name", "covers"),
    [(name, covers) for covers, names in NAMES.items() for name in names],
)
def test_a_name_ends_the_search_as_it_is_stored(name: str, covers: str) -> None:
    assert judge(name, ["", ""])[0] == covers
    rows = [ListRow("/a/1.html", REPORT.format(""), None)]
    kinds = find_column_bodies("", name, rows).kinds
    if covers == "all":
        assert len(kinds) > 1
    else:
        assert kinds == KINDS[covers]


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
