"""Mixed lists of TRS sites: the first rows stand on the page, a search has the others.

`list2.trsapi` draws them (Fujian's governments, 平潭 2026-03): a page prints how many pages it
holds and what the search is asked for. The search is the same on all of these hosts, and its
answer is JSON: `data` with `doctitle`, `chnldocurl` or `docpuburl`, `docreltime`; `pageCount`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import parse_qsl

from nianbao.spiders.lists.dates import read_day
from nianbao.spiders.lists.page import FormPost, ListPage, ListRow
from nianbao.spiders.lists.script_addresses import read_scripts

LIST_CALL = re.compile(r"\blist\d?\.trsapi\b")
SEARCH = "/fjdzapp/search"
SEARCH_ADDRESS = re.compile(r"['\"](/\w{2,12}app/search)['\"]")
CHANNEL = re.compile(r"\bchannelid\s*:\s*['\"]?(\d+)")
SITE_CHANNEL = re.compile(r"\bsearchId\s*:\s*['\"]?(\d+)")
# The first text of `"" || "chnlid=1813"` that is not empty.
CLASS = re.compile(r"\bclasssql\s*:\s*(?:(?:''|\"\")\s*\|\|\s*)*['\"]([^'\"]+)['\"]")
ORDER = re.compile(r"\bsortfield\s*:\s*['\"]([^'\"]+)['\"]", re.IGNORECASE)
PAGE_SIZE = re.compile(r"\bprepage\s*:\s*['\"]?(\d{1,3})")
PAGES_PRINTED = re.compile(r"\bmaxStaticIndex\s*:\s*['\"]?(\d{1,3})")
ROW_COUNT = re.compile(r"\brecordCount\s*:\s*['\"]?(\d{1,5})")
TAG = re.compile(r"<[^<>]{0,200}>")


def find_next_search(page: ListPage) -> FormPost | None:
    """Return the request for the rows that follow on a page, or on an answer of the search."""
    if page.is_markup:
        return _find_first_request(page)
    return _find_next_request(page)


def read_search_rows(page: ListPage) -> Iterator[ListRow]:
    """Yield the rows of an answer of the search; none for any other page."""
    for record in _read_records(page):
        url = record.get("chnldocurl") or record.get("docpuburl")
        if not isinstance(url, str):
            continue
        title = unescape(TAG.sub("", str(record.get("doctitle") or "")))
        date = read_day(record.get("docreltime"))
        yield ListRow(url, title or None, date)


def _find_first_request(page: ListPage) -> FormPost | None:
    """Return the request for the first rows that the page does not hold itself."""
    script = read_scripts(page).text
    if not LIST_CALL.search(script):
        return None
    page_size = _find_number(PAGE_SIZE, script)
    pages_printed = _find_number(PAGES_PRINTED, script) or 1
    channel = CHANNEL.search(script) or SITE_CHANNEL.search(script)
    chosen_class = CLASS.search(script)
    if page_size is None or channel is None or chosen_class is None:
        return None
    row_count = _find_number(ROW_COUNT, script)
    if row_count is not None and row_count <= pages_printed * page_size:
        return None
    order = ORDER.search(script)
    address = SEARCH_ADDRESS.search(script)
    fields = {
        "channelid": channel[1],
        "sortfield": order[1] if order else "-docorderpri,-docreltime",
        "classsql": chosen_class[1],
        "classcol": "publishyear",
        "classnum": "100",
        "classsort": "0",
        "cache": "true",
        "page": str(pages_printed + 1),
        "prepage": str(page_size),
    }
    return FormPost(address[1] if address else SEARCH, fields)


def _find_next_request(page: ListPage) -> FormPost | None:
    """Return the request for the next page of the search's answer; None at its end."""
    fields = dict(parse_qsl(page.request_body))
    if not {"classsql", "page", "prepage"} <= fields.keys():
        return None
    records = _read_records(page)
    number = int(fields["page"])
    page_count = page.json_object.get("pageCount")
    if isinstance(page_count, int):
        is_last = number >= page_count
    else:
        is_last = len(records) < int(fields["prepage"])
    if is_last or not records:
        return None
    url, _, _ = page.url.partition("#")
    return FormPost(url, fields | {"page": str(number + 1)})


def _read_records(page: ListPage) -> list[dict[str, Any]]:
    records = page.json_object.get("data")
    if not isinstance(records, list):
        return []
    return [record for record in records if isinstance(record, dict)]


def _find_number(pattern: re.Pattern[str], text: str) -> int | None:
    match = pattern.search(text)
    return int(match[1]) if match else None
