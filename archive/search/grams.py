"""Grams: what a text is looked up by, and how it is written into the index.

Pairs of characters are most of it, so they are held as numbers (the code points of the two in
64 bits) from the text to the words of the index: a string for each would take most of the time
of storing a page.
"""

from __future__ import annotations

from array import array
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

from nianbao.archive.search.folding import BETWEEN, OTHERS, plain_runs, threes
from nianbao.archive.search.stop_grams import CODE, paired, unusual

if TYPE_CHECKING:
    from collections.abc import Collection

_SPACE = array("I", [ord(" ")])
_LARGEST = (1 << 63) - 1


class Grams(NamedTuple):
    """Words of the index as they are written, each once, parted by spaces; and the sum of what
    they are.
    """

    words: str
    check_sum: int
    is_plain: bool  # whether words are found in the text without folding it


def value(gram: str) -> int:
    """Return what a gram adds to the check sum."""
    return ord(gram[0]) << 32 | ord(gram[1]) if len(gram) == 2 else crc32(gram.encode())


def added(check_sum: int, gram: int) -> int:
    """Return a check sum with one more gram."""
    return (check_sum + gram) & _LARGEST


def grams(text: str, also: Collection[str] = ()) -> Grams:
    """Return what a text is looked up by: each two neighbours, across a break too, and the last
    character.

    Of digits and Latin letters each three as well: there are few of them, and so every pair is
    frequent; and each three of the forms' pairs that the forms do not have
    (:mod:`nianbao.archive.search.stop_grams`). `also` are further words, none of which is of
    two characters.

    >>> sorted(grams("公开、年报2019").words.split())
    ['01', '019', '19', '20', '201', '9', '公开', '年报', '开·年', '报2']
    """
    runs, is_plain = plain_runs(text)
    line = BETWEEN.join(runs)
    others = {
        f"{before[-1]}{BETWEEN}{after[0]}" for before, after in pairwise(runs)
    }.union(line[-1:], also)
    for found in set(OTHERS.findall(line)):
        others.update(threes(found))
    in_order = paired(line)
    others.update(unusual(line, in_order))
    pairs = set(in_order)
    pairs.difference_update([value(end + BETWEEN) for end in {run[-1] for run in runs}])
    pairs.difference_update([value(BETWEEN + one) for one in {run[0] for run in runs}])
    check_sum = (sum(pairs) + sum(map(value, others))) & _LARGEST
    return Grams(f"{_written(pairs)}{' '.join(others)}", check_sum, is_plain)


def _written(pairs: Collection[int]) -> str:
    """Return pairs as text, a space after each."""
    flat = array("I", array("Q", pairs).tobytes())
    spaced = _SPACE * (3 * len(pairs))
    spaced[0::3], spaced[1::3] = flat[1::2], flat[0::2]
    return spaced.tobytes().decode(CODE)
