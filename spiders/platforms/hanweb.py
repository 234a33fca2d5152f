"""Hanweb (大汉) jcms: the first rows inside the column page, the rest from `dataproxy.jsp` as
XML with CDATA.

Old sites answer at `/module/jpage/`, newer ones at `/module/web/jpage/`, never at both, and
some encrypt the parameters. So the address of the next page is followed as the answer prints
it, and never built.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from parsel import Selector

from nianbao.spiders.lists.page import ListPage, ListRow, ListTotals, read_link_row
from nianbao.spiders.lists.reader import ListReader

RECORD = re.compile(r"<record>\s*<!\[CDATA\[(.*?)\]\]>\s*</record>", re.S)
NEXT_GROUP = re.compile(r"<nextgroup>\s*<!\[CDATA\[(.*?)\]\]>\s*</nextgroup>", re.S)
TOTAL = re.compile(r"<totalrecord>\s*(\d+)\s*</totalrecord>")
WHOLE_RECORD = "/*"


class HanwebReader(ListReader):
    """Sites of Hanweb jcms."""

    platform = "hanweb"

    def read_rows(self, page: ListPage) -> Iterator[ListRow]:
        for record in RECORD.findall(page.text):
            fragment = Selector(text=record, type="html")
            anchors = fragment.xpath("//a[@href]")
            if anchors:
                yield read_link_row(anchors[0], WHOLE_RECORD)

    def read_next_pages(self, page: ListPage) -> Iterator[str]:
        for group in NEXT_GROUP.findall(page.text):
            fragment = Selector(text=group, type="html")
            addresses = fragment.xpath("//a/@href").getall()
            for address in addresses:
                yield unescape(address)

    def read_totals(self, page: ListPage) -> ListTotals | None:
        """Return the records, those without a link too, and `<totalrecord>`."""
        total = TOTAL.search(page.text)
        if total is None:
            return None
        record_count = len(RECORD.findall(page.text))
        return ListTotals(on_page=record_count, in_list=int(total[1]))
