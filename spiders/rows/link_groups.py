"""Groups of links: those that stand in the same way in one block of a page, as the rows of a list.

A block is the nearest element around a link that leads to more than one page; blocks of one kind
below one element are one, such as the rows of a table with a link in each cell.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from nianbao.spiders.rows.row_links import RowLink
from nianbao.spiders.rules import find_rule

DEEPEST_PATH = 40  # elements around a link that are looked at
FURNITURE_TAGS = ("nav", "header", "footer", "aside")
FURNITURE_CLASS = find_rule("furniture_class")
LOCATION_WORDS = find_rule("location_words")
FURNITURE_WORDS = find_rule("furniture_words")
# Blocks whose class says whether they belong together; of rows it says odd and even.
CLASSED_TAGS = ("ul", "ol", "dl", "div", "table", "section", "select")
LINK_TAGS = ("a", "option")
NEAREST_AROUND = 6  # elements around a block whose classes are looked at
LONGEST_HEADING = 20  # characters
MOST_TEXTS = 6  # of a block, that may be its heading


@dataclass(slots=True)
class LinkGroup:
    """Links of one block that stand in it in the same way."""

    block: Any
    links: list[RowLink] = field(default_factory=list)

    @property
    def is_furniture(self) -> bool:
        """Whether the block is a menu, a footer, the way to the page, or links to other pages."""
        if stands_in_furniture(self.block):
            return True
        own_texts = []
        if next(self.block.iter(*LINK_TAGS), None) is self.links[0].element.root:
            own_texts = _read_own_headings(self.block)
        if any(map(LOCATION_WORDS.find, own_texts)):
            return True
        texts = [*own_texts, *_read_headings_around(self.block)]
        return any(map(FURNITURE_WORDS.find, texts))


def stands_in_furniture(element: Any) -> bool:
    """Tell whether an element is, or stands in, a menu, a footer or the like, by tag and class."""
    around = [element, *islice(element.iterancestors(), DEEPEST_PATH)]
    if any(ancestor.tag in FURNITURE_TAGS for ancestor in around):
        return True
    for ancestor in around[:NEAREST_AROUND]:
        if ancestor.tag in ("body", "html"):
            break
        names = f"{ancestor.get('class', '')} {ancestor.get('id', '')}"
        if FURNITURE_CLASS.find(names):
            return True
    return False


def group_links(links: Sequence[RowLink]) -> list[LinkGroup]:
    """Return the groups of links, in the order of the page; each link is in one group."""
    blocks = _find_blocks(links)
    groups: dict[tuple[Any, ...], LinkGroup] = {}
    for link in links:
        block, path = _find_block(link.element.root, blocks)
        kind = block.get("class") if block.tag in CLASSED_TAGS else None
        key = (block.getparent(), block.tag, kind, path)
        group = groups.setdefault(key, LinkGroup(block))
        group.links.append(link)
    return list(groups.values())


def _find_blocks(links: Iterable[RowLink]) -> set[Any]:
    """Return the elements that lead to more than one page."""
    first_urls: dict[Any, str] = {}
    blocks: set[Any] = set()
    for link in links:
        ancestors = islice(link.element.root.iterancestors(), DEEPEST_PATH)
        for element in ancestors:
            if element in blocks:
                break
            url = first_urls.setdefault(element, link.url)
            if url != link.url:
                blocks.add(element)
    return blocks


def _find_block(element: Any, blocks: set[Any]) -> tuple[Any, tuple[str, ...]]:
    """Return the block of a link, and the tags between them."""
    path = [element.tag]
    block = element
    for ancestor in islice(element.iterancestors(), DEEPEST_PATH):
        block = ancestor
        if ancestor in blocks:
            break
        path.append(ancestor.tag)
    return block, tuple(path)


def _read_own_headings(block: Any) -> list[str]:
    """Return the short texts of a block before its first link."""
    texts = [block.text or ""]
    for child in islice(block, MOST_TEXTS):
        texts += _read_texts(child)
        if _has_link(child):
            break
        texts.append(child.tail or "")
    return _select_headings(texts)


def _read_headings_around(block: Any) -> list[str]:
    """Return the short texts right before a block."""
    texts = []
    before = block.getprevious()
    if before is not None:
        texts += _read_texts(before)
    parent = block.getparent()
    if parent is not None and parent.text:
        texts.append(parent.text)
    return _select_headings(texts)


def _select_headings(texts: Iterable[str]) -> list[str]:
    headings = ["".join(text.split()) for text in texts]
    return [heading for heading in headings if 0 < len(heading) <= LONGEST_HEADING]


def _read_texts(node: Any) -> list[str]:
    """Return the first texts of an element, of one with links the first; none of a comment."""
    if not isinstance(node.tag, str):
        return []
    if _has_link(node):
        return [node.text or ""]
    return list(islice(node.itertext(), MOST_TEXTS))


def _has_link(element: Any) -> bool:
    return next(element.iter(*LINK_TAGS), None) is not None
