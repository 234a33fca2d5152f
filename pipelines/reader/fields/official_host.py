"""The official host: whether a page stands on the site of the body itself, and not on a copy."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

_SEPARATOR = re.compile(r"[,，;；\s]+")


def is_official_host(url: str | None, metas: Mapping[str, str]) -> bool | None:
    """Tell whether the host of a page is the body's own; None without a host.

    It ends in .gov.cn, and the domain that the page states for its site is not another one.
    """
    host = _extract_host(url or "")
    if not host:
        return None
    if not host.endswith(".gov.cn"):
        return False
    site_domains = _SEPARATOR.split(metas.get("sitedomain", ""))
    site_hosts = list(map(_extract_host, filter(None, site_domains)))
    if not site_hosts:
        return True
    return any(_is_below(host, site_host) for site_host in site_hosts)


def _is_below(host: str, site_host: str) -> bool:
    """Tell whether a host is that of a site or of a part of it."""
    domain = site_host.removeprefix("www.")
    return f".{host}".endswith(f".{domain}")


def _extract_host(address: str) -> str:
    if "//" not in address:
        address = "//" + address
    try:
        return (urlsplit(address).hostname or "").lower()
    except ValueError:
        return ""
