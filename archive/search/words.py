"""Words: what a person's query looks for, by which grams, and where a text has it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from nianbao.archive.search.folding import (
    BETWEEN,
    BREAK,
    HAN,
    OTHERS,
    SPACES,
    fold,
    split_runs,
)
from nianbao.archive.search.stop_grams import find_unusual_threes, list_threes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Span = tuple[int, int]  # where a word begins and ends in a text

MOST_GRAMS = 100  # of one word that are looked up; the rest is found in the text

_HAN = re.compile(f"[{HAN}]")
_WORD = re.compile(r'"([^"]*)"?|[“”]([^“”]*)[“”]?|([^\s"“”]+)')


@dataclass(frozen=True, slots=True)
class SearchWord:
    """A word or phrase that is looked for: a run, or several with breaks between them."""

    runs: tuple[str, ...]
    pattern: re.Pattern[str]  # finds it in a folded text
    # Finds it in a plain text as it is; None for several runs.
    plain_pattern: re.Pattern[str] | None

    @property
    def exact(self) -> bool:
        """Whether a text has the word if it has its grams."""
        if len(self.runs) > 1:
            return False
        run = self.runs[0]
        if len(run) != 3:
            return len(run) < 3
        return OTHERS.match(run) is not None or bool(find_unusual_threes(run))

    @property
    def grams(self) -> list[str]:
        """What a text that has the word is looked up by."""
        grams: dict[str, None] = {}
        for before, after in pairwise(self.runs):
            grams[f"{before[-1]}{BETWEEN}{after[0]}"] = None
        for run in self.runs:
            grams.update(dict.fromkeys(_iterate_grams(run)))
        return list(grams)[:MOST_GRAMS]

    @property
    def beginning(self) -> str | None:
        """The word when it is a single character: what a gram must begin with."""
        first = self.runs[0]
        if len(self.runs) == 1 and len(first) == 1:
            return first
        return None

    def find(self, text: str, *, plain: bool = False) -> Span | None:
        """Return where a text, as it is stored, has the word first, None when it does not.

        `plain` is what :func:`nianbao.archive.search.folding.is_plain` says of the text: folding
        one takes longer than all the rest.
        """
        if len(self.runs) == 1:
            run = self.runs[0]
            start = text.find(run)
            if start >= 0:
                return start, start + len(run)
        if plain and self.plain_pattern is not None:
            match = self.plain_pattern.search(text)
        else:
            match = self.pattern.search(fold(text))
        return match.span() if match else None


def _iterate_grams(run: str) -> Iterator[str]:
    """Yield the grams that a run is looked up by: threes where there are, else pairs."""
    others = list(OTHERS.finditer(run))
    covered: set[int] = set()
    for match in others:
        start, end = match.span()
        covered.update(range(start, end - 1))
    for at in range(len(run) - 1):
        if at not in covered:
            yield run[at : at + 2]
    for match in others:
        yield from list_threes(match[0])
    yield from sorted(find_unusual_threes(run))


def parse_word(text: str) -> SearchWord | None:
    """Return what a person's word or phrase looks for.

    None when there is neither letter nor digit in it.
    """
    runs = split_runs(text)
    if not runs:
        return None
    pattern = _build_pattern(runs)
    plain_pattern = None
    if len(runs) == 1:
        plain_pattern = re.compile(pattern.replace(" *", f"[{SPACES}]*"))
    return SearchWord(tuple(runs), re.compile(pattern), plain_pattern)


@lru_cache(maxsize=256)
def parse_words(text: str | None) -> tuple[SearchWord, ...]:
    """Return the words of a query: parted by spaces; what stands in quotes is one.

    >>> [word.runs for word in parse_words('行政复议 "存在的问题：一是" ，')]
    [('行政复议',), ('存在的问题', '一是')]
    """
    words: list[SearchWord] = []
    for groups in _WORD.findall(text or ""):
        word = parse_word("".join(groups))
        if word is not None:
            words.append(word)
    return tuple(words)


def _build_pattern(runs: Sequence[str]) -> str:
    """Return a regular expression for runs in a folded text.

    In that text the spaces beside Chinese characters still stand.
    """
    pattern = runs[0][0]
    for before, character in pairwise(BREAK.join(runs)):
        if character == BREAK:
            continue
        neighbour = pattern[-1] if before == BREAK else before
        is_beside_han = bool(_HAN.match(neighbour) or _HAN.match(character))
        if before != BREAK:
            gap = " *" if is_beside_han else ""
        elif is_beside_han:
            gap = f" *{BREAK}[ {BREAK}]*"
        else:
            gap = f"[ {BREAK}]+"
        pattern += gap + character
    return pattern
