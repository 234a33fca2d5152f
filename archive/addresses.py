"""Addresses: the one form under which an address and its variants are known."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urlsplit, urlunsplit

from w3lib.url import canonicalize_url

# What a server puts into an address to follow a visitor: it names the visit, not the page.
# `sid` is not among the names: on the gkmlpt platform it is the site.
IN_PATH = re.compile(
    r";(?:jsessionid|phpsessid)=[^/?#]*|/\(S\([0-9a-z]+\)\)(?=/)", re.I
)
IN_QUERY = re.compile(
    r"(?:jsessionid|phpsessid|aspsessionid\w*|session[-_]?id|cfid|cftoken)(?:=|$)", re.I
)
# An address of which there is nothing to change: pages have such, and working that out takes a
# while.
PLAIN = re.compile(r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)+/[A-Za-z0-9/._-]*")
PORTS = {"http": ":80", "https": ":443"}


def without_session(url: str) -> str:
    """Return the address without session ids in its path and query; the rest as it was."""
    if ";" not in url and "(" not in url and "?" not in url:
        return url
    parts = urlsplit(url)
    kept = [pair for pair in parts.query.split("&") if not IN_QUERY.match(pair)]
    return urlunsplit(
        parts._replace(path=IN_PATH.sub("", parts.path), query="&".join(kept))
    )


@lru_cache(maxsize=8192)
def canonical(url: str) -> str:
    """Return the address a page is known by.

    Session ids, fragment, the usual port and the dot after a host name are dropped, parameters
    sorted (which of them matter only the site knows, so all of them stay), escapes unified. The
    scheme and a mobile twin (`m.`, `_wap`, `mpost_`) make other pages: twins are found by their
    content.
    """
    if PLAIN.fullmatch(url):
        return url
    parts = urlsplit(without_session(url))
    netloc = parts.netloc.lower().removesuffix(PORTS.get(parts.scheme, ":"))
    return str(
        canonicalize_url(urlunsplit(parts._replace(netloc=netloc.removesuffix("."))))
    )
