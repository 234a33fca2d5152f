"""Kaipuyun / ucap (开普云): pages named by 32 hexadecimal digits, lists as files or as JSON of
a channel.

The JSON's addresses have no scheme, and its times are milliseconds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nianbao.spiders.lists.dates import convert_timestamp
from nianbao.spiders.lists.link_rows import LINKS_IN_ROWS
from nianbao.spiders.lists.page import ListPage, ListRow, ListTotals
from nianbao.spiders.lists.pagers import find_scripted_next, read_scripted_pager
from nianbao.spiders.lists.query_strings import parse_query, replace_parameters
from nianbao.spiders.lists.reader import ListReader, read_article_rows
from nianbao.spiders.rules import find_rule

ARTICLE = find_rule("ucap_article")
CHANNEL = re.compile(r"[0-9a-f]{32}")
CHANNEL_LIST = (
    "/common/search/{channel}?_isAgg=true&_isJson=true&_pageSize=15&_template=index"
    "&_rangeTimeGte=&_channelName=&page=1"
)


class UcapReader(ListReader):
    """Sites of Kaipuyun.

    A list page with a channel id and no pages of its own is read through the channel's JSON.
    """

    platform = "ucap"
    probes = True
    reads_json = True

    def read_rows(self, page: ListPage) -> Iterator[ListRow]:
        data = page.json_object.get("data") or {}
        results = data.get("results")
        for result in results or ():
            yield ListRow(
                url=result["url"],
                title=result.get("title"),
                date=convert_timestamp(result.get("publishedTime")),
            )
        if _has_own_rows(page):
            yield from read_article_rows(page, LINKS_IN_ROWS, ARTICLE)

    def read_next_pages(self, page: ListPage) -> Iterator[str]:
        number = parse_query(page.url).get("page")
        if number is not None and not page.is_markup:
            next_number = int(number) + 1
            yield replace_parameters(page.url, page=next_number)
            return
        scripted = find_scripted_next(page)
        if scripted:
            yield scripted
            return
        channel = _find_channel(page)
        if channel and not _has_own_rows(page):
            yield CHANNEL_LIST.format(channel=channel)

    def read_totals(self, page: ListPage) -> ListTotals | None:
        """Return the results of the page and `total`."""
        data = page.json_object.get("data")
        if not data:
            return None
        return ListTotals(
            on_page=len(data["results"]),
            in_list=int(data["total"]),
        )


def _find_channel(page: ListPage) -> str | None:
    """Return the channel that the page names: `channelid`, or `channelId`."""
    for element in page.xpath("//meta[@name][@content]"):
        attributes = element.attrib
        channel = attributes["content"].strip()
        if attributes["name"].lower() == "channelid" and CHANNEL.fullmatch(channel):
            return channel
    return None


def _has_own_rows(page: ListPage) -> bool:
    """Tell whether the list is in the page: it has a pager of files, or no channel to ask."""
    if page.text.lstrip().startswith("{"):
        return False
    if read_scripted_pager(page) is not None:
        return True
    return _find_channel(page) is None
