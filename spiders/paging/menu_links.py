"""Menus of pages: a `<select>` whose options are the pages of a list."""

from __future__ import annotations

from collections.abc import Iterator

from parsel import Selector

from nianbao.spiders.lists.forms import build_form_request
from nianbao.spiders.lists.page import ListPage, NextPage
from nianbao.spiders.lists.script_addresses import PageScripts
from nianbao.spiders.paging.numbered_links import read_page_number
from nianbao.spiders.paging.pager_elements import PagerLink, read_label
from nianbao.spiders.rules import find_rule

SUBMIT_CALL = ".submit("
DATE_MENU = find_rule("date_menu")
SCRIPTED_ADDRESS = find_rule("scripted_address")


def find_menu_links(page: ListPage, scripts: PageScripts) -> Iterator[PagerLink]:
    """Yield the pages that the menus of a page offer, from page 2 on."""
    for menu in page.xpath("//select"):
        names = f"{menu.attrib.get('name', '')} {menu.attrib.get('id', '')}"
        if not DATE_MENU.find(names):
            yield from _read_menu(menu, scripts)


def _read_menu(menu: Selector, scripts: PageScripts) -> list[PagerLink]:
    """Return the options of a menu behind the first; none where they are no pages in a row."""
    script = menu.attrib.get("onchange", "")
    links = []
    expected_number = 1
    for option in menu.xpath("./option"):
        label = read_label(option)
        if read_page_number(label) != expected_number:
            return []
        address = _read_option(option, menu, script, scripts)
        links.append(PagerLink(label, address))
        expected_number += 1
    return links[1:]


def _read_option(
    option: Selector, menu: Selector, script: str, scripts: PageScripts
) -> NextPage | None:
    value = option.attrib.get("value", read_label(option)).strip()
    if SCRIPTED_ADDRESS.find(value):
        return value
    if SUBMIT_CALL in script:
        return _build_submit(menu, value)
    script = script or scripts.find_listener(menu, "change")
    return scripts.find_request(script, menu, value) if script else None


def _build_submit(menu: Selector, value: str) -> NextPage | None:
    """Return what the form around a menu sends when an option is chosen."""
    forms = menu.xpath("./ancestor::form")
    name = menu.attrib.get("name", "")
    return build_form_request(forms[-1], {name: value}) if forms and name else None
