"""The address that a person gives of a site, as it is typed."""

from __future__ import annotations

import re
from urllib.parse import urlsplit, urlunsplit

from nianbao.spiders.links import WEB_SCHEMES, repair_address
from nianbao.spiders.own_hosts import WWW

SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
INDEX_FILE = re.compile(r"/(?:index|default)\.\w+$", re.IGNORECASE)
EXAMPLE = "such as www.example.gov.cn or http://www.example.gov.cn/zwgk/"


def complete_address(text: str) -> str:
    """Return the address that was typed, with scheme and path: `http` where none was given.

    Raises ValueError, with advice, for what is no address of a web page.
    """
    address = repair_address(text)
    if not SCHEME.match(address):
        address = f"http://{address.removeprefix('//')}"
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        parts = urlsplit("")
    host = parts.hostname or ""
    is_name = "." in host or ":" in host or host == "localhost"
    if parts.scheme not in WEB_SCHEMES or not is_name or re.search(r"\s", address):
        raise ValueError(f"{text!r} is no address of a web page; give one {EXAMPLE}")
    return urlunsplit(parts._replace(path=parts.path or "/", fragment=""))


def swap_scheme(url: str) -> str | None:
    """Return the address with https for http, or http for https; None for one with a port."""
    parts = urlsplit(url)
    if parts.port is not None:
        return None
    scheme = "http" if parts.scheme == "https" else "https"
    return urlunsplit(parts._replace(scheme=scheme))


def fold_address(url: str) -> str:
    """Return what the addresses of one page have in common.

    Scheme and `www.` do not count, nor does the file that a folder shows: `index.html`.
    """
    parts = urlsplit(url)
    host = parts.netloc.lower().removeprefix(WWW)
    path = INDEX_FILE.sub("/", parts.path or "/")
    return urlunsplit(("", host, path, parts.query, ""))
