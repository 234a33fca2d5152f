"""Differences of two texts, paragraph by paragraph: side by side, with marks in the lines.

Long runs of equal paragraphs are folded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

CONTEXT = 2  # equal paragraphs shown around a difference; two or more beyond are folded
LONG_PARAGRAPH = 600  # characters; longer ones are compared by clauses
MIN_SIMILARITY = 0.3  # of two paragraphs that are one paragraph changed
TOKEN = re.compile(r"\d[\d,.]*|[A-Za-z]+|\s+|.", re.DOTALL)
CLAUSE = re.compile(r"[^，。；、\t\n]*[，。；、\t\n]?")


@dataclass(frozen=True, slots=True)
class DiffPiece:
    """A run of characters that both sides have, or only this side."""

    text: str
    differs: bool


Pieces = tuple[DiffPiece, ...]


@dataclass(frozen=True, slots=True)
class DiffLine:
    """A paragraph on both sides; a side without it is None.

    `kind` is equal, changed, added or removed.
    """

    kind: str
    old: Pieces | None
    new: Pieces | None


@dataclass(frozen=True, slots=True)
class DiffHunk:
    """Neighbouring lines: shown, or equal ones that are folded."""

    folded: bool
    lines: tuple[DiffLine, ...]


def compare_texts(old: str, new: str) -> list[DiffHunk]:
    """Return two texts side by side, long runs of equal paragraphs folded."""
    old_lines = old.splitlines()
    new_lines = new.splitlines()
    lines = list(_compare_lines(old_lines, new_lines))
    return list(_fold_lines(lines))


def split_paragraphs(old: str, new: str) -> tuple[Pieces, Pieces]:
    """Return two paragraphs, each cut into the pieces that differ and those that do not."""
    old_tokens, new_tokens = _tokenize(old, new)
    old_pieces: list[DiffPiece] = []
    new_pieces: list[DiffPiece] = []
    matcher = SequenceMatcher(None, old_tokens, new_tokens, autojunk=False)
    for tag, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        differs = tag != "equal"
        _append_piece(old_pieces, old_tokens[old_start:old_end], differs)
        _append_piece(new_pieces, new_tokens[new_start:new_end], differs)
    return tuple(old_pieces), tuple(new_pieces)


def _tokenize(old: str, new: str) -> tuple[list[str], list[str]]:
    """Cut into numbers, words and characters; long paragraphs, where that is slow, into clauses."""
    pattern = TOKEN
    if max(len(old), len(new)) > LONG_PARAGRAPH:
        pattern = CLAUSE
    return pattern.findall(old), pattern.findall(new)


def _append_piece(pieces: list[DiffPiece], tokens: list[str], differs: bool) -> None:
    text = "".join(tokens)
    if text:
        pieces.append(DiffPiece(text, differs))


def _compare_lines(old: Sequence[str], new: Sequence[str]) -> Iterator[DiffLine]:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        if tag != "equal":
            yield from _pair_lines(old[old_start:old_end], new[new_start:new_end])
            continue
        for text in new[new_start:new_end]:
            pieces = (DiffPiece(text, False),)
            yield DiffLine("equal", pieces, pieces)


def _pair_lines(old: Sequence[str], new: Sequence[str]) -> Iterator[DiffLine]:
    """Pair the paragraphs of a place in order; two with little in common are no pair."""
    for before, after in zip_longest(old, new):
        is_pair = before is not None and after is not None
        if is_pair and _are_similar(before, after):
            old_pieces, new_pieces = split_paragraphs(before, after)
            yield DiffLine("changed", old_pieces, new_pieces)
            continue
        if before is not None:
            piece = DiffPiece(before, True)
            yield DiffLine("removed", (piece,), None)
        if after is not None:
            piece = DiffPiece(after, True)
            yield DiffLine("added", None, (piece,))


def _are_similar(old: str, new: str) -> bool:
    old_tokens, new_tokens = _tokenize(old, new)
    matcher = SequenceMatcher(None, old_tokens, new_tokens, autojunk=False)
    # The quick ratios are upper bounds of the similarity, and much cheaper.
    if matcher.real_quick_ratio() < MIN_SIMILARITY:
        return False
    return matcher.quick_ratio() >= MIN_SIMILARITY


def _fold_lines(lines: Sequence[DiffLine]) -> Iterator[DiffHunk]:
    """Cut into hunks that are shown and hunks that are folded; a single line is not folded."""
    shown_indexes = _find_context(lines)
    start = 0
    while start < len(lines):
        is_shown = start in shown_indexes
        end = start
        while end < len(lines) and (end in shown_indexes) == is_shown:
            end += 1
        hunk_lines = tuple(lines[start:end])
        folded = not is_shown and len(hunk_lines) > 1
        yield DiffHunk(folded, hunk_lines)
        start = end


def _find_context(lines: Sequence[DiffLine]) -> set[int]:
    """Return the indexes of the lines that differ, and of those around them."""
    indexes: set[int] = set()
    for index, line in enumerate(lines):
        if line.kind != "equal":
            first = index - CONTEXT
            last = index + CONTEXT
            indexes.update(range(first, last + 1))
    return indexes
