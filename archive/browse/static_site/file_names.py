"""The files of a site, named after the addresses of its pages, so that links to them can stay.

`/region/样例省?year=2021` is `zh/region/样例省+year-2021.html`. What a file system may take for
something else is written as `~` and hexadecimal digits; what is too long, or holds an address,
has digits of its SHA-256 in the place of its end. So has what another name might be taken for
where a file system makes no difference between large and small letters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from hashlib import sha256

FRONT = "index"
SAFE = frozenset("-_@().（）·")
NOT_AT_FIRST = "._"
MOST_BYTES = 180  # of a name: file systems take 255, and a suffix follows
KEPT_LETTERS = 40  # of a name that is too long
DIGITS = 20
ADDRESS_ARGUMENTS = ("url", "to_url")
# A moment, or a year at one: always in large letters.
MOMENT = re.compile(r"(?:\d{4}@)?\d{4}-\d\d-\d\dT[\d:.]+Z")


def name_file(
    language: str, parts: Sequence[str], arguments: Mapping[str, str], suffix: str
) -> str:
    """Return the path of a page's file in the site.

    `parts` and `arguments` are those of its address, decoded; `suffix` begins with a dot.
    """
    names = list(map(_escape, parts or [FRONT]))
    if any(name in arguments for name in ADDRESS_ARGUMENTS):
        digest = _digest_arguments(arguments)
        names.append(digest)
    else:
        names[-1] += _name_arguments(arguments)
    path = [language]
    for name in names:
        path.append(_shorten(name))
    return "/".join(path) + suffix


def _name_arguments(arguments: Mapping[str, str]) -> str:
    """Return the arguments as the end of a name."""
    ending = ""
    for name, value in sorted(arguments.items()):
        escaped = _escape(value)
        ending += f"+{_escape(name)}-{escaped}"
    return ending


def _digest_arguments(arguments: Mapping[str, str]) -> str:
    """Return a name for arguments of which one is an address."""
    pairs = sorted(arguments.items())
    return _digest(repr(pairs))


def _escape(text: str) -> str:
    letters = []
    for place, letter in enumerate(text):
        is_safe = letter.isalnum() or letter in SAFE
        if not is_safe or (place == 0 and letter in NOT_AT_FIRST):
            letter = f"~{letter.encode().hex()}~"
        letters.append(letter)
    return "".join(letters) + _mark_case(text)


def _mark_case(text: str) -> str:
    """Return digits that tell a text from others that only differ in case or composition."""
    folded = unicodedata.normalize("NFC", text).casefold()
    if folded == text or MOMENT.fullmatch(text):
        return ""
    return f"~{_digest(text)}"


def _shorten(name: str) -> str:
    if len(name.encode()) <= MOST_BYTES:
        return name
    return f"{name[:KEPT_LETTERS]}~{_digest(name)}"


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:DIGITS]
