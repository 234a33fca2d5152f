"""Numbers in cells: 1,234, +19, 减8, 22(其中修订16件), 251000元, 120①, a dash, nothing.

A blank is not zero, a dash is a statement of its own, and two numbers are no number: none has a
value, and the text is kept.
"""

from __future__ import annotations

import re
from functools import lru_cache

from nianbao.pipelines.reader.payload.normal_form import fold_forms
from nianbao.pipelines.reader.payload.note_marks import remove_marks
from nianbao.pipelines.reader.rules import load_rules

_RULES = load_rules("tables")
_NUMBER = _RULES.number.pattern
_MINUS_SIGNS = frozenset(
    ("-", "−", "–", "\u2010", "减", "減", "负", "負", "↓", "减少", "減少")
)
_DASHES = frozenset(
    ("-", "--", "—", "——", "–", "/", "\\", "无", "N/A", "n/a", "——-", "———", "-—")
)
_WORDS = {"零": 0, "〇": 0}
_BLANKS = ("", "&nbsp;")
_SPACES = re.compile(r"[ \t\u00a0\u3000\u2002-\u200b\ufeff]+")
_TWO_NUMBERS = re.compile(r"\d[ \t\u00a0\u3000\u2002-\u200b\ufeff]+\d")
# What stands for something that is not read, as the page's cells and office files have it.
_NOT_READ = re.compile(r"\[(?:图片|脚本|公式)(?::[^\]]*)?\]")
_LONGEST_CELL = 200  # characters of a cell with a figure, notes and padding included
_MOST_DIGITS = 15


@lru_cache(maxsize=4096)
def parse_number(cell_text: str) -> int | float | None:
    """Return the number that a cell states, None when it states none.

    "减8" gives -8, "22(其中修订16件)" gives 22, "0.5万元" gives 0.5.
    """
    if len(cell_text) > _LONGEST_CELL:
        return None
    if _TWO_NUMBERS.search(cell_text):
        return None
    plain = _normalize_cell(remove_marks(cell_text))
    if plain in _WORDS:
        return _WORDS[plain]
    match = _NUMBER.match(plain)
    if not match:
        return None
    fraction = match["fraction"] or ""
    digits = match["digits"].replace(",", "") + fraction
    if len(digits) > _MOST_DIGITS:
        return None
    sign = 1
    if match["sign"] in _MINUS_SIGNS:
        sign = -1
    if fraction:
        return sign * float(digits)
    return sign * int(digits)


def is_blank(cell_text: str) -> bool:
    """Tell whether a cell is printed empty."""
    if not cell_text:
        return True
    return len(cell_text) <= _LONGEST_CELL and _normalize_cell(cell_text) in _BLANKS


def is_not_read(cell_text: str) -> bool:
    """Tell whether a cell holds something that is not read, such as an image of digits."""
    return cell_text.startswith("[") and _NOT_READ.fullmatch(cell_text) is not None


def has_numbers(cell_text: str) -> bool:
    """Tell whether a cell holds two numbers or more, and nothing else."""
    return len(_split_numbers(cell_text)) > 1


def _split_numbers(cell_text: str) -> list[str]:
    parts = cell_text[:_LONGEST_CELL].split()
    if all(parse_number(part) is not None for part in parts):
        return parts
    return []


def is_dash(cell_text: str) -> bool:
    """Tell whether a cell is stated as not applicable."""
    return len(cell_text) <= _LONGEST_CELL and _normalize_cell(cell_text) in _DASHES


def can_hold_figure(cell_text: str) -> bool:
    """Tell whether a cell is a number, a dash, empty or not read, and no label."""
    if is_blank(cell_text) or is_dash(cell_text) or is_not_read(cell_text):
        return True
    return parse_number(cell_text) is not None


@lru_cache(maxsize=4096)
def _normalize_cell(cell_text: str) -> str:
    if cell_text.isdecimal() and cell_text.isascii():
        return cell_text
    return _SPACES.sub("", fold_forms(cell_text)).strip("\n")
