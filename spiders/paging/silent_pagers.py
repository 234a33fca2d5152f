"""Pagers that are seen and not understood: a script draws one, or asks for more on scrolling."""

from __future__ import annotations

import re
from itertools import islice

from nianbao.spiders.lists.page import ListPage
from nianbao.spiders.lists.pagers import (
    WRITTEN_LABEL,
    read_scripted_pager,
    read_written_markup,
    writes_nothing,
)
from nianbao.spiders.lists.pagination import PagingPlan
from nianbao.spiders.lists.script_addresses import PageScripts
from nianbao.spiders.paging.pager_elements import SERVICE_CALL
from nianbao.spiders.rules import find_rule

PAGE_COUNT = find_rule("pager_page_count")
PAGER_PLACE = find_rule("pager_place")
# <el-pagination>, <my-pager>: a script fills them
COMPONENTS = "//*[contains(name(), '-pag') or contains(name(), 'pagination')]"
FRAMES = "//*[self::iframe or self::frame][@src]"
EMPTY_ELEMENTS = (
    "//*[self::div or self::ul or self::p or self::span][@class or @id][not(node())]"
)
FULL_PAGE = 10  # rows
CALLED = re.compile(r"\b([A-Za-z_$][\w$]{0,40})\s?\(")
MOST_CALLS = 20  # of a function that are looked at


def find_silent_pager(
    page: ListPage, scripts: PageScripts, row_count: int
) -> PagingPlan | None:
    """Return a plan without requests where a script draws a pager, or asks for more on scrolling.

    A pager whose script says that there is one page is none.
    """
    for listener in scripts.script.listeners:
        if listener.event == "scroll" and _asks_for_data(scripts, listener.body):
            return PagingPlan("scroll", (), is_counted=False)
    if _draws_words(page, scripts):
        return PagingPlan("下一页", (), is_counted=False)
    place = _find_place(page, is_full=row_count >= FULL_PAGE)
    return PagingPlan(place, (), is_counted=False) if place else None


def _draws_words(page: ListPage, scripts: PageScripts) -> bool:
    """Tell whether a script holds the words for the next page, and may write them."""
    if not WRITTEN_LABEL.search(scripts.text):
        return False
    if read_scripted_pager(page) or PAGE_COUNT.find(scripts.text):
        return False
    written = read_written_markup(page)
    if written is not None and WRITTEN_LABEL.search(written.get()):
        return False
    return not writes_nothing(page)


def _find_place(page: ListPage, *, is_full: bool) -> str | None:
    """Return the name of a place for a pager: a component, a frame, an empty element.

    An empty element may stay empty: it counts beside as many rows as a page often has.
    """
    for component in page.xpath(COMPONENTS):
        return str(component.root.tag)
    for frame in page.xpath(FRAMES):
        names = " ".join(frame.attrib.get(name, "") for name in ("src", "id", "name"))
        if PAGER_PLACE.find(names):
            return "iframe"
    for element in page.xpath(EMPTY_ELEMENTS) if is_full else ():
        names = f"{element.attrib.get('class', '')} {element.attrib.get('id', '')}"
        if PAGER_PLACE.find(names):
            return names.strip()
    return None


def _asks_for_data(scripts: PageScripts, body: str) -> bool:
    """Tell whether a body, or a function that it calls, asks a service."""
    bodies = [body]
    for name in islice(CALLED.findall(body), MOST_CALLS):
        function = scripts.script.find_function(name)
        if function is not None:
            bodies.append(function.body)
    return any(SERVICE_CALL.search(called) for called in bodies)
