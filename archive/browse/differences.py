"""Differences of two texts, paragraph by paragraph: side by side, with marks in the lines and
what is equal folded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

CONTEXT = 2  # equal paragraphs shown around a difference; more than one beyond that are folded
LONG = 600  # characters of a paragraph that is compared by clauses instead of by characters
ALIKE = 0.3  # of two paragraphs; less is one gone and another come
TOKEN = re.compile(r"\d[\d,.]*|[A-Za-z]+|\s+|.", re.DOTALL)
CLAUSE = re.compile(r"[^，。；、\t\n]*[，。；、\t\n]?")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of characters that both sides have, or only this one."""

    text: str
    differs: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph on both sides: `kind` is equal, changed, added or removed; a side that has
    none is None.
    """

    kind: str
    old: tuple[Piece, ...] | None
    new: tuple[Piece, ...] | None


@dataclass(frozen=True, slots=True)
class Hunk:
    """Neighbouring lines that are shown, or equal ones that are folded away."""

    folded: bool
    lines: tuple[Line, ...]


def compare(old: str, new: str) -> list[Hunk]:
    """Return two texts side by side, long runs of what is equal folded."""
    return list(_folded(list(_lines(old.splitlines(), new.splitlines()))))


def pieces(old: str, new: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Return two paragraphs cut into what they share and what they do not."""
    one, other = _tokens(old, new)
    before: list[Piece] = []
    after: list[Piece] = []
    for tag, start, end, begin, stop in SequenceMatcher(
        None, one, other, autojunk=False
    ).get_opcodes():
        _append(before, "".join(one[start:end]), tag != "equal")
        _append(after, "".join(other[begin:stop]), tag != "equal")
    return tuple(before), tuple(after)


def _tokens(old: str, new: str) -> tuple[list[str], list[str]]:
    """Cut into numbers, words and characters; where that were slow, into clauses."""
    pattern = CLAUSE if max(len(old), len(new)) > LONG else TOKEN
    one, other = pattern.findall(old), pattern.findall(new)
    return one, other


def _append(found: list[Piece], text: str, differs: bool) -> None:
    if text:
        found.append(Piece(text, differs))


def _lines(old: Sequence[str], new: Sequence[str]) -> Iterator[Line]:
    for tag, start, end, begin, stop in SequenceMatcher(
        None, old, new, autojunk=False
    ).get_opcodes():
        if tag == "equal":
            for text in new[begin:stop]:
                piece = (Piece(text, False),)
                yield Line("equal", piece, piece)
        else:
            yield from _paired(old[start:end], new[begin:stop])


def _paired(old: Sequence[str], new: Sequence[str]) -> Iterator[Line]:
    """Pair the paragraphs of a place in order; two that hardly have anything in common are no
    pair.
    """
    for index in range(max(len(old), len(new))):
        before = old[index] if index < len(old) else None
        after = new[index] if index < len(new) else None
        if before is not None and after is not None and _alike(before, after):
            yield Line("changed", *pieces(before, after))
            continue
        if before is not None:
            yield Line("removed", (Piece(before, True),), None)
        if after is not None:
            yield Line("added", None, (Piece(after, True),))


def _alike(one: str, other: str) -> bool:
    matcher = SequenceMatcher(None, *_tokens(one, other), autojunk=False)
    return matcher.real_quick_ratio() >= ALIKE and matcher.quick_ratio() >= ALIKE


def _folded(lines: Sequence[Line]) -> Iterator[Hunk]:
    """Cut into what is shown and what is folded; a single line is not worth folding."""
    near = [index for index, line in enumerate(lines) if line.kind != "equal"]
    open_ = {
        other for index in near for other in range(index - CONTEXT, index + CONTEXT + 1)
    }
    start = 0
    while start < len(lines):
        end, inside = start, start in open_
        while end < len(lines) and (end in open_) == inside:
            end += 1
        yield Hunk(not inside and end - start > 1, tuple(lines[start:end]))
        start = end
