"""Links: the address that a link of a page leads to, read as a browser reads it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import parse_qsl, urljoin, urlsplit

from w3lib.url import safe_url_string

WEB_SCHEMES = ("http", "https")
# Spaces and signs without width that editors leave around an address.
BLANKS = " \t\r\n\f\v\0\xa0\u200b\u200c\u200d\u3000\ufeff"
LINE_BREAKS = re.compile(r"[\t\r\n]+")
SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
# A way out through a search of Hanweb: `visit/link.do?url=…` names where it leads.
WAY_OUT = "/visit/link.do"
TEMPLATE = re.compile(r"\{\{|\}\}|<%|\$\{")  # a script fills it in first
EXTRA_SLASHES = re.compile(r"(https?:)/{3,}", re.IGNORECASE)


class LinkedPage(Protocol):
    """What an address of a page is made absolute with: a response has it."""

    @property
    def url(self) -> str: ...

    @property
    def encoding(self) -> str: ...

    def urljoin(self, url: str) -> str: ...


@dataclass(frozen=True, slots=True)
class LinkBase:
    """What the addresses of a page start from, without the page."""

    url: str
    base_url: str  # that the page names, else its own
    encoding: str

    def urljoin(self, url: str) -> str:
        """Return an address made absolute; raise ValueError where that cannot be done."""
        return urljoin(self.base_url, url)


def repair_address(address: str) -> str:
    r"""Return an address as browsers take it.

    Blanks around it and line breaks in it are dropped, and `\nb\1.html` is `/nb/1.html`.
    A script and an address that is not of the web stay as they are.
    """
    address = LINE_BREAKS.sub("", address.strip(BLANKS))
    scheme = SCHEME.match(address)
    if scheme and scheme[1].lower() not in WEB_SCHEMES:
        return address
    end = min(_find_end(address, "?"), _find_end(address, "#"))
    path = address[:end].replace("\\", "/")
    path = EXTRA_SLASHES.sub(r"\1//", path)
    return path + address[end:]


def resolve_link(page: LinkedPage, address: str) -> str | None:
    """Return the absolute address of a link of a page; None where it leads to no web page.

    An address that names where it leads is that. Characters outside ASCII in a query are sent in
    the page's charset, as browsers do.
    """
    repaired_address = repair_address(address)
    if TEMPLATE.search(repaired_address):
        return None
    try:
        url = _follow_way_out(_join(page, repaired_address))
        if not url.isascii():
            url = safe_url_string(url, encoding=page.encoding, path_encoding="utf-8")
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:  # http://[::1, http://host:port/
        return None
    if parts.scheme not in WEB_SCHEMES or not parts.hostname:
        return None
    return url


def _join(page: LinkedPage, address: str) -> str:
    """Return an address made absolute; a base that cannot be read is none."""
    try:
        return page.urljoin(address)
    except ValueError:
        return urljoin(page.url, address)


def _follow_way_out(url: str) -> str:
    """Return where an address says that it leads; any other address as it is."""
    parts = urlsplit(url)
    if not parts.path.endswith(WAY_OUT):
        return url
    target = dict(parse_qsl(parts.query)).get("url", "")
    return target if target.startswith(("http://", "https://")) else url


def _find_end(address: str, mark: str) -> int:
    """Return where the part before a mark ends."""
    place = address.find(mark)
    return len(address) if place < 0 else place
