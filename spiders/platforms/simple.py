"""Plain lists: rows, titles, dates and the link to the next page named by XPath in the site
file.
"""

from __future__ import annotations

from collections.abc import Iterator

from nianbao.spiders.lists.link_rows import read_link_title
from nianbao.spiders.lists.page import ListPage, ListRow
from nianbao.spiders.lists.reader import ListReader


class SimpleReader(ListReader):
    """Sites whose lists are plain pages.

    Options: `row`, then from a row `title` (the link) and `date`; `next`.
    """

    platform = "simple"
    takes_titled_rows = False  # the site file says which rows there are

    def read_rows(self, page: ListPage) -> Iterator[ListRow]:
        rows = page.xpath(self.options["row"])
        for row in rows:
            anchors = row.xpath(self.options["title"])
            if not anchors or "href" not in anchors[0].attrib:
                continue
            address = anchors[0].attrib["href"].strip()
            title = read_link_title(anchors[0])
            date_texts = row.xpath(self.options["date"]).getall()
            date = "".join(date_texts).strip()
            yield ListRow(address, title, date or None)

    def read_next_pages(self, page: ListPage) -> Iterator[str]:
        anchors = page.xpath(self.options["next"])
        for anchor in anchors:
            address = anchor.attrib.get("href")
            if address:
                yield address
