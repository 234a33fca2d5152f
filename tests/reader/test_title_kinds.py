"""Titles as publishers write them: where year and body stand, and what stands around them."""

from __future__ import annotations

from itertools import product

import pytest

from nianbao.archive.records import Reading
from nianbao.pipelines.reader import read

BODY = "一、总体情况\n公开信息六十三条。\n二、主动公开政府信息情况\n无。\n"
NAME = "政府信息公开工作年度报告"
BUREAU = "榆中县教育局"


def read_titled(title: str) -> Reading:
    return read(f"{title}\n{BODY}".encode())


@pytest.mark.parametrize(
    "words",
    [
        "2022年1月1日至2022年12月31日",
        "2022年1月1日—12月31日",
        "（2022年1月1日至2022年12月31日）",
        "2022年1-12月",
        "2022年度(1-12月)",
        "[2022]年",
        "〔2022〕年",
        "（2022）年",
        "(2022)",
        "【2022年】",
    ],
)
def test_a_period_or_a_year_in_brackets_is_no_part_of_the_body(words: str) -> None:
    reading = read_titled(BUREAU + words + NAME)
    assert (reading.agency.printed, reading.report_year) == (BUREAU, 2022)
    assert reading.agency.name == f"甘肃省兰州市{BUREAU}"


@pytest.mark.parametrize(
    "title",
    [
        f"{NAME}（2022年度）—{BUREAU}",
        f"{NAME}（{BUREAU}·2022）",
        f"{NAME}({BUREAU}2022年)",
        f"{NAME}（2022年度{BUREAU}）",
        f"2022年{NAME}——{BUREAU}",
        f"2022年{NAME}：{BUREAU}",
        f"2022年{NAME}·{BUREAU}",
        f"2022年{NAME}【{BUREAU}】",
        f"（{BUREAU}）2022年{NAME}",
        f"01{BUREAU}2022年{NAME}",
        f"①{BUREAU}2022年{NAME}",
        f"一、{BUREAU}2022年{NAME}",
        f"（3）{BUREAU}2022年{NAME}",
    ],
)
def test_the_body_stands_behind_or_apart(title: str) -> None:
    reading = read_titled(title)
    assert (reading.agency.printed, reading.report_year) == (BUREAU, 2022)


@pytest.mark.parametrize(
    "title",
    [
        f"{BUREAU}2022年度执行《政府信息公开条例》情况报告",
        f"{BUREAU}2022年贯彻落实政府信息公开条例工作年度报告",
        f"{BUREAU}2022年实施《中华人民共和国政府信息公开条例》情况年度报告",
        f"{BUREAU}2022年度政府信息公开执行情况报告",
        f"{BUREAU}2022年党务政务公开年度报告",
    ],
)
def test_other_names_of_the_report(title: str) -> None:
    reading = read_titled(title)
    assert reading.is_report
    assert (reading.agency.printed, reading.report_year) == (BUREAU, 2022)


@pytest.mark.parametrize("sign", ["-", "_", "|"])
def test_the_government_of_a_site_behind_a_title_issues_nothing(sign: str) -> None:
    assert read_titled(f"2022年{NAME}{sign}榆中县人民政府").agency.printed is None


def test_a_regiment_is_no_number_before_a_title() -> None:
    assert read_titled(f"12师2022年{NAME}").title == f"12师2022年{NAME}"


@pytest.mark.parametrize(
    "words",
    ["2022.1.1—2022.12.31", "2022-01-01至2022-12-31", "2022年1月1日—2022年12月31日"],
)
def test_the_period_in_figures_names_the_year(words: str) -> None:
    reading = read(f"{BUREAU}{NAME}（{words}）\n{BODY}".encode())
    assert (reading.agency.printed, reading.report_year) == (BUREAU, 2022)


@pytest.mark.parametrize(
    "line",
    [
        "索 引 号 014416330/2018-04736 分 类 政府信息公开年报",
        "索 引 号 | 014416330/2018-04736 | 分 类 | 政府信息公开年报",
        "014416330/2018-04736 政府信息公开年报",
    ],
)
@pytest.mark.parametrize("mark", ["{}", "<html><body><p>{}</p></body></html>"])
def test_the_number_of_a_document_is_no_title(line: str, mark: str) -> None:
    title = f"{BUREAU}2017年{NAME}"
    separator = "</p><p>" if mark != "{}" else "\n"
    text = separator.join([line, f"根据条例规定,现公布{title}。", *BODY.split("\n")])
    reading = read(mark.format(text).encode())
    assert (reading.title, reading.report_year) == (title, 2017)


@pytest.mark.parametrize(
    "day", ["2023/3/1", "2023-03-01", "2023年3月1日", "2023年3月", "二〇二三年三月"]
)
@pytest.mark.parametrize("mark", ["\n", "</p><p>"])
def test_a_day_between_body_and_title_is_no_part_of_it(day: str, mark: str) -> None:
    text = mark.join([BUREAU, day, f"2022年{NAME}", *BODY.split("\n")])
    page = f"<html><body><p>{text}</p></body></html>" if mark != "\n" else text
    reading = read(page.encode())
    assert (reading.agency.printed, reading.report_year) == (BUREAU, 2022)
    assert reading.title == f"{BUREAU}2022年{NAME}"


LINES_ABOVE = (
    "",
    BUREAU,
    f"{BUREAU}\n2023年1月20日",
    f"{BUREAU}文件\n榆教发〔2023〕5号",
    "榆中县人民政府\n政府信息公开",
    "（2023年1月）",
)
LINES_BELOW = (
    "",
    f"（{BUREAU}  2023年1月20日）",
    f"{BUREAU}\n2023年1月20日",
    f"2023-1-20 {BUREAU}",
    f"编制单位：{BUREAU}\n编制时间：2023年1月",
)


@pytest.mark.parametrize(
    "title",
    [
        f"2022年{NAME}",
        f"2022年度\n{NAME}",
        f"{NAME}\n（2022年）",
        f"{NAME}（2022年度）",
    ],
)
@pytest.mark.parametrize("mark", ["\n", "</p><p>"])
def test_what_stands_around_a_title_on_covers(title: str, mark: str) -> None:
    """No body but the bureau, no year but that of the report, no line of the site in the title."""
    own_title = title.replace("\n", "").replace("（", "(").replace("）", ")")
    for above, below in product(LINES_ABOVE, LINES_BELOW):
        if BUREAU not in above + below:
            continue
        lines = [*above.split("\n"), *title.split("\n"), *below.split("\n")]
        text = mark.join([*lines, "根据条例编制。", *BODY.split("\n")])
        page = f"<html><body><p>{text}</p></body></html>" if mark != "\n" else text
        reading = read(page.encode())
        assert (reading.agency.printed, reading.report_year) == (BUREAU, 2022), lines
        assert reading.title is not None
        shown = reading.title.replace("（", "(").replace("）", ")")
        assert shown.removeprefix(BUREAU) == own_title, lines


@pytest.mark.parametrize("words", ["现就", "现对", ""])
def test_a_sentence_that_reports_as_follows_is_no_title(words: str) -> None:
    sentence = f"{words}{BUREAU}2022年度政府信息公开工作情况报告如下。"
    reading = read(f"{sentence}\n{BODY}".encode())
    assert reading.title is None
    assert reading.report_year == 2022
