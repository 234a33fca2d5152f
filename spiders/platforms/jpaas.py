"""Hanweb jpaas: a column's rows come from an API gateway as HTML inside JSON.

The page number goes inside `paramJson`; one beside it is ignored and gives page 1 for ever.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import urlencode

from parsel import Selector

from nianbao.spiders.lists.link_rows import LINKS_IN_ROWS, LinkRows
from nianbao.spiders.lists.page import ListPage, ListRow, ListTotals
from nianbao.spiders.lists.query_strings import parse_query, replace_parameters
from nianbao.spiders.lists.reader import ListReader

UNIT = "/api-gateway/jpaas-publish-server/front/page/build/unit"
QUERY_DATA = re.compile(r"queryData=(\"[^\"]*\"|'[^']*')")
PAIR = re.compile(r"['\"](\w+)['\"]\s*:\s*['\"]([^'\"]*)['\"]")
ROWS = re.compile(r"\brows=[\"']?(\d+)")
COUNT = re.compile(r"\bcount=[\"']?(\d+)")
DEFAULT_PAGE_SIZE = "15"


class JpaasReader(ListReader):
    """Sites of Hanweb jpaas. An entry is the column's page."""

    platform = "jpaas"
    probes = True
    reads_json = True

    def read_rows(self, page: ListPage) -> Iterator[ListRow]:
        fragment = _parse_fragment(page)
        rows = LinkRows(fragment.root)
        for anchor in fragment.xpath(LINKS_IN_ROWS):
            yield rows.read_row(anchor)

    def read_next_pages(self, page: ListPage) -> Iterator[str]:
        """Yield the page after a page of rows; for the column's page: page 1 of its units."""
        if UNIT in page.url:
            query = parse_query(page.url)
            parameters = json.loads(query["paramJson"])
            parameters["pageNo"] += 1
            next_page = _write_json(parameters)
            yield replace_parameters(page.url, paramJson=next_page)
            return
        page_size = DEFAULT_PAGE_SIZE
        rows = ROWS.search(page.text)
        if rows:
            page_size = rows[1]
        first_page = _write_json({"pageNo": 1, "pageSize": page_size})
        for quoted in QUERY_DATA.findall(page.text):
            attributes = unescape(quoted[1:-1])
            unit = dict(PAIR.findall(attributes))
            unit["paramJson"] = first_page
            yield f"{UNIT}?{urlencode(unit)}"

    def read_totals(self, page: ListPage) -> ListTotals | None:
        """Return the rows of the fragment, and the `count` in it."""
        data = page.json_object.get("data")
        total = COUNT.search(str(data))
        if total is None:
            return None
        rows = list(self.read_rows(page))
        return ListTotals(on_page=len(rows), in_list=int(total[1]))


def _parse_fragment(page: ListPage) -> Selector:
    data = page.json_object.get("data") or {}
    html = data.get("html") or "<html></html>"
    return Selector(text=html, type="html")


def _write_json(parameters: dict[str, Any]) -> str:
    """Return JSON as the site's own script writes it, without spaces."""
    return json.dumps(parameters, separators=(",", ":"))
