"""Folding: the form in which a text is searched.

A text is folded character by character, so that a place in the folded text is the same place in
the text as it is stored: compatible forms (NFKC), lower case, simplified characters; whatever is
neither a letter nor a digit becomes a break. What stands between two breaks is a run. Spaces
beside a Chinese character are nothing: 规　章 is 规章, 2021 年 is 2021年. Tabs and line ends are
breaks, for they part table cells.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache

import opencc

HAN = "〇\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
BREAK = "\n"
BETWEEN = "·"  # stands for a break in a gram; folding leaves none
# The spaces of plain texts; folding makes each a space.
SPACES = " \u00a0\u3000\u2002\u2003\u2009\u200b\ufeff"

# More changes than this are not made one after the other.
_MOST_CHANGES = 40
# Begins with what is rare, so that it is found fast.
_SPACE = re.compile(f" (?:(?<=[{HAN}] ) *| *(?=[{HAN}]))")
# Of a run: three digits or Latin letters, or more.
OTHERS = re.compile(f"[^{HAN}{BETWEEN}]{{3,}}")


class _Folding(dict[str, str]):
    """Character → the one it is searched as, worked out when it is first met."""

    def __missing__(self, character: str) -> str:
        folded = _fold_character(character)
        self[character] = folded
        return folded


def _fold_character(character: str) -> str:
    if unicodedata.category(character) in ("Zs", "Cf"):
        return " "
    compatible = unicodedata.normalize("NFKC", character).casefold()
    simplified = str(_load_simplifier().convert(compatible))
    letters = [part for part in simplified if part.isalnum()]
    if len(letters) == 1:
        return letters[0]
    if character.isalpha():
        return character  # ﬁ stays
    return BREAK  # ㎡, ½ and punctuation do not


@cache
def _load_simplifier() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


_FOLDING = _Folding()


def fold(text: str) -> str:
    """Return a text as it is searched, of the same length: letters, digits, spaces and breaks.

    >>> fold("《開放》ＯＣＲ第①項")
    '\\n开放\\nocr第1项'
    """
    return _apply_changes(text, _list_changes(text))


def is_plain(text: str) -> bool:
    """Tell whether folding leaves the letters and digits of a text, and its spaces are usual."""
    return _spares_letters(_list_changes(text))


def split_runs(text: str) -> list[str]:
    """Return what stands between the breaks of a text, folded.

    >>> split_runs("規　章：2021 年\\tA 1")
    ['规章', '2021年', 'a', '1']
    """
    return _SPACE.sub("", fold(text)).split()


def fold_runs(text: str) -> tuple[str, bool]:
    """Return a text folded, without the spaces that are nothing; and whether it is plain.

    Its runs stand between breaks and spaces. Plain is what :func:`is_plain` says.
    """
    changes = _list_changes(text)
    folded = _SPACE.sub("", _apply_changes(text, changes))
    return folded, _spares_letters(changes)


def _list_changes(text: str) -> Mapping[str, str]:
    """Return what folding changes in a text: character → another."""
    changes: dict[str, str] = {}
    for character in set(text):
        folded = _FOLDING[character]
        if folded != character:
            changes[character] = folded
    return changes


def _apply_changes(text: str, changes: Mapping[str, str]) -> str:
    """Return a text with the changes made.

    They are made one after the other where that gives the same, which is faster.
    """
    are_independent = changes.keys().isdisjoint(changes.values())
    if len(changes) > _MOST_CHANGES or not are_independent:
        table = {ord(character): folded for character, folded in changes.items()}
        return text.translate(table)
    for character, folded in changes.items():
        text = text.replace(character, folded)
    return text


def _spares_letters(changes: Mapping[str, str]) -> bool:
    """Tell whether changes make only breaks, and spaces of the usual characters."""
    for character, folded in changes.items():
        if folded != BREAK and character not in SPACES:
            return False
    return True
