"""Kaipuyun / ucap (开普云): pages named by 32 hexadecimal digits, lists as files or as JSON of
a channel (`spiders/declarations/platforms/ucap.yml`).
"""

from __future__ import annotations

from collections.abc import (
    Iterable,
    Iterator,
    Mapping,
)

from nianbao.spiders.declarations.shipped import load_declarations
from nianbao.spiders.declarations.values import find_values
from nianbao.spiders.lists.link_rows import LINKS_IN_ROWS
from nianbao.spiders.lists.page import (
    ListPage,
    ListRow,
    NextPage,
)
from nianbao.spiders.lists.pagers import (
    find_scripted_next,
    read_scripted_pager,
)
from nianbao.spiders.lists.reader import read_article_rows
from nianbao.spiders.platforms.declared import DeclaredReader
from nianbao.spiders.rules import find_rule

ARTICLE = find_rule("ucap_article")


class UcapReader(DeclaredReader):
    """Sites of Kaipuyun.

    A list page with a channel id and no pages of its own is read through the channel's JSON.
    """

    platform = "ucap"

    def __init__(self, options: Mapping[str, str]) -> None:
        super().__init__(load_declarations()["ucap"], options, self.platform)

    def read_rows(self, page: ListPage) -> Iterable[ListRow]:
        if page.is_markup and self._has_own_rows(page):
            return read_article_rows(page, LINKS_IN_ROWS, ARTICLE)
        return super().read_rows(page)

    def read_next_pages(self, page: ListPage) -> Iterator[NextPage]:
        scripted = find_scripted_next(page) if page.is_markup else None
        if scripted:
            yield scripted
        elif not page.is_markup or not self._has_own_rows(page):
            yield from super().read_next_pages(page)

    def _has_own_rows(self, page: ListPage) -> bool:
        """Tell whether the list is in the page: it has a pager of files, or no channel to ask."""
        if read_scripted_pager(page) is not None:
            return True
        return find_values(self.declaration, page, self.options) is None
