"""Plans of lists whose first page has no rows: what its script asks for when it is opened.

The same request leads on: a function of the script makes it with another number, or a button
counts on before it is made, or one of its own fields is the page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from nianbao.spiders.lists.page import NextPage
from nianbao.spiders.lists.script_addresses import PageScripts
from nianbao.spiders.paging.page_fields import are_successive, count_on
from nianbao.spiders.scripts.functions import ScriptFunction

MOST_FUNCTIONS = 40  # of a page that are looked at
FIRST_NUMBERS = (1, 0)  # what a first page is called


def find_startup_pages(scripts: PageScripts) -> Iterator[NextPage] | None:
    """Return the pages that a script asks for, the first one first; None where it asks for none."""
    environment = scripts.environment.copy()
    startup = scripts.script.startup
    first = scripts.follow(startup, environment)
    if first is None or not scripts.asks_service(startup, scripts.environment):
        return None
    functions = list(islice(scripts.script.functions, MOST_FUNCTIONS))
    for function in functions:
        open_page = _find_opener(scripts, function, first)
        if open_page is not None:
            return _count_pages(open_page)
    for function in functions:
        second = scripts.follow(function.body, environment.copy())
        if second is not None and are_successive(first, second):
            return _count_on(scripts, function, first)
    return count_on(first)


def _find_opener(
    scripts: PageScripts, function: ScriptFunction, first: NextPage
) -> Callable[[int], NextPage | None] | None:
    """Return what opens a page by its number; None where a function does something else."""
    if not function.name or not function.parameters:
        return None
    for first_number in FIRST_NUMBERS:
        if scripts.find_request(f"{function.name}({first_number})") != first:
            continue

        def open_page(number: int, offset: int = 1 - first_number) -> NextPage | None:
            return scripts.find_request(f"{function.name}({number - offset})")

        if open_page(2) not in (None, first):
            return open_page
    return None


def _count_pages(open_page: Callable[[int], NextPage | None]) -> Iterator[NextPage]:
    number = 1
    while (request := open_page(number)) is not None:
        yield request
        number += 1


def _count_on(
    scripts: PageScripts, function: ScriptFunction, first: NextPage
) -> Iterator[NextPage]:
    """Yield what is asked for each time that a function is called."""
    environment = scripts.environment.copy()
    scripts.follow(scripts.script.startup, environment)
    request: NextPage | None = first
    while request is not None:
        yield request
        request = scripts.follow(function.body, environment)
