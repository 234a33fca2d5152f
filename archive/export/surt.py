"""SURT keys: the form of an address by which indexes of web archives are sorted and searched.

`http://www.Example.gov.cn/A/?b=2&a=1` is `cn,gov,example)/a?a=1&b=2`. The rules are those of
the tools that read such indexes: each makes the key of the address it looks up itself. A test
compares our keys with theirs.
"""

from __future__ import annotations

import re
from urllib.parse import quote_from_bytes, unquote_to_bytes, urlsplit

from nianbao.archive.addresses import USUAL_PORTS

UNESCAPED = "!\"$&'()*+,-./:;<=>?@[\\]^_`{|}~"
WWW = re.compile(r"^www\d*\.")
PATH_SESSIONS = (
    re.compile(r"^(.*/)(?:\((?:[a-z]\([0-9a-z]{24}\))+\)/)([^?]+\.aspx.*)$"),
    re.compile(r"^(.*/)(?:\([0-9a-z]{24}\)/)([^?]+\.aspx.*)$"),
)
SESSION_FIELDS = (
    "jsessionid=[0-9a-z]{32}",
    "phpsessid=[0-9a-z]{32}",
    "sid=[0-9a-z]{32}",
    "ASPSESSIONID[a-z]{8}=[a-z]{24}",
    "cfid=[^&]+&cftoken=[^&]+",
)
QUERY_SESSIONS = tuple(
    re.compile(rf"^(.*)(?:{field})(?:&(.*))?$", re.I) for field in SESSION_FIELDS
)


def make_surt(url: str) -> str:
    """Return the key of an address; an address without a host is its own key."""
    parts = urlsplit(url.strip().partition("#")[0])
    if not parts.hostname:
        return url
    usual_port = USUAL_PORTS.get(parts.scheme.lower(), ":")
    netloc = parts.netloc.rpartition("@")[2].lower().removesuffix(usual_port)
    host, colon, port = netloc.partition(":")
    labels = _normalize_host(host).split(".")
    reversed_host = ",".join(reversed(labels))
    key = f"{reversed_host}{colon}{port}){_normalize_path(parts.path)}"
    query = _normalize_query(parts.query)
    if query:
        key = f"{key}?{query}"
    return key


def _normalize_host(host: str) -> str:
    """Return a host in ASCII, without `www.` and dots at its ends."""
    text = _unescape(host).decode("utf-8", "replace")
    ascii_host = text.encode("idna").decode().strip(".")
    return WWW.sub("", ascii_host)


def _normalize_path(path: str) -> str:
    """Return a path in lower case without `..`, empty steps, session ids, a slash at its end."""
    steps = _resolve_steps(_escape(path).split("/")[1:])
    inner_steps = [step for step in steps[:-1] if step]
    result = "/" + "/".join(inner_steps + steps[-1:])
    result = result.lower()
    for session in PATH_SESSIONS:
        result = session.sub(r"\1\2", result)
    if len(result) > 1:
        result = result.removesuffix("/")
    return result


def _resolve_steps(steps: list[str]) -> list[str]:
    """Return the steps of a path without `.`, and without `..` and what it takes back."""
    resolved: list[str] = []
    for step in steps:
        if step == ".." and resolved:
            resolved.pop()
        elif step != ".":
            resolved.append(step)
    return resolved


def _normalize_query(query: str) -> str:
    """Return a query in lower case without session ids, its fields sorted."""
    query = _escape(query)
    for session in QUERY_SESSIONS:
        match = session.match(query)
        if match:
            query = match[1] + (match[2] or "")
    pairs = [tuple(field.split("=", 1)) for field in query.lower().split("&")]
    return "&".join("=".join(pair) for pair in sorted(pairs))


def _escape(part: str) -> str:
    return quote_from_bytes(_unescape(part), UNESCAPED)


def _unescape(part: str) -> bytes:
    """Return a part of an address without percent signs, however often it was escaped."""
    before = part.encode()
    after = unquote_to_bytes(before)
    while after != before:
        before = after
        after = unquote_to_bytes(before)
    return after
