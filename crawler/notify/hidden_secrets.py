"""What of an address is secret, in each way it may be written, and texts without it."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Collection, Iterable, Iterator
from urllib.parse import quote, quote_plus, unquote

HIDDEN = "…"
LEAST_LENGTH = (
    4  # characters; a shorter part of an address is hidden as a whole word only
)
_SCHEME = "[a-z][a-z0-9+.-]*://"
# How an address may stand in a file: in quotes, or up to the line's end; one that is miswritten
# up to a space or a quote.
_IN_FILES = (
    re.compile(rf"'({_SCHEME}[^'\n]+)'", re.I),
    re.compile(rf'"({_SCHEME}[^"\n]+)"', re.I),
    re.compile(rf"({_SCHEME}.+)", re.I),
    re.compile(r"([^\s'\"{}\[\],]*[/@][^\s'\"]+)"),
)
NOTHING = "(?!)"  # the expression that fits nothing
# What stands between the parts of an address.
_BETWEEN = re.compile(r"[/?&=@]|:(?=[^:/]*@)")


def list_address_secrets(address: str) -> set[str]:
    """Return the parts of an address that may be secret, in each way they may be written."""
    _, sign, rest = address.partition("://")
    rest = rest if sign else address
    person, sign, _ = rest.rpartition("@")
    parts = {part for part in _BETWEEN.split(rest) if len(part) >= LEAST_LENGTH}
    if sign:
        user, _, password = person.partition(":")
        parts |= {user, password}
        user, password = unquote(user), unquote(password)
        # as HTTP and mail servers are given them
        for login in (f"{user}:{password}", f"\0{user}\0{password}", user, password):
            parts.add(base64.b64encode(login.encode()).decode())
    secrets: set[str] = set()
    for part in parts:
        secrets |= list_spellings(part)
    return secrets


def list_file_secrets(content: str) -> set[str]:
    """Return what may be secret in the addresses that stand in a file, wherever they do."""
    secrets: set[str] = set()
    for expression in _IN_FILES:
        for address in expression.findall(content):
            secrets |= list_address_secrets(address)
    return secrets


def list_spellings(secret: str) -> set[str]:
    """Return the ways in which a secret may be written."""
    plain = unquote(secret)
    spellings = {secret, plain}
    for text in (secret, plain):
        spellings |= {
            quote(text),
            quote(text, ""),
            quote_plus(text),
            json.dumps(text)[1:-1],
            json.dumps(text, ensure_ascii=False)[1:-1],
            repr(text)[1:-1],
            repr(text.encode())[2:-1],
            html.escape(text),
        }
    return {spelling for spelling in spellings if spelling.strip()}


def hide_secrets(
    text: str,
    secrets: Collection[str],
    kept: Iterable[str] = (),
) -> str:
    """Return a text without some secrets; what of it is `kept` stays, whatever it has.

    >>> hide_secrets("hunter2 at a, asked by anna", {"hunter2", "a"})
    '… at …, asked by anna'
    """
    hidden = _join(_write_patterns(secrets))
    if not hidden:
        return text
    kept_pattern = _join(map(re.escape, kept)) or NOTHING
    expression = re.compile(f"({kept_pattern})|{hidden}", re.I)
    return expression.sub(lambda match: match[1] or HIDDEN, text)


def _join(patterns: Iterable[str]) -> str:
    """Return an expression for any of some patterns, the longest of which fits first."""
    return "|".join(sorted(patterns, key=len, reverse=True))


def _write_patterns(secrets: Collection[str]) -> Iterator[str]:
    for secret in secrets:
        pattern = re.escape(secret)
        yield pattern if len(secret) >= LEAST_LENGTH else rf"(?<!\w){pattern}(?!\w)"
