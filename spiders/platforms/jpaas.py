"""Hanweb jpaas: a column's rows come from an API gateway as HTML inside JSON.

The page number goes inside `paramJson`; one beside it is ignored and gives page 1 for ever.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from html import unescape
from urllib.parse import urlencode

from parsel import Selector
from scrapy.http import TextResponse

from nianbao.spiders.base import ReportSpider
from nianbao.spiders.lists import Link, link, parsed, query, with_query

UNIT = "/api-gateway/jpaas-publish-server/front/page/build/unit"
QUERY_DATA = re.compile(r"queryData=(\"[^\"]*\"|'[^']*')")
PAIR = re.compile(r"['\"](\w+)['\"]\s*:\s*['\"]([^'\"]*)['\"]")
ROWS = re.compile(r"\brows=[\"']?(\d+)")
COUNT = re.compile(r"\bcount=[\"']?(\d+)")


class JpaasSpider(ReportSpider):
    """Sites of Hanweb jpaas. An entry is the column's page."""

    name = "jpaas"
    probes = True

    def links(self, response: TextResponse) -> Iterable[Link]:
        for anchor in _fragment(response).xpath("//li//a[@href] | //tr//a[@href]"):
            yield link(anchor)

    def next_lists(self, response: TextResponse) -> Iterable[str]:
        if UNIT in response.url:
            asked = json.loads(query(response.url)["paramJson"])
            asked["pageNo"] += 1
            yield with_query(
                response.url, paramJson=json.dumps(asked, separators=(",", ":"))
            )
            return
        for quoted in QUERY_DATA.findall(response.text):
            unit = dict(PAIR.findall(unescape(quoted[1:-1])))
            rows = ROWS.search(response.text)
            page = json.dumps(
                {"pageNo": 1, "pageSize": rows[1] if rows else "15"},
                separators=(",", ":"),
            )
            yield f"{UNIT}?{urlencode({**unit, 'paramJson': page})}"

    def counted(self, response: TextResponse) -> tuple[int, int] | None:
        """Return what the fragment shows and the `count` it carries, where it carries one."""
        total = COUNT.search(str(parsed(response).get("data")))
        return (len(list(self.links(response))), int(total[1])) if total else None


def _fragment(response: TextResponse) -> Selector:
    data = parsed(response).get("data") or {}
    return Selector(text=data.get("html") or "<html></html>", type="html")
