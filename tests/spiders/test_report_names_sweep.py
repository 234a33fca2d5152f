"""Which titles are reports, swept: kinds of bodies, ways to name a year, names of a report."""

from __future__ import annotations

from itertools import product

import pytest

from nianbao.spiders.report_names import (
    find_years,
    is_report_title,
    may_be_report_title,
    names_other_document,
)

# Bodies whose own names have words that other yearly documents are named by, and plain ones.
BODIES = (
    "青石县人民政府", "青石县审计局", "省审计厅", "青石县市场监督管理局", "县市场监管局", "青石县金融监管局",
    "县食品药品监管局", "国有资产监管委员会", "青石县工商行政管理局", "县工商局", "县工商业联合会", "县工商联",
    "柳河镇工商所", "县人民政府法治办公室", "县委全面依法治县委员会办公室", "法治建设促进中心", "县财务管理中心",
    "市财务结算中心", "省财务学校", "市审计学院", "县人大预算工作委员会", "预算绩效管理中心", "市决算中心",
    "县企业信用监管信息中心", "市场监管综合执法大队", "医疗保障基金监管中心", "县煤矿安全监管站", "审计署驻某市特派员办事处",
    "县统计局", "县中小企业服务中心", "县机构编制委员会办公室", "事业单位登记管理局", "柳河镇", "城关街道办事处", "巴彦苏木人民政府",
)  # fmt: skip
NAMES = (
    "政府信息公开工作年度报告", "政府信息公开年报", "政府信息公开年度报告", "信息公开年报", "政府信息公开工作情况报告",
    "政務公開年度報告", "政府信息公開工作年度報告",
)  # fmt: skip
YEARS = (
    "2023年",
    "2023年度",
    "二〇二三年",
    "二○二三年度",
    "二零二三年",
    "２０２３年",
    "（2023年）",
    "2023",
)
OTHERS = (
    "{}2023年度法治政府建设年度报告", "{}2023年部门决算", "{}2023年财务年度报告", "图解：{}2023年政府信息公开年报",
    "{}2023年政府信息公开年报解读", "一图读懂{}2023年政府信息公开年报", "关于{}做好2023年年报编制工作的通知",
    "{}2023年政府网站工作年度报表", "{}2023年财务信息公开年度报告",
)  # fmt: skip


@pytest.mark.parametrize("body", BODIES)
def test_a_body_reports_whatever_its_name_is(body: str) -> None:
    missed = []
    for year, name in product(YEARS, NAMES):
        titles = (
            f"{body}{year}{name}",
            f"{year}{body}{name}",
            f"《{body}{name}》{year}",
        )
        missed += [title for title in titles if not is_report_title(title)]
        undated = f"{body}{name}"
        if not may_be_report_title(undated):
            missed.append(undated)
    assert missed == []
    short = [f"{body}2023年年报", f"{body}2023年度报告", f"2023年{body}年度报告"]
    assert [title for title in short if not is_report_title(title)] == []


@pytest.mark.parametrize("body", BODIES)
def test_other_documents_of_a_body_are_none(body: str) -> None:
    taken = [
        title.format(body) for title in OTHERS if is_report_title(title.format(body))
    ]
    assert taken == []


@pytest.mark.parametrize("body", BODIES)
def test_a_body_alone_may_stand_for_its_report(body: str) -> None:
    assert may_be_report_title(body)
    assert may_be_report_title(f"{body}2023年")
    assert may_be_report_title(f"2023年度{body}")


@pytest.mark.parametrize(
    "title",
    [
        "2023年", "二〇二三年度", "【2023】", "青石县柳河镇政府信息公开工作年度报告", "政府信息公开工作年度报告",
        "青石县人力资源和社会保障局2023年政府信…", "某县政府信息公开工作年...", "2023年度...", "年报",
    ],
)  # fmt: skip
def test_what_may_be_a_report_in_a_list_of_reports(title: str) -> None:
    assert may_be_report_title(title)


@pytest.mark.parametrize(
    "title",
    ["首页", "网站地图", "下一页", "关于开展人居环境整治的通知", "青石县举行运动会开幕式", "政府信息公开指南", "年报解读", "更多…", ""],
)  # fmt: skip
def test_what_is_none_even_there(title: str) -> None:
    assert not may_be_report_title(title)


def test_a_notice_that_publishes_reports() -> None:
    assert is_report_title("关于公布青石县2023年政府信息公开工作年度报告的公告")
    assert is_report_title("关于印发《青石县2023年政府信息公开工作年度报告》的通知")
    assert names_other_document("关于报送2023年政府信息公开年报的通知")


def test_years_in_any_numerals() -> None:
    assert find_years("二〇二二年") == find_years("２０２２年") == {"2022"}
    assert find_years("二O一九年度、二零二一年") == {"2019", "2021"}
    assert find_years("二十年来") == find_years(None) == frozenset()
