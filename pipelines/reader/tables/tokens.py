"""Pieces: the lines of a text in which tables were flattened, cut into labels and figures.

Met: tabs between cells, one cell a line (begun by a tab, or parted by empty lines), a bar behind or
around each cell, spaces between figures (PDF text), and nothing at all between them (`glued`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from nianbao.pipelines.reader.payload.normal_form import squeeze
from nianbao.pipelines.reader.tables import digit_runs, numbers
from nianbao.pipelines.reader.tables.label_index import Index

_RULE = re.compile(r"[\s|:\-]*-{3,}[\s|:\-]*")
_PAGE_NUMBER = re.compile(
    r"\s*(?:[-—–－·~]+\s*\d{1,3}\s*[-—–－·~]+|第\s*\d{1,3}\s*页(?:[,，/\s]*共\s*\d{1,3}\s*页)?)\s*"
)
_EMPTY = "\u00a0"  # a cell that is printed empty
_LONGEST_CELL = 260  # the longest label with its gloss; anything longer is prose
_MOST_WORDS = 40  # parts of a line that spaces part; more are prose

TEXT, VALUE, BLANK, END = "text", "value", "blank", "end"


class Piece(NamedTuple):
    """A label or a part of one, a figure, a blank between figures of one line, or the end of a
    row.
    """

    kind: str
    text: str
    line: int


def of(lines: Sequence[str], labels: Index) -> Iterator[Piece]:
    """Yield the pieces of a text one after the other."""
    tabbed = False
    for number, printed in enumerate(lines):
        line = printed.rstrip("\r\n")
        if not line.strip(" \t"):
            if line.startswith("\t"):
                tabbed = True
            elif tabbed:
                yield Piece(END, "", number)
        elif len(line) < _LONGEST_CELL and (
            _RULE.fullmatch(line) or _PAGE_NUMBER.fullmatch(line)
        ):
            continue
        elif line.startswith("\t") and "\t" not in line[1:] and "|" not in line:
            tabbed = True
            yield from _cell(line.strip(" \t") or _EMPTY, number, labels)
        elif "\t" in line or "|" in line:
            yield from _delimited(line, number, labels)
        else:
            yield from _cell(line.strip() or _EMPTY, number, labels)


def _delimited(line: str, number: int, labels: Index) -> Iterator[Piece]:
    """Yield the cells of a line; a blank one only where it stands between two figures."""
    made = [
        list(_cell(part.strip(), number, labels, alone=True))
        for part in line.replace("|", "\t").split("\t")
    ]
    stated = [place for place, cell in enumerate(made) if cell]
    for place, cell in enumerate(made):
        if cell:
            yield from cell
        elif (
            stated
            and stated[0] < place < stated[-1]
            and _is_value(made[place - 1])
            and _follows(made, place)
        ):
            yield Piece(BLANK, "", number)


def _is_value(cell: list[Piece]) -> bool:
    return not cell or cell[-1].kind == VALUE


def _follows(made: Sequence[list[Piece]], place: int) -> bool:
    """Tell whether the next stated cell is a figure."""
    return next((cell[0].kind == VALUE for cell in made[place + 1 :] if cell), False)


def _cell(
    cell: str, number: int, labels: Index, *, alone: bool = False
) -> Iterator[Piece]:
    """Yield the pieces of a cell: a figure, a label, or both with spaces or nothing in between."""
    if not cell:
        return
    words = cell.split() if len(cell) <= _LONGEST_CELL else [cell]
    if len(cell) <= 60 and (len(words) < 2 or alone) and numbers.is_value(cell):
        yield Piece(VALUE, cell, number)
        return
    if 1 < len(words) <= _MOST_WORDS:
        for word in words:
            if numbers.is_value(word):
                yield Piece(VALUE, word, number)
            else:
                yield from _word(word, number, labels)
    else:
        yield from _word(cell, number, labels)


def _word(word: str, number: int, labels: Index) -> Iterator[Piece]:
    parts = (
        digit_runs.parted(squeeze(word), labels) if digit_runs.may_be(word) else None
    )
    if parts:
        yield from (
            Piece(VALUE if is_figure else TEXT, part, number)
            for part, is_figure in parts
        )
    else:
        yield Piece(TEXT, word, number)
