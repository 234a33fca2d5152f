"""龙讯 lonsun (Anhui): a body's column page, its rows from a label service as a fragment of
HTML.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlencode, urlsplit

from scrapy.http import TextResponse

from nianbao.spiders.base import ReportSpider
from nianbao.spiders.lists import Link, link, query, with_query

LABEL = "/site/label/8888"
ORGAN = re.compile(r"/public/column/(\d+)")
PRINTED = {
    "siteId": re.compile(r"\bsiteId['\"]?\s*[:=]\s*['\"]?(\d+)"),
    "file": re.compile(r"\bfile['\"]?\s*[:=]\s*['\"]([^'\"]+)"),
}
ROWS = "//ul[contains(@class, 'xxgk_nav_list')]//li//a[@href] | //div[contains(@class, 'xxgk_list')]//li//a[@href]"
PAGE_SIZE = 15


class LonsunSpider(ReportSpider):
    """Sites of lonsun. An entry is
    `/public/column/ORGAN?type=4&action=list&nav=&sub=&catId=CATEGORY`.
    """

    name = "lonsun"
    probes = True

    def links(self, response: TextResponse) -> Iterable[Link]:
        if LABEL in response.url:
            for anchor in response.xpath(ROWS):
                yield link(anchor)

    def next_lists(self, response: TextResponse) -> Iterable[str]:
        if LABEL in response.url:
            yield with_query(
                response.url, pageIndex=int(query(response.url)["pageIndex"]) + 1
            )
            return
        organ = ORGAN.search(urlsplit(response.url).path)
        if organ is None:
            return
        asked = query(response.url)
        printed = {
            name: found[1]
            for name, shape in PRINTED.items()
            if (found := shape.search(response.text))
        }
        fields = {
            "IsAjax": 1,
            "dataType": "html",
            "labelName": "publicInfoList",
            "siteId": printed.get("siteId", ""),
            "pageSize": PAGE_SIZE,
            "pageIndex": 1,
            "action": "list",
            "organId": organ[1],
            "type": asked.get("type", "4"),
            "catId": asked.get("catId", ""),
            "file": printed.get("file", ""),
        }
        yield f"{LABEL}?{urlencode(fields)}"
