"""Where a page leads: links, links by script, frames, and a page that only sends elsewhere.

Pure functions of a page. Addresses are absolute; those that lead to no web page are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from parsel import Selector

from nianbao.spiders.lists.page import ListPage
from nianbao.spiders.lists.page_text import read_text

LINKS = """//*[not(self::link or self::base)]
    [@href or @onclick or @data-href or @data-url or self::option[@value]]"""
# An address in quotes, in a script such as window.open('/nb/') or location.href='/nb/'.
SCRIPT_ADDRESS = re.compile(
    r"""['"]("""
    r"""(?:https?:/|\.{0,2})/[^'"\s<>]+"""
    r"""|[\w./-]+\.(?:s?html?|jsp|aspx?|php|do)[^'"\s<>]*"""
    r""")['"]"""
)
LONGEST_SCRIPT = 2_000  # characters of an onclick that are looked at
REFRESH = "//meta[translate(@http-equiv, 'REFSH', 'refsh')='refresh']/@content"
REFRESH_ADDRESS = re.compile(r"url\s*=\s*['\"]?\s*([^'\"]+)", re.IGNORECASE)
SCRIPT_REDIRECT = re.compile(
    r"\blocation(?:\.href)?\s*(?:=|\.(?:replace|assign)\s*\()\s*"
    r"(?:['\"](?P<address>[^'\"]+)['\"](?!\s*\+)|(?P<name>[\w$]{1,40})\s*[;)\n])"
)
NAMED_ADDRESS = r"\b{name}\s*=\s*['\"]([^'\"]+)['\"]"
BLOCK_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
LINE_COMMENT = re.compile(r"^\s*//.*$", re.MULTILINE)
# A page that has more links is more than a way to another one.
MOST_LINKS_OF_REDIRECT = 3


def read_page_links(page: ListPage) -> Iterator[tuple[str, str]]:
    """Yield the absolute address and the name of each link, without white space."""
    for element in page.xpath(LINKS):
        url = page.urljoin(_read_address(element))
        if url:
            yield url, _read_link_name(element)


def find_frames(page: ListPage) -> list[str]:
    """Return the addresses of the frames of a page, each once."""
    urls = []
    for address in page.xpath("//iframe/@src | //frame/@src").getall():
        url = page.urljoin(address) if address.strip() else ""
        if url and url not in urls:
            urls.append(url)
    return urls


def find_redirect(page: ListPage) -> str | None:
    """Return where a page sends its reader, by meta tag or script; None where it does not.

    A script counts on a page with hardly a link: others set a location on a click.
    """
    for content in page.xpath(REFRESH).getall():
        match = REFRESH_ADDRESS.search(content)
        if match:
            return _other_page(page, match[1])
    if len(page.xpath("//a[@href]")) > MOST_LINKS_OF_REDIRECT:
        return None
    for script in page.xpath("//script[not(@src)]/text() | //body/@onload").getall():
        address = _find_scripted_redirect(strip_script_comments(script))
        if address:
            return _other_page(page, address)
    return None


def _find_scripted_redirect(script: str) -> str | None:
    """Return the address that a script opens, also one that has a name: `location.href = u`."""
    match = SCRIPT_REDIRECT.search(f"{script}\n")
    if match is None or match["address"]:
        return match and match["address"]
    named = re.search(NAMED_ADDRESS.format(name=re.escape(match["name"])), script)
    return named and named[1]


def strip_script_comments(script: str) -> str:
    """Return a script without its comments in blocks and on lines of their own."""
    return LINE_COMMENT.sub("", BLOCK_COMMENT.sub("", script))


def _other_page(page: ListPage, address: str) -> str | None:
    url = page.urljoin(address)
    if not url or url == page.url:
        return None
    return url


def _read_address(element: Selector) -> str:
    """Return the address of a link, else the one that its script names; `#` without either."""
    attributes = element.attrib
    address = attributes.get("href", "").strip()
    if address and not address.startswith("#") and not _is_script(address):
        return address
    if element.root.tag == "option":
        return _read_option(attributes["value"].strip())
    for name in ("data-href", "data-url"):
        if attributes.get(name, "").strip():
            return attributes[name]
    script = (
        f"{attributes.get('onclick', '')[:LONGEST_SCRIPT]} {address[:LONGEST_SCRIPT]}"
    )
    match = SCRIPT_ADDRESS.search(script)
    return match[1] if match else "about:blank"


def _read_option(value: str) -> str:
    """Return the value of an option where it is an address: others are words and numbers."""
    return value if SCRIPT_ADDRESS.fullmatch(f"'{value}'") else "about:blank"


def _is_script(address: str) -> bool:
    return address.lower().startswith("javascript:")


def _read_link_name(element: Selector) -> str:
    """Return the text of a link, else its title, or that of its picture."""
    name = read_text(element, separator="").strip()
    if not name:
        name = element.attrib.get("title") or element.attrib.get("alt") or ""
    if not name:
        name = element.xpath(".//img/@alt | .//img/@title").get("")
    return "".join(name.split())
