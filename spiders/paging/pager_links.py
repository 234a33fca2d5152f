"""The general pager: links, buttons and menus that lead to further pages of any list.

It needs no platform. Each way on that a page shows is a `PagerLink`; one without an address is
seen and cannot be followed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from parsel import Selector

from nianbao.spiders.lists.forms import find_post_back
from nianbao.spiders.lists.page import ListPage, NextPage
from nianbao.spiders.lists.page_text import read_text
from nianbao.spiders.lists.pagers import find_scripted_next, is_next_label
from nianbao.spiders.lists.script_addresses import PageScripts, read_scripts
from nianbao.spiders.rules import find_rule

NEXT_ARROW = find_rule("next_arrow")
MORE_LABEL = find_rule("more_label")
LAST_LABEL = find_rule("last_label")
PAGE_LABEL = find_rule("page_label")
NEXT_CLASS = find_rule("next_class")
DISABLED_CLASS = find_rule("disabled_class")
PAGER_CLASS = find_rule("pager_class")
DATE_MENU = find_rule("date_menu")
SCRIPTED_ADDRESS = find_rule("scripted_address")
# One step and a condition, see `LINKS_IN_ROWS`.
PAGER_ELEMENTS = (
    "//*[self::a or self::button or self::input[@type='button'] or @onclick]"
)
ADDRESS_ATTRIBUTES = ("href", "data-href", "data-url", "data-link")
LABEL_ATTRIBUTES = ("title", "aria-label", "value", "alt")
NO_ADDRESS = ("javascript:", "#")
DIGITS = re.compile(r"\d+")
LONGEST_LABEL = 20  # characters
SHORTEST_CALENDAR = 20  # numbers side by side: the days of a month, no pager
LONGEST_CALENDAR = 31

WORD, RELATION, ARROW, MORE = range(4)  # how surely a link leads to the next page


@dataclass(frozen=True, slots=True)
class PagerLink:
    """A way to another page of a list; `address` is None where it cannot be followed."""

    label: str
    address: NextPage | None


def find_pager_links(page: ListPage) -> list[PagerLink]:
    """Return the ways on that a page shows, the surest first.

    The words for the next page come before numbers, and these before the options of a menu.
    Page 1 is none of them.
    """
    if not page.is_markup:
        return []
    scripts = read_scripts(page)
    elements = list(_read_elements(page, scripts))
    links = _find_next_links(elements)
    links += _find_head_links(page)
    scripted = find_scripted_next(page)
    if scripted:
        links.append(PagerLink(scripted, scripted))
    links += _find_numbered_links(elements)
    links += _find_menu_links(page, scripts)
    return links


@dataclass(frozen=True, slots=True)
class _Element:
    """What can be clicked on a page."""

    element: Selector
    label: str
    address: NextPage | None
    script: str  # what a click runs

    @property
    def class_names(self) -> str:
        return self.element.attrib.get("class", "")

    @property
    def is_disabled(self) -> bool:
        if "disabled" in self.element.attrib:
            return True
        return DISABLED_CLASS.find(self.class_names) is not None

    @property
    def is_in_pager(self) -> bool:
        """Whether an element around it is named after a pager."""
        for depth, around in enumerate(self.element.root.iterancestors()):
            names = f"{around.get('class', '')} {around.get('id', '')}"
            if PAGER_CLASS.find(names):
                return True
            if depth == 2:
                return False
        return False


def _read_elements(page: ListPage, scripts: PageScripts) -> Iterator[_Element]:
    for element in page.xpath(PAGER_ELEMENTS):
        label = _read_label(element)
        attributes = element.attrib
        has_next_class = NEXT_CLASS.find(attributes.get("class", ""))
        if len(label) > LONGEST_LABEL or not (label or has_next_class):
            continue
        script = _read_script(element) or scripts.find_clicked(element)
        address = _read_address(element, script, page, scripts)
        yield _Element(element, label, address, script)


def _read_label(element: Selector) -> str:
    """Return the words of an element, else those of its attributes or of its picture."""
    label = "".join(read_text(element, separator="").split())
    if label:
        return label
    for name in LABEL_ATTRIBUTES:
        label = "".join(element.attrib.get(name, "").split())
        if label:
            return label
    picture = element.xpath("./img/@alt | ./img/@title").get() or ""
    return "".join(picture.split())


def _read_script(element: Selector) -> str:
    attributes = element.attrib
    script = attributes.get("onclick", "")
    href = attributes.get("href", "").strip()
    if href.lower().startswith("javascript:"):
        script = f"{href} {script}"
    return script


def _read_address(
    element: Selector, script: str, page: ListPage, scripts: PageScripts
) -> NextPage | None:
    for name in ADDRESS_ATTRIBUTES:
        address = element.attrib.get(name, "").strip()
        if address and not address.lower().startswith(NO_ADDRESS):
            return address
    if not script:
        return None
    return find_post_back(page, script) or scripts.find_request(script)


# --- the words for the next page ------------------------------------------------------------


def _find_next_links(elements: list[_Element]) -> list[PagerLink]:
    ranked = []
    for element in elements:
        rank = _rank_next(element)
        if rank is not None and not element.is_disabled:
            link = PagerLink(element.label, element.address)
            ranked.append((rank, link))
    ranked.sort(key=_get_rank)
    return [link for _, link in ranked]


def _get_rank(ranked_link: tuple[int, PagerLink]) -> int:
    rank, _ = ranked_link
    return rank


def _rank_next(element: _Element) -> int | None:
    """Return how surely an element leads to the next page; None where it does not.

    Signs that are no words count only with an address, or in a pager: pictures that move have
    arrows too.
    """
    if is_next_label(element.label):
        return WORD
    if element.address is None:
        if NEXT_ARROW.find(element.label) and element.is_in_pager:
            return _rank_arrow(element)
    else:
        rank = _rank_addressed(element)
        if rank is not None:
            return rank
    if MORE_LABEL.find(element.label):
        return MORE
    return None


def _rank_addressed(element: _Element) -> int | None:
    if "next" in element.element.attrib.get("rel", "").split():
        return RELATION
    if NEXT_ARROW.find(element.label):
        return _rank_arrow(element)
    if not element.label and NEXT_CLASS.find(element.class_names):
        return ARROW
    return None


def _rank_arrow(element: _Element) -> int | None:
    """Return the rank of an arrow; None where a title says that it leads elsewhere."""
    title = element.element.attrib.get("title", "")
    if is_next_label(title):
        return WORD
    if LAST_LABEL.find(title):
        return None
    return ARROW


def _find_head_links(page: ListPage) -> list[PagerLink]:
    """Return what the head of the page names as the next page."""
    addresses = page.xpath("//link[@rel='next']/@href").getall()
    return [PagerLink("next", address.strip()) for address in addresses]


# --- numbers --------------------------------------------------------------------------------


def _find_numbered_links(elements: list[_Element]) -> list[PagerLink]:
    """Return the pages that are linked by number, from page 2 on."""
    links: dict[int, PagerLink] = {}
    scripted_links: dict[int, PagerLink] = {}
    for element in elements:
        number = _read_page_number(element.label)
        if number is None or number == 1 or element.is_disabled:
            continue
        link = PagerLink(element.label, element.address)
        if isinstance(element.address, str):
            links.setdefault(number, link)
        elif str(number) in DIGITS.findall(element.script):
            scripted_links.setdefault(number, link)
    if _count_on(links):
        return _sort_links(links)
    if _is_calendar(scripted_links):
        return []
    return _sort_links(scripted_links)


def _sort_links(links: dict[int, PagerLink]) -> list[PagerLink]:
    return [links[number] for number in sorted(links)]


def _read_page_number(label: str) -> int | None:
    match = PAGE_LABEL.find(label)
    if match is None:
        return None
    return int(match[1])


def _count_on(links: dict[int, PagerLink]) -> bool:
    """Tell whether a number in the addresses goes up or down with the number of the page.

    Days of a calendar and places in a ranking are numbers too.
    """
    if not links or _is_calendar(links):
        return False
    digit_groups = [DIGITS.findall(str(link.address)) for link in links.values()]
    for column in zip(*digit_groups, strict=False):
        differences = set()
        sums = set()
        for number, digits in zip(links, column, strict=True):
            differences.add(number - int(digits))
            sums.add(number + int(digits))
        if len(differences) == 1 and differences <= {0, 1}:
            return True
        if len(sums) == 1 and len(links) > 1:
            return True
    return False


def _is_calendar(links: dict[int, PagerLink]) -> bool:
    return SHORTEST_CALENDAR <= len(links) <= LONGEST_CALENDAR


# --- menus ----------------------------------------------------------------------------------


def _find_menu_links(page: ListPage, scripts: PageScripts) -> list[PagerLink]:
    """Return the pages that a menu offers, from page 2 on."""
    links = []
    for menu in page.xpath("//select"):
        links += _read_menu(menu, scripts)
    return links


def _read_menu(menu: Selector, scripts: PageScripts) -> list[PagerLink]:
    names = f"{menu.attrib.get('name', '')} {menu.attrib.get('id', '')}"
    if DATE_MENU.find(names):
        return []
    script = menu.attrib.get("onchange", "")
    links = []
    expected_number = 1
    for option in menu.xpath("./option"):
        label = _read_label(option)
        if _read_page_number(label) != expected_number:
            return []
        value = option.attrib.get("value", "").strip()
        address: NextPage | None = value
        if not SCRIPTED_ADDRESS.find(value):
            address = scripts.find_value_request(script, expected_number)
        links.append(PagerLink(label, address))
        expected_number += 1
    return links[1:]
