"""gkmlpt (广东省政府信息公开目录平台): the directory page names its columns, a JSON API lists each.

Page 0 and page 1 are the same page, so the first one requested is 1.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from nianbao.spiders.lists.dates import convert_timestamp
from nianbao.spiders.lists.page import ListPage, ListRow, ListTotals
from nianbao.spiders.lists.query_strings import parse_query, replace_parameters
from nianbao.spiders.lists.reader import ListReader
from nianbao.spiders.report_names import is_column_name

TREE = re.compile(r"\bTREE['\"]?\s*:\s*(?=\[)")
SITE_ID = re.compile(r"\bSID['\"]?\s*:\s*['\"](\w+)['\"]")


class GkmlptReader(ListReader):
    """Directories of the Guangdong platform.

    An entry is `/gkmlpt/index` or a body's own `/…/gkmlpt/index`.
    """

    platform = "gkmlpt"
    probes = True
    reads_json = True

    def read_rows(self, page: ListPage) -> Iterator[ListRow]:
        articles = page.json_object.get("articles")
        for article in articles or ():
            yield ListRow(
                url=article["url"] or article["post_url"],
                title=article.get("title"),
                date=convert_timestamp(article.get("date")),
            )

    def read_branches(self, page: ListPage) -> Iterator[ListRow]:
        """Yield the list of each annual-report column that the directory's tree names."""
        site_id = SITE_ID.search(page.text)
        if site_id is None:
            return
        path = urlsplit(page.url).path
        folder, _, _ = path.partition("/gkmlpt/")
        for column, name in find_tree_columns(page.text):
            address = f"{folder}/gkmlpt/api/all/{column}?page=1&sid={site_id[1]}"
            yield ListRow(address, name, None)

    def read_next_pages(self, page: ListPage) -> Iterator[str]:
        number = parse_query(page.url).get("page")
        if number is not None:
            next_number = int(number) + 1
            yield replace_parameters(page.url, page=next_number)

    def read_totals(self, page: ListPage) -> ListTotals | None:
        """Return the articles of the page and `total`."""
        answer = page.json_object
        if "articles" not in answer:
            return None
        return ListTotals(
            on_page=len(answer["articles"]),
            in_list=int(answer["total"]),
        )


def find_tree_columns(text: str) -> list[tuple[int, str]]:
    """Return (id, name) of the annual-report columns in the tree of a directory page."""
    start = TREE.search(text)
    if start is None:
        return []
    try:
        decoder = json.JSONDecoder()
        tree, _ = decoder.raw_decode(text, start.end())
    except (ValueError, RecursionError):
        return []
    columns = []
    for node in _walk_tree(tree):
        name = str(node.get("name", ""))
        if is_column_name(name):
            column = (node["id"], node["name"])
            columns.append(column)
    return columns


def _walk_tree(nodes: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for node in nodes:
        yield node
        yield from _walk_tree(node.get("children") or [])
