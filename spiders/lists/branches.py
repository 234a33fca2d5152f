"""Branches: the lists of a tree, which a list page leads to."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from nianbao.spiders.lists.link_rows import read_link_title
from nianbao.spiders.lists.page import ListPage, ListRow
from nianbao.spiders.report_names import is_bare_year, is_report_title

WEB_SCHEMES = ("http", "https")


def find_branches(page: ListPage, *, years_only: bool = False) -> Iterator[ListRow]:
    """Yield the lists of a tree below a list page, on its own host.

    They are links that are a year, and, unless `years_only`, folders below the page's own. A
    year's list keeps the name of its parent: its title is None.
    """
    page_parts = urlsplit(page.url)
    parent, _, _ = page_parts.path.rpartition("/")
    folder = f"{parent}/"
    for anchor in page.xpath("//a[@href]"):
        address = anchor.attrib["href"].strip()
        parts = urlsplit(page.urljoin(address))
        if parts.scheme not in WEB_SCHEMES or parts.netloc != page_parts.netloc:
            continue
        title = read_link_title(anchor)
        if is_bare_year(title):
            yield ListRow(address, None, None)
        elif years_only or is_report_title(title or ""):
            continue
        elif _is_folder_below(parts.path, folder):
            yield ListRow(address, title, None)


def _is_folder_below(path: str, folder: str) -> bool:
    if path == folder or not path.startswith(folder):
        return False
    return path.endswith(("/", "/index.html"))
