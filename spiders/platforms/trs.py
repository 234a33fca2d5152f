"""TRS WCM (拓尔思): static lists `index.html`, `index_1.html`, …, paged by a script."""

from __future__ import annotations

import re
from collections.abc import Iterable

from scrapy.http import TextResponse

from nianbao.spiders.base import ReportSpider
from nianbao.spiders.lists import Link, link, scripted_pager

ARTICLE = re.compile(r"/t\d{8}_\d+\.s?html?$")
SCRIPTED = re.compile(
    r"var\s+url\s*=\s*[\"']([^\"']+)[\"'];\s*var\s+title\s*=\s*[\"']([^\"']*)[\"']"
)


class TrsSpider(ReportSpider):
    """Sites of TRS WCM. Deep pages can be stubs of 300 bytes: such a page is announced and
    names nothing.
    """

    name = "trs"

    def links(self, response: TextResponse) -> Iterable[Link]:
        for anchor in response.xpath("//li//a[@href] | //td//a[@href]"):
            if ARTICLE.search(anchor.attrib["href"].strip()):
                yield link(anchor)
        for url, title in SCRIPTED.findall(response.text):
            yield Link(url, title or None, None)

    def next_lists(self, response: TextResponse) -> Iterable[str]:
        following = scripted_pager(response.text)
        return [following] if following else []
