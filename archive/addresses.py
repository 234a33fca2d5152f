"""Addresses: the one form under which an address and its variants are known."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit, urlunsplit

from w3lib.url import canonicalize_url

# What a server puts into an address to follow a visitor: it names the visit, not the page.
# `sid` is not among the names: on the gkmlpt platform it is the site.
SESSION_IN_PATH = re.compile(
    r";(?:jsessionid|phpsessid)=[^/?#]*|/\(S\([0-9a-z]+\)\)(?=/)", re.I
)
SESSION_IN_QUERY = re.compile(
    r"(?:jsessionid|phpsessid|aspsessionid\w*|session[-_]?id|cfid|cftoken)(?:=|$)", re.I
)
# An address of which there is nothing to change: most pages have such, and working that out
# takes a while.
PLAIN_ADDRESS = re.compile(r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)+/[A-Za-z0-9/._-]*")
USUAL_PORTS = {"http": ":80", "https": ":443"}


def remove_session(url: str) -> str:
    """Return the address without session ids in its path and query; the rest as it was."""
    if ";" not in url and "(" not in url and "?" not in url:
        return url
    parts = urlsplit(url)
    path = SESSION_IN_PATH.sub("", parts.path)
    pairs = parts.query.split("&")
    query = "&".join(pair for pair in pairs if not SESSION_IN_QUERY.match(pair))
    return urlunsplit(parts._replace(path=path, query=query))


@lru_cache(maxsize=8192)
def canonicalize(url: str) -> str:
    """Return the address a page is known by.

    Session ids, fragment, the usual port and the dot after a host name are dropped, parameters
    sorted (which of them matter only the site knows, so all of them stay), escapes unified. The
    scheme and a mobile twin (`m.`, `_wap`, `mpost_`) make other pages: twins are found by their
    content. What is no address (`http://[::1/`, `http://h:99999/`) is returned as it is.
    """
    if PLAIN_ADDRESS.fullmatch(url):
        return url
    try:
        return _canonicalize(url)
    except ValueError:
        return url


def _canonicalize(url: str) -> str:
    parts = urlsplit(remove_session(url))
    port = USUAL_PORTS.get(parts.scheme, ":")
    host = parts.netloc.lower().removesuffix(port).removesuffix(".")
    return str(canonicalize_url(urlunsplit(parts._replace(netloc=host))))


def list_parameters(url: str) -> list[str]:
    """Return the names of the parameters of an address."""
    pairs = urlsplit(url).query.split("&")
    return [pair.partition("=")[0] for pair in pairs if pair]


def drop_parameters(url: str, names: Collection[str]) -> str:
    """Return a canonical address without the parameters of some names."""
    if not names or "?" not in url:
        return url
    parts = urlsplit(url)
    pairs = parts.query.split("&")
    query = "&".join(pair for pair in pairs if pair.partition("=")[0] not in names)
    return urlunsplit(parts._replace(query=query))


def is_ip_address(name: str) -> bool:
    """Tell whether a host is named by its IP address."""
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
