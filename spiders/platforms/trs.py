"""TRS WCM (拓尔思): static lists `index.html`, `index_1.html`, …, paged by a script.

In a mixed list a search has the rows that are not on the page (`trs_search`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nianbao.spiders.lists.page import ListPage, ListRow, NextPage
from nianbao.spiders.lists.pagers import find_scripted_next
from nianbao.spiders.lists.reader import ListReader, read_article_rows
from nianbao.spiders.platforms.trs_search import find_next_search, read_search_rows
from nianbao.spiders.rules import find_rule

LINKS = "//a[@href][ancestor::li or ancestor::td]"
ARTICLE = find_rule("trs_article")
SCRIPTED_ROW = re.compile(
    r"var\s+url\s*=\s*[\"']([^\"']+)[\"'];\s*var\s+title\s*=\s*[\"']([^\"']*)[\"']"
)


class TrsReader(ListReader):
    """Sites of TRS WCM.

    Deep pages can be stubs of 300 bytes: the pager announces such a page, and it has no rows.
    """

    platform = "trs"

    def read_rows(self, page: ListPage) -> Iterator[ListRow]:
        yield from read_article_rows(page, LINKS, ARTICLE)
        for url, title in SCRIPTED_ROW.findall(page.script.text):
            yield ListRow(url, title or None, None)
        yield from read_search_rows(page)

    def read_next_pages(self, page: ListPage) -> Iterator[NextPage]:
        scripted = find_scripted_next(page)
        if scripted:
            yield scripted
        request = find_next_search(page)
        if request:
            yield request
