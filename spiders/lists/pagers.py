"""Pagers: how a list page says where its next page is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from parsel import Selector

from nianbao.spiders.lists.page import ListPage
from nianbao.spiders.lists.page_text import read_text
from nianbao.spiders.rules import find_rule

AROUND_LABEL = "[]()【】（）<|"  # what is printed around the words of a pager
ARROWS = ">＞›»→▶▸〉"
NEXT_LABEL = find_rule("next_label")
COUNT_FIRST = find_rule("pager_count_first")
ELEMENT_FIRST = find_rule("pager_element_first")
PAGE_COUNT = find_rule("pager_page_count")
CURRENT_PAGE = find_rule("pager_current_page")


def is_next_label(label: str) -> bool:
    """Tell whether the text of a link is printed for the next page of a list."""
    return NEXT_LABEL.find(_strip_label(label)) is not None


def find_next_anchors(page: ListPage) -> Iterator[Selector]:
    """Yield the links that are printed as the way to the next page.

    A link whose text is nothing but arrows counts by its title attribute.
    """
    for anchor in page.xpath("//a[@href]"):
        label = _strip_label(read_text(anchor, separator=""))
        words = label or anchor.attrib.get("title", "")
        if NEXT_LABEL.find(words):
            yield anchor


def _strip_label(text: str) -> str:
    """Return the words of a pager's link without white space, and brackets and arrows around."""
    words = "".join(text.split())
    words = words.strip(AROUND_LABEL)
    return words.rstrip(ARROWS).strip(AROUND_LABEL).lower()


class ScriptedPager(NamedTuple):
    """What a `createPageHTML(…)` call says; `next_number` is the number in the next file."""

    page_count: int
    next_number: int
    last_number: int
    prefix: str
    extension: str


def read_scripted_pager(text: str) -> ScriptedPager | None:
    """Return the call that draws the pager; None without one.

    Where the call names an element first, pages are counted from 1 and page n is `prefix_n`:
    the second page is `prefix_2`. Else they are counted from 0.
    """
    match = COUNT_FIRST.find(text)
    last_offset = 1
    if match is None:
        match = ELEMENT_FIRST.find(text)
        last_offset = 0
    if match is None:
        return None
    page_count = int(match[1])
    return ScriptedPager(
        page_count=page_count,
        next_number=int(match[2]) + 1,
        last_number=page_count - last_offset,
        prefix=match[3],
        extension=match[4],
    )


def find_scripted_next(text: str) -> str | None:
    """Return the file of the next page that a script of the page prints; None without one.

    The script is a `createPageHTML(…)` call, or two variables.
    """
    pager = read_scripted_pager(text)
    if pager is None:
        return _find_next_of_variables(text)
    if pager.next_number > pager.last_number:
        return None
    return f"{pager.prefix}_{pager.next_number}.{pager.extension}"


def _find_next_of_variables(text: str) -> str | None:
    page_count = PAGE_COUNT.find(text)
    current_page = CURRENT_PAGE.find(text)
    if page_count is None or current_page is None:
        return None
    next_number = int(current_page[1]) + 1
    if next_number >= int(page_count[1]):
        return None
    return f"index_{next_number}.html"
