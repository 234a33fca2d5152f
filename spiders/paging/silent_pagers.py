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
CALLED = re.compile(r"\b([A-Za-z_$][\w$]{0,40})\s?\(")
MOST_CALLS = 20  # of a function that are looked at


def find_silent_pager(page: ListPage, scripts: PageScripts) -> PagingPlan | None:
    """Return a plan without requests where a script draws a pager, or asks for more on scrolling.

    A pager whose script says that there is one page is none.
    """
    for listener in scripts.script.listeners:
        if listener.event == "scroll" and _asks_for_data(scripts, listener.body):
            return PagingPlan("scroll", (), is_counted=False)
    words = WRITTEN_LABEL.search(scripts.text)
    if words is None or read_scripted_pager(page) or PAGE_COUNT.find(scripts.text):
        return None
    written = read_written_markup(page)
    if written is not None and WRITTEN_LABEL.search(written.get()):
        return None
    if writes_nothing(page):
        return None
    return PagingPlan(words[0], (), is_counted=False)


def _asks_for_data(scripts: PageScripts, body: str) -> bool:
    """Tell whether a body, or a function that it calls, asks a service."""
    bodies = [body]
    for name in islice(CALLED.findall(body), MOST_CALLS):
        function = scripts.script.find_function(name)
        if function is not None:
            bodies.append(function.body)
    return any(SERVICE_CALL.search(called) for called in bodies)
