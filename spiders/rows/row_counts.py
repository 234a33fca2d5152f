"""The rows of any kind of a list page: a list of reports may hold other documents too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple

from nianbao.archive.addresses import canonicalize
from nianbao.spiders.lists.pagination import NO_PATHS, AnyRows, Path
from nianbao.spiders.rows.row_links import RowLink

ROW_TAGS = ("li", "tr", "dd", "p")
SHORTEST_TITLE = 5  # characters: shorter links are tools, such as 下载 and 查看
DEEPEST_PATH = 40  # elements around a link that are compared


class LinkPlace(NamedTuple):
    """Where a link stands in its page."""

    address: str  # canonical
    is_titled: bool  # or else a tool, by its words
    path: Path


def locate_links(links: Iterable[RowLink]) -> Iterator[LinkPlace]:
    """Yield where the links of a page stand that have an address."""
    for link in links:
        if not link.url:
            continue
        address = canonicalize(link.url)
        is_titled = len(link.title or "") >= SHORTEST_TITLE
        yield LinkPlace(address, is_titled, _find_path(link.element.root))


def find_any_rows(
    links: Iterable[LinkPlace],
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
        is_row = link.address in rows
        if not is_row and not link.is_titled:
            continue
        groups[link.path].add(link.address)
        if is_row:
            paths.add(link.path)
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
