"""Any list page: links that are titled as reports, a printed link to the next page."""

from __future__ import annotations

from collections.abc import Iterable

from scrapy.http import TextResponse

from nianbao.spiders import detect
from nianbao.spiders.base import ReportSpider
from nianbao.spiders.lists import Link, Post, link, next_anchors, scripted_pager


class GenericSpider(ReportSpider):
    """Sites of no platform that is known: only links whose title names a report are rows."""

    name = "generic"

    def links(self, response: TextResponse) -> Iterable[Link]:
        for anchor in response.xpath("//a[@href]"):
            row = link(
                anchor,
                row="ancestor::*[self::li or self::tr or self::dd or self::p or self::div][1]",
            )
            if row.title and detect.is_report_title(row.title):
                yield row

    def next_lists(self, response: TextResponse) -> Iterable[str | Post]:
        for anchor in next_anchors(response):
            if not anchor.attrib["href"].lower().startswith(("javascript:", "#")):
                yield anchor.attrib["href"]
        if following := scripted_pager(response.text):
            yield following
