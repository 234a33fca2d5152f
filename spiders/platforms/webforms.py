"""ASP.NET WebForms: the next page is the same page, posted back with the state it carries.

`__VIEWSTATE` belongs to one view of the page and is sent back as it came, never kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from scrapy.http import TextResponse

from nianbao.spiders.lists import NEXT, TRIMMED, Post, link
from nianbao.spiders.platforms.generic import GenericSpider

POST_BACK = re.compile(r"__doPostBack\('([^']*)','([^']*)'\)")


class WebFormsSpider(GenericSpider):
    """Sites of ASP.NET WebForms. Rows are read as on any list page."""

    name = "webforms"

    def next_lists(self, response: TextResponse) -> Iterable[str | Post]:
        for anchor in response.xpath("//a[contains(@href, '__doPostBack')]"):
            target = POST_BACK.search(anchor.attrib["href"])
            if (
                target
                and (link(anchor).title or "").strip(TRIMMED).rstrip(">").lower()
                in NEXT
            ):
                hidden = response.xpath("//form//input[@type='hidden'][@name]")
                fields = {
                    field.attrib["name"]: field.attrib.get("value", "")
                    for field in hidden
                }
                fields |= {"__EVENTTARGET": target[1], "__EVENTARGUMENT": target[2]}
                yield Post(
                    response.xpath("//form/@action").get() or response.url, fields
                )
                return
        yield from super().next_lists(response)
