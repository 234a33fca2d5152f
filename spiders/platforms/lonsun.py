"""龙讯 lonsun (Anhui): a body's column page, its rows from a label service as a fragment of
HTML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlencode, urlsplit

from nianbao.spiders.lists.link_rows import LinkRows, is_within
from nianbao.spiders.lists.page import ListPage, ListRow
from nianbao.spiders.lists.query_strings import parse_query, replace_parameters
from nianbao.spiders.lists.reader import ListReader

LABEL_SERVICE = "/site/label/8888"
ORGAN = re.compile(r"/public/column/(\d+)")
SITE_ID = re.compile(r"\bsiteId['\"]?\s*[:=]\s*['\"]?(\d+)")
FILE = re.compile(r"\bfile['\"]?\s*[:=]\s*['\"]([^'\"]+)")
# The lists of a fragment: tag and class.
LISTS = (("ul", "xxgk_nav_list"), ("div", "xxgk_list"))
PAGE_SIZE = 15


class LonsunReader(ListReader):
    """Sites of lonsun.

    An entry is `/public/column/ORGAN?type=4&action=list&nav=&sub=&catId=CATEGORY`.
    """

    platform = "lonsun"
    probes = True

    def read_rows(self, page: ListPage) -> Iterator[ListRow]:
        if LABEL_SERVICE not in page.url:
            return
        rows = LinkRows(page.root)
        for anchor in page.xpath("//a[@href]"):
            if any(is_within(anchor, "li", *place) for place in LISTS):
                yield rows.read_row(anchor)

    def read_next_pages(self, page: ListPage) -> Iterator[str]:
        """Yield the page after a page of the service; for the column's page: page 1."""
        if LABEL_SERVICE in page.url:
            number = int(parse_query(page.url)["pageIndex"])
            yield replace_parameters(page.url, pageIndex=number + 1)
            return
        path = urlsplit(page.url).path
        organ = ORGAN.search(path)
        if organ is not None:
            yield _build_first_page(page, organ[1])


def _build_first_page(page: ListPage, organ_id: str) -> str:
    query = parse_query(page.url)
    fields = {
        "IsAjax": 1,
        "dataType": "html",
        "labelName": "publicInfoList",
        "siteId": _find_first(SITE_ID, page.text),
        "pageSize": PAGE_SIZE,
        "pageIndex": 1,
        "action": "list",
        "organId": organ_id,
        "type": query.get("type", "4"),
        "catId": query.get("catId", ""),
        "file": _find_first(FILE, page.text),
    }
    return f"{LABEL_SERVICE}?{urlencode(fields)}"


def _find_first(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    if match is None:
        return ""
    return match[1]
