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
from urllib.parse import urlsplit

from nianbao.spiders.lists.dates import find_date
from nianbao.spiders.lists.page import FormPost, ListPage, ListRow, read_link_row
from nianbao.spiders.lists.query_strings import parse_query
from nianbao.spiders.lists.reader import ListReader

ANNUAL_REPORT = "xxgkAnnualReport.jsp"
SEARCH = "/module/xxgk/search.jsp"
YEARS = "//select[@name='fbtime' or @id='fbtime']/option/@value"
SEARCH_ROWS = (
    "//div[contains(@class, 'zfxxgk_zdgkc')]//li//a[@href]"
    " | //tr[contains(@class, 'tr_main_value_')]/td//a[@href][1]"
)
DATE_CELL = "ancestor::tr[1]/td[3]//text()"
FIELD = re.compile(
    r"\b(infotypeId|jdid|area|divid|standardXxgk|isAllList)\b"
    r"['\"]?\s*[:=]\s*['\"]([^'\"]*)['\"]"
)
PAGE_COUNT = re.compile(r"共\s*(?:<[^>]+>)?\s*(\d+)\s*(?:</[^>]+>)?\s*页")
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
                row = read_link_row(anchor)
                yield ListRow(f"{ANNUAL_REPORT}?area={body[1]}", row.title, None)

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
            row = read_link_row(anchor)
            yield ListRow(address, row.title, None)


def _read_years(page: ListPage) -> Iterator[ListRow]:
    """Yield the reports of a body's page: one for each year that its menu offers."""
    query = parse_query(page.url)
    body = query.get("area", "")
    years = page.xpath(YEARS).re(r"^20\d\d$")
    for year in years:
        yield ListRow(f"{ANNUAL_REPORT}?fbtime={year}&area={body}", None, None)


def _read_search_rows(page: ListPage) -> Iterator[ListRow]:
    """Yield the rows of an answer of the search."""
    for anchor in page.xpath(SEARCH_ROWS):
        row = read_link_row(anchor)
        cell_texts = anchor.xpath(DATE_CELL).getall()
        date = find_date(" ".join(cell_texts))
        if date:
            row = replace(row, date=date)
        yield row
