"""An address of a list that leads nowhere, or a title that cannot be written, costs its own row."""

from __future__ import annotations

import json

import pytest

from nianbao.archive.charsets import join_surrogates
from nianbao.pipelines.reader import read
from nianbao.spiders.lists.page import ListPage
from nianbao.spiders.page_rows import PageRows, read_page_rows
from nianbao.spiders.platforms import reader_for
from nianbao.spiders.report_names import is_report_title
from tests.spiders.test_growth import ADDRESSES, HOST, PLATFORMS, URL

MALFORMED = (
    "http://[::1/",
    "http://h:b:c/",
    "http://h:99999/",
    "http://a..b/1.html",
    "http://xn--a/1.html",
    "http://\u2100.com/1.html",
    "http://．/1.html",
    f"http://{'a' * 70}.cn/1.html",
    "http://[v1.x]/1.html",
    "http://a%b/1.html",
    "http://用户@host/1.html",
    "http://:80/",
    "/nb/%zz.html",
    "/nb/\x01\x02.html",
    "//",
    "http:///",
    "///[",
    "\\\\",
    "?",
    "javascript:",
    "data:text/html,x",
    f"/nb/{'x' * 100_000}.html",
    "http://ⓢ.cn:0/",
    "http://h：8080/",
)
ROWS = 5
TITLE = "西霞县第{}镇2021年政府信息公开工作年度报告"


def list_titles(page_rows: PageRows) -> set[str | None]:
    rows = (*page_rows.titled.values(), *page_rows.likely.values())
    return {row.title for row in rows}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_rows_beside_malformed_addresses_are_read(platform: str) -> None:
    shape = ADDRESSES.get(platform, "/xxgk/202101/t20210120_1.html")
    links = []
    for number, address in enumerate(MALFORMED):
        bad_title = TITLE.format(f"坏{number}")
        links.append(
            f'<li><a href="{address}" title="{bad_title}">{bad_title}</a></li>'
        )
        if number < ROWS:
            title = TITLE.format(number)
            good = shape.replace("1.", f"1{number}.", 1).replace("'1'", f"'{number}'")
            links.append(f'<li><a href="{good}" title="{title}">{title}</a></li>')
    page = ListPage.from_bytes(URL, f"<ul>{''.join(links)}</ul>".encode())
    alone = [link for link in links if "坏" not in link]
    page_alone = ListPage.from_bytes(URL, f"<ul>{''.join(alone)}</ul>".encode())
    reader = reader_for(
        platform,
        {"row": "//li", "title": "./a", "date": "./b", "next": "//i"}
        if platform == "simple"
        else None,
    )
    wanted = list_titles(read_page_rows(reader, page_alone))
    assert wanted <= list_titles(read_page_rows(reader, page))


def test_half_a_character_in_a_row_of_data_is_replaced() -> None:
    titles = [TITLE.format("\ud83d"), TITLE.format("青石")]
    rows = [
        {"title": title, "url": f"/nb/{number}.html"}
        for number, title in enumerate(titles)
    ]
    rows.append({"title": TITLE.format("白水"), "url": "/nb/\udc00.html"})
    script = f"<script>var list = {json.dumps(rows)};</script>"
    page = ListPage.from_bytes(f"{HOST}/nb/", script.encode())
    page_rows = read_page_rows(reader_for("generic"), page)
    found = list_titles(page_rows)
    assert {TITLE.format("\ufffd"), TITLE.format("青石")} <= found
    for row in (
        *page_rows.titled.values(),
        *page_rows.likely.values(),
        *page_rows.lost,
    ):
        f"{row.title} {row.url}".encode()


def test_half_a_character_in_a_service_s_answer_costs_no_row() -> None:
    """As a reader gives rows of JSON: titles are judged as they come."""
    assert is_report_title(TITLE.format("\ud83d")) == is_report_title(
        TITLE.format("青")
    )
    assert join_surrogates("a\ud83d\ude00b\udc00c") == "a\U0001f600b\ufffdc"


def test_half_a_character_in_a_text_of_a_script_is_replaced() -> None:
    text = "%u5E74%u62A5%uD83D%u653F%u5E9C" * 20
    page = f'<p>年报</p><script>document.write(unescape("{text}"))</script>'
    reading = read(page.encode(), url=URL)
    reading.to_json().encode()
