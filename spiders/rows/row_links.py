"""What leads on from a page: links, options of a menu, elements that a script opens.

Each is read once, with its address and the title that its row gives it. Which of them are rows of
the list is decided elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from parsel import Selector

from nianbao.spiders.lists.dates import DATE
from nianbao.spiders.lists.link_rows import LinkRows, read_link_title
from nianbao.spiders.lists.page import ListPage
from nianbao.spiders.lists.page_text import read_text
from nianbao.spiders.lists.script_addresses import PageScripts, read_scripts
from nianbao.spiders.report_names import is_report_title
from nianbao.spiders.rules import find_rule

ROW_TAGS = ("li", "tr", "dd", "p", "div")
SCRIPTED_ADDRESS = find_rule("scripted_address")
FURTHER_LABEL = find_rule("further_label")
ROW_PROMPT = find_rule("row_prompt")
# One step and a condition, see `LINKS_IN_ROWS`.
ROW_ELEMENTS = """//*[self::a or self::area or self::option or @onclick
    or @*[starts-with(name(), 'data-')]]"""
# A day that is printed before or after the title, where the whole row is a link.
DATE_BESIDE = re.compile(
    rf"^[\[(（]?{DATE.pattern}日?[\])）]?[\s·|]*|[\s·|]*[\[(（]?{DATE.pattern}日?[\])）]?$"
)
LINK_TAGS = ("a", "area", "option")
NO_ADDRESS = ("javascript:", "#", "about:", "mailto:", "tel:")
# Attributes of a link that are no address, whatever they say.
OTHER_ATTRIBUTES = ("href", "title", "class", "style", "id", "name", "target", "alt")
LONGEST_TITLE = 120  # characters; a longer text is that of a whole block


@dataclass(frozen=True, slots=True)
class RowLink:
    """An element that leads on; `address` is as the page prints it, None where none is found."""

    element: Selector
    title: str | None
    address: str | None
    url: str  # the absolute address; empty where it leads to no web page


def read_row_links(page: ListPage, rows: LinkRows) -> Iterator[RowLink]:
    """Yield what leads on from a page, in its order; `rows` are those of the page."""
    scripts: PageScripts | None = None
    for element in page.xpath(ROW_ELEMENTS):
        address = read_plain_address(element)
        if address is None:
            address = _read_attribute_address(element)
        may_have_script = address is None and _may_have_script(element)
        if address is None and not may_have_script and not _is_link(element):
            continue
        title = read_row_title(element, rows)
        if may_have_script:
            scripts = scripts or read_scripts(page)
            address = _read_scripted_address(element, scripts)
        url = page.urljoin(address) if address else ""
        yield RowLink(element, title, address, url)


def read_row_title(element: Selector, rows: LinkRows) -> str | None:
    """Return the title of a link; of one that only asks for a click, the text of its row."""
    title = read_link_title(element)
    if title is not None:
        title = DATE_BESIDE.sub("", title).strip() or title
    if title is not None and ROW_PROMPT.find(title) is None:
        return title
    around = rows.read_text_around(element)
    if title is not None and is_further_label(title):
        return around if is_report_title(around or "") else title
    return around or title


def is_further_label(title: str) -> bool:
    """Tell whether the words of a link say that it leads to the rest of a list, or to others."""
    return FURTHER_LABEL.find("".join(title.split())) is not None


def read_plain_address(element: Selector) -> str | None:
    """Return the address that an element has as such; None where a script may know it."""
    if element.root.tag == "option":
        value = element.attrib.get("value", "").strip()
        if SCRIPTED_ADDRESS.find(value):
            return value
        return None
    address = element.attrib.get("href", "").strip()
    if address and not address.lower().startswith(NO_ADDRESS):
        return address
    return None


def _read_attribute_address(element: Selector) -> str | None:
    """Return the address in an attribute that a script reads: data-url, lay-href, link."""
    is_link = element.root.tag == "a"
    for name, value in element.attrib.items():
        if name in OTHER_ATTRIBUTES or name.startswith("on"):
            continue
        if not is_link and not name.startswith("data-"):
            continue
        address = value.strip()
        if SCRIPTED_ADDRESS.find(address):
            return address
    return None


def _may_have_script(element: Selector) -> bool:
    """Tell whether a script opens an element: its own, its link's, or that of its menu."""
    if element.root.tag == "option" or "onclick" in element.attrib:
        return True
    address = element.attrib.get("href", "").strip().lower()
    return address.startswith("javascript:")


def _is_link(element: Selector) -> bool:
    return element.root.tag in LINK_TAGS


def _read_scripted_address(element: Selector, scripts: PageScripts) -> str | None:
    attributes = element.attrib
    if element.root.tag == "option":
        menu = next(element.root.iterancestors("select"), None)
        if menu is None:
            return None
        value = attributes.get("value", "").strip()
        return scripts.find_address(menu.get("onchange", ""), element, value)
    if len(read_text(element)) > LONGEST_TITLE:
        return None
    script = f"{attributes.get('href', '')} {attributes.get('onclick', '')}"
    return scripts.find_address(script, element)
