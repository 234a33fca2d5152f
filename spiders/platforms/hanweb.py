"""Hanweb (大汉) jcms: the first rows inside the column page, the rest from `dataproxy.jsp` as
XML with CDATA.

Old sites answer at `/module/jpage/`, newer ones at `/module/web/jpage/`, never at both, and
some encrypt the parameters. So the address of the next page is followed as the answer prints
it. An answer that prints none is asked on by the numbers in its own address (江苏 2025): such
pages may begin with rows of the page before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from parsel import Selector

from nianbao.spiders.lists.dates import find_date
from nianbao.spiders.lists.link_rows import read_link_title
from nianbao.spiders.lists.page import (
    ListPage,
    ListRow,
    ListTotals,
)
from nianbao.spiders.lists.page_text import read_own_text
from nianbao.spiders.lists.query_strings import (
    parse_query,
    replace_parameters,
)
from nianbao.spiders.lists.reader import ListReader

SERVICE = "dataproxy.jsp"
STORE_START = "<datastore>"
CDATA = re.compile(r"\s*<!\[CDATA\[(.*?)\]\]>\s*", re.S)
TOTAL = re.compile(r"<totalrecord>\s*(\d+)\s*</totalrecord>")
PAGE_TOTAL = re.compile(r"<totalpage>\s*(\d+)\s*</totalpage>")


class HanwebReader(ListReader):
    """Sites of Hanweb jcms."""

    platform = "hanweb"

    def read_rows(self, page: ListPage) -> Iterator[ListRow]:
        for record in _iter_sections(page.text, "record"):
            fragment = page.parse_fragment(record)
            anchors = fragment.xpath("//a[@href]")
            if anchors:
                yield _read_row(fragment, anchors[0])

    def read_next_pages(self, page: ListPage) -> Iterator[str]:
        is_printed = False
        for store in _select_stores(page):
            for address in _read_next_addresses(page, store):
                is_printed = True
                yield address
        if not is_printed and SERVICE in page.url:
            yield from _count_on(page)

    def read_totals(self, page: ListPage) -> ListTotals | None:
        """Return the records, those without a link too, and the sum of `<totalrecord>`."""
        record_count = 0
        totals = []
        for store in _select_stores(page):
            record_count += len(list(_iter_sections(store, "record")))
            total = TOTAL.search(store)
            if total:
                totals.append(int(total[1]))
        if not totals:
            return None
        return ListTotals(on_page=record_count, in_list=sum(totals))


def _select_stores(page: ListPage) -> list[str]:
    """Return the data stores of a page, of those with the same rows one.

    Many columns hold their list twice, for desktops and for mobiles. The first store that
    leads on stands for both.
    """
    first, *stores = page.text.split(STORE_START)
    if len(stores) < 2:
        return stores or [first]
    groups: list[list[str]] = []
    groups_by_address: dict[str, list[str]] = {}
    for store in stores:
        addresses = _read_addresses(page, store)
        group: list[str] = []
        for address in addresses:
            if address in groups_by_address:
                group = groups_by_address[address]
                break
        if not group:
            groups.append(group)
        group.append(store)
        groups_by_address.update(dict.fromkeys(addresses, group))
    return [_choose_store(page, group) for group in groups]


def _choose_store(page: ListPage, twins: list[str]) -> str:
    for store in twins:
        if any(_read_next_addresses(page, store)):
            return store
    return twins[0]


def _read_addresses(page: ListPage, store: str) -> list[str]:
    """Return the address of each record, as it is printed."""
    addresses = []
    for record in _iter_sections(store, "record"):
        links = page.parse_fragment(record).xpath("//a/@href").getall()
        addresses += [link.strip() for link in links[:1]]
    return addresses


def _read_next_addresses(page: ListPage, store: str) -> Iterator[str]:
    for group in _iter_sections(store, "nextgroup"):
        fragment = page.parse_fragment(group)
        for address in fragment.xpath("//a/@href").getall():
            yield unescape(address)


def _count_on(page: ListPage) -> Iterator[str]:
    """Yield the address of the answer that follows on one which does not print it."""
    query = parse_query(page.url)
    numbers = {name: int(value) for name, value in query.items() if value.isdecimal()}
    page_total = PAGE_TOTAL.search(page.text)
    row_total = TOTAL.search(page.text)
    if "page" in numbers and page_total:
        if numbers["page"] < int(page_total[1]):
            yield replace_parameters(page.url, page=numbers["page"] + 1)
    elif numbers.keys() >= {"startrecord", "endrecord"} and row_total:
        start, end = numbers["startrecord"], numbers["endrecord"]
        if start <= end < int(row_total[1]):
            yield replace_parameters(
                page.url, startrecord=end + 1, endrecord=2 * end + 1 - start
            )


def _iter_sections(
    text: str,
    tag: str,
) -> Iterator[str]:
    """Yield the content of the CDATA section in each element of a tag."""
    for piece in text.split(f"<{tag}>")[1:]:
        content, end_tag, _ = piece.partition(f"</{tag}>")
        section = CDATA.fullmatch(content)
        if section and end_tag:
            yield section[1]


def _read_row(
    record: Selector,
    anchor: Selector,
) -> ListRow:
    """Return the row of a link; its date is the first one in the record outside of links."""
    own_text = read_own_text(record.root)
    return ListRow(
        url=anchor.attrib["href"].strip(),
        title=read_link_title(anchor),
        date=find_date(own_text.text),
    )
