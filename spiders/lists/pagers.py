"""Pagers: how a list page says where its next page is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from parsel import Selector

from nianbao.spiders.lists.page import ListPage
from nianbao.spiders.lists.page_text import read_text
from nianbao.spiders.rules import find_rule
from nianbao.spiders.scripts.action_reader import ActionReader
from nianbao.spiders.scripts.functions import read_arguments
from nianbao.spiders.scripts.values import Value

AROUND_LABEL = "[]()【】（）<|"  # what is printed around the words of a pager
ARROWS = ">＞›»→▶▸〉"
BACK_ARROWS = "←‹«"  # older rows stand behind
NEXT_LABEL = find_rule("next_label")
DISABLED_CLASS = find_rule("disabled_class")
PAGER_CALL = find_rule("pager_call")
PAGE_COUNT = find_rule("pager_page_count")
CURRENT_PAGE = find_rule("pager_current_page")
FILE_NAME = re.compile(r"[\w./%-]{1,200}\.\w{2,5}")
WRITTEN_LABEL = re.compile("下一?[页頁]")
# A link that a script puts together.
WRITTEN_LINK = re.compile(r"<a [^<>\n]{0,60}href=[^<>\n]{0,60}\+")
LINK_START = "<a "
ITEM_TAGS = ("li", "span", "dd", "td")
NO_ADDRESS = ("javascript:", "#")


def is_next_label(label: str) -> bool:
    """Tell whether the text of a link is printed for the next page of a list."""
    return NEXT_LABEL.find(_strip_label(label)) is not None


def find_next_anchors(page: ListPage) -> Iterator[Selector]:
    """Yield the links that are printed as the way to the next page, with an address.

    A link whose text is nothing but arrows counts by its title attribute.
    """
    for anchor in page.xpath("//a[@href]"):
        label = _strip_label(read_text(anchor, separator=""))
        words = label or anchor.attrib.get("title", "")
        is_script = anchor.attrib["href"].strip().lower().startswith(NO_ADDRESS)
        if NEXT_LABEL.find(words) and not is_script and not is_disabled(anchor):
            yield anchor


def is_disabled(element: Selector) -> bool:
    """Tell whether a link or button of a pager leads nowhere, as on the last page.

    It says so itself, or the item that it stands in.
    """
    if "disabled" in element.attrib:
        return True
    if DISABLED_CLASS.find(element.attrib.get("class", "")):
        return True
    item = element.root.getparent()
    if item is None or item.tag not in ITEM_TAGS:
        return False
    return DISABLED_CLASS.find(item.get("class", "")) is not None


def _strip_label(text: str) -> str:
    """Return the words of a pager's link without white space, and brackets and arrows around."""
    words = "".join(text.split())
    words = words.strip(AROUND_LABEL)
    return words.rstrip(ARROWS).lstrip(BACK_ARROWS).strip(AROUND_LABEL).lower()


class ScriptedPager(NamedTuple):
    """What a `createPageHTML(…)` call says; `next_number` is the number in the next file."""

    page_count: int
    next_number: int
    last_number: int
    prefix: str
    extension: str
    row_count: int | None


def read_scripted_pager(page: ListPage) -> ScriptedPager | None:
    """Return the call that draws the pager; None without one.

    The function may have another name. Where it is given an element first, pages are counted
    from 1 and page n is `prefix_n`: the second page is `prefix_2`. Else they are counted from 0.
    What stands in a comment is no call.
    """
    script = page.script
    for match in PAGER_CALL.pattern.finditer(script.text):
        arguments = read_arguments(script, match.end() - 1)
        pager = _read_count_first(arguments)
        if pager is not None:
            return pager._replace(row_count=None)
        pager = _read_element_first(arguments)
        if pager is not None:
            return pager
    return None


def find_scripted_next(page: ListPage) -> str | None:
    """Return the file of the next page that a script of the page prints; None without one.

    The script is a `createPageHTML(…)` call, one that writes the links, or two variables.
    """
    pager = read_scripted_pager(page)
    if pager is None:
        return _find_written_next(page) or _find_next_of_variables(page.script.text)
    if pager.next_number > pager.last_number:
        return None
    return f"{pager.prefix}_{pager.next_number}.{pager.extension}"


def _read_count_first(arguments: list[Value]) -> ScriptedPager | None:
    """Read (page count, current page from 0, prefix, extension, rows)."""
    match arguments:
        case [int(page_count), int(current), str(prefix), str(extension), *further]:
            if not FILE_NAME.fullmatch(f"{prefix}.{extension}"):
                return None
            return ScriptedPager(
                page_count=page_count,
                next_number=current + 1,
                last_number=page_count - 1,
                prefix=prefix,
                extension=extension,
                row_count=_find_row_count(further),
            )
    return None


def _read_element_first(arguments: list[Value]) -> ScriptedPager | None:
    """Read (element, page count, current page from 1, prefix, extension, rows)."""
    if not arguments or not isinstance(arguments[0], str):
        return None
    pager = _read_count_first(arguments[1:])
    if pager is None:
        return None
    next_number = max(pager.next_number, 2)
    return pager._replace(next_number=next_number, last_number=pager.page_count)


def _find_row_count(arguments: list[Value]) -> int | None:
    if arguments and isinstance(arguments[0], int):
        return arguments[0]
    return None


def read_written_markup(page: ListPage) -> Selector | None:
    """Return what the script of a page writes into it; None where that has no link.

    What runs when the page is opened is followed first, then all of it. What has the words for
    the next page counts before other links.
    """
    script = page.script
    if not (WRITTEN_LABEL.search(script.text) or WRITTEN_LINK.search(script.text)):
        return None
    texts = []
    for text in (script.startup, script.text):
        reader = ActionReader(script, script.environment.copy())
        reader.follow(text)
        written = "".join(reader.written)
        if WRITTEN_LABEL.search(written):
            return page.parse_fragment(written)
        if LINK_START in written:
            texts.append(written)
    return page.parse_fragment(texts[0]) if texts else None


def writes_nothing(page: ListPage) -> bool:
    """Tell whether the script of a page draws no pager, as there are no further pages."""
    reader = ActionReader(page.script, page.script.environment.copy())
    reader.follow(page.script.startup)
    return reader.is_idle


def _find_written_next(page: ListPage) -> str | None:
    """Return the address of the link to the next page that a script writes into the page."""
    written = read_written_markup(page)
    if written is None:
        return None
    for anchor in written.xpath("//a[@href]"):
        address = anchor.attrib["href"].strip()
        is_script = address.lower().startswith(NO_ADDRESS)
        if is_next_label(read_text(anchor, separator="")) and not is_script:
            return address
    return None


def _find_next_of_variables(text: str) -> str | None:
    page_count = PAGE_COUNT.find(text)
    current_page = CURRENT_PAGE.find(text)
    if page_count is None or current_page is None:
        return None
    next_number = int(current_page[1]) + 1
    if next_number >= int(page_count[1]):
        return None
    return f"index_{next_number}.html"
