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

from nianbao.spiders.lists.dates import find_date
from nianbao.spiders.lists.link_rows import read_link_title
from nianbao.spiders.lists.page import ListPage, ListRow, ListTotals
from nianbao.spiders.lists.page_text import read_own_text
from nianbao.spiders.lists.reader import ListReader

CDATA = re.compile(r"\s*<!\[CDATA\[(.*?)\]\]>\s*", re.S)
TOTAL = re.compile(r"<totalrecord>\s*(\d+)\s*</totalrecord>")


class HanwebReader(ListReader):
    """Sites of Hanweb jcms."""

    platform = "hanweb"

    def read_rows(self, page: ListPage) -> Iterator[ListRow]:
        for record in _iter_sections(page.text, "record"):
            fragment = Selector(text=record, type="html")
            anchors = fragment.xpath("//a[@href]")
            if anchors:
                yield _read_row(fragment, anchors[0])

    def read_next_pages(self, page: ListPage) -> Iterator[str]:
        for group in _iter_sections(page.text, "nextgroup"):
            fragment = Selector(text=group, type="html")
            addresses = fragment.xpath("//a/@href").getall()
            for address in addresses:
                yield unescape(address)

    def read_totals(self, page: ListPage) -> ListTotals | None:
        """Return the records, those without a link too, and `<totalrecord>`."""
        total = TOTAL.search(page.text)
        if total is None:
            return None
        records = list(_iter_sections(page.text, "record"))
        return ListTotals(on_page=len(records), in_list=int(total[1]))


def _iter_sections(text: str, tag: str) -> Iterator[str]:
    """Yield the content of the CDATA section in each element of a tag."""
    for piece in text.split(f"<{tag}>")[1:]:
        content, end_tag, _ = piece.partition(f"</{tag}>")
        section = CDATA.fullmatch(content)
        if section and end_tag:
            yield section[1]


def _read_row(record: Selector, anchor: Selector) -> ListRow:
    """Return the row of a link; its date is the first one in the record outside of links."""
    own_text = read_own_text(record.root)
    return ListRow(
        url=anchor.attrib["href"].strip(),
        title=read_link_title(anchor),
        date=find_date(own_text.text),
    )
