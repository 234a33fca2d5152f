"""The page that a request of a list asks for: one of its fields, counted on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from urllib.parse import urlsplit

from nianbao.spiders.lists.page import FormPost, NextPage
from nianbao.spiders.lists.query_strings import parse_query, replace_parameters
from nianbao.spiders.rules import find_rule

PAGE_FIELD = find_rule("page_field")


def count_on(request: NextPage) -> Iterator[NextPage]:
    """Yield a request and those for the pages behind; it alone where no field of it is a page."""
    yield request
    name = find_page_field(request)
    if name is None:
        return
    number = int(str(_read_fields(request)[name]))
    for further_number in count(number + 1):
        yield _set_field(request, name, further_number)


def find_page_field(request: NextPage) -> str | None:
    """Return the name of the field that is the number of a page; None where there is none."""
    for name, value in _read_fields(request).items():
        if PAGE_FIELD.find(name) and str(value).isdecimal():
            return name
    return None


def are_successive(first: NextPage, second: NextPage) -> bool:
    """Tell whether two requests are one but for a number, which goes up."""
    fields, other_fields = _read_fields(first), _read_fields(second)
    names = [name for name, value in fields.items() if other_fields.get(name) != value]
    if len(names) != 1 or _find_endpoint(first) != _find_endpoint(second):
        return False
    before, after = str(fields[names[0]]), str(other_fields.get(names[0]))
    is_number = before.isdecimal() and after.isdecimal()
    return is_number and int(after) > int(before)


def _set_field(request: NextPage, name: str, number: int) -> NextPage:
    if isinstance(request, str):
        return replace_parameters(request, **{name: number})
    value = number if isinstance(request.fields[name], int) else str(number)
    return replace(request, fields={**request.fields, name: value})


def _read_fields(request: NextPage) -> dict[str, object]:
    if isinstance(request, FormPost):
        return dict(request.fields)
    return dict(parse_query(request))


def _find_endpoint(request: NextPage) -> str:
    url = request.url if isinstance(request, FormPost) else request
    return urlsplit(url)._replace(query="", fragment="").geturl()
