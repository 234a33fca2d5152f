"""The general pager: links, buttons and menus that lead to further pages of any list.

It needs no platform. Each way on that a page shows is a `PagerLink`; one without an address is
seen and cannot be followed.
"""

from __future__ import annotations

from nianbao.spiders.lists.page import ListPage
from nianbao.spiders.lists.pagers import find_scripted_next, is_next_label
from nianbao.spiders.lists.script_addresses import read_scripts
from nianbao.spiders.paging.menu_links import find_menu_links
from nianbao.spiders.paging.numbered_links import find_numbered_links
from nianbao.spiders.paging.pager_elements import (
    NEXT_CLASS,
    PagerElement,
    PagerLink,
    read_pager_elements,
)
from nianbao.spiders.rules import find_rule

NEXT_ARROW = find_rule("next_arrow")
MORE_LABEL = find_rule("more_label")
LAST_LABEL = find_rule("last_label")

WORD, RELATION, ARROW, MORE = range(4)  # how surely a link leads to the next page


def find_pager_links(page: ListPage) -> list[PagerLink]:
    """Return the ways on that a page shows, the surest first.

    The words for the next page come before numbers, and these before the options of a menu.
    Page 1 is none of them.
    """
    if not page.is_markup:
        return []
    scripts = read_scripts(page)
    elements = list(read_pager_elements(page, scripts))
    links = _find_next_links(elements)
    links += _find_head_links(page)
    scripted = find_scripted_next(page)
    if scripted and all(link.address != scripted for link in links):
        links.append(PagerLink(scripted, scripted))
    links += find_numbered_links(elements)
    links += find_menu_links(page, scripts)
    return links


def _find_next_links(elements: list[PagerElement]) -> list[PagerLink]:
    ranked = []
    for element in elements:
        rank = _rank_next(element)
        if rank is not None and not element.is_disabled:
            ranked.append((rank, element.build_link()))
    ranked.sort(key=_get_rank)
    return [link for _, link in ranked]


def _get_rank(ranked_link: tuple[int, PagerLink]) -> int:
    rank, _ = ranked_link
    return rank


def _rank_next(element: PagerElement) -> int | None:
    """Return how surely an element leads to the next page; None where it does not.

    Signs that are no words count only with an address, or in a pager: pictures that move have
    arrows too.
    """
    if is_next_label(element.label):
        return WORD
    if element.address is None:
        if _is_arrow(element) and element.is_in_pager and not element.is_in_slides:
            return _rank_arrow(element)
    else:
        rank = _rank_addressed(element)
        if rank is not None:
            return rank
    if MORE_LABEL.find(element.label):
        return MORE
    return None


def _is_arrow(element: PagerElement) -> bool:
    """Tell whether an element has an arrow in the place of words."""
    if element.label:
        return NEXT_ARROW.find(element.label) is not None
    return NEXT_CLASS.find(element.class_names) is not None


def _rank_addressed(element: PagerElement) -> int | None:
    if "next" in element.element.attrib.get("rel", "").split():
        return RELATION
    if _is_arrow(element):
        return _rank_arrow(element)
    return None


def _rank_arrow(element: PagerElement) -> int | None:
    """Return the rank of an arrow; None where a title says that it leads elsewhere."""
    title = element.element.attrib.get("title", "")
    if is_next_label(title):
        return WORD
    if LAST_LABEL.find(title):
        return None
    return ARROW


def _find_head_links(page: ListPage) -> list[PagerLink]:
    """Return what the head of the page names as the next page."""
    addresses = page.xpath("//link[@rel='next']/@href").getall()
    return [PagerLink("next", address.strip()) for address in addresses]
