"""Dates in every notation that was seen."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nianbao.archive.records import Period
from nianbao.pipelines.reader.fields import dates

HAN = "〇一二三四五六七八九"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2021-01-20", date(2021, 1, 20)),
        ("2021/1/20", date(2021, 1, 20)),
        ("2018.01.25", date(2018, 1, 25)),
        ("2021年1月20日", date(2021, 1, 20)),
        ("2 0 2 1 年 1 月 2 0 日", date(2021, 1, 20)),
        ("二〇二一年一月十日", date(2021, 1, 10)),
        ("二○二一年十二月三十一日", date(2021, 12, 31)),
        ("二零二一年十月廿一日", date(2021, 10, 21)),
        ("2021年一月二十日", date(2021, 1, 20)),
        ("2009年9月30", date(2009, 9, 30)),
    ],
)
def test_a_notation(text: str, day: date) -> None:
    stamp = dates.find_first_date(text)
    assert stamp is not None
    assert stamp.day == day


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2021-01-20 09:14", "09:14"),
        ("2021-01-20T09:14:05", "09:14:05"),
        ("2021-01-20 9时5分", "09:05"),
        ("2021年1月20日10时59分07秒", "10:59:07"),
        ("2021-01-20 10时许", None),
    ],
)
def test_a_time(text: str, time: str | None) -> None:
    stamp = dates.find_first_date(text)
    assert stamp is not None
    assert (stamp.day, stamp.time) == (date(2021, 1, 20), time)


@pytest.mark.parametrize(
    "text",
    [
        "yyyy年MM月dd日",
        "2021-13-01",
        "2021-02-30",
        "2021-01",
        "2021年1月",
        "1.2021.3.4",
        "2021-1-203",
    ],
)
def test_no_date(text: str) -> None:
    assert dates.find_first_date(text) is None


@given(st.dates(date(2008, 1, 1), date(2099, 12, 31)))
def test_chinese_numerals_of_any_day(day: date) -> None:
    def small(number: int) -> str:
        tens, ones = divmod(number, 10)
        return ("" if tens == 0 else "十" if tens == 1 else HAN[tens] + "十") + (
            HAN[ones] if ones else ""
        )

    year = "".join(HAN[int(digit)] for digit in str(day.year))
    stamp = dates.find_first_date(
        f"落款：{year}年{small(day.month)}月{small(day.day)}日"
    )
    assert stamp is not None
    assert stamp.day == day


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("统计期限自2021年1月1日起至2021年12月31日止", ("2021-01-01", "2021-12-31")),
        ("统计期限自20221月1日起至202212月31日止", ("2022-01-01", "2022-12-31")),
        ("统计期限自2020年1月1日起至202020年12月31日止", ("2020-01-01", "2020-12-31")),
        ("统计期限为2023年1月1日——2023年12月31日", ("2023-01-01", "2023-12-31")),
        ("从2010年1月1日到12月31日止", ("2010-01-01", "2010-12-31")),
        ("自2015年1月1日起至2015年12月30日止", ("2015-01-01", "2015-12-30")),
        ("优惠自2019年1月1日到2021年12月31日执行", None),
    ],
)
def test_the_statistics_period(text: str, period: tuple[str, str] | None) -> None:
    assert dates.find_period(text) == (Period(*period) if period else None)
