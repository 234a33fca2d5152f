"""Rows of a declared list: from objects, XML elements and pieces of markup."""

from __future__ import annotations

import re
from collections.abc import (
    Iterator,
    Mapping,
)
from html import unescape
from typing import Any

from parsel import Selector

from nianbao.spiders.declarations.model import AnswerShape
from nianbao.spiders.declarations.paths import follow_path
from nianbao.spiders.declarations.templates import (
    PLACEHOLDER,
    fill,
)
from nianbao.spiders.lists.dates import read_day
from nianbao.spiders.lists.link_rows import (
    LINKS_IN_ROWS,
    LinkRows,
)
from nianbao.spiders.lists.page import ListPage, ListRow

OWN_TEXT = "."  # the text of an XML element
TAG = re.compile(r"<[^<>]{0,200}>")


def read_record(
    page: ListPage,
    shape: AnswerShape,
    record: Any,
) -> ListRow | None:
    """Return the row of a record; None where it leads nowhere."""
    if isinstance(record, ListRow):
        return record
    if not shape.address:
        return _read_markup(page, record)
    if not isinstance(record, Mapping):
        return None
    address = _find_text(record, shape.address)
    if not address:
        return None
    title = unescape(TAG.sub("", _find_text(record, shape.title))).strip()
    return ListRow(address.strip(), title or None, _find_day(record, shape.date))


def read_element(element: Any) -> dict[str, str]:
    """Return the texts of an XML element: of its children, its attributes and its own."""
    texts = {OWN_TEXT: "".join(element.itertext()).strip()}
    for name, value in element.attrib.items():
        texts[f"@{name}"] = value
    for child in element:
        if isinstance(child.tag, str):
            texts[child.tag] = "".join(child.itertext()).strip()
    return texts


def read_links(
    page: ListPage,
    places: tuple[str, ...],
    text: str,
) -> Iterator[ListRow]:
    """Yield the rows of the links in some places of a text of markup: `ul.list`.

    Without a place all links in a `li` or `tr` are rows.
    """
    root = page.parse_fragment(text)
    rows = LinkRows(root.root)
    if not places:
        yield from map(rows.read_row, root.xpath(LINKS_IN_ROWS))
        return
    for link in root.xpath("//a[@href]"):
        if any(_stands_in(link, place) for place in places):
            yield rows.read_row(link)


def _stands_in(
    link: Selector,
    place: str,
) -> bool:
    tag, _, class_name = place.partition(".")
    for element in link.root.iterancestors(tag):
        if class_name in element.get("class", "").split():
            return True
    return False


def _read_markup(page: ListPage, record: Any) -> ListRow | None:
    """Return the row of the first link in a record that is a piece of markup."""
    markup = record.get(OWN_TEXT) if isinstance(record, Mapping) else record
    if not isinstance(markup, str) or "<" not in markup:
        return None
    fragment = page.parse_fragment(markup)
    links = fragment.xpath("//a[@href]")
    if not links:
        return None
    return LinkRows(fragment.root, ("html",)).read_row(links[0])


def _find_text(
    record: Mapping[str, Any],
    names: tuple[str, ...],
) -> str:
    """Return the first text of a record that is there: at a path, or made from a template."""
    for name in names:
        read = _fill_from if PLACEHOLDER.search(name) else follow_path
        value = read(record, name)
        if isinstance(value, (str, int)) and value != "":
            return str(value)
    return ""


def _fill_from(
    record: Mapping[str, Any],
    template: str,
) -> str:
    """Return a template filled with the texts of a record; nothing where one is missing."""
    names = PLACEHOLDER.findall(template)
    if all(isinstance(record.get(name), (str, int)) for name in names):
        return str(fill(template, record))
    return ""


def _find_day(
    record: Mapping[str, Any],
    names: tuple[str, ...],
) -> str | None:
    """Return the first day of a record."""
    days = (read_day(follow_path(record, name)) for name in names)
    return next(filter(None, days), None)
