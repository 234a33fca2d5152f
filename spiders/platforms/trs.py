"""TRS WCM (拓尔思): static lists `index.html`, `index_1.html`, …, paged by a script."""

from __future__ import annotations

import re
from collections.abc import Iterable

from scrapy.http import TextResponse

from spiders.base import Link, ReportSpider

# createPageHTML(25, 0, "index", "shtml"): page count, current page from 0, prefix, extension
COUNT_FIRST = re.compile(r"createPageHTML\(\s*(\d+)\s*,\s*(\d+)\s*,\s*['\"]([\w-]+)['\"]\s*,\s*['\"](\w+)['\"]")
# createPageHTML('page_div', 5, 1, 'fg', 'shtml', 89): element, page count, current page from 1, prefix, extension, rows
ELEMENT_FIRST = re.compile(
    r"createPageHTML\(\s*['\"][\w-]+['\"]\s*,\s*(\d+)\s*,\s*(\d+)\s*,\s*['\"]([\w-]+)['\"]\s*,\s*['\"](\w+)['\"]"
)
ARTICLE = re.compile(r"/t\d{8}_\d+\.s?html?$")
DATE = re.compile(r"20\d{2}-\d{1,2}-\d{1,2}")
SCRIPTED = re.compile(r"var\s+url\s*=\s*[\"']([^\"']+)[\"'];\s*var\s+title\s*=\s*[\"']([^\"']*)[\"']")


class TrsSpider(ReportSpider):
    """Sites of TRS WCM."""

    name = "trs"

    def links(self, response: TextResponse) -> Iterable[Link]:
        for anchor in response.xpath("//li//a[@href] | //td//a[@href]"):
            href = anchor.attrib["href"].strip()
            if ARTICLE.search(href):
                row = anchor.xpath("ancestor::*[self::li or self::tr][1]")
                date = DATE.search(" ".join(row.xpath(".//text()[not(ancestor::a)]").getall()))
                title = anchor.attrib.get("title") or " ".join(anchor.xpath(".//text()").getall())
                yield Link(href, title.strip() or None, date[0] if date else None)
        for url, title in SCRIPTED.findall(response.text):
            yield Link(url, title or None, None)

    def next_lists(self, response: TextResponse) -> Iterable[str]:
        found = COUNT_FIRST.search(response.text)
        first = 0
        if found is None:
            found, first = ELEMENT_FIRST.search(response.text), 1
        if found is None:
            return
        count, current, prefix, extension = int(found[1]), int(found[2]) - first, found[3], found[4]
        if current + 1 < count:
            yield f"{prefix}_{current + 1}.{extension}"
