"""What the column's page gives for the requests of a declared list."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape

from nianbao.spiders.declarations.model import (
    ListDeclaration,
    ValueSource,
)
from nianbao.spiders.lists.forms import read_page_fields
from nianbao.spiders.lists.page import ListPage
from nianbao.spiders.lists.query_strings import parse_query

PAIR = re.compile(r"['\"](\w{1,60})['\"]\s*:\s*['\"]([^'\"]*)['\"]")
MOST_LISTS = 20  # of one page


def find_values(
    declaration: ListDeclaration,
    page: ListPage,
    options: Mapping[str, str],
) -> dict[str, str] | None:
    """Return the values that requests need; None where the page lacks one of them.

    What the site file says under `options` stands before what the page says.
    """
    values = {}
    for name, sources in declaration.values.items():
        value = options.get(name)
        if value is None:
            value = _find_value(sources, page)
        if value is None:
            return None
        values[name] = value
    return values


def find_units(
    declaration: ListDeclaration,
    page: ListPage,
) -> list[dict[str, str]]:
    """Return the parameters of each list of a page; one without any where it has no units."""
    if declaration.each is None:
        return [{}]
    units = []
    for match in declaration.each.finditer(page.text):
        pairs = PAIR.findall(unescape(match[match.lastindex or 1]))
        units.append(dict(pairs))
        if len(units) == MOST_LISTS:
            break
    return units


def _find_value(
    sources: tuple[ValueSource, ...],
    page: ListPage,
) -> str | None:
    for source in sources:
        value = _read_source(source, page)
        if value is not None:
            return value
    return next(
        (source.default for source in sources if source.default is not None), None
    )


def _read_source(
    source: ValueSource,
    page: ListPage,
) -> str | None:
    if source.parameter is not None:
        return parse_query(page.url).get(source.parameter)
    if source.field is not None:
        return read_page_fields(page).get(source.field)
    places = (
        (source.address, page.url),
        (source.script, page.script.text),
        (source.text, page.text),
    )
    for pattern, text in places:
        match = pattern.search(text) if pattern else None
        if match:
            return match[match.lastindex or 1]
    return None
