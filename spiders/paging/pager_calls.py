"""Calls of plug-ins that draw a pager: how many pages they are told of, and what opens one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from nianbao.spiders.lists.page import ListPage
from nianbao.spiders.rules import find_rule
from nianbao.spiders.scripts.expressions import evaluate
from nianbao.spiders.scripts.functions import (
    Script,
    ScriptFunction,
    read_arguments,
)
from nianbao.spiders.scripts.values import Environment

PAGER_CALL = find_rule("pager_call")
PAGER_OBJECT = find_rule("pager_object")
OPTION = re.compile(
    r"(?<![\w$.])['\"]?(?P<name>[A-Za-z_$][\w$]{0,30})['\"]?\s{0,9}:\s*(?!:)"
)
# callback: pageselectCallback
NAMED_OPENER = re.compile(r":\s{0,9}([A-Za-z_$][\w$]{0,60})\s{0,9}(?=[,})])")
LINK_PLACE = re.compile(r"\{\{?\s?(?:number|page|pageNo|p|n)\s?\}?\}|__id__")
LONGEST_OPTIONS = 4_000  # characters
MOST_CALLS = 8
# Names of options, in lower case.
PAGE_COUNTS = (
    "pages",
    "totalpage",
    "totalpages",
    "pagecount",
    "pagetotal",
    "countpage",
    "pagenum",
)
ROW_COUNTS = (
    "count",
    "totaldata",
    "datatotal",
    "totalcount",
    "totalcounts",
    "totalrecords",
    "totalrecord",
    "recordcount",
    "totalsize",
    "totalnumber",
    "totalnum",
    "maxentries",
)
PAGE_SIZES = (
    "limit",
    "pagesize",
    "showdata",
    "items_per_page",
    "pageamount",
    "perpage",
    "prepage",
    "size",
)
CURRENT_PAGES = (
    "curr",
    "current",
    "currentpage",
    "pno",
    "pageno",
    "curpage",
    "cur",
    "pageindex",
    "nowpage",
    "page",
)


@dataclass(frozen=True, slots=True)
class PagerCall:
    """A call that draws a pager.

    `page_count` may be too large (see `is_exact`). `offset` is 1 where the plug-in counts pages
    from 0. `openers` are the functions that it is given, and the templates of addresses.
    """

    name: str
    options: dict[str, Any]
    openers: tuple[ScriptFunction, ...]
    page_count: int | None
    page_size: int | None
    current_page: int
    offset: int

    @property
    def is_exact(self) -> bool:
        """Whether the number of pages is that, and no number of rows."""
        return self.page_count is not None and (
            "total" not in self.options or self.page_count != self.options["total"]
        )

    @property
    def unsure_total(self) -> int | None:
        """A number that is that of the rows, or else of the pages; None without one."""
        return None if self.is_exact else self.page_count


def find_pager_calls(page: ListPage) -> Iterator[PagerCall]:
    """Yield the calls of a page's scripts that draw a pager with options."""
    script = page.script
    count = 0
    for match in PAGER_CALL.pattern.finditer(script.text):
        opening = match.end() - 1
        closing = script.closings.get(opening)
        if closing is None or "{" not in script.text[opening:closing]:
            continue
        count += 1
        if count > MOST_CALLS:
            return
        name = match[0].strip(" .(")
        yield _read_call(script, name, opening, closing)
    for match in islice(PAGER_OBJECT.pattern.finditer(script.text), MOST_CALLS):
        opening = match.end() - 1
        closing = script.closings.get(opening, opening)
        call = _read_call(script, match["name"], opening, closing)
        if call.page_count and (call.openers or call.page_size):
            yield call


def _read_call(script: Script, name: str, opening: int, closing: int) -> PagerCall:
    end = min(closing, opening + LONGEST_OPTIONS)
    options = _read_options(script.text[opening:end], script.environment)
    numbers = {
        key.lower(): value for key, value in options.items() if _is_number(value)
    }
    arguments = read_arguments(script, opening)
    offset = int(bool(arguments) and _is_number(arguments[0]))
    if offset:  # $("#p").pagination(rows, {callback, items_per_page}): pages from 0
        numbers["count"] = arguments[0]
        numbers.setdefault("items_per_page", 10)
    current = _find_first(numbers, CURRENT_PAGES)
    if current is None:
        current = 1 - offset
    return PagerCall(
        name=name,
        options=options,
        openers=tuple(_find_openers(script, options, opening, end)),
        page_count=_find_page_count(numbers),
        page_size=_find_first(numbers, PAGE_SIZES),
        current_page=max(current + offset, 1),
        offset=offset,
    )


def _find_page_count(numbers: dict[str, int]) -> int | None:
    """Return the number of pages, said or worked out.

    `total` alone may be rows or pages; too many pages are no harm, too few would be.
    """
    page_count = _find_first(numbers, PAGE_COUNTS)
    if page_count is not None:
        return page_count
    row_count = _find_first(numbers, ROW_COUNTS)
    page_size = _find_first(numbers, PAGE_SIZES)
    if row_count is not None and page_size:
        return -(-row_count // page_size)
    return numbers.get("total")


def _find_openers(
    script: Script, options: dict[str, Any], opening: int, end: int
) -> Iterator[ScriptFunction]:
    for function in script.functions:
        if opening < function.start < end:
            yield function
    for name, value in options.items():
        if isinstance(value, str) and LINK_PLACE.search(value):
            template = LINK_PLACE.sub("${n}", value)
            yield ScriptFunction(name, ("n",), f"return `{template}`", opening)
    for match in NAMED_OPENER.finditer(script.text, opening, end):
        opener = script.find_function(match[1])
        if opener is not None:
            yield opener


def _read_options(text: str, environment: Environment) -> dict[str, Any]:
    """Return the options of a call whose values are plain, those of inner objects too."""
    options: dict[str, Any] = {}
    for match in OPTION.finditer(text):
        value, _ = evaluate(text, match.end(), environment)
        if value is not None:
            options.setdefault(match["name"], value)
    return options


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _find_first(numbers: dict[str, int], names: tuple[str, ...]) -> int | None:
    for name in names:
        if name in numbers:
            return numbers[name]
    return None
