"""Plans of lists whose links put the rows of further pages into the page.

What comes has no pager of its own, so that the pages follow from what the first link asks for. A
function that takes the number of a page and asks for its rows may have no link at all: a plug-in
calls it as the page is scrolled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count, islice
from typing import NamedTuple

from nianbao.spiders.lists.page import ListPage, NextPage
from nianbao.spiders.lists.pagers import is_next_label
from nianbao.spiders.lists.script_addresses import PageScripts
from nianbao.spiders.paging.numbered_links import read_page_number
from nianbao.spiders.paging.page_fields import count_on
from nianbao.spiders.paging.pager_elements import (
    SERVICE_CALL,
    PagerElement,
    read_pager_elements,
)
from nianbao.spiders.rules import find_rule
from nianbao.spiders.scripts.functions import ScriptFunction
from nianbao.spiders.scripts.values import PageNumber

MORE_LABEL = find_rule("more_label")
PAGE_PARAMETER = find_rule("page_parameter")
MOST_FUNCTIONS = 40  # of a page that are looked at


class ServicePages(NamedTuple):
    """What a link of the first page asks for, and the pages behind."""

    label: str
    requests: Iterator[NextPage]


def find_linked_pages(page: ListPage, scripts: PageScripts) -> ServicePages | None:
    """Return what the links of a page ask a service for; None where they open pages."""
    if not SERVICE_CALL.search(scripts.text):
        return None
    elements = [
        element
        for element in read_pager_elements(page, scripts)
        if _is_way_on(element) and _asks_service(element, scripts)
    ]
    if not elements:
        return None
    first = elements[0]
    assert first.address is not None
    return ServicePages(first.label, count_on(first.address))


def _is_way_on(element: PagerElement) -> bool:
    if element.address is None or not element.script:
        return False
    if is_next_label(element.label) or MORE_LABEL.find(element.label):
        return True
    number = read_page_number(element.label)
    return number is not None and number > 1 and not element.is_in_slides


def _asks_service(element: PagerElement, scripts: PageScripts) -> bool:
    environment = scripts.build_environment(element.element)
    return scripts.asks_service(element.script, environment)


# --- functions that take a page -------------------------------------------------------------


def find_called_pages(
    scripts: PageScripts,
) -> Callable[[int], Iterator[NextPage]] | None:
    """Return what a function of the script asks for from a page on; None without such a one."""
    for function in islice(scripts.script.functions, MOST_FUNCTIONS):
        first_parameter = next(iter(function.parameters), "")
        if not PAGE_PARAMETER.find(first_parameter):
            continue
        if not SERVICE_CALL.search(function.body):
            continue
        second = _open(scripts, function, 2)
        third = _open(scripts, function, 3)
        if second is None or third is None or second == third:
            continue
        return _count_from(scripts, function)
    return None


def _count_from(
    scripts: PageScripts, function: ScriptFunction
) -> Callable[[int], Iterator[NextPage]]:
    def iterate(first_number: int) -> Iterator[NextPage]:
        for number in count(first_number):
            request = _open(scripts, function, number)
            if request is None:
                return
            yield request

    return iterate


def _open(
    scripts: PageScripts, function: ScriptFunction, number: int
) -> NextPage | None:
    environment = scripts.build_environment()
    environment.names.update(dict.fromkeys(function.parameters))
    environment.names[function.parameters[0]] = PageNumber(number)
    if not scripts.asks_service(function.body, environment):
        return None
    return scripts.follow(function.body, environment)
