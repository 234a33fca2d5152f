"""Any list page: links that are titled as reports, a printed link to the next page."""

from __future__ import annotations

from collections.abc import Iterator

from nianbao.spiders.lists.link_rows import LinkRows
from nianbao.spiders.lists.page import ListPage, ListRow, NextPage
from nianbao.spiders.lists.pagers import find_next_anchors, find_scripted_next
from nianbao.spiders.lists.reader import ListReader
from nianbao.spiders.report_names import is_report_title

ROW_TAGS = ("li", "tr", "dd", "p", "div")
NO_ADDRESS = ("javascript:", "#")


class GenericReader(ListReader):
    """Sites of no known platform: only links whose title names a report are rows."""

    platform = "generic"

    def read_rows(self, page: ListPage) -> Iterator[ListRow]:
        rows = LinkRows(page.root, ROW_TAGS)
        for anchor in page.xpath("//a[@href]"):
            row = rows.read_row(anchor)
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
