"""Mixed lists of TRS sites: what the search is asked for, and where it ends."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from nianbao.spiders.lists.page import FormPost, ListPage, ListRow
from nianbao.spiders.platforms.trs_search import find_next_search, read_search_rows

URL = "http://www.example.gov.cn/zfxxgk/nb/"
SEARCH_URL = "http://www.example.gov.cn/fjdzapp/search"
SCRIPT = """<script>var SiteInfo = {{ searchId: 300, }};
require(["{module}", "tools"], function(m) {{ m({{ maxStaticIndex: {static},
listArgs: {{ channelid: {channel}, classsql: {chosen}, sortfield: "-docreltime" }},
pagebar: {{ prepage: {size}, recordCount: '{rows}' }} }}); }});</script>"""


def find(**options: Any) -> FormPost | None:
    values: dict[str, Any] = {
        "module": "list2.trsapi",
        "static": 1,
        "channel": "SiteInfo.searchId",
        "chosen": '"" || "chnlid=7"',
        "size": 10,
        "rows": 25,
    }
    text = SCRIPT.format(**values | options)
    return find_next_search(ListPage.from_bytes(URL, text.encode()))


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, {"channelid": "300", "classsql": "chnlid=7", "page": "2"}),
        ({"channel": "229105"}, {"channelid": "229105"}),
        ({"channel": "'229105'"}, {"channelid": "229105"}),
        ({"chosen": "'chnlid=9,8'"}, {"classsql": "chnlid=9,8"}),
        ({"module": "list.trsapi"}, {"page": "2"}),
        ({"static": 2}, {"page": "3", "prepage": "10"}),
        ({"size": "'15'"}, {"prepage": "15", "sortfield": "-docreltime"}),
        ({"rows": 10}, None),
        ({"rows": 25, "static": 3}, None),
        ({"module": "other"}, None),
        ({"chosen": "queryOf(page)"}, None),
    ],
)
def test_what_the_page_prints_is_what_is_asked(
    options: dict[str, Any], expected: dict[str, str] | None
) -> None:
    request = find(**options)
    if expected is None:
        assert request is None
        return
    assert request is not None
    assert request.url == "/fjdzapp/search"
    assert expected.items() <= dict(request.fields).items()


def answer(records: list[dict[str, Any]], page: int, **others: Any) -> ListPage:
    fields = {"channelid": 1, "classsql": "chnlid=7", "page": page, "prepage": 2}
    return ListPage.from_bytes(
        SEARCH_URL,
        json.dumps({"data": records, **others}).encode(),
        content_type="application/json",
        request_body=urlencode(fields),
    )


ROWS = [
    {
        "doctitle": "某县<font color=red>2013</font>年&quot;年报&quot;",
        "chnldocurl": "http://a/1.htm",
        "docreltime": "2014-01-20 09:00",
    },
    {"doctitle": "某县2012年年报", "docpuburl": "/2.htm", "docreltime": 1358640000000},
]


def test_the_rows_of_an_answer() -> None:
    page = answer([*ROWS, {"doctitle": "没有地址"}], 2)
    assert list(read_search_rows(page)) == [
        ListRow("http://a/1.htm", '某县2013年"年报"', "2014-01-20"),
        ListRow("/2.htm", "某县2012年年报", "2013-01-20"),
    ]
    assert list(read_search_rows(ListPage.from_bytes(URL, b"{}"))) == []


@pytest.mark.parametrize(
    ("records", "number", "others", "next_number"),
    [
        (ROWS, 2, {"pageCount": 3}, "3"),
        (ROWS, 3, {"pageCount": 3}, None),
        (ROWS, 2, {}, "3"),
        (ROWS[:1], 2, {}, None),
        ([], 2, {"pageCount": 9}, None),
    ],
)
def test_where_the_search_ends(
    records: list[dict[str, Any]],
    number: int,
    others: dict[str, int],
    next_number: str | None,
) -> None:
    request = find_next_search(answer(records, number, **others))
    assert (request and request.fields["page"]) == next_number
    if request:
        assert request.url == SEARCH_URL
