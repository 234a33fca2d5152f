"""SURT keys: the form of an address by which the indexes of web archives are sorted and searched.

`http://www.Example.gov.cn/A/?b=2&a=1` is `cn,gov,example)/a?a=1&b=2`. The rules are those of
the tools that read such indexes, of which each works out the key of what it looks for itself; a
test compares keys with theirs.
"""

from __future__ import annotations

import re
from urllib.parse import quote_from_bytes, unquote_to_bytes, urlsplit

from nianbao.archive.addresses import PORTS

UNESCAPED = "!\"$&'()*+,-./:;<=>?@[\\]^_`{|}~"
WWW = re.compile(r"^www\d*\.")
PATH_SESSIONS = (
    re.compile(r"^(.*/)(?:\((?:[a-z]\([0-9a-z]{24}\))+\)/)([^?]+\.aspx.*)$"),
    re.compile(r"^(.*/)(?:\([0-9a-z]{24}\)/)([^?]+\.aspx.*)$"),
)
QUERY_SESSIONS = tuple(
    re.compile(rf"^(.*)(?:{name})(?:&(.*))?$", re.I)
    for name in (
        "jsessionid=[0-9a-z]{32}",
        "phpsessid=[0-9a-z]{32}",
        "sid=[0-9a-z]{32}",
        "ASPSESSIONID[a-z]{8}=[a-z]{24}",
        "cfid=[^&]+&cftoken=[^&]+",
    )
)


def surt(url: str) -> str:
    """Return the key of an address; what has no host is its own."""
    parts = urlsplit(url.strip().partition("#")[0])
    if not parts.hostname:
        return url
    netloc = (
        parts.netloc.rpartition("@")[2]
        .lower()
        .removesuffix(PORTS.get(parts.scheme.lower(), ":"))
    )
    host, colon, port = netloc.partition(":")
    host = WWW.sub(
        "",
        _unescaped(host).decode("utf-8", "replace").encode("idna").decode().strip("."),
    )
    query = _query(parts.query)
    return (
        ",".join(reversed(host.split(".")))
        + colon
        + port
        + ")"
        + _path(parts.path)
        + (query and f"?{query}")
    )


def _path(path: str) -> str:
    kept: list[str] = []
    steps = _escaped(path).split("/")[1:]
    for step in steps:
        if step == "..":
            kept = kept[:-1] if kept else [step]
        elif step != ".":
            kept.append(step)
    whole = "/" + "/".join([step for step in kept[:-1] if step] + kept[-1:])
    whole = whole.lower()
    for session in PATH_SESSIONS:
        whole = session.sub(r"\1\2", whole)
    return whole[:-1] if whole.endswith("/") and len(whole) > 1 else whole


def _query(query: str) -> str:
    query = _escaped(query)
    for session in QUERY_SESSIONS:
        found = session.match(query)
        query = found[1] + (found[2] or "") if found else query
    pairs = sorted(tuple(pair.split("=", 1)) for pair in query.lower().split("&"))
    return "&".join("=".join(pair) for pair in pairs)


def _escaped(part: str) -> str:
    return quote_from_bytes(_unescaped(part), UNESCAPED)


def _unescaped(part: str) -> bytes:
    known = part.encode()
    while (once := unquote_to_bytes(known)) != known:
        known = once
    return known
