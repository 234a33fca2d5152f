"""Names that are those of reports and of their columns, and names that only sound so."""

from __future__ import annotations

import pytest

from nianbao.spiders.report_names import is_column_name, is_report_title


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
    assert is_column_name(name)


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
        "政府网站年报",
        "财政年报",
        "某县2021年政府信息公开年报",
        "政府信息公开指南",
        "政府信息公开",
        "",
    ],
)
def test_names_of_other_columns(name: str) -> None:
    assert not is_column_name(name)


@pytest.mark.parametrize(
    ("title", "is_report"),
    [
        ("某县人民政府2021年政府信息公开工作年度报告", True),
        ("2020年某镇信息公开年报", True),
        ("2021年度法治政府建设年度报告", False),
        ("一图读懂某县2021年政府信息公开年报", False),
        ("2021年政府网站工作年度报表", False),
        ("2021年政府工作报告", False),
        ("2022年环境信息公开年度报告", False),
        ("2022年企业年度报告公示", False),
        ("2022年政府新媒体工作年度报告", False),
        ("某市环境信息中心2022年政府信息公开年度报告", True),
        ("某局2022年政府门户网站信息公开年度报告", True),
        ("政府信息公开年报", False),
        ("青石县审计局2023年政府信息公开工作年度报告", True),
        ("某市场监督管理局2023年政府信息公开年报", True),
        ("2015年某县工商行政管理局政府信息公开年度报告", True),
        ("某县人民政府法治办公室2015年政府信息公开工作年度报告", True),
        ("某县金融监管局2021年年报", True),
        ("某县审计局2023年审计年度报告", False),
        ("某县审计局2023年法治政府建设年度报告", False),
        ("图解：某县审计局2023年政府信息公开年报", False),
        ("某局2023年财务年度报告", False),
    ],
)
def test_titles(title: str, is_report: bool) -> None:
    assert is_report_title(title) is is_report
