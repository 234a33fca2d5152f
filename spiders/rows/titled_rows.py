"""Rows of any list: whatever leads to a page and is titled as a report, on no known platform."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from nianbao.spiders.lists.link_rows import LinkRows, read_link_title
from nianbao.spiders.lists.page import ListPage, ListRow
from nianbao.spiders.lists.reader import ListReader
from nianbao.spiders.report_names import is_bare_year, is_report_title
from nianbao.spiders.rows.row_links import (
    LONGEST_TITLE,
    ROW_TAGS,
    RowLink,
    read_plain_address,
    read_row_links,
)
from nianbao.spiders.rules import find_rule

REPORT_CHAPTER = find_rule("report_chapter")
# Elements that are a row: a link without an address is lost, unless its row has one.
WHOLE_ROW_TAGS = ("li", "tr", "dd", "dt", "p")
MOST_STEPS = 8  # elements around a link that may lead to its page

Place = tuple[Any, str | None]


def read_titled_rows(page: ListPage) -> Iterator[ListRow]:
    """Yield the rows whose title names a report, those whose address cannot be found too.

    The address of such a row is what stands in its place, and leads to no web page.
    """
    rows = LinkRows(page.root, ROW_TAGS)
    links = list(read_row_links(page, rows))
    return build_titled_rows(links, rows)


def build_titled_rows(links: Iterable[RowLink], rows: LinkRows) -> Iterator[ListRow]:
    """Yield the rows of the links whose title names a report."""
    titled_links = []
    for link in links:
        if link.title is not None and is_report_title(link.title):
            titled_links.append(link)
    places = _collect_places(titled_links)
    for link in titled_links:
        if link.address is not None:
            yield ListRow(link.address, link.title, rows.find_date(link.element))
        elif _is_row(link) and not _has_address_beside(link, places):
            yield ListRow(_read_script(link), link.title, None)


def read_year_rows(reader: ListReader, page: ListPage) -> Iterator[ListRow]:
    """Yield the links of a list page that are a year and no more, on its own host.

    What they lead to decides: a report, or the list of a year. Where the site file says how the
    lists below are found, or which rows there are, there are none.
    """
    if reader.options or reader.lists_one_body or not page.is_markup:
        return
    host = urlsplit(page.url).netloc
    for anchor in page.xpath("//a[@href]"):
        title = read_link_title(anchor)
        address = read_plain_address(anchor)
        if address is None or not is_bare_year(title):
            continue
        url = page.urljoin(address)
        if url != page.url and url and urlsplit(url).netloc == host:
            yield ListRow(address, title, None)


def is_report_text(page: ListPage) -> bool:
    """Tell whether a page has the chapters of a report: then it is no list."""
    return len(set(REPORT_CHAPTER.pattern.findall(page.text))) > 1


def _collect_places(links: Iterable[RowLink]) -> set[Place]:
    """Return the elements that lead to a page, and the rows around them, with their titles."""
    places = set()
    for link in links:
        if link.address is not None:
            element = link.element.root
            places.add((element, link.title))
            places.add((_find_row(element), link.title))
    return places


def _has_address_beside(link: RowLink, places: set[Place]) -> bool:
    """Tell whether the row of a link, or an element around it, leads to the page of its title."""
    element = link.element.root
    if (_find_row(element), link.title) in places:
        return True
    around = islice(element.iterancestors(), MOST_STEPS)
    return any((ancestor, link.title) in places for ancestor in around)


def _find_row(element: Any) -> Any:
    """Return the row that an element stands in: a row may link to a page twice."""
    if element.tag == "option" or element.tag in WHOLE_ROW_TAGS:
        return element
    row = next(element.iterancestors(*WHOLE_ROW_TAGS), None)
    return element.getparent() if row is None else row


def _is_row(link: RowLink) -> bool:
    """Tell whether an element without an address is a row, and no heading or anchor."""
    element = link.element
    if len(link.title or "") > LONGEST_TITLE:
        return False
    if element.root.tag == "option" or "onclick" in element.attrib:
        return True
    if element.root.tag != "a":
        return False
    return "href" in element.attrib or "name" not in element.attrib


def _read_script(link: RowLink) -> str:
    """Return what stands in the place of an address."""
    attributes = link.element.attrib
    for name in ("onclick", "href", "value"):
        if attributes.get(name):
            return f"javascript:{attributes[name].removeprefix('javascript:')}"
    return "javascript:"
