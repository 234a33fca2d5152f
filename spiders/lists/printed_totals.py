"""What any list page prints of its length: rows and pages, in words and in variables.

A page may hold other lists, and texts that count something else. A total belongs to the rows
that stand in the smallest element around it which holds rows at all.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple

from nianbao.spiders.lists.block_texts import find_in_blocks
from nianbao.spiders.lists.page import ListPage
from nianbao.spiders.lists.pagers import read_scripted_pager
from nianbao.spiders.rules import LinkRule, find_rule
from nianbao.spiders.scripts.text import strip_comments

ROW_TOTAL = find_rule("row_total")
PAGE_TOTAL = find_rule("page_total")
PAGE_FRACTION = find_rule("page_fraction")
ROW_VARIABLE = find_rule("row_total_variable")
PAGE_VARIABLE = find_rule("page_total_variable")
ROW_TOTAL_KEY = find_rule("row_total_key")
PAGE_TOTAL_KEY = find_rule("page_total_key")
PAGER_WORD = find_rule("pager_word")
PAGER_CLASS = find_rule("pager_class")
OTHER_COUNT = find_rule("other_count")
ROW_TAGS = ("li", "tr", "dd", "p")
SHORTEST_TITLE = 5  # characters: shorter links are tools, such as 下载 and 查看
FIELDS = "//input[@value][@type='hidden' or @readonly or @disabled]"
COUNTING_ATTRIBUTES = """//*[@class or @id]
    [@*[contains(name(), 'total') or contains(name(), 'count') or contains(name(), 'pages')]]"""
# The element that a plug-in draws its pager in.
DRAWN_IN = re.compile(r"\b(?:elem|cont|container|id)['\"]?\s*:\s*['\"]#?([\w-]{1,60})")
LONGEST_TOTAL = 5  # digits
REACH = 24  # characters around a total in words that must speak of a pager too
MOST_OTHER_WORDS = 10  # characters of them that do not
MOST_PIECES = 20  # of the text of a link
SCRIPT_REACH = 300  # characters around a total in a script


class PrintedTotals(NamedTuple):
    """How long a list is as its page prints it; None where the page does not say."""

    rows: int | None
    pages: int | None


class _Total(NamedTuple):
    """A number that a page prints, and the element that it stands in."""

    element: Any
    is_of_pages: bool
    number: int


NO_TOTALS = PrintedTotals(None, None)


def read_printed_totals(
    page: ListPage, row_urls: Collection[str] = ()
) -> PrintedTotals:
    """Return the totals that a page prints of the list with some rows.

    `row_urls` are the addresses of the rows as the page prints them; without any, all totals
    count. Of several the largest one counts: too large a total makes a list look unread, too
    small a one would hide that it is.
    """
    if not page.is_markup:
        return _read_json_totals(page)
    totals = [
        *find_in_blocks(page.root, _find_in_block),
        *_find_in_scripts(page),
        *_find_in_fields(page),
        *_find_in_attributes(page),
    ]
    totals = _select_own(page, totals, row_urls)
    row_totals = [total.number for total in totals if not total.is_of_pages]
    page_totals = [total.number for total in totals if total.is_of_pages]
    pager = read_scripted_pager(page)
    if pager is not None:
        page_totals.append(pager.page_count)
        row_totals += [pager.row_count] if pager.row_count else []
    return PrintedTotals(
        rows=max(row_totals, default=None),
        pages=max(page_totals, default=None),
    )


# --- answers of services --------------------------------------------------------------------


def _read_json_totals(page: ListPage) -> PrintedTotals:
    """Return the totals in an answer in JSON, which stand outside of its rows."""
    rows: list[int] = []
    pages: list[int] = []
    waiting: list[Any] = [page.json_object]
    while waiting:
        part = waiting.pop()
        for name, value in part.items():
            if isinstance(value, dict):
                waiting.append(value)
            elif str(value).isdecimal() and len(str(value)) <= LONGEST_TOTAL:
                if ROW_TOTAL_KEY.find(name):
                    rows.append(int(value))
                elif PAGE_TOTAL_KEY.find(name):
                    pages.append(int(value))
    return PrintedTotals(max(rows, default=None), max(pages, default=None))


# --- words ----------------------------------------------------------------------------------


def _find_in_block(element: Any, text: str) -> list[_Total]:
    totals: list[_Total] = []
    for rule in (ROW_TOTAL, PAGE_TOTAL):
        for match in rule.pattern.finditer(text):
            if _is_in_pager(text, match):
                totals += _read_numbers(element, rule, match)
    for match in PAGE_FRACTION.pattern.finditer(text):
        if _is_fraction(element, text, match):
            totals.append(_Total(element, True, int(match[1])))
    return totals


def _is_in_pager(text: str, match: re.Match[str]) -> bool:
    """Tell whether the words around a total are those of a pager, and of nothing else."""
    before = text[max(0, match.start() - REACH) : match.start()]
    behind = text[match.end() : match.end() + REACH]
    if OTHER_COUNT.find(before) or OTHER_COUNT.find(behind):
        return False
    words = PAGER_WORD.pattern.sub("", f"{before} {behind}")
    return len(words) <= MOST_OTHER_WORDS


def _is_fraction(element: Any, text: str, match: re.Match[str]) -> bool:
    """Tell whether `1/2` is a page of pages, and no date and no score."""
    if not _is_in_pager(text, match):
        return False
    if any(word in text for word in ("页", "頁", "当前")):
        return True
    names = f"{element.get('class', '')} {element.get('id', '')}"
    return PAGER_CLASS.find(names) is not None


# --- scripts and fields ---------------------------------------------------------------------


def _find_in_scripts(page: ListPage) -> Iterator[_Total]:
    if not (
        ROW_VARIABLE.find(page.script.text) or PAGE_VARIABLE.find(page.script.text)
    ):
        return
    for element in page.read_script_elements():
        text = strip_comments(element.text or "")
        for rule in (ROW_VARIABLE, PAGE_VARIABLE):
            for match in rule.pattern.finditer(text):
                place = _find_drawn_element(page, text, match)
                if place is None:
                    place = element
                yield from _read_numbers(place, rule, match)


def _find_drawn_element(page: ListPage, text: str, match: re.Match[str]) -> Any:
    """Return the element that the pager with a total is drawn in, where the script names it."""
    around = text[max(0, match.start() - SCRIPT_REACH) : match.end() + SCRIPT_REACH]
    middle = min(match.start(), SCRIPT_REACH)
    named = sorted(
        DRAWN_IN.finditer(around), key=lambda name: abs(name.start() - middle)
    )
    for name in named[:1]:
        for element in page.xpath(f"//*[@id='{name[1]}']")[:1]:
            return element.root
    return None


def _find_in_fields(page: ListPage) -> Iterator[_Total]:
    """Yield the totals in hidden fields, which are read as variables."""
    for field in page.xpath(FIELDS):
        name = field.attrib.get("id") or field.attrib.get("name", "")
        text = f"{name}={field.attrib['value']}"
        for rule in (ROW_VARIABLE, PAGE_VARIABLE):
            for match in rule.pattern.finditer(text):
                yield from _read_numbers(field.root, rule, match)


def _find_in_attributes(page: ListPage) -> Iterator[_Total]:
    """Yield the totals in attributes of a pager, which a script draws."""
    for element in page.xpath(COUNTING_ATTRIBUTES):
        attributes = element.attrib
        if not PAGER_CLASS.find(f"{attributes.get('class')} {attributes.get('id')}"):
            continue
        for name, value in attributes.items():
            if not value.isdecimal() or len(value) > LONGEST_TOTAL:
                continue
            key = name.removeprefix("data-").replace("-", "_")
            if ROW_TOTAL_KEY.find(key):
                yield _Total(element.root, False, int(value))
            elif PAGE_TOTAL_KEY.find(key):
                yield _Total(element.root, True, int(value))


def _read_numbers(
    element: Any, rule: LinkRule, match: re.Match[str]
) -> Iterator[_Total]:
    is_of_pages = rule in (PAGE_TOTAL, PAGE_VARIABLE)
    for number in match.groups():
        if number:
            yield _Total(element, is_of_pages, int(number))


# --- whose total it is ----------------------------------------------------------------------


def _select_own(
    page: ListPage, totals: list[_Total], row_urls: Collection[str]
) -> list[_Total]:
    """Return the totals that belong to the rows of the list, and not to other rows."""
    if not totals or not row_urls:
        return totals
    own_links = []
    other_links = []
    urls = set(row_urls)
    for anchor in page.root.iter("a"):
        address = anchor.get("href", "").strip()
        if address in urls:
            own_links.append(anchor)
        elif address and _is_row_link(anchor):
            other_links.append(anchor)
    own_places = _collect_ancestors(own_links)
    if not own_places:
        return totals
    other_places = _collect_ancestors(other_links)
    return [
        total for total in totals if _is_own(total.element, own_places, other_places)
    ]


def _is_row_link(anchor: Any) -> bool:
    text = "".join(islice(anchor.itertext(), MOST_PIECES))
    if len(text.strip()) < SHORTEST_TITLE:
        return False
    return next(anchor.iterancestors(*ROW_TAGS), None) is not None


def _collect_ancestors(links: Iterable[Any]) -> set[Any]:
    ancestors: set[Any] = set()
    for link in links:
        for element in link.iterancestors():
            if element in ancestors:
                break
            ancestors.add(element)
    return ancestors


def _is_own(element: Any, own_places: set[Any], other_places: set[Any]) -> bool:
    """Tell whether the smallest element around a total that holds rows holds those of the list."""
    while element is not None:
        if element in own_places:
            return True
        if element in other_places:
            return False
        element = element.getparent()
    return True
