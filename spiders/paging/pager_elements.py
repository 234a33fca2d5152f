"""What can be clicked on a list page, and what a click asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from parsel import Selector

from nianbao.spiders.lists.forms import build_submit_request, find_post_back
from nianbao.spiders.lists.page import ListPage, NextPage
from nianbao.spiders.lists.page_text import read_text
from nianbao.spiders.lists.pagers import (
    is_disabled,
    is_next_label,
    read_written_markup,
)
from nianbao.spiders.lists.script_addresses import PageScripts
from nianbao.spiders.rules import find_rule

NEXT_CLASS = find_rule("next_class")
PAGER_CLASS = find_rule("pager_class")
SLIDE_CLASS = find_rule("slide_class")
# One step and a condition, see `LINKS_IN_ROWS`.
CLICKABLE = """//*[self::a or self::area or self::button or @onclick
    or @*[starts-with(name(), 'data-')]
    or self::input[@type='button' or @type='submit' or @type='image']]"""
ADDRESS_ATTRIBUTES = ("href", "data-href", "data-url", "data-link")
LABEL_ATTRIBUTES = ("title", "aria-label", "value", "alt")
NO_ADDRESS = ("javascript:", "#")
DEAD_ADDRESSES = ("", "#", "javascript:", "javascript:;", "javascript:void(0)")
LONGEST_LABEL = 20  # characters
MOST_PARTS = 12  # elements in one that is clicked
SERVICE_CALL = re.compile(
    r"(?:[Aa]jax|\bfetch|\$\.get|\$\.post|getJSON|\.load|\baxios\b|\.open)\s?[.(]"
)
MOST_AROUND = 3  # elements around one whose names count


@dataclass(frozen=True, slots=True)
class PagerLink:
    """A way to another page of a list; `address` is None where it cannot be followed.

    `is_dead`: nothing says that it leads anywhere.
    """

    label: str
    address: NextPage | None
    is_dead: bool = False


@dataclass(frozen=True, slots=True)
class PagerElement:
    """An element that can be clicked; `script` is what a click runs.

    `is_idle`: it does nothing at present.
    """

    element: Selector
    label: str
    address: NextPage | None
    script: str
    is_idle: bool

    @property
    def class_names(self) -> str:
        return self.element.attrib.get("class", "")

    @property
    def is_disabled(self) -> bool:
        return is_disabled(self.element)

    @property
    def is_in_pager(self) -> bool:
        """Whether an element around it is named after a pager."""
        return any(map(PAGER_CLASS.find, self._list_names()))

    @property
    def is_in_slides(self) -> bool:
        """Whether an element around it is named after pictures that move."""
        return any(map(SLIDE_CLASS.find, self._list_names()))

    def build_link(self) -> PagerLink:
        href = self.element.attrib.get("href", "").strip().rstrip(";").lower()
        is_dead = self.is_idle or (not self.script and href in DEAD_ADDRESSES)
        return PagerLink(self.label, self.address, is_dead and self.address is None)

    def _list_names(self) -> Iterator[str]:
        """Yield the classes and ids of the elements around it."""
        around: Any = self.element.root
        for _ in range(MOST_AROUND):
            around = around.getparent()
            if around is None:
                return
            yield f"{around.get('class', '')} {around.get('id', '')}"


def read_pager_elements(page: ListPage, scripts: PageScripts) -> Iterator[PagerElement]:
    """Yield what can be clicked on a page, also what its script writes into it."""
    for element in page.xpath(CLICKABLE):
        yield from _read_element(element, page, scripts)
    written = read_written_markup(page)
    if written is not None:
        for element in written.xpath(CLICKABLE):
            yield from _read_element(element, page, scripts)


def _read_element(
    element: Selector, page: ListPage, scripts: PageScripts
) -> Iterator[PagerElement]:
    if _holds_much(element):
        return
    label = read_label(element)
    has_next_class = NEXT_CLASS.find(element.attrib.get("class", ""))
    if len(label) > LONGEST_LABEL or not (label or has_next_class):
        return
    script = _read_script(element) or scripts.find_listener(element, "click")
    address = _read_address(element, script, page, scripts)
    is_idle = False
    if address is None and script:
        is_idle = scripts.is_idle(script, element)
    elif address is None and is_next_label(label):
        address = build_submit_request(element)
    if is_idle and not SERVICE_CALL.search(page.script.startup):
        return  # what a service answers may change what it does
    yield PagerElement(element, label, address, script, is_idle)


def _holds_much(element: Selector) -> bool:
    """Tell whether an element is a part of the page, and nothing that is clicked."""
    return next(islice(element.root.iter(), MOST_PARTS, None), None) is not None


def read_label(element: Selector) -> str:
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
    """Return the script of an element itself; one that does nothing is none."""
    attributes = element.attrib
    script = attributes.get("onclick", "")
    href = attributes.get("href", "").strip()
    is_script = href.lower().startswith("javascript:")
    if is_script and href.rstrip(";").lower() not in DEAD_ADDRESSES:
        script = f"{href} {script}"
    return script


def _read_address(
    element: Selector, script: str, page: ListPage, scripts: PageScripts
) -> NextPage | None:
    for name in ADDRESS_ATTRIBUTES:
        address = element.attrib.get(name, "").strip()
        is_script = address.lower().startswith(NO_ADDRESS)
        if address and not is_script and not _is_in_page(address, page):
            return address
    own_id = element.attrib.get("id", "")
    if own_id in scripts.link_addresses:
        return scripts.link_addresses[own_id]
    if not script:
        return None
    return find_post_back(page, script, element) or scripts.find_request(
        script, element
    )


def _is_in_page(address: str, page: ListPage) -> bool:
    """Tell whether an address is that of a place in the page, or of a route of its script."""
    base, sign, _ = address.partition("#")
    return bool(sign) and page.urljoin(base) == page.url
