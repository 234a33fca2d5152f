"""Where a page leads: links, links by script, menus in script data, frames.

Pure functions of a page. Addresses are absolute; those that lead to no web page are left out.
"""

from __future__ import annotations

from collections.abc import Iterator

from parsel import Selector

from nianbao.spiders.lists.link_rows import LinkRows
from nianbao.spiders.lists.page import ListPage
from nianbao.spiders.lists.page_text import read_text
from nianbao.spiders.rows.row_links import ROW_TAGS, read_row_links
from nianbao.spiders.rows.script_parts import read_script_parts


def read_page_links(page: ListPage) -> Iterator[tuple[str, str]]:
    """Yield the absolute address and the name of each link, without white space.

    What a script draws from its data stands behind what the page has itself.
    """
    for part in (page, *read_script_parts(page)):
        rows = LinkRows(part.root, ROW_TAGS)
        for link in read_row_links(part, rows):
            if link.url:
                yield link.url, _read_link_name(link.element)


def find_frames(page: ListPage) -> list[str]:
    """Return the addresses of the frames of a page, each once."""
    urls = []
    for address in page.xpath("//iframe/@src | //frame/@src").getall():
        url = page.urljoin(address) if address.strip() else ""
        if url and url not in urls:
            urls.append(url)
    return urls


def _read_link_name(element: Selector) -> str:
    """Return the text of a link, else its title, or that of its picture."""
    name = read_text(element, separator="").strip()
    if not name:
        name = element.attrib.get("title") or element.attrib.get("alt") or ""
    if not name:
        name = element.xpath(".//img/@alt | .//img/@title").get("")
    return "".join(name.split())
