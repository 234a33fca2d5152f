"""Which places are in the region that a person names: one matcher for commands, pages, exports.

A region is named by the beginning of a division code, or by the name of a division, whole or its
beginning, with or without the divisions around it: 浙江, 杭州市, 浙江省杭州市, 上城区, 3301.

>>> is_in_region("浙江省杭州市上城区", ["330102"], "杭州")
True
>>> is_in_region("浙江省杭州市上城区", ["330102"], "330000")
True
>>> is_in_region("浙江省杭州市上城区", ["330102"], "城区")
False
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

# A full name begins with its province and its prefecture; the rest is a county or a part of one.
PROVINCE = re.compile(
    r"(?:北京|天津|上海|重庆)市|.{2,3}?省|.{2,5}?自治区|.{2}?特别行政区|新疆生产建设兵团"
)
PREFECTURE = re.compile(r"新疆生产建设兵团|.{2,12}?(?:自治州|地区|盟|市)(?!市$)")
COUNTY = re.compile(r".{1,14}?(?:自治县|自治旗|县|区|市|旗)")
KINDS = tuple("省市州盟县区旗")  # what the name of a division ends with
CODE_DIGITS = 6
MOST_NEAREST = 5
LEAST_SIMILARITY = 0.5  # of a name that may have been meant


def is_in_region(name: str | None, codes: Iterable[str | None], text: str) -> bool:
    """Tell whether a place, by its full name and its division codes, is in a region."""
    wanted = text.strip()
    if not wanted:
        return False
    if wanted.isascii() and wanted.isdecimal():
        beginning = shorten_code(wanted)
        return any(code is not None and code.startswith(beginning) for code in codes)
    if not name:
        return False
    return any(name.startswith(wanted, start) for start in list_boundaries(name))


def shorten_code(code: str) -> str:
    """Return what the codes of all places in a division begin with.

    >>> shorten_code("330000"), shorten_code("330100"), shorten_code("3301")
    ('33', '3301', '3301')
    """
    if len(code) != CODE_DIGITS:
        return code
    return re.sub("(?:00)+$", "", code) or code


@lru_cache(maxsize=65536)
def list_boundaries(name: str) -> tuple[int, ...]:
    """Return where in a full name the name of a division begins."""
    starts = [0]
    for pattern in (PROVINCE, PREFECTURE, COUNTY):
        match = pattern.match(name, starts[-1])
        if match and match.end() < len(name) - 1:
            starts.append(match.end())
    return tuple(starts)


def find_nearest(text: str, names: Collection[str]) -> list[str]:
    """Return the names that are most like one that there is not, the likest first.

    Of a full name that ends like the text, only the end counts, with what kind of division it
    is or without: 浙将 is like 浙江省.
    """
    nearest = []
    ends = {}
    end_length = len(text) + 1
    for name in names:
        if text and (text in name or name in text):
            nearest.append(name)
        end = name[-end_length:]
        ends[end] = name
        if end[-1:] in KINDS:
            ends[end[:-1]] = name
    nearest.sort(key=len)
    similar_ends = get_close_matches(text, ends, MOST_NEAREST, cutoff=LEAST_SIMILARITY)
    for end in similar_ends:
        nearest.append(ends[end])
    nearest += get_close_matches(text, names, MOST_NEAREST, cutoff=LEAST_SIMILARITY)
    unique = dict.fromkeys(nearest)
    return list(unique)[:MOST_NEAREST]
