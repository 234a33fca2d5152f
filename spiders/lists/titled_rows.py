"""Rows of any list: whatever leads to a page and is titled as a report, on no known platform."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from parsel import Selector

from nianbao.spiders.lists.link_rows import LinkRows, read_link_title
from nianbao.spiders.lists.page import ListPage, ListRow
from nianbao.spiders.lists.page_text import read_text
from nianbao.spiders.lists.reader import ListReader
from nianbao.spiders.lists.script_addresses import PageScripts, read_scripts
from nianbao.spiders.report_names import is_report_title
from nianbao.spiders.rules import find_rule

ROW_TAGS = ("li", "tr", "dd", "p", "div")
SCRIPTED_ADDRESS = find_rule("scripted_address")
LIST_ADDRESS = find_rule("list_address")
BARE_YEAR = find_rule("bare_year")
REPORT_CHAPTER = find_rule("report_chapter")
# One step and a condition, see `LINKS_IN_ROWS`.
ROW_ELEMENTS = "//*[self::a or self::option or @onclick]"
NO_ADDRESS = ("javascript:", "#")
ADDRESS_ATTRIBUTES = ("data-href", "data-url", "data-link")
LONGEST_TITLE = 120  # characters; a longer text is that of a whole block


def read_all_rows(reader: ListReader, page: ListPage) -> Iterator[ListRow]:
    """Yield the rows that a platform's reader knows, then the titled ones that it does not.

    Lists of the platform are no rows, nor what its options leave out.
    """
    known_urls = {page.url}
    for row in reader.read_rows(page):
        known_urls.add(page.urljoin(row.url))
        yield row
    if not reader.takes_titled_rows or not page.is_markup:
        return
    for branch in reader.read_branches(page):
        known_urls.add(page.urljoin(branch.url))
    for row in read_titled_rows(page):
        url = page.urljoin(row.url)
        if url not in known_urls and not LIST_ADDRESS.find(url):
            yield row


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
        address = _read_plain_address(anchor)
        if address is None or not BARE_YEAR.find(title or ""):
            continue
        url = page.urljoin(address)
        if url != page.url and url and urlsplit(url).netloc == host:
            yield ListRow(address, title, None)


def may_be_list(row: ListRow) -> bool:
    """Tell whether what a row leads to may be a list: it is a year, or at a folder's address."""
    if BARE_YEAR.find(row.title or ""):
        return True
    return LIST_ADDRESS.find(row.url) is not None


def is_report_text(page: ListPage) -> bool:
    """Tell whether a page has the chapters of a report: then it is no list."""
    return len(set(REPORT_CHAPTER.pattern.findall(page.text))) > 1


def read_titled_rows(page: ListPage) -> Iterator[ListRow]:
    """Yield the rows whose title names a report.

    Links, options of a menu, and elements that a script opens.
    """
    rows = LinkRows(page.root, ROW_TAGS)
    scripts: PageScripts | None = None
    for element in page.xpath(ROW_ELEMENTS):
        title = _find_report_title(element)
        if title is None:
            continue
        address = _read_plain_address(element)
        if address is None:
            if scripts is None:
                scripts = read_scripts(page)
            address = _read_scripted_address(element, scripts)
        if address:
            yield ListRow(address, title, rows.find_date(element))


def _find_report_title(element: Selector) -> str | None:
    """Return the title of an element, or else its text, where it names a report."""
    title = read_link_title(element) or ""
    if is_report_title(title):
        return title
    if "title" not in element.attrib:
        return None
    text = " ".join(read_text(element).split())
    if is_report_title(text):
        return text
    return None


def _read_plain_address(element: Selector) -> str | None:
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


def _read_scripted_address(element: Selector, scripts: PageScripts) -> str | None:
    attributes = element.attrib
    for name in ADDRESS_ATTRIBUTES:
        address = attributes.get(name, "").strip()
        if address:
            return address
    if len(read_text(element)) > LONGEST_TITLE:
        return None
    script = f"{attributes.get('href', '')} {attributes.get('onclick', '')}"
    return scripts.find_address(script)
