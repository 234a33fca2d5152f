"""Elements of more attributes than any page's: a parser takes the square of their number."""

from __future__ import annotations

import re

MAX_ATTRIBUTES = 1_000  # of one element; a parser compares each with all others
_LONG_TAG = re.compile(r"<[A-Za-z][^<>]{8000,}")
_QUOTED_VALUE = re.compile(r"\"[^\"]*+\"|'[^']*+'")
_STEP = (
    4000  # a tag of 8,000 characters holds a whole step, and no other tag begins there
)


def limit_attributes(text: str) -> str:
    """Return a page without the attributes of an element that has more than any page's."""
    if not _may_have_long_tag(text):
        return text
    return _LONG_TAG.sub(_shorten_tag, text)


def _may_have_long_tag(text: str) -> bool:
    """Tell in no time whether a step of a text has no beginning of a tag."""
    starts = range(0, len(text), _STEP)
    return any(text.find("<", start, start + _STEP) < 0 for start in starts)


def _shorten_tag(match: re.Match[str]) -> str:
    tag = match[0]
    names = _QUOTED_VALUE.sub(" ", tag)
    if max(names.count("="), len(names.split())) <= MAX_ATTRIBUTES:
        return tag
    return tag.split(maxsplit=1)[0]
