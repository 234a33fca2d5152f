"""Tokens: the lines of a text with flattened tables, cut into labels and figures.

Layouts that were met: tabs between cells; one cell a line (begun by a tab, or separated by empty
lines); a bar behind or around each cell; spaces between figures (text of a PDF); and nothing at
all between them (`digit_runs`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeAlias

from nianbao.pipelines.reader.payload.normal_form import squeeze
from nianbao.pipelines.reader.payload.note_marks import remove_marks_behind_digits
from nianbao.pipelines.reader.rules import load_rules
from nianbao.pipelines.reader.tables import digit_runs, numbers
from nianbao.pipelines.reader.tables.label_index import LabelIndex

_RULES = load_rules("tables")
_EMPTY = "\u00a0"  # a cell that is printed empty
_LONGEST_CELL = 260  # the longest label with its gloss; anything longer is prose
_LONGEST_FIGURE = 60
_MOST_WORDS = 40  # parts of a line between spaces; more are prose

TEXT = "text"
VALUE = "value"
BLANK = "blank"
END = "end"
ROW_END = "row end"


class Token(NamedTuple):
    """A label or a part of one, a figure, a blank between figures, or the end of a row.

    `kind` is TEXT, VALUE, BLANK, END, or ROW_END behind a line of several figures, whose labels
    are not those of the next line; `line` is the number of the line it stands on.
    """

    kind: str
    text: str
    line: int
    is_glued: bool = False  # to a label or the next figure, with nothing in between


Tokens: TypeAlias = Sequence[Token]


def split_tokens(lines: Sequence[str], labels: LabelIndex) -> Iterator[Token]:
    r"""Yield the tokens of a text one after the other.

    The line "规章\t0\t\t3" gives TEXT 规章, VALUE 0, BLANK, VALUE 3. An empty line ends a row in
    a text that has a cell a line.
    """
    has_cell_lines = False
    for number, raw_line in enumerate(lines):
        line = raw_line.rstrip("\r\n")
        if not line.strip(" \t"):
            if line.startswith("\t"):
                has_cell_lines = True
            elif has_cell_lines:
                yield Token(END, "", number)
        elif _is_rule_or_page_number(line):
            continue
        elif _is_cell_line(line):
            has_cell_lines = True
            yield from _split_cell(line.strip(" \t") or _EMPTY, number, labels)
        elif "\t" in line or "|" in line:
            yield from _split_delimited(line, number, labels)
        else:
            yield from _split_cell(line.strip() or _EMPTY, number, labels)


def _is_rule_or_page_number(line: str) -> bool:
    if len(line) >= _LONGEST_CELL:
        return False
    if _RULES.ruled_line.find(line):
        return True
    return _RULES.page_number.find(line) is not None


def _is_cell_line(line: str) -> bool:
    """Tell whether a line is one cell, begun by a tab."""
    return line.startswith("\t") and line.count("\t") == 1 and "|" not in line


def _split_delimited(line: str, number: int, labels: LabelIndex) -> Iterator[Token]:
    """Yield the tokens of a line with tabs or bars.

    An empty cell is a blank only where it stands between two figures. Figures side by side are
    those of one row: it ends with the line.
    """
    cells: list[Tokens] = []
    parts = line.replace("|", "\t").split("\t")
    for part in parts:
        cell_text = part.strip()
        tokens = _split_cell(cell_text, number, labels, is_delimited=True)
        cells.append(list(tokens))
    blanks = _find_blanks_between_figures(cells)
    figure_count = 0
    for position, cell in enumerate(cells):
        figure_count += sum(token.kind == VALUE for token in cell)
        yield from cell
        if position in blanks:
            yield Token(BLANK, "", number)
    if figure_count > 1:
        yield Token(ROW_END, "", number)


def _find_blanks_between_figures(cells: Sequence[Tokens]) -> set[int]:
    """Return the places of the empty cells behind a figure or another one, and before a figure.

    The empty cell behind a label is none: it is of the label.
    """
    blanks: set[int] = set()
    empty: list[int] = []  # since the last cell that is not
    before: Tokens = ()
    for position, cell in enumerate(cells):
        if not cell:
            empty.append(position)
            continue
        if before and cell[0].kind == VALUE:
            blanks.update(empty if before[-1].kind == VALUE else empty[1:])
        empty.clear()
        before = cell
    return blanks


def _split_cell(
    cell: str, number: int, labels: LabelIndex, *, is_delimited: bool = False
) -> Iterator[Token]:
    """Yield the tokens of a cell: a figure, a label, or both with or without spaces between.

    A figure with spaces in it is one figure only in a cell that tabs or bars delimit.
    """
    if not cell:
        return
    words = [cell]
    if len(cell) <= _LONGEST_CELL:
        words = cell.split()
    is_whole = len(words) < 2 or is_delimited
    is_short = len(cell) <= _LONGEST_FIGURE
    if is_whole and is_short and numbers.can_hold_figure(cell):
        yield Token(VALUE, cell, number)
        return
    if not 1 < len(words) <= _MOST_WORDS:
        yield from _split_word(cell, number, labels)
        return
    for word in words:
        if numbers.can_hold_figure(word):
            yield Token(VALUE, word, number)
        else:
            yield from _split_word(word, number, labels)


def _split_word(word: str, number: int, labels: LabelIndex) -> Iterator[Token]:
    parts = None
    if digit_runs.may_have_digit_runs(word):
        plain = squeeze(remove_marks_behind_digits(word))
        parts = digit_runs.split_labels_and_digits(plain, labels)
    if not parts:
        yield Token(TEXT, word, number)
        return
    for part, is_figure in parts:
        if is_figure:
            yield Token(VALUE, part, number, is_glued=True)
        else:
            yield Token(TEXT, part, number)
