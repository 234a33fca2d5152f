"""Plain lists: rows, titles, dates and the link to the next page named by XPath in the site
file.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from scrapy.http import TextResponse

from nianbao.spiders.base import ReportSpider
from nianbao.spiders.lists import Link, link


class SimpleSpider(ReportSpider):
    """Sites whose lists are plain pages. Options: `row`, then from a row `title` (the link) and
    `date`; `next`.
    """

    name = "simple"

    def links(self, response: TextResponse) -> Iterable[Link]:
        for row in response.xpath(self.site.options["row"]):
            anchor = row.xpath(self.site.options["title"])
            if not anchor or "href" not in anchor[0].attrib:
                continue
            date = "".join(row.xpath(self.site.options["date"]).getall()).strip()
            yield replace(link(anchor[0]), date=date or None)

    def next_lists(self, response: TextResponse) -> Iterable[str]:
        for anchor in response.xpath(self.site.options["next"]):
            if href := anchor.attrib.get("href"):
                yield href
