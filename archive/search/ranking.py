"""Ranking: which of some reports tell most of the words that are looked for.

A word counts most in the name of the body or its region, then in the title, then in prose, and not
at all in the wording of the forms, which every report has. Among equals those go first whose prose
has the words more often.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

from nianbao.archive.search.prose import is_form_word, iterate_prose_places
from nianbao.archive.search.words import SearchWord

# Reports of a search that are ranked: those with names, then the newest; about 0.2 ms each.
MOST_RANKED = 200
MOST_PLACES = 9  # of a word in prose that count
MOST_FORM_PLACES = 2  # of a word of the forms: the run around each place is looked at

IN_NAME, IN_TITLE, IN_PROSE, IN_FORM = 3, 2, 1, 0


class Relevance(NamedTuple):
    """How much a report tells of some words: the more, the greater."""

    places: int  # the sum over the words of where they stand
    frequency: int  # how often they stand in prose


class RankedTexts(NamedTuple):
    """The texts of a report that words are looked for in."""

    names: str  # of the body and its region
    title: str
    text: str


def compute_relevance(texts: RankedTexts, words: Sequence[SearchWord]) -> Relevance:
    """Return how much a report tells of words that it has."""
    places = 0
    frequency = 0
    for word in words:
        count = _count_in_prose(word, texts.text)
        places += _weigh_place(word, texts, count)
        frequency += count
    return Relevance(places, frequency)


def _weigh_place(word: SearchWord, texts: RankedTexts, prose_count: int) -> int:
    """Return the weight of the best place that a word has."""
    if word.find(texts.names):
        return IN_NAME
    if not is_form_word(word) and word.find(texts.title):
        return IN_TITLE
    return IN_PROSE if prose_count else IN_FORM


def _count_in_prose(word: SearchWord, text: str) -> int:
    """Return how often the prose of a text has a word, as far as it counts."""
    if is_form_word(word):
        places = iterate_prose_places(word, text)
        return sum(1 for _ in islice(places, MOST_FORM_PLACES))
    if len(word.runs) == 1:
        # as it is typed: folding a text takes longer than all the rest
        count = text.count(word.runs[0])
        if count:
            return min(count, MOST_PLACES)
    return sum(1 for _ in islice(iterate_prose_places(word, text), MOST_PLACES))
