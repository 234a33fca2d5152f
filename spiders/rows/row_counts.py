"""The rows of any kind of a list page: a list of reports may hold other documents too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from itertools import islice
from typing import Any

from nianbao.archive.addresses import canonicalize
from nianbao.spiders.lists.pagination import NO_PATHS, AnyRows, Path
from nianbao.spiders.rows.row_links import RowLink

ROW_TAGS = ("li", "tr", "dd", "p")
SHORTEST_TITLE = 5  # characters: shorter links are tools, such as 下载 and 查看
DEEPEST_PATH = 40  # elements around a link that are compared


def find_any_rows(
    links: Iterable[RowLink],
    row_addresses: Collection[str],
    known_paths: frozenset[Path] = NO_PATHS,
) -> AnyRows:
    """Return the links that stand in the same places of a page as the links of its rows.

    `row_addresses` are the canonical addresses of the rows. A page that names no report is read
    by the places of rows on the pages before.
    """
    rows = set(row_addresses)
    groups: dict[Path, set[str]] = defaultdict(set)
    paths: set[Path] = set()
    for link in links:
        if not link.url:
            continue
        address = canonicalize(link.url)
        is_row = address in rows
        if not is_row and len(link.title or "") < SHORTEST_TITLE:
            continue
        path = _find_path(link.element.root)
        groups[path].add(address)
        if is_row:
            paths.add(path)
    if not paths:
        paths = set(known_paths)
    addresses = rows.union(*(groups.get(path, ()) for path in paths))
    return AnyRows(frozenset(addresses), frozenset(paths))


def _find_path(link: Any) -> Path:
    """Return the tags around a link; of those around its row their classes too."""
    steps = [str(link.tag)]
    is_around_row = False
    for element in islice(link.iterancestors(), DEEPEST_PATH):
        step = str(element.tag)
        if is_around_row:
            step = f"{step}#{element.get('id', '')}.{element.get('class', '')}"
        steps.append(step)
        if element.tag in ROW_TAGS:
            is_around_row = True
    return tuple(steps)
