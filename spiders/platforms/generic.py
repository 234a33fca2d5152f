"""Any list page: links that are titled as reports, a printed link to the next page."""

from __future__ import annotations

from collections.abc import Iterator

from nianbao.spiders.lists.page import ListPage, ListRow, NextPage
from nianbao.spiders.lists.pagers import find_next_anchors, find_scripted_next
from nianbao.spiders.lists.reader import ListReader
from nianbao.spiders.rows.titled_rows import read_titled_rows


class GenericReader(ListReader):
    """Sites of no known platform: only links whose title names a report are rows."""

    platform = "generic"
    reads_all_rows = True

    def read_rows(self, page: ListPage) -> Iterator[ListRow]:
        return read_titled_rows(page)

    def read_next_pages(self, page: ListPage) -> Iterator[NextPage]:
        for anchor in find_next_anchors(page):
            yield anchor.attrib["href"]
        scripted = find_scripted_next(page)
        if scripted:
            yield scripted
