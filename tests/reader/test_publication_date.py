"""The publication date: labels before meta before list before address, and dates that are none."""

from __future__ import annotations

from datetime import date

import pytest

from nianbao.archive.records import Hints, Reading
from nianbao.pipelines.reader import read
from tests.reader import pages

TODAY = date(2024, 6, 1)
URL = "http://www.qingshi.gov.cn/zfxxgk/202301/t20230118_1.html"


def of(label: str, meta: str = "", **known: object) -> Reading:
    page = pages.trs(pages.body(), label=label, meta=meta)
    return read(page.encode(), today=TODAY, **known)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("label", "on", "at", "basis"),
    [
        (
            "发布时间：2023-01-18 10:20",
            "2023-01-18",
            "2023-01-18T10:20+08:00",
            "label:发布时间",
        ),
        ("发布日期 : 2023/1/8", "2023-01-08", None, "label:发布日期"),
        ("发布日期：2023年01月18日", "2023-01-18", None, "label:发布日期"),
        (
            "时间：2023-01-18 10:20:33",
            "2023-01-18",
            "2023-01-18T10:20:33+08:00",
            "label:时间",
        ),
        ("日期：<b>2023.01.18</b>", "2023-01-18", None, "label:日期"),
        ("发 布 时 间：二〇二三年一月十八日", "2023-01-18", None, "label:发布时间"),
        ("发表日期：二○二三年十一月三十日", "2023-11-30", None, "label:发表日期"),
        ("【发布时间：2023-01-18】", "2023-01-18", None, "label:发布时间"),
        ("2023-01-18 10:20", "2023-01-18", "2023-01-18T10:20+08:00", "header"),
        ("2023年01月18日", "2023-01-18", None, "header"),
        ("成文日期：2023-01-10", None, None, None),
        ("生成日期：2023-01-10", None, None, None),
        ("发文日期：2023年01月10日", None, None, None),
        ("采集时间：2023-01-10", None, None, None),
        ("更新时间：2023-01-10", None, None, None),
        ("开始时间：2023-01-10", None, None, None),
        ("展会时间：2023年5月8日至5月10日", None, None, None),
        ("发布时间：yyyy年MM月dd日", None, None, None),
        ("今天：2024年2月22日 星期四", None, None, None),
        ("发布时间：2023年1月", None, None, None),
    ],
)
def test_a_header(
    label: str, on: str | None, at: str | None, basis: str | None
) -> None:
    reading = of(label)
    assert (reading.published_on, reading.published_at, reading.published_basis) == (
        on,
        at,
        basis,
    )


def test_the_label_comes_before_meta_and_they_disagree() -> None:
    reading = of("发布时间：2023-01-18", "2024-03-02 09:00")
    assert reading.published_on == "2023-01-18"
    assert [(c.basis, c.value) for c in reading.date_candidates] == [
        ("label:发布时间", "2023-01-18"),
        ("meta:PubDate", "2024-03-02"),
    ]
    assert "published_on.disagreement" in {finding.rule for finding in reading.findings}


def test_meta_then_list_then_address() -> None:
    assert of("", "2023-01-17 09:00", url=URL).published_basis == "meta:PubDate"
    assert of("", "2023-01-17 09:00", url=URL).published_at == "2023-01-17T09:00+08:00"
    assert (
        of("", url=URL, hints=Hints(list_date="[2023-01-16]")).published_basis == "list"
    )
    assert of("", url=URL).published_basis == "url"
    assert (
        of("", url="http://www.qingshi.gov.cn/art/2023/1/18/art_12_3.html").published_on
        == "2023-01-18"
    )
    assert (
        of("", url="http://www.qingshi.gov.cn/info/1308/19381.htm").published_on is None
    )


def test_an_address_of_another_year_is_a_date_of_filing() -> None:
    reading = of(
        "",
        url="http://www.qingshi.gov.cn/art/2029/6/22/art_1_2.html".replace(
            "2029", "2020"
        ),
    )
    assert reading.published_on is None
    assert [candidate.basis for candidate in reading.date_candidates] == ["url"]


def test_meta_that_is_the_stamp_of_page_generation() -> None:
    reading = of("", "2024-05-07 08:00:07")
    assert reading.published_on is None
    assert [candidate.basis for candidate in reading.date_candidates] == [
        "meta:PubDate"
    ]
    assert "published_on.missing" in {finding.rule for finding in reading.findings}


@pytest.mark.parametrize("day", ["2031-01-01", "2007-05-01"])
def test_an_impossible_date_is_refused(day: str) -> None:
    reading = of(f"发布时间：{day}")
    assert reading.published_on is None
    (refused,) = [
        finding
        for finding in reading.findings
        if finding.rule == "published_on.refused"
    ]
    assert refused.found == day


def test_a_date_in_a_list_of_the_header() -> None:
    text = "青石县统计局2021年政府信息公开工作年度报告\n• 听全文\n• 2022-02-24\n• 来源：县统计局\n一、概述\n公开工作。"
    assert read(text.encode(), today=TODAY).published_on == "2022-02-24"


def test_a_metadata_table() -> None:
    table = (
        "<table><tr><td>索 引 号：</td><td>0043/2023-0001</td><td>分类：</td><td>综合</td></tr>"
        "<tr><td>发布机构：</td><td>青石县柳河镇</td><td>成文日期：</td><td>2023-01-10</td></tr>"
        "<tr><td>名 称：</td><td>年报</td><td>发布日期：</td><td>2023-01-18</td></tr></table>"
    )
    page = pages.trs(pages.body(), meta="", label="").replace("<h1>", table + "<h1>")
    reading = read(page.encode(), today=TODAY)
    assert (reading.published_on, reading.published_basis) == (
        "2023-01-18",
        "label:发布日期",
    )


def test_a_row_of_labels_over_a_row_of_values() -> None:
    table = (
        "<table><tr><td>索取号</td><td>发布时间</td><td>发布机构</td></tr>"
        "<tr><td>AA1</td><td>2023-01-18</td><td>青石县柳河镇</td></tr></table>"
    )
    page = pages.trs(pages.body(), meta="", label="").replace(
        '<div class="TRS', table + '<div class="TRS'
    )
    assert read(page.encode(), today=TODAY).published_on == "2023-01-18"


def test_a_label_and_its_value_in_elements_of_their_own() -> None:
    reading = of("<dl><dt>发布日期</dt><dd>2023-01-18</dd></dl>")
    assert reading.published_on == "2023-01-18"


def test_rows_of_a_list_are_no_publication_date() -> None:
    rows = "".join(
        f"<li><a href='{y}.htm'>柳河镇{y}年政府信息公开工作年度报告</a><span>{y + 1}-01-2{y % 9}</span></li>"
        for y in range(2014, 2022)
    )
    reading = read(
        f"<html><head><title>政府信息公开年报</title></head><body><h1>政府信息公开年报</h1><ul>{rows}</ul></body></html>".encode()
    )
    assert (reading.is_report, reading.published_on) == (False, None)


def test_the_signature_is_not_the_publication_date() -> None:
    signed = "<p style='text-align:right'>青石县柳河镇人民政府</p><p>2023年1月10日</p>"
    page = pages.trs(pages.body(signed=signed), meta="", label="")
    reading = read(page.encode(), today=TODAY)
    assert (reading.published_on, reading.signed_on) == (None, "2023-01-10")


@pytest.mark.parametrize(
    "signed",
    [
        "<p>青石县柳河镇人民政府 2023年1月10日</p>",
        "<p>二〇二三年一月十日</p>",
        "<p>青石县柳河镇人民政府（2023年1月10日）</p>",
        "<p>青石县柳河镇人民政府</p><p>2023年1月10日</p><p>附件：统计表</p><p>打印 关闭</p>",
    ],
)
def test_signatures(signed: str) -> None:
    assert (
        read(pages.trs(pages.body(signed=signed)).encode(), today=TODAY).signed_on
        == "2023-01-10"
    )


def test_dates_of_the_prose_are_no_signature() -> None:
    assert (
        read(
            pages.trs(pages.body(signed="<p>下次检查定于2023年3月1日。</p>")).encode(),
            today=TODAY,
        ).signed_on
        is None
    )
