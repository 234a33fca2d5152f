"""Where a page leads: links, links by script, menus in script data, frames.

Pure functions of a page. Addresses are absolute; those that lead to no web page are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from lxml.etree import iterwalk
from parsel import Selector

from nianbao.spiders.lists.link_rows import LinkRows
from nianbao.spiders.lists.page import ListPage
from nianbao.spiders.lists.page_text import read_text
from nianbao.spiders.lists.redirects import find_redirect
from nianbao.spiders.rows.row_links import (
    ROW_TAGS,
    is_further_label,
    read_row_links,
)
from nianbao.spiders.rows.script_parts import read_script_parts
from nianbao.spiders.rules import find_rule

PageLink = tuple[str, str]  # its address and its name
Headings = dict[Any, str]  # by the blocks that they stand in
MENU_SCRIPT = find_rule("menu_script")
CUT_NAME = re.compile(r"(?:…|\.{2,})$")
HEADING_TAGS = ("h1", "h2", "h3", "h4", "h5", "strong")
# A part of it: title, tit-box, lmtit, boxTit; not institution.
HEADING_CLASS = re.compile(r"(?<![A-Za-z])[Tt]it|[Tt]it(?:le|(?![a-z]))")
MOST_BEFORE_HEADING = 200  # elements of a block in which its heading is looked for
MOST_STEPS_TO_HEADING = 3
MOST_STEPS_IN_HEADING = 200  # to the beginning or the end of an element
LONGEST_HEADING = 20  # characters
MOST_WORDS_OF_SHELL = 200  # characters


# What a search asks for several times of each page.
_links_of_pages: WeakKeyDictionary[ListPage, tuple[PageLink, ...]] = WeakKeyDictionary()


def read_page_links(page: ListPage) -> tuple[PageLink, ...]:
    """Return the absolute address and the name of each link, without white space.

    What a script draws from its data stands behind what the page has itself.
    """
    links = _links_of_pages.get(page)
    if links is None:
        links = tuple(_read_links(page))
        _links_of_pages[page] = links
    return links


def _read_links(page: ListPage) -> Iterator[PageLink]:
    headings: Headings = {}
    for part in (page, *read_script_parts(page)):
        rows = LinkRows(part.root, ROW_TAGS)
        for link in read_row_links(part, rows):
            if link.url:
                yield link.url, _read_link_name(link.element, headings)


def find_frames(page: ListPage) -> list[str]:
    """Return the addresses of the frames of a page, each once."""
    urls: dict[str, None] = {}
    for address in page.xpath("//iframe/@src | //frame/@src").getall():
        url = page.urljoin(address) if address.strip() else ""
        if url:
            urls[url] = None
    return list(urls)


def find_menu_scripts(page: ListPage) -> list[str]:
    """Return the addresses of the script files that may write the menu of a page."""
    urls: dict[str, None] = {}
    for address in page.xpath("//script/@src").getall():
        url = page.urljoin(address.strip())
        if url and MENU_SCRIPT.find(urlsplit(url).path):
            urls[url] = None
    return list(urls)


def is_shell(page: ListPage) -> bool:
    """Tell whether a page has scripts and nothing that leads on: a browser must draw it."""
    if not page.xpath("//body//script[@src] | //head/script[@src]"):
        return False
    if find_frames(page) or find_redirect(page) is not None:
        return False
    words = page.xpath("string(//body)").get("").split()
    is_bare = len("".join(words)) <= MOST_WORDS_OF_SHELL
    return is_bare and not read_page_links(page)


def show_script(page: ListPage, url: str) -> ListPage:
    """Return a script file as a page has it that includes it; `url` is that page's."""
    text = page.text.replace("</script", "<\\/script")
    body = f"<script>{text}</script>".encode()
    return ListPage.from_bytes(url, body, content_type="text/html; charset=utf-8")


def _read_link_name(element: Selector, headings: Headings) -> str:
    """Return the text of a link, else its title, or that of its picture.

    A cut text gives way to the title; one that says 更多 to the heading of its block.
    """
    name = "".join(read_text(element, separator="").split())
    title = "".join(element.attrib.get("title", "").split())
    if title and (not name or CUT_NAME.search(name)):
        name = title
    if not name:
        name = element.attrib.get("alt") or ""
    if not name:
        name = element.xpath(".//img/@alt | .//img/@title").get("")
    name = "".join(name.split())
    if not is_further_label(name):
        return name
    return _find_block_name(element, headings) or name


def _find_block_name(element: Selector, headings: Headings) -> str:
    """Return the heading of the block that a link stands in; empty where there is none."""
    for block in islice(element.root.iterancestors(), MOST_STEPS_TO_HEADING):
        if block not in headings:
            headings[block] = _read_heading(block)
        if headings[block]:
            return headings[block]
    return ""


def _read_heading(block: Any) -> str:
    """Return the heading of a block; empty where there is none, or one that names nothing."""
    heading = _find_heading(block)
    if heading is None:
        return ""
    name = _read_beginning(heading)
    is_name = len(name) <= LONGEST_HEADING and not is_further_label(name)
    return name if is_name else ""


def _read_beginning(heading: Any) -> str:
    """Return the text of a heading, or more of it than a heading has; without white space."""
    name = ""
    steps = iterwalk(heading, events=("start", "end", "comment"))
    for event, element in islice(steps, MOST_STEPS_IN_HEADING):
        if event == "start":
            name += "".join((element.text or "").split())
        elif element is not heading:
            name += "".join((element.tail or "").split())
        if len(name) > LONGEST_HEADING:
            break
    return name


def _find_heading(block: Any) -> Any:
    """Return the first heading at the beginning of a block; None where there is none."""
    for inner in islice(block.iterdescendants("*"), MOST_BEFORE_HEADING):
        if inner.tag in HEADING_TAGS or HEADING_CLASS.search(inner.get("class", "")):
            return inner
    return None
