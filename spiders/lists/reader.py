"""The list reader: what a publishing platform knows of its lists.

A list reader is a pure function of a page and its address. It sends nothing, remembers nothing
between pages, and needs no Scrapy crawler: `ListPage.from_bytes` makes a page for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from nianbao.spiders.lists.branches import find_branches
from nianbao.spiders.lists.link_rows import LinkRows
from nianbao.spiders.lists.page import (
    ListPage,
    ListRow,
    ListTotals,
    NextPage,
)
from nianbao.spiders.rules import LinkRule


class ListReader:
    """Reads the lists of one platform; `options` are those of the site file."""

    platform: str
    # Whether it asks for a next page without knowing that there is one. Then an empty page is
    # the normal end of a list.
    probes: bool = False

    # Whether a list is that of one body. Then a title that is only a year names a report.
    lists_one_body: bool = False

    # Whether links of a page that are titled as reports are rows, though the platform's reader
    # does not know them.
    takes_titled_rows: bool = True

    # Whether its rows are those that any list has, and no others.
    reads_all_rows: bool = False

    @property
    def knows_rows(self) -> bool:
        """Whether it knows rows of its own, and takes others too."""
        return self.takes_titled_rows and not self.reads_all_rows

    # Whether it reads answers in JSON, too.
    reads_json: bool = False

    def __init__(self, options: Mapping[str, str]) -> None:
        self.options = options

    def read_rows(self, page: ListPage) -> Iterable[ListRow]:
        """Yield the rows of a list page."""
        raise NotImplementedError

    def read_next_pages(self, page: ListPage) -> Iterable[NextPage]:
        """Yield further pages of the list; the caller leaves out those it has had."""
        raise NotImplementedError

    def read_branches(self, page: ListPage) -> Iterable[ListRow]:
        """Yield the lists below this one: of the agencies, of the years.

        Without the option `tree` there are none.
        """
        tree = self.options.get("tree")
        if not tree:
            return ()
        return find_branches(page, years_only=tree == "years")

    def ends_blank(self, page: ListPage) -> bool:  # noqa: ARG002 — platforms use it
        """Tell whether the list may end with a page, if it names no rows."""
        return self.probes

    def read_page_count(self, page: ListPage) -> int | None:  # noqa: ARG002 — platforms use it
        """Return how many pages the list has; None where the platform's answer does not say so."""
        return None

    def is_full(self, page: ListPage) -> bool:  # noqa: ARG002 — platforms use it
        """Tell whether a page has as many rows as fit on one, as far as that is known."""
        return True

    def read_totals(self, page: ListPage) -> ListTotals | None:  # noqa: ARG002 — platforms use it
        """Return how many rows page and list have; None where the page does not say so."""
        return None


def read_article_rows(
    page: ListPage, anchors: str, article: LinkRule
) -> Iterator[ListRow]:
    """Yield the rows of the links, selected by XPath, whose address is that of an article."""
    rows = LinkRows(page.root)
    for anchor in page.xpath(anchors):
        address = anchor.attrib["href"].strip()
        if article.find(address):
            yield rows.read_row(anchor)
