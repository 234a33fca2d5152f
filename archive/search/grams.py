"""Grams: what a text is looked up by, and how it is written into the index.

Pairs of characters are most of it, so they are held as numbers (the code points of the two in
64 bits) from the text to the words of the index: a string for each would take most of the time
of storing a page.
"""

from __future__ import annotations

from array import array
from itertools import pairwise
from typing import TYPE_CHECKING
from zlib import crc32

from nianbao.archive.records import Grams
from nianbao.archive.search.folding import BETWEEN, BREAK, OTHERS, fold_runs
from nianbao.archive.search.prose import list_prose_marks
from nianbao.archive.search.stop_grams import (
    CODE,
    find_unusual_threes,
    list_threes,
    number_pairs,
)

if TYPE_CHECKING:
    from collections.abc import Collection

_SPACE = array("I", [ord(" ")])
_LARGEST = (1 << 63) - 1


def number_gram(gram: str) -> int:
    """Return what a gram adds to the check sum."""
    if len(gram) == 2:
        return ord(gram[0]) << 32 | ord(gram[1])
    return crc32(gram.encode())


def add_to_check_sum(check_sum: int, number: int) -> int:
    """Return a check sum with one more gram."""
    return (check_sum + number) & _LARGEST


def make_grams(text: str, further_words: Collection[str] = ()) -> Grams:
    """Return what a text is looked up by.

    Each two neighbours, across a break too, and the last character. Of digits and Latin letters
    each three as well: there are few of them, and so every pair is frequent. And each three of
    the forms' pairs that the forms do not have (:mod:`nianbao.archive.search.stop_grams`).
    `further_words` are added as they are; none of them is of two characters.

    >>> sorted(make_grams("公开、年报2019").words.split())
    ['01', '019', '19', '20', '201', '9', '公开', '年报', '开·年', '报2']
    """
    folded, is_plain = fold_runs(text)
    return _collect_grams(folded, further_words, is_plain=is_plain)


def make_report_grams(text: str, names: str) -> Grams:
    """Return what a report is looked up by: its text, its names, and the marks of its prose."""
    folded, is_plain = fold_runs(text)
    folded_names, are_names_plain = fold_runs(names)
    return _collect_grams(
        f"{folded}{BREAK}{folded_names}",
        list_prose_marks(folded),
        is_plain=is_plain and are_names_plain,
    )


def _collect_grams(
    folded: str, further_words: Collection[str], *, is_plain: bool
) -> Grams:
    runs = folded.split()
    line = BETWEEN.join(runs)
    in_order = number_pairs(line)
    pairs = set(in_order)
    _remove_pairs_at_breaks(pairs, runs)
    others = set(further_words)
    others.update(line[-1:])
    for before, after in pairwise(runs):
        others.add(f"{before[-1]}{BETWEEN}{after[0]}")
    for digits_or_letters in set(OTHERS.findall(line)):
        others.update(list_threes(digits_or_letters))
    others.update(find_unusual_threes(line, in_order))
    total = sum(pairs) + sum(map(number_gram, others))
    check_sum = total & _LARGEST
    return Grams(f"{_write_pairs(pairs)}{' '.join(others)}", check_sum, is_plain)


def _remove_pairs_at_breaks(pairs: set[int], runs: Collection[str]) -> None:
    """Remove the pairs of a character and the sign for a break."""
    last_characters = {run[-1] for run in runs}
    first_characters = {run[0] for run in runs}
    pairs.difference_update([number_gram(last + BETWEEN) for last in last_characters])
    pairs.difference_update(
        [number_gram(BETWEEN + first) for first in first_characters]
    )


def _write_pairs(pairs: Collection[int]) -> str:
    """Return pairs as text, a space after each."""
    halves = array("I", array("Q", pairs).tobytes())
    characters = _SPACE * (3 * len(pairs))
    characters[0::3] = halves[1::2]
    characters[1::3] = halves[0::2]
    return characters.tobytes().decode(CODE)
