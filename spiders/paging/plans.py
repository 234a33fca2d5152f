"""Plans of pages: what a script of the first page asks for, page after page.

A plug-in is given a function that opens a page by its number; a button adds one to a counter and
asks a service for more. What comes then may show no pager at all, so that all pages are planned
at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from nianbao.spiders.lists.page import ListPage, NextPage, read_address
from nianbao.spiders.lists.pagination import PagingPlan
from nianbao.spiders.lists.script_addresses import (
    NUMBER_CALL,
    PageScripts,
    read_scripts,
)
from nianbao.spiders.paging.pager_calls import PagerCall, find_pager_calls
from nianbao.spiders.paging.service_plans import (
    find_called_pages,
    find_linked_pages,
)
from nianbao.spiders.paging.silent_pagers import find_silent_pager
from nianbao.spiders.paging.startup_plans import find_startup_pages
from nianbao.spiders.rules import find_rule
from nianbao.spiders.scripts.functions import ScriptFunction
from nianbao.spiders.scripts.values import Environment, PageNumber

COUNTED = find_rule("counted_request")
CALLS = "//@onclick | //a[starts-with(@href, 'javascript:')]/@href"
MORE_PAGES = 300  # planned where nobody says how many there are
MOST_COUNTERS = 20  # functions of a page that are looked at
# Parameters of a plug-in's function that are no page, and what they are on a click.
OTHER_PARAMETERS: dict[str, Any] = {
    "first": False,
    "isFirst": False,
    "init": False,
    "type": None,
    "e": None,
    "event": None,
    "ev": None,
    "originalEvent": None,
    "jq": None,
    "container": None,
    "pageSize": None,
    "size": None,
    "limit": None,
}


def find_plan(
    page: ListPage, *, page_count: int | None, has_rows: bool, row_count: int = 0
) -> PagingPlan | None:
    """Return the plan of a list's first page; None where its scripts show no pager.

    `page_count` is what the page prints, `row_count` how many rows of any kind it has. Without
    rows the page itself is asked for too.
    A plan without requests is a pager that cannot be followed.
    """
    if not page.is_markup:
        return None
    scripts = read_scripts(page)
    unread = None
    for call in find_pager_calls(page):
        plan = _plan_call(scripts, call, page_count, has_rows=has_rows)
        if plan is None:
            continue
        if plan.requests:
            return plan
        unread = unread or plan
    plan = _plan_numbered_calls(scripts, page_count, has_rows=has_rows)
    if plan is None and not has_rows:
        plan = _plan_startup(scripts, page_count)
    if plan is None:
        plan = _plan_counter(scripts, page_count)
    if plan is None:
        plan = _plan_service(scripts, page_count, has_rows=has_rows)
    return plan or unread or find_silent_pager(page, scripts, row_count)


# --- plug-ins that are given a function -----------------------------------------------------


def _plan_call(
    scripts: PageScripts, call: PagerCall, page_count: int | None, *, has_rows: bool
) -> PagingPlan | None:
    """Return the plan of a pager's call; None where it has one page, or is no pager."""
    count = call.page_count or page_count
    if count is not None and count <= call.current_page:
        return None
    first = call.current_page + 1 if has_rows else call.current_page
    for opener in call.openers:
        numbers = _PageOpener(scripts, call, opener)
        if not numbers.is_plain or (count is None and not numbers.asks_service):
            continue
        last = count or MORE_PAGES
        requests = _resolve(scripts.page, map(numbers.open, range(first, last + 1)))
        plan = PagingPlan(call.name, requests, is_counted=call.is_exact)
        return plan._replace(total=call.unsure_total)
    if call.openers or call.page_count:
        return PagingPlan(call.name, (), is_counted=call.is_exact)
    return None


class _PageOpener:
    """A function that a plug-in calls with the number of a page."""

    def __init__(
        self, scripts: PageScripts, call: PagerCall, function: ScriptFunction
    ) -> None:
        self._scripts = scripts
        self._call = call
        self._function = function

    @property
    def is_plain(self) -> bool:
        """Whether the function asks for another page with another number."""
        second, third = self.open(2), self.open(3)
        return second is not None and third is not None and second != third

    @property
    def asks_service(self) -> bool:
        """Whether the function puts the rows of other pages into the page."""
        environment = self._build_environment(2)
        return self._scripts.asks_service(self._function.body, environment)

    def open(self, number: int) -> NextPage | None:
        """Return what the function asks for; pages are counted from 1 here."""
        environment = self._build_environment(number)
        return self._scripts.follow(self._function.body, environment)

    def _build_environment(self, number: int) -> Environment:
        environment = self._scripts.environment.copy()
        names = environment.names
        names["this"] = self._call.options
        page_number = PageNumber(number - self._call.offset, self._call.page_size)
        parameters = self._function.parameters
        other_names = OTHER_PARAMETERS.keys() & set(parameters)
        if len(other_names) == len(parameters):  # jump: function (e, first)
            other_names -= set(parameters[:1])
        for parameter in parameters:
            names[parameter] = page_number
            if parameter in other_names:
                names[parameter] = OTHER_PARAMETERS[parameter]
        return environment


# --- functions that are called with a number ------------------------------------------------


def _plan_numbered_calls(
    scripts: PageScripts, page_count: int | None, *, has_rows: bool
) -> PagingPlan | None:
    """Return the plan of a function that the page's links call: `gotoPage(2)`.

    Pages that it opens have links of their own; rows that it puts into the page have none.
    """
    for name in _find_called_names(scripts.page):
        call = f"{name}(2)"
        second = scripts.find_request(call)
        third = scripts.find_request(f"{name}(3)")
        is_plain = second is not None and third is not None and second != third
        if not is_plain or not scripts.asks_service(call, scripts.environment):
            continue
        first = 2 if has_rows else 1
        numbers = range(first, (page_count or MORE_PAGES) + 1)
        requests = _resolve(
            scripts.page,
            (scripts.find_request(f"{name}({number})") for number in numbers),
        )
        return PagingPlan(name, requests, is_counted=page_count is not None)
    return None


def _find_called_names(page: ListPage) -> list[str]:
    """Return the functions that links of a page call with a number, each once."""
    names: dict[str, None] = {}
    for script in page.xpath(CALLS).getall():
        named = NUMBER_CALL.search(script)
        if named:
            names.setdefault(named[1])
    return list(names)[:MOST_COUNTERS]


# --- lists that a script draws ---------------------------------------------------------------


def _plan_startup(scripts: PageScripts, page_count: int | None) -> PagingPlan | None:
    """Return the plan of a list whose rows a script asks for when the page is opened."""
    pages = find_startup_pages(scripts)
    if pages is None:
        return None
    requests = _resolve(scripts.page, islice(pages, page_count or MORE_PAGES))
    return PagingPlan("script", requests, is_counted=page_count is not None)


# --- services -------------------------------------------------------------------------------


def _plan_service(
    scripts: PageScripts, page_count: int | None, *, has_rows: bool
) -> PagingPlan | None:
    """Return the plan of links and functions that put further rows into the page."""
    linked = find_linked_pages(scripts.page, scripts)
    if linked is not None:
        count = (page_count or MORE_PAGES) - 1
        requests = _resolve(scripts.page, islice(linked.requests, count))
        if len(requests) < min(count, 2):  # the next page is known, and no other
            requests = ()
        return PagingPlan(linked.label, requests, is_counted=page_count is not None)
    called = find_called_pages(scripts)
    if called is None:
        return None
    first = 2 if has_rows else 1
    requests = _resolve(scripts.page, islice(called(first), page_count or MORE_PAGES))
    return PagingPlan("script", requests, is_counted=False)


# --- counters -------------------------------------------------------------------------------


def _plan_counter(scripts: PageScripts, page_count: int | None) -> PagingPlan | None:
    """Return the plan of a function that asks for more each time it is called."""
    functions = filter(_has_counter, scripts.script.functions)
    for function in islice(functions, MOST_COUNTERS):
        environment = scripts.environment.copy()
        environment.names.update(dict.fromkeys(function.parameters))
        first = scripts.follow(function.body, environment)
        second = scripts.follow(function.body, environment)
        if first is None or second is None or first == second:
            continue
        further = _repeat(scripts, function, environment)
        last = page_count or MORE_PAGES
        requests = _resolve(scripts.page, [first, second, *islice(further, last - 2)])
        label = function.name or "more"
        return PagingPlan(label, requests, is_counted=False)
    return None


def _has_counter(function: ScriptFunction) -> bool:
    return COUNTED.find(function.body) is not None


def _repeat(
    scripts: PageScripts, function: ScriptFunction, environment: Environment
) -> Iterator[NextPage]:
    while True:
        request = scripts.follow(function.body, environment)
        if request is None:
            return
        yield request


def _resolve(page: ListPage, requests: Any) -> tuple[NextPage, ...]:
    """Return requests with their addresses made absolute, each once; those without one left out."""
    resolved: dict[str, NextPage] = {}
    for request in requests:
        if request is None:
            continue
        absolute = page.resolve_next(request)
        resolved.setdefault(read_address(absolute), absolute)
    return tuple(resolved.values())
