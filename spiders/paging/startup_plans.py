"""Plans of lists whose first page has no rows: what its script asks for when it is opened.

The same request leads on: a function of the script makes it with another number, or a button
counts on before it is made, or one of its own fields is the page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from urllib.parse import urlsplit

from nianbao.spiders.lists.page import FormPost, NextPage
from nianbao.spiders.lists.query_strings import parse_query, replace_parameters
from nianbao.spiders.lists.script_addresses import PageScripts
from nianbao.spiders.rules import find_rule
from nianbao.spiders.scripts.functions import ScriptFunction

PAGE_FIELD = find_rule("page_field")
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
        if second is not None and _counts_on(first, second):
            return _count_on(scripts, function, first)
    return _count_field(first)


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


def _counts_on(first: NextPage, second: NextPage) -> bool:
    """Tell whether two requests are one but for the page, which goes up by one."""
    names = [
        name
        for name, value in _read_fields(first).items()
        if _read_fields(second).get(name) != value
    ]
    if len(names) != 1 or _find_endpoint(first) != _find_endpoint(second):
        return False
    before, after = (str(_read_fields(page).get(names[0])) for page in (first, second))
    is_number = before.isdecimal() and after.isdecimal()
    return is_number and int(after) > int(before)


def _count_field(first: NextPage) -> Iterator[NextPage]:
    """Yield a request with its page counted on; alone where no field of it is a page."""
    yield first
    for name, value in _read_fields(first).items():
        if not PAGE_FIELD.find(name) or str(value) not in ("0", "1"):
            continue
        number = int(str(value))
        while True:
            number += 1
            yield _set_field(first, name, number)


def _set_field(page: NextPage, name: str, number: int) -> NextPage:
    if isinstance(page, str):
        return replace_parameters(page, **{name: number})
    value = number if isinstance(page.fields[name], int) else str(number)
    return replace(page, fields={**page.fields, name: value})


def _read_fields(page: NextPage) -> dict[str, object]:
    if isinstance(page, FormPost):
        return dict(page.fields)
    return dict(parse_query(page))


def _find_endpoint(page: NextPage) -> str:
    url = page.url if isinstance(page, FormPost) else page
    return urlsplit(url)._replace(query="", fragment="").geturl()
