"""Reports on a school year: their period is theirs, and no calendar year is claimed in silence."""

from __future__ import annotations

import pytest

from nianbao.archive.records import Period, Reading
from nianbao.pipelines.reader import read

BODY = "<p>根据《高等学校信息公开办法》编制本报告。</p><p>{text}</p><p>一、概述</p><p>学校主动公开信息200条。</p>"


def read_report(title: str, text: str = "") -> Reading:
    page = f"<meta charset='utf-8'><h1>{title}</h1>{BODY.format(text=text)}"
    return read(page.encode(), url="https://xxgk.example.edu.cn/nb/1.html")


def rules(reading: Reading) -> set[str]:
    return {finding.rule for finding in reading.findings}


@pytest.mark.parametrize(
    "years",
    [
        "2023-2024学年",
        "2023—2024学年",
        "2023～2024学年度",
        "2023至2024学年",
        "2023年-2024年学年",
    ],
)
def test_a_school_year_is_the_period(years: str) -> None:
    reading = read_report(f"青石职业学院{years}信息公开工作年度报告")
    assert reading.period == Period("2023-09-01", "2024-08-31")
    assert reading.report_year == 2023
    assert "report_year.school_year" in rules(reading)


def test_a_period_that_is_stated_goes_before_a_school_year() -> None:
    stated = "统计期限自2023年1月1日起至2023年12月31日止。"
    reading = read_report("青石职业学院2023-2024学年信息公开工作年度报告", stated)
    assert reading.period == Period("2023-01-01", "2023-12-31")
    assert "report_year.school_year" not in rules(reading)


@pytest.mark.parametrize(
    "text",
    [
        "公布了2023-2024学年招生计划。",
        "2022-2024学年信息公开规划。",
        "2023-2024学年校历已公布。",
    ],
)
def test_school_years_in_prose_are_none(text: str) -> None:
    reading = read_report("西霞县教育局2023年政府信息公开工作年度报告", text)
    assert (reading.period, reading.report_year) == (None, 2023)
    assert "report_year.school_year" not in rules(reading)
