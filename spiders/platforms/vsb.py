"""博达 VSB: the first page is `x.htm`, page p of n is `x/{n+1-p}.htm`.

The files are numbered from the oldest page, and anew when the list grows. So the printed link
to the next page is followed, and no number is calculated.
"""

from __future__ import annotations

from collections.abc import Iterator

from nianbao.spiders.lists.link_rows import LINKS_IN_ROWS
from nianbao.spiders.lists.page import ListPage, ListRow
from nianbao.spiders.lists.pagers import find_next_anchors
from nianbao.spiders.lists.reader import ListReader, read_article_rows
from nianbao.spiders.rules import find_rule

ARTICLE = find_rule("vsb_article")


class VsbReader(ListReader):
    """Sites of VSB."""

    platform = "vsb"

    def read_rows(self, page: ListPage) -> Iterator[ListRow]:
        return read_article_rows(page, LINKS_IN_ROWS, ARTICLE)

    def read_next_pages(self, page: ListPage) -> Iterator[str]:
        for anchor in find_next_anchors(page):
            yield anchor.attrib["href"]
