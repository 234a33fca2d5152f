"""How many rows of any kind a list page has: a list of reports may hold other documents too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any, NamedTuple

from nianbao.spiders.lists.page import ListPage
from nianbao.spiders.lists.page_text import read_text

ROW_TAGS = ("li", "tr", "dd", "p")
SHORTEST_TITLE = 5  # characters: shorter links are tools, such as 下载 and 查看
DEEPEST_PATH = 40  # elements around a link that are compared

Path = tuple[str, ...]
NO_PATHS: frozenset[Path] = frozenset()


class AnyRows(NamedTuple):
    """The rows of any kind of a page: their addresses, and the places where they stand."""

    addresses: frozenset[str]
    paths: frozenset[Path]


def find_any_rows(
    page: ListPage, row_urls: Collection[str], known_paths: frozenset[Path] = NO_PATHS
) -> AnyRows:
    """Return the links that stand in the same places of the page as the links of its rows.

    `row_urls` are the addresses of the rows as the page prints them. A page that names no
    report is read by the places of rows on the pages before.
    """
    urls = set(row_urls)
    groups: dict[Path, set[str]] = defaultdict(set)
    paths: set[Path] = set()
    if page.is_markup:
        paths = _group_links(page, urls, groups)
    if not paths:
        paths = set(known_paths)
    addresses = urls.union(*(groups.get(path, ()) for path in paths))
    return AnyRows(frozenset(map(page.urljoin, addresses)), frozenset(paths))


def _group_links(
    page: ListPage, urls: set[str], groups: dict[Path, set[str]]
) -> set[Path]:
    """Sort the links of a page by their places; return the places of rows."""
    row_paths = set()
    for anchor in page.xpath("//a[@href]"):
        address = anchor.attrib["href"].strip()
        is_row = address in urls
        if not is_row and len(read_text(anchor, separator="")) < SHORTEST_TITLE:
            continue
        path = _find_path(anchor.root)
        groups[path].add(address)
        if is_row:
            row_paths.add(path)
    return row_paths


def _find_path(link: Any) -> Path:
    """Return the tags around a link; of those around its row their classes too."""
    steps = []
    is_around_row = False
    for depth, element in enumerate(link.iterancestors()):
        if depth == DEEPEST_PATH:
            break
        step = str(element.tag)
        if is_around_row:
            step = f"{step}#{element.get('id', '')}.{element.get('class', '')}"
        steps.append(step)
        if element.tag in ROW_TAGS:
            is_around_row = True
    return tuple(steps)
