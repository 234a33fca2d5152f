"""Words: the form in which a text is searched, and what a person's words look for in it.

A text is folded character by character, so that a place in the folded text is the same place in
the text as it is stored: compatible forms (NFKC), lower case, simplified characters; whatever
is neither a letter nor a digit becomes a break. What stands between two breaks is a run. Spaces
beside a Chinese character are nothing: 规　章 is 规章, 2021 年 is 2021年. Tabs and line ends
are breaks, for they part table cells.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise

import opencc

from nianbao.archive.search.stop_grams import unusual

HAN = "〇\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
BREAK = "\n"
BETWEEN = "·"  # stands for a break in a gram; folding leaves none
# those of plain texts; folding makes each a space
SPACES = " \u00a0\u3000\u2002\u2003\u2009\u200b\ufeff"
MOST_GRAMS = 100  # of one word that are looked up; the rest is found in the text

_MOST_CHANGES = 40  # that are made one after the other
_SPACE = re.compile(
    f" (?:(?<=[{HAN}] ) *| *(?=[{HAN}]))"
)  # begins with what is rare, so it is found fast
_HAN = re.compile(f"[{HAN}]")
OTHERS = re.compile(
    f"[^{HAN}{BETWEEN}]{{3,}}"
)  # of a run: three digits or Latin letters, or more
_WORD = re.compile(r'"([^"]*)"?|[“”]([^“”]*)[“”]?|([^\s"“”]+)')


class _Folding(dict[str, str]):
    """Character → the one it is searched as, worked out when it is first met."""

    def __missing__(self, character: str) -> str:
        self[character] = folded = _fold_one(character)
        return folded


def _fold_one(character: str) -> str:
    if unicodedata.category(character) in ("Zs", "Cf"):
        return " "
    plain = unicodedata.normalize("NFKC", character).casefold()
    said = [c for c in str(_simplifier().convert(plain)) if c.isalnum()]
    if len(said) == 1:
        return said[0]
    return (
        character if character.isalpha() else BREAK
    )  # ﬁ stays; ㎡, ½ and punctuation do not


@cache
def _simplifier() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


_FOLDING = _Folding()


def fold(text: str) -> str:
    """Return a text as it is searched, of the same length: letters, digits, spaces and breaks.

    >>> fold("《開放》ＯＣＲ第①項")
    '\\n开放\\nocr第1项'
    """
    return _folded(text, _changes(text))


def is_plain(text: str) -> bool:
    """Tell whether folding changes no letter and no digit of a text, and its spaces are the
    usual ones.
    """
    return _spares_letters(_changes(text))


def _changes(text: str) -> Mapping[str, str]:
    """Return what folding changes in a text: character → another."""
    return {
        character: folded
        for character in set(text)
        if (folded := _FOLDING[character]) != character
    }


def _folded(text: str, changes: Mapping[str, str]) -> str:
    """Return a text with the changes made; one after the other where that is the same, which is
    faster.
    """
    if len(changes) > _MOST_CHANGES or not changes.keys().isdisjoint(changes.values()):
        return text.translate(
            {ord(character): folded for character, folded in changes.items()}
        )
    for character, folded in changes.items():
        text = text.replace(character, folded)
    return text


def _spares_letters(changes: Mapping[str, str]) -> bool:
    return all(
        folded == BREAK or character in SPACES for character, folded in changes.items()
    )


def runs(text: str) -> list[str]:
    """Return what stands between the breaks of a text, folded.

    >>> runs("規　章：2021 年\\tA 1")
    ['规章', '2021年', 'a', '1']
    """
    return _parted(fold(text))


def plain_runs(text: str) -> tuple[list[str], bool]:
    """Return the runs of a text, and whether it is plain (:func:`is_plain`)."""
    changes = _changes(text)
    return _parted(_folded(text, changes)), _spares_letters(changes)


def _parted(folded: str) -> list[str]:
    return _SPACE.sub("", folded).split()


def threes(text: str) -> list[str]:
    """Return each three neighbours of digits and Latin letters."""
    return [text[at : at + 3] for at in range(len(text) - 2)]


def _narrowest(run: str) -> Iterator[str]:
    """Yield the grams that a run is looked up by: threes where there are, else pairs."""
    covered = {
        at
        for found in OTHERS.finditer(run)
        for at in range(found.start(), found.end() - 1)
    }
    yield from (run[at : at + 2] for at in range(len(run) - 1) if at not in covered)
    for found in OTHERS.finditer(run):
        yield from threes(found[0])
    yield from sorted(unusual(run))


@dataclass(frozen=True, slots=True)
class Word:
    """A word or phrase that is looked for: a run, or several with breaks between them."""

    runs: tuple[str, ...]
    pattern: re.Pattern[str]  # finds it in a folded text
    plain_pattern: (
        re.Pattern[str] | None
    )  # finds it in a plain text as it is; None for several runs

    @property
    def exact(self) -> bool:
        """Whether a text has the word if it has its grams."""
        first = self.runs[0]
        is_gram = len(first) < 3 or (
            len(first) == 3 and bool(OTHERS.match(first) or unusual(first))
        )
        return len(self.runs) == 1 and is_gram

    @property
    def grams(self) -> list[str]:
        """What a text that has the word is looked up by."""
        across = (
            f"{before[-1]}{BETWEEN}{after[0]}" for before, after in pairwise(self.runs)
        )
        within = (gram for run in self.runs for gram in _narrowest(run))
        return list(dict.fromkeys((*across, *within)))[:MOST_GRAMS]

    @property
    def beginning(self) -> str | None:
        """The word when it is a single character: what a gram must begin with."""
        return self.runs[0] if self.runs == (self.runs[0][:1],) else None

    def find(self, text: str, *, plain: bool = False) -> tuple[int, int] | None:
        """Return where a text, as it is stored, has the word first, None when it does not.

        `plain` is what :func:`is_plain` says of the text: folding one takes longer than all the
        rest.
        """
        if len(self.runs) == 1 and (at := text.find(self.runs[0])) >= 0:
            return at, at + len(self.runs[0])
        if plain and self.plain_pattern is not None:
            found = self.plain_pattern.search(text)
        else:
            found = self.pattern.search(fold(text))
        return found.span() if found else None


def word(text: str) -> Word | None:
    """Return what a person's word or phrase looks for, None when there is neither letter nor
    digit in it.
    """
    found = runs(text)
    if not found:
        return None
    pattern = _pattern(found)
    plain = (
        re.compile(pattern.replace(" *", f"[{SPACES}]*")) if len(found) == 1 else None
    )
    return Word(tuple(found), re.compile(pattern), plain)


@lru_cache(maxsize=256)
def words(text: str | None) -> tuple[Word, ...]:
    """Return the words of a query: parted by spaces; what stands in quotes is one.

    >>> [found.runs for found in words('行政复议 "存在的问题：一是" ，')]
    [('行政复议',), ('存在的问题', '一是')]
    """
    parts = ("".join(groups) for groups in _WORD.findall(text or ""))
    return tuple(found for found in map(word, parts) if found)


def _pattern(found: list[str]) -> str:
    """Return a regular expression for runs in a folded text, in which spaces beside Chinese
    still stand.
    """
    pattern = found[0][0]
    for before, here in pairwise(BREAK.join(found)):
        beside = pattern[-1] if before == BREAK else before
        spaced = bool(_HAN.match(beside) or _HAN.match(here))
        if before == BREAK:
            pattern += (f" *{BREAK}[ {BREAK}]*" if spaced else f"[ {BREAK}]+") + here
        elif here != BREAK:
            pattern += (" *" if spaced else "") + here
    return pattern
