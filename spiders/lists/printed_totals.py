"""What any list page prints of its length: rows and pages, in words and in variables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from nianbao.spiders.lists.page import ListPage
from nianbao.spiders.lists.pagers import read_scripted_pager
from nianbao.spiders.lists.script_addresses import read_scripts
from nianbao.spiders.rules import LinkRule, find_rule

ROW_TOTAL = find_rule("row_total")
PAGE_TOTAL = find_rule("page_total")
ROW_VARIABLE = find_rule("row_total_variable")
PAGE_VARIABLE = find_rule("page_total_variable")
HIDDEN_TAGS = "self::script or self::style or self::title"
TEXTS = f"//body//text()[not(parent::*[{HIDDEN_TAGS}])]"
FIELDS = "//input[@value][@type='hidden' or @readonly or @disabled]"


class PrintedTotals(NamedTuple):
    """How long a list is as its page prints it; None where the page does not say."""

    rows: int | None
    pages: int | None


NO_TOTALS = PrintedTotals(None, None)


def read_printed_totals(page: ListPage) -> PrintedTotals:
    """Return the totals that a page prints; the largest one where it prints several.

    A page may hold other lists. Too large a total makes a list look unread, too small a one
    would hide that it is.
    """
    if not page.is_markup:
        return NO_TOTALS
    words = "".join("".join(page.xpath(TEXTS).getall()).split())
    variables = _read_variables(page)
    row_totals = [
        *_find_numbers(ROW_TOTAL, words),
        *_find_numbers(ROW_VARIABLE, variables),
    ]
    page_totals = [
        *_find_numbers(PAGE_TOTAL, words),
        *_find_numbers(PAGE_VARIABLE, variables),
    ]
    pager = read_scripted_pager(variables)
    if pager is not None:
        page_totals.append(pager.page_count)
    return PrintedTotals(
        rows=max(row_totals, default=None),
        pages=max(page_totals, default=None),
    )


def _read_variables(page: ListPage) -> str:
    """Return the scripts of a page, and its hidden fields written as variables."""
    lines = [read_scripts(page).text]
    for element in page.xpath(FIELDS):
        attributes = element.attrib
        name = attributes.get("id") or attributes.get("name", "")
        lines.append(f"{name}={attributes['value']}")
    return "\n".join(lines)


def _find_numbers(rule: LinkRule, text: str) -> Iterator[int]:
    for match in re.finditer(rule.pattern, text):
        yield from (int(number) for number in match.groups() if number)
