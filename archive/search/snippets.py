"""Snippets: the passages of a text that hold the words looked for, made from the text as stored."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from nianbao.archive.search.folding import fold
from nianbao.archive.search.prose import is_form_word, iterate_prose_places
from nianbao.archive.search.words import SearchWord, Span

BEFORE = 24  # characters shown before the first place of a word
AFTER = 56  # characters shown after where that place begins
MOST_WORDS = 3  # whose places are shown
CUT = "…"

_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class SnippetPiece:
    """A piece of a snippet: one of the words as the text has it, or what stands between them."""

    text: str
    marked: bool


def make_snippet(text: str, words: Sequence[SearchWord]) -> tuple[SnippetPiece, ...]:
    """Return the passages that hold the words, white space squeezed.

    The beginning of the text where it has none of them.
    """
    windows = _list_windows(_find_words(text, words), len(text))
    if not windows:
        windows = [(0, min(len(text), BEFORE + AFTER))]
    pieces: list[SnippetPiece] = []
    for start, end in windows:
        if start:
            pieces.append(SnippetPiece(CUT, False))
        pieces += _cut_passage(text[start:end], words)
    _, last_end = windows[-1]
    if last_end < len(text):
        pieces.append(SnippetPiece(CUT, False))
    return tuple(pieces)


def format_snippet(pieces: Sequence[SnippetPiece], before: str, after: str) -> str:
    """Return a snippet as text, with `before` and `after` around what is marked."""
    parts: list[str] = []
    for piece in pieces:
        if piece.marked:
            parts.append(f"{before}{piece.text}{after}")
        else:
            parts.append(piece.text)
    return "".join(parts)


def _find_words(text: str, words: Sequence[SearchWord]) -> list[Span]:
    """Return where the text has the first of the words first, in prose if it has them there."""
    spans: list[Span] = []
    for word in words[:MOST_WORDS]:
        span = None
        if is_form_word(word):
            span = next(iterate_prose_places(word, text), None)
        span = span or word.find(text)
        if span:
            spans.append(span)
    return spans


def _list_windows(spans: list[Span], length: int) -> list[Span]:
    """Return the passages around some places, those that meet made one."""
    windows: list[Span] = []
    for word_start, word_end in sorted(spans):
        start = max(word_start - BEFORE, 0)
        end = min(max(word_end, word_start + AFTER), length)
        if windows and start <= windows[-1][1]:
            start, previous_end = windows.pop()
            end = max(end, previous_end)
        windows.append((start, end))
    return windows


def _cut_passage(text: str, words: Sequence[SearchWord]) -> list[SnippetPiece]:
    """Return a passage cut where words begin and end; words that overlap are one."""
    folded = fold(text)
    is_marked = bytearray(len(text))
    for word in words:
        for match in word.pattern.finditer(folded):
            start, end = match.span()
            is_marked[start:end] = b"\1" * (end - start)
    pieces: list[SnippetPiece] = []
    places_of_text = range(len(text))
    for marked, places in groupby(places_of_text, key=is_marked.__getitem__):
        passage = "".join(text[at] for at in places)
        squeezed = _SPACES.sub(" ", passage)
        pieces.append(SnippetPiece(squeezed, bool(marked)))
    return pieces
