"""Kaipuyun / ucap (开普云): pages named by 32 hexadecimal digits, lists as files or as JSON of
a channel.

The JSON's addresses have no scheme and its times are milliseconds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from scrapy.http import TextResponse

from nianbao.spiders.base import ReportSpider
from nianbao.spiders.lists import (
    Link,
    date_of,
    link,
    parsed,
    query,
    scripted_pager,
    with_query,
)

ARTICLE = re.compile(r"/(?:[0-9a-f]{32}|c\d+/content)\.s?html?$")
SEARCH = "/common/search/{channel}?_isAgg=true&_isJson=true&_pageSize=15&_template=index&_rangeTimeGte=&_channelName=&page=1"


class UcapSpider(ReportSpider):
    """Sites of Kaipuyun. A list page with a channel id and no pages of its own is read through
    the channel's JSON.
    """

    name = "ucap"
    probes = True

    def links(self, response: TextResponse) -> Iterable[Link]:
        for result in _results(response):
            yield Link(
                result["url"], result.get("title"), date_of(result.get("publishedTime"))
            )
        if _is_static(response):
            for anchor in response.xpath("//li//a[@href] | //tr//a[@href]"):
                if ARTICLE.search(anchor.attrib["href"].strip()):
                    yield link(anchor)

    def next_lists(self, response: TextResponse) -> Iterable[str]:
        page = query(response.url).get("page")
        if page is not None:
            yield with_query(response.url, page=int(page) + 1)
        elif following := scripted_pager(response.text):
            yield following
        elif not _is_static(response) and (channel := _channel(response)):
            yield SEARCH.format(channel=channel)

    def counted(self, response: TextResponse) -> tuple[int, int] | None:
        """Return the results of the page and `total`."""
        data = parsed(response).get("data")
        return (len(data["results"]), int(data["total"])) if data else None


def _results(response: TextResponse) -> Iterable[dict[str, str]]:
    data = parsed(response).get("data") or {}
    return data.get("results") or ()


def _channel(response: TextResponse) -> str | None:
    return response.xpath("//meta[@name='channelid']/@content").re_first(
        r"^[0-9a-f]{32}$"
    )


def _is_static(response: TextResponse) -> bool:
    """Tell whether the list is in the page: it has a pager of files, or no channel to ask."""
    text = response.text
    return not text.lstrip().startswith("{") and (
        "createPageHTML" in text or _channel(response) is None
    )
