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
    parts = filter(None, _SEPARATOR.split(metas.get("sitedomain", "")))
    domains = [_extract_host(part).removeprefix("www.") for part in parts]
    if not domains:
        return True
    return any(f".{host}".endswith(f".{domain}") for domain in domains)


def _extract_host(address: str) -> str:
    if "//" not in address:
        address = "//" + address
    try:
        return (urlsplit(address).hostname or "").lower()
    except ValueError:
        return ""
