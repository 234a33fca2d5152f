"""Comments, processing instructions and scripts may stand anywhere around the rows of a list."""

from __future__ import annotations

import pytest

from nianbao.spiders.lists.page import ListPage
from nianbao.spiders.page_rows import read_page_rows
from nianbao.spiders.platforms import reader_for

ROWS = "".join(f'<li><a href="/nb/{n}.html">{n}年</a></li>' for n in (2021, 2022, 2023))


@pytest.mark.parametrize(
    "node", ["<!-- 列表 -->", "<?php x ?>", "<script>a()</script>"]
)
@pytest.mark.parametrize(
    "place",
    [
        "{}<ul>%s</ul>",
        "<ul>{}%s</ul>",
        "<ul>%s{}</ul>",
        "<ul>%s</ul>{}",
        "<div>{}<h2>年报</h2>{}<ul>%s</ul></div>",
    ],
)
def test_what_is_no_element_stops_no_reading(place: str, node: str) -> None:
    html = f"<body><p>某县</p>{place.replace('{}', node) % ROWS}</body>"
    page = ListPage.from_bytes("http://www.example.gov.cn/nb/", html.encode())
    page_rows = read_page_rows(reader_for("generic"), page)
    assert len(page_rows.titled | page_rows.likely) == 3
