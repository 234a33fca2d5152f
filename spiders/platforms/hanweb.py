"""Hanweb (大汉) jcms: the first rows inside the column page, the rest from `dataproxy.jsp` as
XML with CDATA.

Old sites answer at `/module/jpage/`, newer ones at `/module/web/jpage/`, never at both, and
some encrypt the parameters. So the address of the next page is followed as the answer prints it
and never built.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import unescape

from parsel import Selector
from scrapy.http import TextResponse

from nianbao.spiders.base import ReportSpider
from nianbao.spiders.lists import Link, link

RECORD = re.compile(r"<record>\s*<!\[CDATA\[(.*?)\]\]>\s*</record>", re.S)
NEXT_GROUP = re.compile(r"<nextgroup>\s*<!\[CDATA\[(.*?)\]\]>\s*</nextgroup>", re.S)
TOTAL = re.compile(r"<totalrecord>\s*(\d+)\s*</totalrecord>")


class HanwebSpider(ReportSpider):
    """Sites of Hanweb jcms."""

    name = "hanweb"

    def links(self, response: TextResponse) -> Iterable[Link]:
        for record in RECORD.findall(response.text):
            anchors = Selector(text=record, type="html").xpath("//a[@href]")
            if anchors:
                yield link(anchors[0], row="/*")

    def next_lists(self, response: TextResponse) -> Iterable[str]:
        for group in NEXT_GROUP.findall(response.text):
            for href in Selector(text=group, type="html").xpath("//a/@href").getall():
                yield unescape(href)

    def counted(self, response: TextResponse) -> tuple[int, int] | None:
        """Return the records, those without a link too, and `<totalrecord>`."""
        total = TOTAL.search(response.text)
        return (len(RECORD.findall(response.text)), int(total[1])) if total else None
