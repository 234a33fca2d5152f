"""Any list page: links that are titled as reports, a printed link to the next page."""

from __future__ import annotations

from collections.abc import Iterator

from nianbao.spiders.lists.page import ListPage, ListRow, NextPage, read_link_row
from nianbao.spiders.lists.pagers import find_next_anchors, find_scripted_next
from nianbao.spiders.lists.reader import ListReader
from nianbao.spiders.report_names import is_report_title

ROW_AROUND_LINK = (
    "ancestor::*[self::li or self::tr or self::dd or self::p or self::div][1]"
)
NO_ADDRESS = ("javascript:", "#")


class GenericReader(ListReader):
    """Sites of no known platform: only links whose title names a report are rows."""

    platform = "generic"

    def read_rows(self, page: ListPage) -> Iterator[ListRow]:
        for anchor in page.xpath("//a[@href]"):
            row = read_link_row(anchor, ROW_AROUND_LINK)
            if row.title and is_report_title(row.title):
                yield row

    def read_next_pages(self, page: ListPage) -> Iterator[NextPage]:
        for anchor in find_next_anchors(page):
            address = anchor.attrib["href"]
            if not address.lower().startswith(NO_ADDRESS):
                yield address
        scripted = find_scripted_next(page.text)
        if scripted:
            yield scripted
