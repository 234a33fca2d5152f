"""Numbers in cells: 1,234, +19, 减8, 22(其中修订16件), 251000元, a dash, nothing.

Blank is not zero and a dash is a statement of its own: both give None, the text is kept.
"""

from __future__ import annotations

import re
from functools import lru_cache

from nianbao.pipelines.reader.payload.normal_form import fold_forms

_NUMBER = re.compile(
    r"^[?？]*(?P<sign>[+\-−–增减负])?(?P<digits>\d{1,3}(?:,\d{3})+|\d+)(?P<fraction>\.\d+)?"
    r"(?:(?:万元|亿元|元|件|条|项|个|人次|人|次|篇|场|份|宗|起|例|年)?[。;,]?(?:[(][^()]*[)])?)$"
)
_DASHES = frozenset(
    ("-", "--", "—", "——", "–", "/", "\\", "无", "N/A", "n/a", "——-", "———", "-—")
)
_WORDS = {"零": 0, "〇": 0}
_SPACES = re.compile(r"[ \t\u00a0\u3000\u2002-\u200b\ufeff]+")
_LONGEST = 200  # characters of a cell with a figure, notes and padding included


@lru_cache(maxsize=4096)
def value(printed: str) -> int | float | None:
    """Return the number that a cell states, None when it states none."""
    if len(printed) > _LONGEST:
        return None
    plain = _plain(printed)
    if plain in _WORDS:
        return _WORDS[plain]
    match = _NUMBER.match(plain)
    if not match:
        return None
    digits = match["digits"].replace(",", "") + (match["fraction"] or "")
    sign = -1 if match["sign"] in ("-", "−", "–", "减", "负") else 1
    if len(digits) > 15:
        return None
    return sign * float(digits) if match["fraction"] else sign * int(digits)


def is_blank(printed: str) -> bool:
    """Tell whether a cell is printed empty."""
    return not printed or (
        len(printed) <= _LONGEST and _plain(printed) in ("", "&nbsp;")
    )


def is_dash(printed: str) -> bool:
    """Tell whether a cell is stated as not applicable."""
    return len(printed) <= _LONGEST and _plain(printed) in _DASHES


def is_value(printed: str) -> bool:
    """Tell whether a cell can hold a figure: a number, a dash or nothing."""
    return is_blank(printed) or is_dash(printed) or value(printed) is not None


@lru_cache(maxsize=4096)
def _plain(printed: str) -> str:
    if printed.isdecimal() and printed.isascii():
        return printed
    return _SPACES.sub("", fold_forms(printed)).strip("\n")
