"""The date of a row: the one that stands beside its link, or none."""

from __future__ import annotations

import pytest

from nianbao.spiders.lists.page import ListPage
from nianbao.spiders.page_rows import read_page_rows
from nianbao.spiders.platforms import reader_for

DATES = ["2024-01-20", "2023-01-19", "2022-01-18"]
LINKS = [
    f'<a href="{y}.html">青石县{y}年政府信息公开年报</a>' for y in (2023, 2022, 2021)
]


def join(pattern: str) -> str:
    pairs = zip(LINKS, DATES, strict=True)
    return "".join(
        pattern.replace("A", link).replace("D", date) for link, date in pairs
    )


@pytest.mark.parametrize(
    "body",
    [
        join("<li>A<span>D</span></li>"),
        join("<li><span>D</span>A</li>"),
        f"<div>{join('A D<br>')}</div>",
        f"<div>{join('D A<br>')}</div>",
        join("<tr><td>D</td><td>A</td></tr>"),
        join("<tr><td>A</td><td><a href='x.pdf'>下载</a></td><td>D</td></tr>"),
    ],
)
def test_each_row_has_its_own_date(body: str) -> None:
    assert read_dates(body) == DATES


@pytest.mark.parametrize(
    ("body", "date"),
    [
        ("<div onclick=\"open('1.html')\"><b>某县2021年年报</b><i>2022-01-18</i></div>", "2022-01-18"),
        ("<li><a href='1.html'>某县2021年年报 2022-01-18</a></li>", None),
    ],
)  # fmt: skip
def test_a_row_that_is_a_link_as_a_whole(body: str, date: str | None) -> None:
    page = make_page(body)
    (row,) = read_page_rows(reader_for("generic"), page).titled.values()
    assert (row.title, row.date) == ("某县2021年年报", date)


def test_no_row_has_the_date_of_another() -> None:
    assert read_dates(f"<div>{LINKS[0]} 2024-01-20<br>{LINKS[1]}<br>{LINKS[2]} 2022-01-18</div>") == [
        "2024-01-20",
        None,
        "2022-01-18",
    ]  # fmt: skip


def make_page(body: str) -> ListPage:
    html = f'<html><head><meta charset="utf-8"></head><body>{body}</body></html>'
    return ListPage.from_bytes("http://www.example.gov.cn/nb/", html.encode())


def read_dates(body: str) -> list[str | None]:
    rows = read_page_rows(reader_for("generic"), make_page(body)).titled.values()
    return [row.date for row in rows]
