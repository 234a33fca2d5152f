"""Pages of a list that are linked by number, side by side in one element.

Days of a calendar, places in a ranking and pictures that move are numbers too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice, pairwise
from typing import Any

from lxml.etree import iterwalk

from nianbao.spiders.paging.pager_elements import PagerElement, PagerLink
from nianbao.spiders.rules import find_rule

PAGE_LABEL = find_rule("page_label")
ROW_RANGE = re.compile(r"[\[(（]?(\d{1,4})[-–~～至](\d{1,4})[条條]?[\])）]?")
DIGITS = re.compile(r"\d+")
SHORTEST_CALENDAR = 20  # numbers side by side: the days of a month, no pager
LONGEST_CALENDAR = 31
MOST_AROUND = 3  # elements around a number in which others are looked for
MOST_PIECES = 200  # of the text of a group
MOST_NESTED = (
    2  # groups in one another of which a group has the numbers, besides its own
)
DATA_PREFIX = "data-"


@dataclass(slots=True)
class _Group:
    """Numbers in one element: those that can be clicked, and those that are only printed."""

    container: Any
    elements: dict[int, PagerElement] = field(default_factory=dict)
    printed: set[int] = field(default_factory=set)

    @property
    def numbers(self) -> set[int]:
        return self.printed | self.elements.keys()

    @property
    def is_calendar(self) -> bool:
        return SHORTEST_CALENDAR <= len(self.numbers) <= LONGEST_CALENDAR


def find_numbered_links(elements: Iterable[PagerElement]) -> list[PagerLink]:
    """Return the pages that are linked by number, from page 2 on."""
    links: dict[int, PagerLink] = {}
    for group in _group_numbers(elements):
        if group.is_calendar or not _is_pager(group):
            continue
        for number, element in group.elements.items():
            if number != 1:
                links.setdefault(number, element.build_link())
    return [links[number] for number in sorted(links)]


def read_page_number(label: str) -> int | None:
    """Return the page that a label stands for; None where it is no number of a page."""
    match = PAGE_LABEL.find(label)
    if match is not None:
        return int(match[1])
    rows = ROW_RANGE.fullmatch(label)
    return _number_rows(int(rows[1]), int(rows[2])) if rows else None


def _number_rows(first: int, last: int) -> int | None:
    """Return the page that holds some rows of the list: 21-40 is the second one."""
    size = last - first + 1
    if size < 2 or (first - 1) % size:
        return None
    return (first - 1) // size + 1


# --- groups ---------------------------------------------------------------------------------


def _group_numbers(elements: Iterable[PagerElement]) -> Iterator[_Group]:
    """Yield the numbers of a page by the smallest element that holds several of them."""
    numbered = []
    counts: Counter[Any] = Counter()
    for element in elements:
        number = read_page_number(element.label)
        if number is None or element.is_disabled:
            continue
        around = list(islice(element.element.root.iterancestors(), MOST_AROUND))
        counts.update(around)
        numbered.append((number, element, around))
    groups: dict[Any, _Group] = {}
    for number, element, around in numbered:
        container = _choose_container(around, counts)
        group = groups.setdefault(container, _Group(container))
        group.elements.setdefault(number, element)
    for group in groups.values():
        group.printed = _read_printed(group, groups)
        yield group


def _choose_container(around: list[Any], counts: Counter[Any]) -> Any:
    for element in around:
        if counts[element] > 1:
            return element
    return around[0] if around else None


def _read_printed(group: _Group, containers: Collection[Any]) -> set[int]:
    """Return the numbers that stand in a group and cannot be clicked."""
    if group.container is None:
        return set()
    numbers = []
    for piece in islice(_iterate_texts(group.container, containers), MOST_PIECES):
        for word in piece.split():
            number = read_page_number(word)
            if number is not None:
                numbers.append(number)
    return set(numbers) - group.elements.keys()


def _iterate_texts(container: Any, containers: Collection[Any]) -> Iterator[str]:
    """Yield the texts in a group, but not those of groups deep in it.

    So no text is read for more than a few groups, however many stand in one another.
    """
    depth = -1
    steps = iterwalk(container, events=("start", "end", "comment", "pi"))
    for event, element in steps:
        text = element.tail
        if event == "start":
            text = element.text
            depth += element in containers
            if depth > MOST_NESTED:
                steps.skip_subtree()
                continue
        elif event == "end":
            depth -= element in containers
            if element is container:
                continue
        if text:
            yield text


# --- which of them are pages ----------------------------------------------------------------


def _is_pager(group: _Group) -> bool:
    """Tell whether numbers are pages: their addresses count on, or they stand in a row."""
    addresses = {
        number: element.address
        for number, element in group.elements.items()
        if isinstance(element.address, str) and number != 1
    }
    if _count_on(addresses):
        return True
    return _stand_in_row(group)


def _count_on(addresses: dict[int, str]) -> bool:
    """Tell whether a number in the addresses goes up or down with the number of the page.

    It may be the page itself, from 0 or from 1, or the first of its rows.
    """
    if not addresses:
        return False
    numbers = list(addresses)
    digit_groups = [DIGITS.findall(address) for address in addresses.values()]
    for column in zip(*digit_groups, strict=False):
        if _is_line(numbers, list(map(int, column))):
            return True
    return False


def _is_line(numbers: list[int], digits: list[int]) -> bool:
    """Tell whether numbers in addresses are n, n - 1, count - n, or (n - 1) × size."""
    offsets = {number - digit for number, digit in zip(numbers, digits, strict=True)}
    if len(offsets) == 1 and offsets <= {0, 1}:
        return True
    if len(numbers) == 1:
        return False
    steps = set()
    for (number, digit), (next_number, next_digit) in pairwise(
        zip(numbers, digits, strict=True)
    ):
        steps.add((next_digit - digit) / (next_number - number))
    if len(steps) != 1:
        return False
    step = steps.pop()
    first = digits[0] - step * (numbers[0] - 1)
    return step == -1 or (step > 1 and first in (0, 1))


def _stand_in_row(group: _Group) -> bool:
    """Tell whether numbers follow one another and one of them is the page itself.

    Their addresses say nothing: tokens, and what a script does on a click.
    """
    elements = [element for number, element in group.elements.items() if number != 1]
    if not elements or not _follow_one_another(sorted(group.numbers)):
        return False
    if any(element.is_in_slides for element in elements):
        return False
    if any(element.address is None for element in elements):
        return all(map(_names_number, elements))
    is_one_apart = len(group.printed) == 1 and len(group.numbers) > 1
    return is_one_apart or all(element.is_in_pager for element in elements)


def _follow_one_another(numbers: list[int]) -> bool:
    """Tell whether numbers begin at 1 or 2 and go up by one; the last one may stand apart."""
    steps = {second - first for first, second in pairwise(numbers[:-1])}
    return numbers[0] <= 2 and steps <= {1}


def _names_number(element: PagerElement) -> bool:
    """Tell whether what a click runs or what a script reads of an element has its number."""
    attributes = element.element.attrib
    texts = [element.script, attributes.get("href", "")]
    texts += [
        value for name, value in attributes.items() if name.startswith(DATA_PREFIX)
    ]
    number = str(read_page_number(element.label))
    return any(number in DIGITS.findall(text) for text in texts)
