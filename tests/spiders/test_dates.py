"""Dates as lists print them or send them."""

from __future__ import annotations

import pytest

from nianbao.spiders.lists.dates import DateIndex, convert_timestamp, find_date


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("[2021-1-9]", "2021-01-09"),
        ("2021年1月9日", "2021-01-09"),
        ("2021-\n01-09", "2021-01-09"),
        ("1月9日", None),
    ],
)
def test_dates(text: str, date: str | None) -> None:
    assert find_date(text) == date


def test_stamps_are_days_in_china() -> None:
    assert (
        convert_timestamp(1611158400)
        == convert_timestamp(1611158400000)
        == "2021-01-21"
    ), "midnight there, four in the afternoon in UTC"
    assert (
        convert_timestamp(0)
        is convert_timestamp(None)
        is convert_timestamp("x")
        is None
    )


def test_the_first_date_of_a_part_stands_wholly_in_it() -> None:
    text = "2020-1-2 2021-3- 4 2022-5-6"
    index = DateIndex(text)
    for start in (0, 9, 19):
        for end in (9, 17, 19, len(text)):
            assert index.find_first(start, end) == find_date(text[start:end])
