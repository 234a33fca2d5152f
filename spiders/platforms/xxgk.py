"""Hanweb xxgk (政府信息公开目录): a page for each body and year, and a directory that is
searched by POST.

`xxgkAnnualReport.jsp?fbtime=YEAR&area=BODY` is a report at an address that never changes, its
content may. Bodies stand in `tree.jsp`, a body's years on its own page. `search.jsp` answers
with a fragment of HTML: old ones are table rows `.tr_main_value_odd`, new ones
`div.zfxxgk_zdgkc`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from scrapy.http import TextResponse

from nianbao.spiders.base import ReportSpider
from nianbao.spiders.lists import Link, Post, date_in, link, query

ANNUAL = "xxgkAnnualReport.jsp"
ROWS = "//div[contains(@class, 'zfxxgk_zdgkc')]//li//a[@href] | //tr[contains(@class, 'tr_main_value_')]/td//a[@href][1]"
FIELD = re.compile(
    r"\b(infotypeId|jdid|area|divid|standardXxgk|isAllList)\b['\"]?\s*[:=]\s*['\"]([^'\"]*)['\"]"
)
PAGES = re.compile(r"共\s*(?:<[^>]+>)?\s*(\d+)\s*(?:</[^>]+>)?\s*页")
AREA = re.compile(r"[?&]area=([\w-]+)")
BLANK = {
    "jdid": "",
    "area": "",
    "divid": "div1",
    "standardXxgk": "1",
    "isAllList": "1",
    "texttype": "",
    "fbtime": "",
}


class XxgkSpider(ReportSpider):
    """Directories of Hanweb xxgk. An entry is a `tree.jsp`, a body's annual-report page or a
    directory page.
    """

    name = "xxgk"

    def links(self, response: TextResponse) -> Iterable[Link]:
        for anchor in response.xpath(f"//a[contains(@href, '{ANNUAL}')]"):
            if query(response.urljoin(anchor.attrib["href"])).get("fbtime"):
                yield Link(anchor.attrib["href"], link(anchor).title, None)
        body = query(response.url).get("area", "")
        for year in response.xpath(
            "//select[@name='fbtime' or @id='fbtime']/option/@value"
        ).re(r"^20\d\d$"):
            yield Link(f"{ANNUAL}?fbtime={year}&area={body}", None, None)
        for anchor in response.xpath(ROWS):
            row = link(anchor)
            cells = anchor.xpath("ancestor::tr[1]/td[3]//text()").getall()
            yield Link(row.url, row.title, date_in(" ".join(cells)) or row.date)

    def branches(self, response: TextResponse) -> Iterable[Link]:
        """Yield each body of the tree: its page lists its years."""
        if not urlsplit(response.url).path.endswith("tree.jsp"):
            return
        for anchor in response.xpath("//a[contains(@href, 'area=')]"):
            body = AREA.search(anchor.attrib["href"])
            if body:
                yield Link(f"{ANNUAL}?area={body[1]}", link(anchor).title, None)

    def next_lists(self, response: TextResponse) -> Iterable[Post]:
        """Ask `search.jsp` for the first page with what the directory page prints, then for one
        after the other.
        """
        body = response.request.body.decode() if response.request else ""
        if "currpage=" in body:
            sent, pages = query(f"?{body}"), PAGES.search(response.text)
            current = int(sent["currpage"])
            if pages and current < int(pages[1]):
                yield Post(response.url, sent | {"currpage": str(current + 1)})
            return
        printed = dict(FIELD.findall(response.text))
        if "infotypeId" in printed:
            yield Post(
                "/module/xxgk/search.jsp",
                {**BLANK, **printed, "sortfield": ",createdatetime:0", "currpage": "1"},
            )
