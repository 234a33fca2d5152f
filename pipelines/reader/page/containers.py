"""Containers: the elements that hold the main text in the CMS families in use.

TRS, Hanweb, Kaipuyun, lonsun, VSB, gkmlpt; the wide ones come last: those may hold the page's
header as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from lxml import etree

Element: TypeAlias = etree._Element

# From the surest sign of the main text to the least sure.
_CONTAINERS = (
    "#zoom .trs_editor .trs_ueditor .trs_editor_view #ucap-content ucapcontent"
    " .article-content .v_news_content #vsb_content .j-fontcontent .wzcon .main-txt"
    " .artile_zw .article_zoom #zoomcon .xxgk_wenzhang .content .article .view"
)
_RANKS = {name: rank for rank, name in enumerate(_CONTAINERS.split())}
WIDE = _RANKS[".content"]
_CONTAINER_TAG = "ucapcontent"  # a container without any class or id
CONTAINER_TAGS = ("div", "td", "section", "article", "span", _CONTAINER_TAG)


class ContainerSpan(NamedTuple):
    """A container: how sure a sign it is (0 is sure), its pieces, and its element."""

    rank: int
    start: int
    end: int
    element: Element


def rank_containers(root: Element) -> dict[Element, int]:
    """Return the containers of a page and how sure a sign of the main text each is."""
    ranks: dict[Element, int] = {}
    for element in root.iter(*CONTAINER_TAGS):
        classes = element.get("class")
        identifier = element.get("id")
        if classes is None and identifier is None:
            continue
        rank = _find_rank(classes or "", identifier or "")
        if rank is not None:
            ranks[element] = rank
    rank_of_tag = _RANKS[_CONTAINER_TAG]
    for element in root.iter(_CONTAINER_TAG):
        ranks[element] = min(rank_of_tag, ranks.get(element, rank_of_tag))
    return ranks


@lru_cache(maxsize=1024)
def _find_rank(classes: str, identifier: str) -> int | None:
    """Return the rank of the surest name of an element, None when it is no container."""
    ranks: list[int] = []
    for name in _iter_selectors(classes, identifier):
        if name in _RANKS:
            ranks.append(_RANKS[name])
    return min(ranks, default=None)


def _iter_selectors(classes: str, identifier: str) -> Iterator[str]:
    yield "#" + identifier.lower()
    for name in classes.lower().split():
        yield "." + name
