"""博达 VSB: the first page is `x.htm`, page p of n is `x/{n+1-p}.htm`.

The files are numbered from the oldest page, and anew when the list grows, so the printed link
to the next page is followed and no number is reckoned.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from scrapy.http import TextResponse

from nianbao.spiders.base import ReportSpider
from nianbao.spiders.lists import Link, link, next_anchors

ARTICLE = re.compile(r"(?:^|/)info/\d+/\d+\.htm$|content\.jsp\?.*wbnewsid=\d+")
TOTAL = re.compile(r"共\s*(\d+)\s*条")


class VsbSpider(ReportSpider):
    """Sites of VSB."""

    name = "vsb"

    def links(self, response: TextResponse) -> Iterable[Link]:
        for anchor in response.xpath("//li//a[@href] | //tr//a[@href]"):
            if ARTICLE.search(anchor.attrib["href"].strip()):
                yield link(anchor)

    def next_lists(self, response: TextResponse) -> Iterable[str]:
        for anchor in next_anchors(response):
            yield anchor.attrib["href"]

    def counted(self, response: TextResponse) -> tuple[int, int] | None:
        """Return the rows of the page and what the pager says: 共5条."""
        total = TOTAL.search(" ".join(response.xpath("//body//text()").getall()))
        return (len(list(self.links(response))), int(total[1])) if total else None
