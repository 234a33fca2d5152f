"""Plain lists: rows, titles, dates and the link to the next page named by XPath in the site
file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from nianbao.spiders.lists.page import ListPage, ListRow, read_link_row
from nianbao.spiders.lists.reader import ListReader


class SimpleReader(ListReader):
    """Sites whose lists are plain pages.

    Options: `row`, then from a row `title` (the link) and `date`; `next`.
    """

    platform = "simple"

    def read_rows(self, page: ListPage) -> Iterator[ListRow]:
        for row in page.xpath(self.options["row"]):
            anchors = row.xpath(self.options["title"])
            if not anchors or "href" not in anchors[0].attrib:
                continue
            date = "".join(row.xpath(self.options["date"]).getall()).strip()
            yield replace(read_link_row(anchors[0]), date=date or None)

    def read_next_pages(self, page: ListPage) -> Iterator[str]:
        for anchor in page.xpath(self.options["next"]):
            address = anchor.attrib.get("href")
            if address:
                yield address
