"""Hanweb (大汉) jcms: the first rows inside the column page, the rest from `dataproxy.jsp` as XML with CDATA."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import unescape

from parsel import Selector
from scrapy.http import TextResponse

from spiders.base import Link, ReportSpider

RECORD = re.compile(r"<record>\s*<!\[CDATA\[(.*?)\]\]>\s*</record>", re.S)
NEXT_GROUP = re.compile(r"<nextgroup>\s*<!\[CDATA\[(.*?)\]\]>\s*</nextgroup>", re.S)
DATE = re.compile(r"(20\d{2})\s*[-年./]\s*(\d{1,2})\s*[-月./]\s*(\d{1,2})")


class HanwebSpider(ReportSpider):
    """Sites of Hanweb jcms."""

    name = "hanweb"

    def links(self, response: TextResponse) -> Iterable[Link]:
        for record in RECORD.findall(response.text):
            row = Selector(text=record, type="html")
            anchor = row.xpath("//a[@href]")
            if not anchor:
                continue
            href = anchor[0].attrib["href"].strip()
            title = anchor[0].attrib.get("title") or "".join(anchor[0].xpath(".//text()").getall())
            date = DATE.search("".join(row.xpath("//text()[not(ancestor::a)]").getall()))
            printed = "-".join(f"{int(part):02}" for part in date.groups()) if date else None
            yield Link(href, title.strip() or None, printed)

    def next_lists(self, response: TextResponse) -> Iterable[str]:
        """Follow the address that `<nextgroup>` prints: its parameters may be encrypted, so it is never built."""
        for group in NEXT_GROUP.findall(response.text):
            for href in Selector(text=group, type="html").xpath("//a/@href").getall():
                yield unescape(href)
