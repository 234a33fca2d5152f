"""Text of a page that is drawn: characters with their places, joined to lines and paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise
from statistics import median
from typing import NamedTuple

_WIDE_GAP = 0.6  # of a character's height: what is further apart are two words or cells
_SAME_LINE = 0.5  # of a character's height
_LAST_WIDTH = 2.5  # characters that a line may lack to its end where it goes on
_FIRST_WIDTH = 1.5  # characters by which a paragraph is set in at least
_LEAST_LENGTH = 10.0  # characters that a line has at least where it goes on
_HEIGHT_SHARE = 0.15  # by which the characters of one paragraph may differ
_MARGINS = (
    1.0  # of a character's height: what is left free beside the text of a full cell
)
_FIRST_OF_FIGURE = frozenset("0123456789.,%")
_LAST_OF_FIGURE = _FIRST_OF_FIGURE | frozenset("+-−–‐—")
_FIGURE = re.compile(r"[\d.,%+\-−–‐—?？增加新减減少负負↑↓\s]*")
_SMALL = 0.9  # of the height of a line: raised characters are no higher
_RAISED = 0.2  # of that height: how far they stand above the others at least
_NOTE = re.compile(r"[\[(（【〔]?(\d{1,2})[\])）】〕]?")


class Glyph(NamedTuple):
    """A character, or some, with the edges of its box: from the left, from the top."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


class Line(NamedTuple):
    """A line of text, its edges, the height that most of its characters have, and whether it has
    wide gaps, as the row of a table without lines has.
    """

    text: str
    x0: float
    top: float
    x1: float
    height: float
    has_gaps: bool


def measure_line_height(glyphs: Iterable[Glyph]) -> float:
    """Return the height of a line as most of the text has it; 0 without text."""
    heights = [glyph.height for glyph in glyphs if glyph.text.strip()]
    return median(heights) if heights else 0.0


def sort_into_lines(glyphs: Sequence[Glyph]) -> list[list[Glyph]]:
    """Return characters in lines from the top, those of a line from the left."""
    lines: list[list[Glyph]] = []
    for glyph in sorted(glyphs, key=lambda glyph: glyph.middle):
        if lines and glyph.middle - lines[-1][0].middle < _SAME_LINE * glyph.height:
            lines[-1].append(glyph)
        else:
            lines.append([glyph])
    return [sorted(line, key=lambda glyph: glyph.x0) for line in lines]


def join_line(glyphs: Sequence[Glyph]) -> Line:
    """Return the characters of a line as its text; wide gaps become spaces."""
    texts = bracket_notes(glyphs)
    pieces = texts[:1]
    has_gaps = False
    for (before, glyph), text in zip(pairwise(glyphs), texts[1:], strict=True):
        if is_wide_gap(before, glyph):
            pieces.append(" ")
            has_gaps = True
        pieces.append(text)
    return Line(
        "".join(pieces),
        min(glyph.x0 for glyph in glyphs),
        min(glyph.top for glyph in glyphs),
        max(glyph.x1 for glyph in glyphs),
        measure_line_height(glyphs),
        has_gaps,
    )


def bracket_notes(glyphs: Sequence[Glyph]) -> list[str]:
    """Return the texts of the characters of a line, of one at least, raised numbers in brackets.

    They are marks of notes, whose digits belong to no number.
    """
    tallest = max(glyphs, key=lambda glyph: bool(glyph.text.strip()) * glyph.height)

    def is_raised(glyph: Glyph) -> bool:
        is_small = glyph.height < _SMALL * tallest.height
        return is_small and tallest.bottom - glyph.bottom > _RAISED * tallest.height

    texts: list[str] = []
    for raised, group in groupby(glyphs, is_raised):
        part = [glyph.text for glyph in group]
        note = _NOTE.fullmatch("".join(part)) if raised else None
        texts += part if note is None else [f"[{note[1]}]", *[""] * (len(part) - 1)]
    return texts


def is_wide_gap(before: Glyph, after: Glyph) -> bool:
    """Tell whether two characters of a line stand so far apart that something separates them."""
    height = max(before.height, after.height)
    return after.x0 - before.x1 > _WIDE_GAP * height


def join_in_cell(glyphs: Sequence[Glyph], x0: float, x1: float) -> str:
    """Return what stands between the edges of a cell; a line that goes on is joined to the next.

    Figures below one another stay apart: no place tells one number that a narrow cell broke from
    two. Digits of a sentence are one number where the line was full.
    """
    lines = sort_into_lines(glyphs)
    pieces = [join_line(line).text for line in lines[:1]]
    for line, next_line in pairwise(lines):
        text, next_text = pieces[-1], join_line(next_line).text
        if separates_figures(text, next_text):
            is_figure = _FIGURE.fullmatch(text) is not None
            if is_figure or not _is_full(line, next_line[0], x1 - x0):
                pieces.append("\n")
        pieces.append(next_text)
    return "".join(pieces).strip()


def separates_figures(text: str, next_text: str) -> bool:
    """Tell whether a text ends and the next one begins as a figure does."""
    is_end = text.rstrip()[-1:] in _LAST_OF_FIGURE
    return is_end and next_text.lstrip()[:1] in _FIRST_OF_FIGURE


def _is_full(line: Sequence[Glyph], following: Glyph, width: float) -> bool:
    """Tell whether a line of a cell has no room for the character with which the next begins."""
    last = line[-1]
    text_width = last.x1 - line[0].x0
    next_width = following.x1 - following.x0
    return text_width + next_width + _MARGINS * last.height >= width


def join_paragraphs(lines: Sequence[Line], x0: float, x1: float) -> list[str]:
    """Return lines as paragraphs: a line that reaches the right edge goes on in the next.

    `x0` and `x1` are the edges between which the text of the file stands.
    """
    paragraphs: list[str] = []
    goes_on = False
    height = 0.0
    for line in lines:
        is_first = line.x0 - x0 > _FIRST_WIDTH * line.height
        is_prose = not is_first and not line.has_gaps
        if goes_on and is_prose and _are_alike(height, line.height):
            paragraphs[-1] += line.text.strip()
        else:
            paragraphs.append(line.text.strip())
        height = line.height
        is_long = line.x1 - line.x0 > _LEAST_LENGTH * height
        is_full = is_long and x1 - line.x1 < _LAST_WIDTH * height
        goes_on = is_full and not line.has_gaps
    return paragraphs


def _are_alike(height: float, other: float) -> bool:
    """Tell whether two lines can be of one paragraph: their characters are of one height."""
    return abs(height - other) < _HEIGHT_SHARE * max(height, other)
