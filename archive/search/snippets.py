"""Snippets: the passages of a text that hold the words looked for, made from the text as it is
stored.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from nianbao.archive.search.folding import Word, fold

BEFORE, AFTER = 24, 56  # characters shown around the first place of a word
MOST_WORDS = 3  # whose places are shown
CUT = "…"

_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a snippet: one of the words as the text has it, or what stands between them."""

    text: str
    marked: bool


def snippet(text: str, words: Sequence[Word]) -> tuple[Piece, ...]:
    """Return the passages that hold the words, white space squeezed; the beginning where the
    text has none of them.
    """
    first = [
        place for place in (word.find(text) for word in words[:MOST_WORDS]) if place
    ]
    pieces: list[Piece] = []
    end = 0
    for start, end in _windows(first, len(text)) or [
        (0, min(len(text), BEFORE + AFTER))
    ]:
        pieces += [Piece(CUT, False)] if start else []
        pieces += _marked(text[start:end], words)
    pieces += [Piece(CUT, False)] if end < len(text) else []
    return tuple(_squeezed(pieces))


def plain(pieces: Sequence[Piece], before: str, after: str) -> str:
    """Return a snippet as text, with `before` and `after` around what is marked."""
    return "".join(
        f"{before}{piece.text}{after}" if piece.marked else piece.text
        for piece in pieces
    )


def _windows(spans: list[tuple[int, int]], length: int) -> list[tuple[int, int]]:
    """Return the passages around the places, those that meet made one."""
    windows: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        start, end = max(start - BEFORE, 0), min(max(end, start + AFTER), length)
        if windows and start <= windows[-1][1]:
            start, end = windows[-1][0], max(end, windows.pop()[1])
        windows.append((start, end))
    return windows


def _marked(text: str, words: Sequence[Word]) -> list[Piece]:
    """Return a passage cut where words begin and end; words that overlap are one."""
    folded, held = fold(text), bytearray(len(text))
    for word in words:
        for found in word.pattern.finditer(folded):
            held[found.start() : found.end()] = b"\1" * (found.end() - found.start())
    groups = groupby(range(len(text)), key=held.__getitem__)
    return [
        Piece("".join(text[at] for at in places), bool(marked))
        for marked, places in groups
    ]


def _squeezed(pieces: list[Piece]) -> list[Piece]:
    return [Piece(_SPACES.sub(" ", piece.text), piece.marked) for piece in pieces]
