"""Hanweb xxgk (政府信息公开目录): a page for each body and year, and a directory that is
searched by POST.

`xxgkAnnualReport.jsp?fbtime=YEAR&area=BODY` is a report at an address that never changes, its
content may. Bodies stand in `tree.jsp`, a body's years on its own page. `search.jsp` answers
with a fragment of HTML: old ones are table rows `.tr_main_value_odd`, new ones
`div.zfxxgk_zdgkc`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from parsel import Selector

from nianbao.spiders.lists.dates import find_date
from nianbao.spiders.lists.link_rows import LinkRows, is_within, read_link_title
from nianbao.spiders.lists.page import FormPost, ListPage, ListRow
from nianbao.spiders.lists.query_strings import parse_query
from nianbao.spiders.lists.reader import ListReader

ANNUAL_REPORT = "xxgkAnnualReport.jsp"
SEARCH = "/module/xxgk/search.jsp"
YEARS = "//select[@name='fbtime' or @id='fbtime']/option/@value"
RESULT_LIST = "zfxxgk_zdgkc"  # the class of a `div`
RESULT_ROW = "tr_main_value_"  # in the class of a `tr`
DATE_CELL = "td[3]//text()"
FIELD = re.compile(
    r"\b(infotypeId|jdid|area|divid|standardXxgk|isAllList)\b"
    r"['\"]?\s*[:=]\s*['\"]([^'\"]*)['\"]"
)
PAGE_COUNT = re.compile(r"共\s*(?:<[^<>]+>\s*)?(\d+)\s*(?:</[^<>]+>\s*)?页")
AREA = re.compile(r"[?&]area=([\w-]+)")
DEFAULT_FIELDS = {
    "jdid": "",
    "area": "",
    "divid": "div1",
    "standardXxgk": "1",
    "isAllList": "1",
    "texttype": "",
    "fbtime": "",
}
FIRST_PAGE = {"sortfield": ",createdatetime:0", "currpage": "1"}


class XxgkReader(ListReader):
    """Directories of Hanweb xxgk.

    An entry is a `tree.jsp`, a body's annual-report page or a directory page.
    """

    platform = "xxgk"
    lists_one_body = True

    def read_rows(self, page: ListPage) -> Iterator[ListRow]:
        yield from _read_report_links(page)
        yield from _read_years(page)
        yield from _read_search_rows(page)

    def read_branches(self, page: ListPage) -> Iterator[ListRow]:
        """Yield each body of the tree: its page lists its years."""
        path = urlsplit(page.url).path
        if not path.endswith("tree.jsp"):
            return
        for anchor in page.xpath("//a[contains(@href, 'area=')]"):
            body = AREA.search(anchor.attrib["href"])
            if body:
                title = read_link_title(anchor)
                yield ListRow(f"{ANNUAL_REPORT}?area={body[1]}", title, None)

    def read_next_pages(self, page: ListPage) -> Iterator[FormPost]:
        """Yield the page after a page of the search; for the directory page: page 1.

        The first request sends what the directory page prints.
        """
        if "currpage=" in page.request_body:
            yield from _read_next_search_page(page)
            return
        page_fields = dict(FIELD.findall(page.text))
        if "infotypeId" in page_fields:
            fields = DEFAULT_FIELDS | page_fields | FIRST_PAGE
            yield FormPost(SEARCH, fields)


def _read_next_search_page(page: ListPage) -> Iterator[FormPost]:
    fields = parse_query(f"?{page.request_body}")
    number = int(fields["currpage"])
    page_count = PAGE_COUNT.search(page.text)
    if page_count and number < int(page_count[1]):
        fields["currpage"] = str(number + 1)
        yield FormPost(page.url, fields)


def _read_report_links(page: ListPage) -> Iterator[ListRow]:
    """Yield the links to a body's report of a year."""
    for anchor in page.xpath(f"//a[contains(@href, '{ANNUAL_REPORT}')]"):
        address = anchor.attrib["href"]
        query = parse_query(page.urljoin(address))
        if query.get("fbtime"):
            title = read_link_title(anchor)
            yield ListRow(address, title, None)


def _read_years(page: ListPage) -> Iterator[ListRow]:
    """Yield the reports of a body's page: one for each year that its menu offers."""
    query = parse_query(page.url)
    body = query.get("area", "")
    years = page.xpath(YEARS).re(r"^20\d\d$")
    for year in years:
        yield ListRow(f"{ANNUAL_REPORT}?fbtime={year}&area={body}", None, None)


def _read_search_rows(page: ListPage) -> Iterator[ListRow]:
    """Yield the rows of an answer of the search."""
    rows = LinkRows(page.root)
    cell_dates: dict[Any, str | None] = {}
    for anchor in _find_results(page):
        row = rows.read_row(anchor)
        table_row = next(anchor.root.iterancestors("tr"), None)
        if table_row is not None and table_row not in cell_dates:
            cell_dates[table_row] = _find_cell_date(table_row)
        date = cell_dates.get(table_row)
        if date:
            row = replace(row, date=date)
        yield row


def _find_cell_date(table_row: Any) -> str | None:
    texts = table_row.xpath(DATE_CELL)
    return find_date(" ".join(texts))


def _find_results(page: ListPage) -> Iterator[Selector]:
    """Yield the links of an answer that are results; in a table the first one of an element."""
    parents: set[Any] = set()
    for anchor in page.xpath("//a[@href]"):
        parent = anchor.root.getparent()
        is_first = parent not in parents
        parents.add(parent)
        in_table = is_first and _is_in_result_row(anchor)
        if in_table or is_within(anchor, "li", "div", RESULT_LIST):
            yield anchor


def _is_in_result_row(anchor: Selector) -> bool:
    for cell in anchor.root.iterancestors("td"):
        row = cell.getparent()
        if row is None:
            return False
        if row.tag == "tr" and RESULT_ROW in row.get("class", ""):
            return True
    return False
