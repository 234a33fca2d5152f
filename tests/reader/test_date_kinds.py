"""Zones, spellings and places of dates, swept; a report has no day before its year."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from itertools import product

import pytest

from nianbao.archive.records import Reading
from nianbao.pipelines.reader import read
from nianbao.pipelines.reader.fields import dates
from tests.reader import pages

CHINA = timezone(timedelta(hours=8))
OFFSETS = (0, 60, 330, 480, 540, 600, -300, -480)
HOURS = (0, 3, 8, 15, 16, 20, 23)


def name_offset(minutes: int, separator: str) -> str:
    sign = "-" if minutes < 0 else "+"
    hours, rest = divmod(abs(minutes), 60)
    return f"{sign}{hours:02d}{separator}{rest:02d}"


@pytest.mark.parametrize("separator", [":", ""])
def test_every_zone_at_every_hour(separator: str) -> None:
    for minutes, hour in product(OFFSETS, HOURS):
        zone = timezone(timedelta(minutes=minutes))
        instant = datetime(2023, 1, 17, hour, 30, tzinfo=zone)
        in_china = instant.astimezone(CHINA)
        text = instant.strftime("%Y-%m-%dT%H:%M:%S") + name_offset(minutes, separator)
        (stamp,) = dates.find_dates(text)
        assert (stamp.day, stamp.time) == (
            in_china.date(),
            in_china.strftime("%H:%M:%S"),
        ), text
        mail_stamp = dates.parse_machine_date(format_datetime(instant))
        assert mail_stamp is not None
        assert mail_stamp.day == in_china.date()


def test_names_of_zones() -> None:
    for hour, (name, offset) in product(HOURS, (("UTC", 0), ("GMT", 0), ("CST", 8))):
        zone = timezone(timedelta(hours=offset))
        instant = datetime(2023, 1, 17, hour, 30, tzinfo=zone)
        day = instant.astimezone(CHINA).date()
        java_stamp = dates.parse_machine_date(
            instant.strftime(f"%a %b %d %H:%M:%S {name} %Y")
        )
        (stamp,) = dates.find_dates(instant.strftime(f"%Y-%m-%d %H:%M:%S {name}"))
        assert java_stamp is not None
        assert java_stamp.day == stamp.day == day


@pytest.mark.parametrize(
    "text",
    [
        "2023年元月18日",
        "二〇二三年元月十八日",
        "2023/01/18/ 10:20",
        "2023-01-18- 10:20",
        "2023-01-1810:20",
        "2023/01/1810:20:31",
        "2023-01-18，10:20",
        "2023-01-18 10:20-11:30",
        "2023—01—18",
        "2023‐01‐18",
        "2023–1–18 10:20",
    ],
)
def test_spellings(text: str) -> None:
    (stamp,) = dates.find_dates(text)
    assert stamp.day.isoformat() == "2023-01-18"
    assert stamp.time is None or stamp.time.startswith("10:20")


@pytest.mark.parametrize("text", ["2023-01-18-19", "2023-1-810:20", "12023-01-18"])
def test_what_is_no_date(text: str) -> None:
    assert list(dates.find_dates(text)) == []


def read_dated(label: str = "", markup: str = "", meta: str = "") -> Reading:
    page = pages.trs(pages.body(), label=label, meta=meta)
    return read(page.replace("</head>", f"{markup}</head>").encode())


@pytest.mark.parametrize(
    ("label", "markup"),
    [
        (
            "",
            '<script type="application/ld+json">{"datePublished": "2023-01-18"}</script>',
        ),
        ('<time datetime="2023-01-18T10:20:00+08:00">3天前</time>', ""),
        (
            '<time itemprop="datePublished" datetime="2023-01-18">3天前</time>'
            '<time datetime="2024-01-01">今天</time>',
            "",
        ),
        ("", '<meta itemprop="datePublished" content="2023-01-17T16:30:00+00:00">'),
        ("</span></div><div>2023-01-18 09:57 青石日报", ""),
        ("</span></div><div>2023-01-18 青石县融媒体中心", ""),
        ("</span></div><div>2023-01-18 青石县教育局", ""),
        ("发布日期：20230118", ""),
        ("发布时间：Wed Jan 18 10:20:00 CST 2023", ""),
        ("主动公开时间：2023-01-18", ""),
        ("刊发时间：2023-01-18", ""),
        (
            "<table><tr><th>发布日期</th><th>文号</th><th>索引号</th></tr>"
            "<tr><td>2023-01-18</td><td>无</td><td>001</td></tr></table>",
            "",
        ),
    ],
)
def test_places_of_a_date(label: str, markup: str) -> None:
    assert read_dated(label, markup).published_on == "2023-01-18"


@pytest.mark.parametrize(
    "label",
    [
        "发布日期：20230199",
        "索引号：20230118",
        "发布日期：202301180012345",
        "创建时间：Wed Jan 18 10:20:00 CST 2023",
    ],
)
def test_figures_that_are_no_day_of_publication(label: str) -> None:
    assert read_dated(label).published_on is None


@pytest.mark.parametrize("neighbour", ["上一篇", "下一篇", "上一条", "后一篇"])
def test_the_day_of_the_article_beside_it_is_not_the_pages(neighbour: str) -> None:
    line = f"<div>{neighbour}：年度报告 发布时间：2023-02-18</div>"
    page = pages.trs(pages.body(), label="", meta="")
    page = page.replace('<div class="footer"', line + '<div class="footer"')
    assert line in page
    assert read(page.encode()).published_on is None


def test_several_days_of_time_elements_say_nothing() -> None:
    label = '<time datetime="2023-01-18">a</time><time datetime="2023-01-19">b</time>'
    assert read_dated(label).published_on is None


def test_a_label_of_publication_goes_before_a_plain_one() -> None:
    label = "时间：2023-02-01 </span><span>发布日期：2023-01-18"
    assert read_dated(label).published_on == "2023-01-18"


@pytest.mark.parametrize(
    ("day", "published_on"),
    [("2021-03-01", None), ("2022-11-20", "2022-11-20"), ("2023-01-18", "2023-01-18")],
)
def test_no_day_before_the_reports_year(day: str, published_on: str | None) -> None:
    reading = read_dated(f"时间：{day}")
    rules = {finding.rule for finding in reading.findings}
    assert reading.published_on == published_on
    assert ("published_on.too_early" in rules) is (day < "2023")


def test_a_later_place_is_believed_before_an_early_day() -> None:
    reading = read_dated("时间：2020-05-01", meta="2023-01-18")
    assert reading.published_on == "2023-01-18"


def test_the_date_of_a_covering_letter_is_not_the_reports() -> None:
    letter = "<p>市政府办公室：</p><p>现将年度报告报上，请查收。</p><p>青石县人民政府</p><p>2023年3月3日</p>"
    report = f"<p>{pages.TITLE}</p>" + pages.body()
    reading = read(pages.trs(letter + report).encode())
    assert reading.signed_on is None


@pytest.mark.parametrize("body", ["青石县人民政府办公室", "青石县审计局"])
def test_a_day_and_a_body_below_the_title(body: str) -> None:
    title = "青石县人民政府2011年度信息公开年度报告"
    lines = [title, f"2012-3-30    {body}", "根据条例，现公布年度报告。", "一、概述"]
    for page in (
        "\n".join(lines),
        "<html><body><p>" + "</p><p>".join(lines) + "</p></body></html>",
    ):
        reading = read(page.encode())
        assert (reading.published_on, reading.published_basis) == (
            "2012-03-30",
            "header",
        )
    cover = [title, f"2012年3月30日 {body}", *lines[2:]]
    assert read("\n".join(cover).encode()).published_on is None
