"""gkmlpt (广东省政府信息公开目录平台): the directory page names its columns, a JSON API lists each.

Page 0 and page 1 are the same page, so the first one asked for is 1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from scrapy.http import TextResponse

from nianbao.spiders import detect
from nianbao.spiders.base import ReportSpider
from nianbao.spiders.lists import Link, date_of, parsed, query, with_query

SID = re.compile(r"\bSID['\"]?\s*:\s*['\"](\w+)['\"]")


class GkmlptSpider(ReportSpider):
    """Directories of the Guangdong platform. An entry is `/gkmlpt/index` or a body's own
    `/…/gkmlpt/index`.
    """

    name = "gkmlpt"
    probes = True

    def links(self, response: TextResponse) -> Iterable[Link]:
        for article in parsed(response).get("articles") or ():
            yield Link(
                article["url"] or article["post_url"],
                article.get("title"),
                date_of(article.get("date")),
            )

    def branches(self, response: TextResponse) -> Iterable[Link]:
        """Yield the list of each annual-report column that the directory's tree names."""
        site, root = (
            SID.search(response.text),
            urlsplit(response.url).path.partition("/gkmlpt/")[0],
        )
        for column, name in detect.tree_columns(response.text) if site else ():
            yield Link(
                f"{root}/gkmlpt/api/all/{column}?page=1&sid={site[1] if site else ''}",
                name,
                None,
            )

    def next_lists(self, response: TextResponse) -> Iterable[str]:
        page = query(response.url).get("page")
        if page is not None:
            yield with_query(response.url, page=int(page) + 1)

    def counted(self, response: TextResponse) -> tuple[int, int] | None:
        """Return the articles of the page and `total`."""
        answer = parsed(response)
        return (
            (len(answer["articles"]), int(answer["total"]))
            if "articles" in answer
            else None
        )
