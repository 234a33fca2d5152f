"""Regions as a tree, by their names."""

from __future__ import annotations

import pytest

from nianbao.archive.read_model.regions import RegionTree

ROWS = [
    (1, "河南省平顶山市叶县", "410422"),
    (2, "河南省平顶山市", "410400"),
    (3, "湖北省仙桃市", "429004"),
    (4, "北京市朝阳区", None),
    (5, "青海省海西蒙古族藏族自治州德令哈市", "632802"),
    (6, "内蒙古自治区锡林郭勒盟锡林浩特市", None),
    (7, "黑龙江省大兴安岭地区呼玛县", None),
    (8, "海南省白沙黎族自治县", None),
    (9, "湖南省常德市津市市", None),
    (10, "某开发区", None),
]


@pytest.mark.parametrize(
    ("name", "above"),
    [
        ("河南省平顶山市叶县", ["河南省", "河南省平顶山市"]),
        ("湖北省仙桃市", ["湖北省"]),
        ("北京市朝阳区", ["北京市"]),
        (
            "青海省海西蒙古族藏族自治州德令哈市",
            ["青海省", "青海省海西蒙古族藏族自治州"],
        ),
        (
            "内蒙古自治区锡林郭勒盟锡林浩特市",
            ["内蒙古自治区", "内蒙古自治区锡林郭勒盟"],
        ),
        ("黑龙江省大兴安岭地区呼玛县", ["黑龙江省", "黑龙江省大兴安岭地区"]),
        ("海南省白沙黎族自治县", ["海南省"]),
        ("湖南省常德市津市市", ["湖南省", "湖南省常德市"]),
        ("某开发区", []),
    ],
)
def test_what_is_above(name: str, above: list[str]) -> None:
    assert [place.name for place in RegionTree(ROWS).ancestors(name)] == above


def test_what_is_below() -> None:
    known = RegionTree(ROWS)
    assert known.ids_within("河南省") == [2, 1]
    assert known.by_name["河南省"].id is None
    assert known.by_name["河南省平顶山市叶县"].short == "叶县"
    assert known.ids_within("-") == [None]
    assert "-" not in known.top


def test_finding_a_place() -> None:
    known = RegionTree(ROWS)
    found = known.find("410422")
    assert found
    assert found.name == "河南省平顶山市叶县"
    assert known.find("无此地") is None
    assert [place.name for place in known.find_similar("叶县")] == [
        "河南省平顶山市叶县"
    ]
    assert [place.name for place in known.find_similar("朝阳区人民政府")] == [
        "北京市朝阳区"
    ]


def test_where_a_board_says_something() -> None:
    assert RegionTree(ROWS).innermost_common() is None
    assert RegionTree(ROWS[:1]).innermost_common() == "河南省平顶山市"
    assert RegionTree(ROWS[:2]).innermost_common() == "河南省"
    assert RegionTree([]).innermost_common() is None
